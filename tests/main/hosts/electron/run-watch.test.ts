import { describe, expect, test } from 'vitest';
import type { Run, StepColumns } from '../../../../src/api/types.ts';
import { runConfigSchema } from '../../../../src/engine/training/config.ts';
import { charRnn } from '../../../../src/engine/training/presets.ts';
import { RunWatch } from '../../../../src/main/hosts/electron/run-watch.ts';

const run = (changes: Partial<Run> = {}): Run => ({
  id: 'a',
  name: 'lstm on tinyshakespeare',
  status: 'running',
  message: null,
  config: runConfigSchema.parse({ ...charRnn.config, corpus: 'c' }),
  corpusName: 'tinyshakespeare',
  corpusHash: '',
  vocabularySize: 65,
  charactersPerToken: 1,
  unknownRate: 0,
  parameters: 1,
  memoryBytes: 1,
  device: 'native',
  deviceDetail: '',
  deviceHistory: [],
  appVersion: '0.1.0',
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
  elapsed: 61,
  step: 0,
  epoch: 0,
  stepsPerEpoch: 10,
  totalSteps: 200,
  trainLoss: null,
  validLoss: null,
  bestStep: null,
  bestLoss: null,
  testLoss: null,
  validFigures: null,
  bestFigures: null,
  testFigures: null,
  tokensPerSecond: null,
  secondsLeft: null,
  checkpointStep: null,
  notes: '',
  tags: [],
  color: 0,
  imported: null,
  archived: false,
  deletedAt: null,
  ...changes,
});
const change = (changes: Partial<Run> = {}) => ({ type: 'run', run: run(changes) }) as const;
const steps = (...step: number[]): StepColumns => {
  const other = step.map(() => 0);
  return {
    step,
    epoch: other,
    loss: other,
    gradNorm: other,
    learningRate: other,
    tokensPerSecond: other,
    elapsed: other,
  };
};

describe('taskbar and sleep', () => {
  test('nothing trains, nothing shows', () => {
    const watch = new RunWatch();
    expect(watch.state).toEqual({ progress: null, training: false });
    watch.apply(change({ status: 'queued' }));
    watch.apply({ type: 'steps', id: 'a', steps: steps(1) });
    expect(watch.state).toEqual({ progress: null, training: false });
  });

  test('progress follows the steps', () => {
    const watch = new RunWatch();
    watch.apply(change({ step: 20 }));
    expect(watch.state).toEqual({ progress: 0.1, training: true });
    watch.apply({ type: 'steps', id: 'a', steps: steps(49, 50) });
    expect(watch.state.progress).toBe(0.25);
    watch.apply(change({ step: 300 }));
    expect(watch.state.progress).toBe(1);
  });

  test('without a last step its end is unknown, and preparing counts as work', () => {
    const watch = new RunWatch();
    watch.apply(change({ status: 'preparing', totalSteps: null }));
    expect(watch.state).toEqual({ progress: 'unknown', training: true });
  });

  test.each(['paused', 'finished', 'stopped', 'failed', 'interrupted'] as const)(
    'a run that is %s lets the machine sleep',
    (status) => {
      const watch = new RunWatch();
      watch.apply(change());
      watch.apply(change({ status }));
      expect(watch.state).toEqual({ progress: null, training: false });
    },
  );

  test('a run that is purged while it trains is gone', () => {
    const watch = new RunWatch();
    watch.apply(change());
    watch.apply({ type: 'run-purged', id: 'a' });
    expect(watch.state.training).toBe(false);
  });
});

describe('notices', () => {
  const ending = (changes: Partial<Run>) => {
    const watch = new RunWatch();
    expect(watch.apply(change())).toBeNull();
    return watch.apply(change(changes));
  };

  test('the end is told with its best number', () => {
    expect(ending({ status: 'finished', step: 1500, bestLoss: Math.log(4.618) })).toEqual({
      run: 'a',
      title: 'lstm on tinyshakespeare has finished',
      body: '1,500 steps. Best validation perplexity 4.62.',
    });
    expect(ending({ status: 'early-stopped' })?.title).toBe('lstm on tinyshakespeare has stopped early');
  });

  test.each([
    ['tagging', { tokenAccuracy: 0.9126, sentenceAccuracy: 0.5 }, 'token accuracy 91.3 %'],
    ['translation', { bleu: 31.418, tokenAccuracy: 0.6 }, 'BLEU 31.4'],
    ['conditional-generation', { tokenAccuracy: 0.4 }, 'perplexity 4.62'],
    ['forecasting', { rmse: 0.01234 }, 'RMSE 0.0123'],
    ['classification', { accuracy: 0.875, macroF1: 0.5 }, 'accuracy 87.5 %'],
    ['translation', {}, 'perplexity 4.62'],
    ['regression', {}, 'loss 1.53'],
  ] as const)('of %s that is the number that tells most', (task, bestFigures, best) => {
    const { config } = run();
    const found = ending({
      ...{ status: 'finished', bestLoss: Math.log(4.618), bestFigures },
      config: { ...config, architecture: { ...config.architecture, task } },
    });
    expect(found?.body).toBe(`0 steps. Best validation ${best}.`);
  });

  test('who starts a short run waits for it, and needs no word', () => {
    expect(ending({ status: 'finished', elapsed: 59 })).toBeNull();
  });

  test('what went wrong is told with its reason', () => {
    expect(ending({ status: 'failed', message: 'The loss is not a number at step 12.' })).toEqual({
      run: 'a',
      title: 'lstm on tinyshakespeare was ended by an error',
      body: 'The loss is not a number at step 12.',
    });
  });

  test('what a person did is not told to them, and nothing is told twice', () => {
    expect(ending({ status: 'stopped' })).toBeNull();
    expect(ending({ status: 'paused' })).toBeNull();
    const watch = new RunWatch();
    watch.apply(change());
    expect(watch.apply(change({ status: 'finished' }))).not.toBeNull();
    expect(watch.apply(change({ status: 'finished', name: 'renamed' }))).toBeNull();
  });
});
