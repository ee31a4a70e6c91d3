import { describe, expect, test } from 'vitest';
import type { RunDetail } from '../../../src/api/types.ts';
import {
  ahead,
  applyToDetail,
  averageSpeed,
  bestEval,
  canResume,
  detailOf,
  isLive,
  newestEval,
} from '../../../src/renderer/lib/run-detail.ts';
import { detail as made, evaluationOf, run, stepsBetween } from '../harness/fake-data.ts';

function start(): RunDetail {
  return { run: run(0), steps: stepsBetween(1, 101, 0), evals: [], samples: [], log: [] };
}

const evaluation = (step: number, loss = 2) => ({
  step,
  epoch: 0,
  split: 'valid' as const,
  loss,
  bitsPerCharacter: loss / Math.LN2,
  figures: {},
  metrics: null,
  elapsed: 1,
});

describe('a run’s detail', () => {
  test('grows by new steps', () => {
    const after = applyToDetail(start(), { type: 'steps', id: 'run-0', steps: stepsBetween(101, 111, 0) });
    expect(after.steps.step).toEqual(Array.from({ length: 110 }, (_, at) => at + 1));
    expect(after.steps.loss).toHaveLength(110);
    expect(after.steps.elapsed).toHaveLength(110);
  });

  test('takes steps it already holds only once', () => {
    const after = applyToDetail(start(), { type: 'steps', id: 'run-0', steps: stepsBetween(91, 106, 0) });
    expect(after.steps.step).toEqual(Array.from({ length: 105 }, (_, at) => at + 1));
    const again = applyToDetail(after, { type: 'steps', id: 'run-0', steps: stepsBetween(91, 106, 0) });
    expect(again).toEqual(after);
  });

  test('a repeated evaluation, sample or line of the log replaces the first', () => {
    let detail = start();
    for (const loss of [2, 1.5]) {
      detail = applyToDetail(detail, { type: 'eval', id: 'run-0', eval: evaluation(100, loss) });
      detail = applyToDetail(detail, {
        type: 'sample',
        id: 'run-0',
        sample: { step: 100, text: String(loss), detail: null },
      });
      detail = applyToDetail(detail, { type: 'log', id: 'run-0', line: { at: 1, level: 'info', message: 'once' } });
    }
    expect(detail.evals).toEqual([evaluation(100, 1.5)]);
    expect(detail.samples).toEqual([{ step: 100, text: '1.5', detail: null }]);
    expect(detail.log).toHaveLength(1);
  });

  test('going back to a checkpoint drops what stood after it, and the curve goes on from there', () => {
    let detail = made({ ...run(0), step: 1_000 }, 0);
    detail = applyToDetail(detail, { type: 'rewound', id: 'run-0', step: 450 });
    expect(detail.steps.step.at(-1)).toBe(450);
    expect(detail.steps.gradNorm).toHaveLength(450);
    expect(detail.evals.map((one) => one.step)).toEqual([100, 200, 300, 400]);
    expect(detail.samples.at(-1)?.step).toBe(400);
    detail = applyToDetail(detail, { type: 'steps', id: 'run-0', steps: stepsBetween(451, 461, 3) });
    expect(detail.steps.step.at(-1)).toBe(460);
  });

  test('keeps everything measured of the newest and the best evaluation and of the test, and the figures of all', () => {
    const { config } = run(0, 'classification');
    const at = (step: number, loss: number, split: 'valid' | 'test' = 'valid') => ({
      ...evaluationOf(config, 0, step, split),
      loss,
    });
    let detail = start();
    for (const one of [at(100, 3), at(200, 1), at(300, 2), at(400, 5, 'test'), at(400, 2)]) {
      detail = applyToDetail(detail, { type: 'eval', id: 'run-0', eval: one });
    }
    expect(detail.evals.filter((one) => one.metrics).map((one) => [one.step, one.split])).toEqual([
      [200, 'valid'],
      [400, 'test'],
      [400, 'valid'],
    ]);
    expect(detail.evals.every((one) => one.figures.accuracy !== undefined)).toBe(true);
    expect(bestEval(detail.evals)?.step).toBe(200);
    expect(newestEval(detail.evals, 'valid')?.step).toBe(400);
  });

  test('changes of corpora concern no run', () => {
    expect(detailOf({ type: 'corpus-purged', id: 'x' })).toBeNull();
    expect(detailOf({ type: 'run-purged', id: 'x' })).toBeNull();
    expect(detailOf({ type: 'run', run: run(4) })?.id).toBe('run-4');
  });
});

test('the best evaluation is one with a loss, and of validation', () => {
  expect(bestEval([evaluation(1, Number.NaN)])).toBeUndefined();
  expect(bestEval([evaluation(1, 2), { ...evaluation(2, 1), split: 'test' }])?.step).toBe(1);
});

test('the average speed counts each moment for as long as it lasted', () => {
  const columns = { ...stepsBetween(1, 4, 0), tokensPerSecond: [100, Number.NaN, 400], elapsed: [3, 10, 11] };
  expect(averageSpeed(columns)).toBeCloseTo((100 * 3 + 400) / 4, 12);
  expect(averageSpeed(stepsBetween(1, 1, 0))).toBeNull();
});

test('a run is live or can be resumed, never both but when it is paused', () => {
  expect(isLive({ status: 'running' }) && !canResume({ status: 'running' })).toBe(true);
  expect(isLive({ status: 'paused' }) && canResume({ status: 'paused' })).toBe(true);
  expect(!isLive({ status: 'interrupted' }) && canResume({ status: 'interrupted' })).toBe(true);
  expect(!isLive({ status: 'failed' }) && canResume({ status: 'failed' })).toBe(true);
  expect(isLive({ status: 'finished' }) || canResume({ status: 'finished' })).toBe(false);
});

test('a queued run waits for the one that has its turn, also while that one is paused', () => {
  const as = (status: ReturnType<typeof run>['status'], index: number) => ({ ...run(index), status });
  const [done, paused, next] = [as('finished', 0), as('paused', 1), as('queued', 2)];
  expect(ahead([done, next, paused])).toBe(paused);
  expect(ahead([done, next])).toBeUndefined();
});
