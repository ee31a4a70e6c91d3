import { describe, expect, test } from 'vitest';
import { figureSeries, lossSeries } from '../../../../src/renderer/screens/run/run-series.ts';
import { detail, run } from '../../harness/fake-data.ts';

describe('the curve of the loss', () => {
  test('is the perplexity where tokens are predicted, else the loss as it is', () => {
    const [text, classes] = [run(0, 'translation'), run(0, 'classification')];
    const of = (one: typeof text) => ({ series: lossSeries(one, detail(one, 0)), detail: detail(one, 0) });
    expect(of(text).series[0]!.y[0]).toBeCloseTo(Math.exp(of(text).detail.steps.loss[0]!), 9);
    expect(of(classes).series[0]!.y[0]).toBe(of(classes).detail.steps.loss[0]);
  });
});

describe('the curve of a figure', () => {
  const forecast = run(0, 'forecasting');
  const found = detail(forecast, 0);

  test('is of validation, its best value marked by its direction', () => {
    const one = run(0, 'classification');
    const { evals } = detail(one, 0);
    const [valid] = figureSeries(one, detail(one, 0), 'accuracy');
    expect(valid!.x).toEqual(evals.filter(({ split }) => split === 'valid').map(({ step }) => step));
    expect(valid!.mark!.y).toBe(Math.max(...Array.from(valid!.y)));
    const errors = figureSeries(forecast, found, 'rmse').find(({ id }) => id === 'valid')!;
    expect(errors.mark!.y).toBe(Math.min(...Array.from(errors.y)));
  });

  test('has the naive forecast beside an error that can be held against it', () => {
    const [naive] = figureSeries(forecast, found, 'rmse');
    const valid = found.evals.find(({ metrics }) => metrics?.kind === 'regression')!;
    const metrics = valid.metrics?.kind === 'regression' ? valid.metrics : null;
    expect(naive!.id).toBe('naive');
    expect(naive!.y[0]).toBeCloseTo(metrics!.naive!.rmse, 9);
    expect(Array.from(figureSeries(forecast, found, 'rmseToNaive')[0]!.y).every((y) => y === 1)).toBe(true);
    expect(figureSeries(forecast, found, 'r2').map(({ id }) => id)).toEqual(['valid']);
  });

  test('marks nothing where nothing was measured', () => {
    const empty = { ...found, evals: found.evals.map((one) => ({ ...one, figures: {} })) };
    expect(figureSeries(forecast, empty, 'rmse')[0]!.mark).toBeNull();
  });
});
