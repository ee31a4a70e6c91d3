import { describe, expect, it } from 'vitest';
import {
  correlations,
  firingThroughout,
  largestFirst,
  moments,
  valueAt,
} from '../../../../../src/renderer/screens/inside/neurons/statistics.ts';

/** Steps × neurons, in 127ths of the scale. */
function found(rows: readonly (readonly number[])[], scale = 1) {
  return {
    values: Uint8Array.from(rows.flat(), (value) => 128 + value),
    ...{ scale, H: rows[0]!.length, pieces: rows.map(() => 'x') },
  };
}

describe('statistics of neurons', () => {
  it('mean and deviation are in the units of the values', () => {
    const { mean, deviation } = moments(
      found(
        [
          [127, 0, 10],
          [-127, 0, 10],
          [127, 0, 10],
          [-127, 0, 10],
        ],
        4,
      ),
    );
    expect([...mean]).toEqual([0, 0, (10 / 127) * 4]);
    expect([...deviation]).toEqual([4, 0, 0]);
    expect(valueAt(found([[127]], 4), 0, 0)).toBe(4);
  });

  it('correlation is 1 and -1 for what rises and falls with a feature, 0 for what never changes', () => {
    const data = found([
      [10, 50, 7],
      [20, 30, 7],
      [30, 10, 7],
    ]);
    const r = correlations(data, Float32Array.of(1, 2, 3));
    expect(r[0]).toBeCloseTo(1);
    expect(r[1]).toBeCloseTo(-1);
    expect(r[2]).toBe(0);
    expect([...correlations(data, Float32Array.of(5, 5, 5))]).toEqual([0, 0, 0]);
  });

  it('correlation is of the steps of the feature only', () => {
    const data = found([[10], [20], [-100]]);
    expect(correlations(data, Float32Array.of(1, 2))[0]).toBeCloseTo(1);
  });

  it('the order is by size, equal ones by number', () => {
    expect(largestFirst(Float64Array.of(1, 3, 3, 2))).toEqual([1, 2, 3, 0]);
  });

  it('a neuron fires in a span when it is beyond the threshold on one side at every step', () => {
    const data = found([
      [100, -100, 100, 20],
      [90, -90, -100, 20],
      [0, 0, 0, 0],
    ]);
    expect(firingThroughout(data, 0, 1, 0.5)).toEqual([
      { unit: 0, sign: 1 },
      { unit: 1, sign: -1 },
    ]);
    expect(firingThroughout(data, 0, 2, 0.5)).toEqual([]);
  });
});
