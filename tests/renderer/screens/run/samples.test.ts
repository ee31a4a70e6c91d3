import { expect, test } from 'vitest';
import { alignedTags } from '../../../../src/renderer/screens/run/answers.ts';
import { forecastSeries } from '../../../../src/renderer/screens/run/forecast-series.ts';

test('a tagged sentence is read token by token, a wrong tag with the right one', () => {
  const answer = { input: 'the old man', answer: 'DET ADJ NOUN', expected: 'DET ADJ VERB', right: false };
  expect(alignedTags(answer)).toEqual([
    { token: 'the', tag: 'DET', instead: null },
    { token: 'old', tag: 'ADJ', instead: null },
    { token: 'man', tag: 'NOUN', instead: 'VERB' },
  ]);
  expect(alignedTags({ ...answer, expected: null })?.every(({ instead }) => instead === null)).toBe(true);
});

test('tokens that contain spaces are not guessed at', () => {
  expect(alignedTags({ input: 'New York', answer: 'PROPN', expected: 'PROPN', right: true })).toBeNull();
});

const forecast = {
  kind: 'forecast' as const,
  columns: ['a', 'b'],
  history: [
    [1, 10],
    [2, 20],
  ],
  truth: [[3, 30]],
  forecast: [[2.5, 25]],
};

test('a forecast goes on where the history ends, the truth as one line with it', () => {
  expect(forecastSeries(forecast, 1, 'red').map(({ id, x, y, dash }) => [id, x, y, dash ?? false])).toEqual([
    ['read', [-1, 0], [10, 20], false],
    ['truth', [0, 1], [20, 30], false],
    ['forecast', [1], [25], true],
  ]);
});

test('of a column that is not read there is no history', () => {
  const series = forecastSeries({ ...forecast, history: [] }, 0, 'red');
  expect(series.map(({ id, x, y }) => [id, x, y])).toEqual([
    ['truth', [1], [3]],
    ['forecast', [1], [2.5]],
  ]);
});
