import { describe, expect, onTestFinished, test } from 'vitest';
import type { StepMetrics } from '../../../src/engine/protocol.ts';
import type { Buckets, Position } from '../../../src/main/store/buckets.ts';
import { openStore, type Store } from '../../../src/main/store/store.ts';
import { temporaryFolder } from '../temporary.ts';
import { sampleRun } from './samples.ts';

const rate = 500;

function stepAt(step: number): StepMetrics {
  // Not monotone, with no two neighbours alike, so that lows and highs are at odd places.
  const loss = 2 + Math.sin(step * 12.9898) + (step % 997 === 0 ? 5 : 0);
  return {
    step,
    epoch: step / 100,
    loss,
    gradNorm: step,
    learningRate: 0.1,
    tokensPerSecond: rate,
    elapsed: step / 10,
  };
}

function stepsFrom(from: number, to: number): StepMetrics[] {
  return Array.from({ length: to - from + 1 }, (_, i) => stepAt(from + i));
}

function trained(steps: number): { store: Store; key: number } {
  const store = openStore(temporaryFolder());
  onTestFinished(() => store.close());
  store.write(() => store.runs.insert(sampleRun('r')));
  const { key } = store.runs.get('r')!;
  store.write(() => {
    for (let from = 1; from <= steps; from += 700) {
      const part = stepsFrom(from, Math.min(steps, from + 699));
      store.metrics.put(key, part, 1_000_000 + part.at(-1)!.elapsed * 1000);
    }
  });
  return { store, key };
}

const all = { at: ['epoch', 'elapsed', 'clock', 'tokens'] as Position[], values: ['loss', 'gradNorm'] as const };

/** Every bucket holds what its steps say, and the buckets together every step from the first on. */
function expectRight(buckets: Buckets, first = 1): void {
  let from = first;
  for (let i = 0; i < buckets.step.length; i++) {
    const to = buckets.step[i]!;
    const steps = stepsFrom(from, to);
    const losses = steps.map(({ loss }) => Math.fround(loss));
    expect(buckets.count[i]).toBe(steps.length);
    expect(buckets.values.loss!.low[i]).toBe(Math.min(...losses));
    expect(buckets.values.loss!.high[i]).toBe(Math.max(...losses));
    expect(buckets.values.loss!.mean[i]).toBeCloseTo(losses.reduce((a, b) => a + b) / steps.length, 5);
    expect(buckets.values.gradNorm!.low[i]).toBe(from);
    expect(buckets.at.epoch![i]).toBe(to / 100);
    expect(buckets.at.clock![i]).toBeCloseTo(1_000_000 + to * 100, 0);
    expect(buckets.at.tokens![i]).toBeCloseTo((to / 10) * rate, 3);
    from = to + 1;
  }
}

describe('curves', () => {
  test.each([1, 7, 255, 256, 257, 2048, 20_001])('of %i steps lose no extreme, however coarse', (steps) => {
    const { store, key } = trained(steps);
    for (const points of [16, 100, 1000, 30_000]) {
      const buckets = store.metrics.curves.read(key, { from: 1, to: steps, points, ...all });
      expectRight(buckets);
      expect(buckets.step.at(-1)).toBe(steps);
      expect(buckets.step.length).toBeGreaterThanOrEqual(Math.min(steps, points));
      expect(buckets.step.length).toBeLessThanOrEqual(2 * points + 3);
    }
  });

  test('are read in part, with a bucket more on either side', () => {
    const { store, key } = trained(20_001);
    for (const [from, to] of [
      [5000, 5100],
      [4097, 12_288],
      [19_000, 20_001],
    ] as const) {
      for (const points of [16, 200]) {
        const buckets = store.metrics.curves.read(key, { from, to, points, ...all });
        const first = buckets.step[0]! - buckets.count[0]! + 1;
        expect(first).toBeLessThan(from);
        expect(buckets.step.at(-1)).toBeGreaterThanOrEqual(to);
        expect(buckets.step.length).toBeLessThanOrEqual(2 * points + 6);
        expectRight(buckets, first);
      }
    }
  });

  test('go back with a run that is resumed from a checkpoint, and on from there', () => {
    const { store, key } = trained(9000);
    store.write(() => store.metrics.deleteAfter(key, 4444));
    const { curves } = store.metrics;
    expectRight(curves.read(key, { from: 1, to: 4444, points: 50, ...all }));
    store.write(() => store.metrics.put(key, stepsFrom(4445, 20_000), 1_000_000 + 2_000_000));
    const buckets = curves.read(key, { from: 1, to: 20_000, points: 50, ...all });
    expectRight(buckets);
    expect(buckets.step.at(-1)).toBe(20_000);
  });

  test('only the columns that are wanted are read', () => {
    const { store, key } = trained(3000);
    const { at, values } = store.metrics.curves.read(key, { from: 1, to: 3000, points: 100, at: [], values: ['loss'] });
    expect([Object.keys(at), Object.keys(values)]).toEqual([[], ['loss']]);
  });

  test('of a workspace of an earlier format are made up for', () => {
    const { store, key } = trained(3000);
    const { curves } = store.metrics;
    store.write(() => curves.deleteAfter(key, 0));
    expectRight(curves.read(key, { from: 1, to: 3000, points: 100, ...all }));
    expect(curves.isBehind(key, 3000)).toBe(true);
    store.write(() => curves.pack(key));
    expect(curves.isBehind(key, 3000)).toBe(false);
    expectRight(curves.read(key, { from: 1, to: 3000, points: 100, ...all }));
  });
});
