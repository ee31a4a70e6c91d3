import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  evaluationBatches,
  noTarget,
  trainingBatches,
  type TrainingBatches,
} from '../../../src/engine/corpus/batches.ts';
import { Permutation } from '../../../src/engine/corpus/permutation.ts';
import { checkSplits, tokensForOneBatch } from '../../../src/engine/corpus/splits.ts';
import { tokensInMemory, type TokenSource } from '../../../src/engine/corpus/token-source.ts';

/** Token i of the text is i: a window shows where it comes from. */
function counting(length: number): TokenSource {
  return tokensInMemory(Int32Array.from({ length }, (_, i) => i));
}

const sizes = fc.record({ B: fc.integer({ min: 1, max: 7 }), T: fc.integer({ min: 1, max: 9 }), extra: fc.nat(300) });
const partition = fc.constantFrom('sequential', 'random');

interface Window {
  readonly inputs: number[];
  readonly targets: number[];
  readonly steps: number;
  readonly resetState: boolean;
}

function next(batches: TrainingBatches, B: number, T: number): Window {
  const inputs = new Int32Array(B * T).fill(-9);
  const targets = new Int32Array(B * T).fill(-9);
  const window = batches.next(inputs, targets);
  const used = window.steps * B;
  expect([...inputs.subarray(used), ...targets.subarray(used)].every((id) => id === -9)).toBe(true);
  return { ...window, inputs: [...inputs.subarray(0, used)], targets: [...targets.subarray(0, used)] };
}

function epoch(batches: TrainingBatches, B: number, T: number): Window[] {
  return Array.from({ length: batches.stepsPerEpoch }, () => next(batches, B, T));
}

test('sequential: rows go on from window to window and predict every token of theirs once an epoch', () => {
  fc.assert(
    fc.property(sizes, ({ B, T, extra }) => {
      const N = B + 1 + extra;
      const batches = trainingBatches(counting(N), { batch: B, steps: T, partition: 'sequential', seed: 1 });
      const rowLength = Math.floor((N - 1) / B);
      for (let round = 0; round < 2; round++) {
        const windows = epoch(batches, B, T);
        expect(windows.map(({ resetState }) => resetState)).toEqual(windows.map((_, i) => i === 0));
        for (let b = 0; b < B; b++) {
          const row = windows.flatMap(({ inputs }) => inputs.filter((_, at) => at % B === b));
          expect(row).toEqual(Array.from({ length: rowLength }, (_, i) => b * rowLength + i));
        }
        const targets = windows.flatMap((window) => window.targets).sort((a, b) => a - b);
        expect(targets).toEqual(Array.from({ length: B * rowLength }, (_, i) => i + 1));
      }
    }),
  );
});

test('random: windows from all over, none twice, states from zeros, offsets and order new in every epoch', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ({ B, T, extra }, seed) => {
      const N = tokensForOneBatch(B, T) + extra;
      const batches = trainingBatches(counting(N), { batch: B, steps: T, partition: 'random', seed });
      const windows = epoch(batches, B, T);
      expect(windows.every(({ steps, resetState }) => steps === T && resetState)).toBe(true);
      const targets = windows.flatMap((window) => window.targets);
      expect(new Set(targets).size).toBe(targets.length);
      for (const { inputs, targets } of windows) {
        expect(targets).toEqual(inputs.map((id) => id + 1));
        for (let at = B; at < inputs.length; at++) expect(inputs[at]).toBe(inputs[at - B]! + 1);
      }
      const starts = windows.flatMap(({ inputs }) => inputs.slice(0, B));
      expect(new Set(starts.map((start) => start % T)).size).toBe(1);
      // What is left out is less than a batch and an offset.
      expect(N - 1 - targets.length).toBeLessThan(B * T + 2 * T);
    }),
  );
});

test('random: every offset comes up, and every window comes first sometime', () => {
  const batches = trainingBatches(counting(64), { batch: 1, steps: 4, partition: 'random', seed: 5 });
  const firsts = Array.from({ length: 1000 }, () => epoch(batches, 1, 4)[0]!.inputs[0]!);
  expect(new Set(firsts.map((start) => start % 4))).toEqual(new Set([0, 1, 2, 3]));
  expect(new Set(firsts).size).toBe(60);
});

test('any position can be gone back to: what follows is the same', () => {
  fc.assert(
    fc.property(sizes, partition, fc.nat(100), ({ B, T, extra }, partition, position) => {
      const N = tokensForOneBatch(B, T) + extra;
      const settings = { batch: B, steps: T, partition, seed: 3 } as const;
      const straight = trainingBatches(counting(N), settings);
      for (let i = 0; i < position; i++) next(straight, B, T);
      expect(straight.position).toBe(position);
      const resumed = trainingBatches(counting(N), settings);
      resumed.position = position;
      for (let i = 0; i < 5; i++) expect(next(resumed, B, T)).toEqual(next(straight, B, T));
    }),
  );
});

test('the seed decides the order', () => {
  const starts = (seed: number) => {
    const batches = trainingBatches(counting(1000), { batch: 2, steps: 5, partition: 'random', seed });
    return epoch(batches, 2, 5).flatMap(({ inputs }) => inputs);
  };
  expect(starts(1)).toEqual(starts(1));
  expect(starts(1)).not.toEqual(starts(2));
});

test('evaluation: every token but the first is predicted exactly once, rows in order', () => {
  fc.assert(
    fc.property(sizes, ({ B, T, extra }) => {
      const N = 2 + extra;
      const batches = evaluationBatches(counting(N), B, T);
      const rows: number[][] = Array.from({ length: B }, () => []);
      const inputs = new Int32Array(B * T);
      const targets = new Int32Array(B * T);
      let windows = 0;
      for (;;) {
        inputs.fill(-9);
        targets.fill(-9);
        const { steps } = batches.next(inputs, targets);
        if (steps === 0) break;
        windows++;
        for (let at = 0; at < steps * B; at++) {
          if (targets[at] === noTarget) expect(inputs[at]).toBe(0);
          else {
            expect(inputs[at]).toBe(targets[at]! - 1);
            rows[at % B]!.push(targets[at]!);
          }
        }
      }
      expect(windows).toBe(batches.length);
      expect(rows.flat()).toEqual(Array.from({ length: N - 1 }, (_, i) => i + 1));
      expect(batches.next(inputs, targets).steps).toBe(0);
    }),
  );
});

test('rows are read ahead: steps cost few reads of the source', () => {
  const source = counting(200_001);
  let reads = 0;
  const counted = {
    length: source.length,
    read: (start: number, out: Int32Array) => (reads++, source.read(start, out)),
  };
  const batches = trainingBatches(counted, { batch: 4, steps: 50, partition: 'sequential', seed: 0 });
  expect(epoch(batches, 4, 50).length).toBe(1000);
  expect(reads).toBeLessThanOrEqual(12);
});

test('too few tokens for one batch are refused', () => {
  const build = (length: number, partition: 'sequential' | 'random') => () =>
    trainingBatches(counting(length), { batch: 4, steps: 5, partition, seed: 0 });
  expect(build(4, 'sequential')).toThrow(RangeError);
  expect(build(20, 'random')).toThrow(/20 tokens are too few for one batch, which needs 21/);
  expect(build(21, 'random')).not.toThrow();
  expect(() => evaluationBatches(counting(1), 4, 5)).toThrow(RangeError);
});

test('permutations are bijections, different by seed and counter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(1e6), fc.nat(50), (size, seed, counter) => {
      const order = new Permutation(size, seed, counter);
      const images = Array.from({ length: size }, (_, i) => order.at(i));
      expect([...images].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    }),
  );
  const first = (seed: number, counter: number) =>
    Array.from({ length: 100 }, (_, i) => new Permutation(100, seed, counter).at(i));
  expect(first(1, 0)).not.toEqual(first(2, 0));
  expect(first(1, 0)).not.toEqual(first(1, 1));
});

describe('splits', () => {
  test('with a batch each have no problems', () => {
    expect(checkSplits({ train: 2049, valid: 2049, test: null }, 32, 64)).toEqual([]);
  });

  test('without one say so with the numbers, and what would do', () => {
    expect(checkSplits({ train: 10_000, valid: 312, test: 1 }, 32, 64)).toEqual([
      'The validation part has 312 tokens, but one batch of 32 sequences × 64 steps needs 2,049 tokens: make it larger, use a longer text, or take a batch size of 4 or less, or 9 steps or fewer.',
      'The test part has 1 token, but one batch of 32 sequences × 64 steps needs 2,049 tokens: make it larger, use a longer text, or take a smaller batch and fewer steps.',
    ]);
  });

  test('the advice is right, and no better one holds', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (tokens, batch, steps) => {
          const fits = (b: number, t: number) =>
            checkSplits({ train: tokens, valid: null, test: null }, b, t).length === 0;
          const [problem] = checkSplits({ train: tokens, valid: null, test: null }, batch, steps);
          if (!problem) return;
          const fitting = Number(/batch size of (\d+)/.exec(problem)?.[1] ?? 0);
          const fittingSteps = Number(
            /or (\d+) steps or fewer/.exec(problem)?.[1] ?? /take (\d+) steps/.exec(problem)?.[1] ?? 0,
          );
          expect([fits(fitting + 1, steps), fits(batch, fittingSteps + 1)]).toEqual([false, false]);
          if (fitting > 0) expect(fits(fitting, steps)).toBe(true);
          if (fittingSteps > 0) expect(fits(batch, fittingSteps)).toBe(true);
        },
      ),
    );
  });
});
