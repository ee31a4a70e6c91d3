import { describe, expect, test } from 'vitest';
import type { RunDetail } from '../../../src/api/types.ts';
import { ahead, applyToDetail, canResume, detailOf, isLive } from '../../../src/renderer/lib/run-detail.ts';
import { detail as made, run, stepsBetween } from '../harness/fake-data.ts';

function start(): RunDetail {
  return { run: run(0), steps: stepsBetween(1, 101, 0), evals: [], samples: [], log: [] };
}

const evaluation = (step: number, loss = 2) => ({
  step,
  epoch: 0,
  split: 'valid' as const,
  loss,
  bitsPerCharacter: loss / Math.LN2,
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
      detail = applyToDetail(detail, { type: 'sample', id: 'run-0', sample: { step: 100, text: String(loss) } });
      detail = applyToDetail(detail, { type: 'log', id: 'run-0', line: { at: 1, level: 'info', message: 'once' } });
    }
    expect(detail.evals).toEqual([evaluation(100, 1.5)]);
    expect(detail.samples).toEqual([{ step: 100, text: '1.5' }]);
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

  test('changes of corpora concern no run', () => {
    expect(detailOf({ type: 'corpus-purged', id: 'x' })).toBeNull();
    expect(detailOf({ type: 'run-purged', id: 'x' })).toBeNull();
    expect(detailOf({ type: 'run', run: run(4) })?.id).toBe('run-4');
  });
});

test('a run is live or can be resumed, never both but when it is paused', () => {
  expect(isLive({ status: 'running' }) && !canResume({ status: 'running' })).toBe(true);
  expect(isLive({ status: 'paused' }) && canResume({ status: 'paused' })).toBe(true);
  expect(!isLive({ status: 'interrupted' }) && canResume({ status: 'interrupted' })).toBe(true);
  expect(isLive({ status: 'finished' }) || canResume({ status: 'finished' })).toBe(false);
});

test('a queued run waits for the one that has its turn, also while that one is paused', () => {
  const as = (status: ReturnType<typeof run>['status'], index: number) => ({ ...run(index), status });
  const [done, paused, next] = [as('finished', 0), as('paused', 1), as('queued', 2)];
  expect(ahead([done, next, paused])).toBe(paused);
  expect(ahead([done, next])).toBeUndefined();
});
