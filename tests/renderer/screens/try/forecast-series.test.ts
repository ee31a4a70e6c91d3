import { expect, test } from 'vitest';
import type { ForecastPrediction } from '../../../../src/engine/inference/prediction.ts';
import { forecastSeries } from '../../../../src/renderer/screens/try/forecast-series.ts';

const prediction: ForecastPrediction = {
  kind: 'forecast',
  columns: ['a', 'b'],
  steps: [
    [3, 30],
    [4, 40],
  ],
};

test('what was read ends at 0, and the forecast goes on from it', () => {
  const rows = [
    [10, 1],
    [20, 2],
  ];
  const [history, forecast] = forecastSeries(prediction, 1, rows, 0, 'red');
  expect([history?.x, history?.y]).toEqual([
    [-1, 0],
    [10, 20],
  ]);
  expect([forecast?.x, forecast?.y]).toEqual([
    [0, 1, 2],
    [20, 30, 40],
  ]);
});

test('a variable that was not read has only its forecast', () => {
  const series = forecastSeries(prediction, 0, [[1], [2]], -1, 'red');
  expect(series.map(({ id, x, y }) => ({ id, x, y }))).toEqual([{ id: 'forecast', x: [1, 2], y: [3, 4] }]);
});

test('a long past leaves the forecast its room', () => {
  const rows = Array.from({ length: 1000 }, (_, t) => [t]);
  const [history] = forecastSeries(prediction, 0, rows, 0, 'red');
  expect([history?.x.length, history?.y[59]]).toEqual([60, 999]);
});
