import { describe, expect, it } from 'vitest';
import { RegressionMetrics } from '../../../src/engine/metrics/regression.ts';

describe('regression', () => {
  it('scikit-learn’s example of its regression metrics', () => {
    // y = 3, -0.5, 2, 7; ŷ = 2.5, 0, 2, 8: squared errors .25 .25 0 1, MSE 0.375, MAE 0.5; Σ(y - ȳ)² = 29.1875.
    const metrics = new RegressionMetrics(['y']);
    metrics.add([2.5], [3], 1);
    metrics.add([0, 2, 8], [-0.5, 2, 7], 3);
    const result = metrics.result();
    expect(result).toMatchObject({ examples: 4, mae: 0.5, naive: null });
    expect(result.rmse).toBeCloseTo(Math.sqrt(0.375), 15);
    expect(result.r2).toBeCloseTo(1 - 1.5 / 29.1875, 15);
    expect(result.columns).toEqual([{ name: 'y', rmse: result.rmse, mae: 0.5, r2: result.r2, naive: null }]);
  });

  it('R² far from zero: 1e9 + (1, 2, 3) against 1e9 + (1, 2, 4) is 1 - 1/2', () => {
    const metrics = new RegressionMetrics(['y']);
    metrics.add([1e9 + 1, 1e9 + 2, 1e9 + 4], [1e9 + 1, 1e9 + 2, 1e9 + 3], 3);
    expect(metrics.result().r2).toBeCloseTo(0.5, 12);
  });

  it.each([
    ['constant targets, all right', [2, 2], [2, 2], 1],
    ['constant targets, not all right', [2, 3], [2, 2], 0],
    ['one target', [2], [2], null],
  ])('R² of %s', (_, predictions, targets, want) => {
    const metrics = new RegressionMetrics(['y']);
    metrics.add(predictions, targets, targets.length);
    expect(metrics.result().r2).toBe(want);
  });

  it('forecasts of two columns, two steps ahead, against the naive one', () => {
    const metrics = new RegressionMetrics(['v', 'w'], 2);
    // One row: v+1 w+1 v+2 w+2. Errors 1 -2 | 3 0; naive errors -1 -10 | -2 -20.
    metrics.add([11, 98, 15, 120], [10, 100, 12, 120], 1, [9, 90, 10, 100]);
    const result = metrics.result();
    expect(result.columns).toEqual([
      {
        ...{ name: 'v', rmse: Math.sqrt(5), mae: 2, r2: 1 - 10 / 2 },
        naive: { rmse: Math.sqrt(2.5), mae: 1.5 },
      },
      {
        ...{ name: 'w', rmse: Math.sqrt(2), mae: 1, r2: 1 - 4 / 200 },
        naive: { rmse: Math.sqrt(250), mae: 15 },
      },
    ]);
    expect(result.rmse).toBeCloseTo((Math.sqrt(5) + Math.sqrt(2)) / 2, 15);
    expect(result.naive!.mae).toBe(8.25);
    expect(result.ahead).toEqual([
      { rmse: 1.5, mae: 1.5, naive: { rmse: 5.5, mae: 5.5 } },
      { rmse: 1.5, mae: 1.5, naive: { rmse: 11, mae: 11 } },
    ]);
  });

  it('refuses a naive forecast of some rows only, and nothing', () => {
    const metrics = new RegressionMetrics(['y']);
    expect(() => metrics.result()).toThrow('nothing to measure');
    metrics.add([1], [1], 1, [1]);
    metrics.add([1], [1], 1);
    expect(() => metrics.result()).toThrow('of all rows, or of none');
  });
});
