import { describe, expect, test } from 'vitest';
import { figureNames } from '../../../src/engine/metrics/figures.ts';
import {
  bestIndex,
  headlineMeasure,
  measuredOf,
  measureName,
  measures,
  measuresOfRun,
  measureTitle,
  valueOf,
  writeMeasure,
} from '../../../src/renderer/lib/measures.ts';
import { run } from '../harness/fake-data.ts';

describe('what a run is judged by', () => {
  test.each([
    ['language-model', 'perplexity'],
    ['tagging', 'tokenAccuracy'],
    ['translation', 'bleu'],
    ['classification', 'accuracy'],
    ['regression', 'rmse'],
    ['binary', 'accuracy'],
    ['multilabel', 'microF1'],
    ['conditional-generation', 'perplexity'],
    ['forecasting', 'rmse'],
    ['standard', 'accuracy'],
  ] as const)('first of %s is its %s', (task, measure) => {
    expect(headlineMeasure(run(0, task))).toBe(measure);
    expect(measuresOfRun(run(0, task))[0]).toBe(measure);
  });

  test('is the loss while nothing else was measured', () => {
    const figures = { validFigures: null, bestFigures: null, testFigures: null };
    expect(headlineMeasure({ ...run(0, 'tagging'), ...figures })).toBe('loss');
    expect(headlineMeasure({ ...run(0, 'translation'), ...figures })).toBe('perplexity');
  });

  test('lists every figure once', () => {
    expect([...measures].sort()).toEqual(['loss', 'perplexity', ...figureNames].sort());
  });
});

test('values are those of the best, the last and the test', () => {
  const one = { ...run(0, 'tagging'), bestLoss: 1, validLoss: 2, testLoss: null, testFigures: { tokenAccuracy: 0.5 } };
  expect(valueOf('loss', measuredOf(one, 'best'))).toBe(1);
  expect(valueOf('perplexity', measuredOf(one, 'last'))).toBe(Math.exp(2));
  expect(valueOf('perplexity', measuredOf(one, 'test'))).toBeNull();
  expect(valueOf('tokenAccuracy', measuredOf(one, 'test'))).toBe(0.5);
  expect(valueOf('bleu', measuredOf(one, 'best'))).toBeNull();
});

test('values are written with their units', () => {
  expect(writeMeasure('accuracy', 0.8643)).toBe('86.4 %');
  expect(writeMeasure('bleu', 27.08)).toBe('27.1');
  expect(writeMeasure('rmseToNaive', 0.4123)).toBe('0.412');
  expect(writeMeasure('perplexity', 4.624)).toBe('4.62');
  expect(writeMeasure('perplexity', Infinity)).toBe('infinite');
  expect(writeMeasure('perplexity', Number.NaN)).toBe('not a number');
  expect(measures.map((measure) => writeMeasure(measure, null))).toEqual(measures.map(() => '–'));
});

test('a loss is called by its kind', () => {
  const network = (task: 'tagging' | 'binary' | 'regression') => run(0, task).config.architecture;
  expect(measureName('loss', network('tagging'))).toBe('cross-entropy');
  expect(measureName('loss', network('binary'))).toBe('binary cross-entropy');
  expect(measureTitle('loss', network('regression'))).toBe('Mean squared error of scaled numbers');
  expect(measureTitle('tokenAccuracy')).toBe('Token accuracy');
  expect(measureTitle('rmse')).toBe('RMSE (units of the data)');
});

test('the best value depends on the direction; what was not measured is none', () => {
  expect(bestIndex('accuracy', [0.1, null, 0.9, Number.NaN])).toBe(2);
  expect(bestIndex('rmse', [3, null, 1, Infinity])).toBe(2);
  expect(bestIndex('loss', [null, Number.NaN])).toBeNull();
});
