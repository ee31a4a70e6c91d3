import { expect, it } from 'vitest';
import { histogram } from '../../../src/engine/inside/histogram.ts';

it('counts every number once; the greatest is in the last bin', () => {
  const { min, max, counts } = histogram(Float64Array.of(0, 1, 61, 30.5, 30.6), 61);
  expect([min, max]).toEqual([0, 61]);
  expect([counts[0], counts[1], counts[30], counts[60]]).toEqual([1, 1, 2, 1]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
});

it('has a bin for numbers that are all the same', () => {
  const { min, max, counts } = histogram(Float64Array.of(3, 3), 4);
  expect([min, max]).toEqual([2.5, 3.5]);
  expect([...counts]).toEqual([0, 0, 2, 0]);
});
