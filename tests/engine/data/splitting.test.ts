import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignParts, contiguousParts } from '../../../src/engine/data/splitting.ts';

const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 300 });
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const shares = fc.tuple(fc.double({ min: 0, max: 0.4, noNaN: true }), fc.double({ min: 0, max: 0.4, noNaN: true }));

function sizes(parts: ArrayLike<number>): number[] {
  return [0, 1, 2].map((part) => Array.from(parts).filter((p) => p === part).length);
}

describe('assignParts', () => {
  test('sizes are the shares, and every label is held out in proportion', () => {
    fc.assert(
      fc.property(labels, shares, seed, (labelOf, [valid, test], seed) => {
        const parts = assignParts(labelOf, { valid, test, folds: null, seed });
        const n = labelOf.length;
        const [, inValid, inTest] = sizes(parts);
        expect(Math.abs(inValid! - n * valid)).toBeLessThanOrEqual(1);
        expect(Math.abs(inTest! - n * test)).toBeLessThanOrEqual(1);
        for (const label of new Set(labelOf)) {
          const mine = [...parts].filter((_, i) => labelOf[i] === label);
          const held = mine.filter((part) => part > 0).length;
          expect(Math.abs(held - (mine.length * (inValid! + inTest!)) / n)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('the folds of cross-validation: each example in the test part of exactly one', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 5 }), seed, (labelOf, count, seed) => {
        const tested = new Array<number>(labelOf.length).fill(0);
        for (let index = 1; index <= count; index++) {
          const parts = assignParts(labelOf, { valid: 0.1, test: 0, folds: { count, index }, seed });
          parts.forEach((part, i) => (tested[i]! += part === 2 ? 1 : 0));
          for (const label of new Set(labelOf)) {
            const mine = [...parts].filter((_, i) => labelOf[i] === label);
            expect(Math.abs(mine.filter((part) => part === 2).length - mine.length / count)).toBeLessThan(1);
          }
        }
        expect(tested).toEqual(labelOf.map(() => 1));
      }),
    );
  });

  test('the same seed gives the same parts, another one others', () => {
    const labelOf = Array.from({ length: 200 }, (_, i) => i % 3);
    const plan = { valid: 0.2, test: 0.1, folds: null };
    expect(assignParts(labelOf, { ...plan, seed: 4 })).toEqual(assignParts(labelOf, { ...plan, seed: 4 }));
    expect(assignParts(labelOf, { ...plan, seed: 5 })).not.toEqual(assignParts(labelOf, { ...plan, seed: 4 }));
  });

  test('without labels examples are held out from everywhere', () => {
    const parts = assignParts(new Array<number>(1000).fill(-1), { valid: 0.3, test: 0, folds: null, seed: 1 });
    const firstHalf = parts.slice(0, 500).reduce((sum, part) => sum + part, 0);
    expect(firstHalf).toBeGreaterThan(110);
    expect(firstHalf).toBeLessThan(190);
  });
});

test('contiguousParts', () => {
  expect(contiguousParts(2000, { valid: 0.1, test: 0.2 })).toEqual([1400, 1600]);
  expect(contiguousParts(7, { valid: 0, test: 0 })).toEqual([7, 7]);
});
