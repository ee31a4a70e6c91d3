import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate, GAP, lowerBound, nearest } from '../../../../src/renderer/lib/charts/decimate.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('decimate', () => {
  it('keeps every point where there is room for all', () => {
    expect(decimate(upTo(5), [1, 2, 3, 2, 1], { from: 0, to: 4, columns: 100 })).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps the first, lowest, highest and last of each column in their order', () => {
    // Two columns over [0, 8): points 0–3 fall into the first, 4–7 into the second, and 8 on the edge.
    const y = [5, 9, 1, 4, 7, 2, 8, 3, 6];
    expect(decimate(upTo(9), y, { from: 0, to: 8, columns: 2 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const rising = upTo(9);
    expect(decimate(rising, rising, { from: 0, to: 8, columns: 2 })).toEqual([0, 3, 4, 7, 8]);
    expect(decimate(upTo(9), [5, 5, 1, 5, 5, 5, 9, 5, 5], { from: 0, to: 8, columns: 1 })).toEqual([0, 2, 6, 7, 8]);
  });

  it('keeps one point beyond each edge', () => {
    expect(decimate(upTo(10), upTo(10), { from: 3, to: 5, columns: 10 })).toEqual([2, 3, 4, 5, 6]);
    expect(decimate([0, 10], [1, 2], { from: 4, to: 6, columns: 10 })).toEqual([0, 1]);
  });

  it('interrupts the line where values are not finite, once, and only where it can be seen', () => {
    const y = [1, NaN, Infinity, 4, 5];
    expect(decimate(upTo(5), y, { from: 0, to: 4, columns: 100 })).toEqual([0, GAP, 3, 4]);
    expect(decimate(upTo(5), y, { from: 0, to: 5, columns: 1 })).toEqual([0, 4]);
    expect(decimate(upTo(3), [NaN, 2, NaN], { from: 0, to: 2, columns: 10 })).toEqual([1]);
    expect(decimate(upTo(2), [NaN, NaN], { from: 0, to: 2, columns: 10 })).toEqual([]);
    expect(decimate([], [], { from: 0, to: 1, columns: 10 })).toEqual([]);
  });

  it('makes columns of equal width in the logarithm and leaves out x ≤ 0', () => {
    const x = [0, 1, 2, 4, 8, 16, 100];
    // Two columns over [1, 100]: below 10 and from 10.
    expect(decimate(x, [9, 1, 1, 1, 1, 3, 3], { from: 1, to: 100, columns: 2, logX: true })).toEqual([1, 4, 5, 6]);
  });

  it('never loses the extremes, never keeps more than four points a column, stays in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        (y, columns) => {
          const kept = decimate(upTo(y.length), y, { from: 0, to: y.length, columns });
          const values = kept.map((i) => y[i]!);
          expect(Math.min(...values)).toBe(Math.min(...y));
          expect(Math.max(...values)).toBe(Math.max(...y));
          expect(kept.length).toBeLessThanOrEqual(4 * columns);
          expect(kept.every((index, i) => i === 0 || index > kept[i - 1]!)).toBe(true);
        },
      ),
      { seed: 7 },
    );
  });
});

describe('lowerBound', () => {
  it('finds the first that is not below', () => {
    expect(lowerBound([1, 3, 3, 5], 3)).toBe(1);
    expect(lowerBound([1, 3, 3, 5], 6)).toBe(4);
    expect(lowerBound([], 1)).toBe(0);
  });
});

describe('nearest', () => {
  const x = [0, 10, 20, 30];
  it('finds the nearest finite value', () => {
    expect(nearest(x, [1, 2, 3, 4], 14)).toBe(1);
    expect(nearest(x, [1, 2, 3, 4], 16)).toBe(2);
    expect(nearest(x, [1, NaN, 3, 4], 9)).toBe(0);
    expect(nearest(x, [1, NaN, 3, 4], 11)).toBe(2);
  });
  it('finds nothing further outside the curve than the reach', () => {
    expect(nearest(x, [1, 2, 3, 4], 34, 5)).toBe(3);
    expect(nearest(x, [1, 2, 3, 4], 36, 5)).toBe(GAP);
    expect(nearest(x, [NaN, 2, 3, 4], 4, 5)).toBe(GAP);
    expect(nearest(x, [NaN, NaN, NaN, NaN], 4)).toBe(GAP);
    expect(nearest([], [], 4)).toBe(GAP);
  });
});
