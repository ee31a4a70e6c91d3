import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClassReport } from '../../../../src/engine/metrics/results.ts';
import { aheadSeries } from '../../../../src/renderer/screens/run/results/ahead.ts';
import { binaryMatrix, cellSize, shownMatrix, sum } from '../../../../src/renderer/screens/run/results/confusion.ts';
import { measuredEvals } from '../../../../src/renderer/screens/run/results/measured.ts';
import { reportColumns, sortReports } from '../../../../src/renderer/screens/run/results/reports.ts';
import { evaluationOf, random, run } from '../../harness/fake-data.ts';
import { classNames, resultOf } from '../../harness/fake-results.ts';

const others = (count: number) => `${count} others`;

describe('a confusion matrix', () => {
  test('of few classes is drawn as it is', () => {
    const counts = [
      [3, 1],
      [0, 2],
    ];
    expect(shownMatrix(['a', 'b'], counts, others)).toEqual({ labels: ['a', 'b'], counts, others: 0 });
  });

  test('of many keeps those that occur most, in their order, and sums up the rest', () => {
    const counts = [
      [1, 0, 2, 0],
      [4, 9, 0, 1],
      [0, 1, 8, 0],
      [1, 0, 0, 0],
    ];
    expect(shownMatrix(['a', 'b', 'c', 'd'], counts, others, 2)).toEqual({
      labels: ['b', 'c', '2 others'],
      counts: [
        [9, 0, 5],
        [1, 8, 0],
        [0, 2, 2],
      ],
      others: 2,
    });
  });

  test('loses no example', () => {
    const square = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.array(fc.array(fc.nat(50), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(square, fc.integer({ min: 1, max: 12 }), (counts, most) => {
        const shown = shownMatrix(classNames(counts.length), counts, others, most);
        expect(sum(shown.counts.map(sum))).toBe(sum(counts.map(sum)));
        expect(shown.labels).toHaveLength(shown.counts.length);
      }),
    );
  });

  test('of yes and no has what is true in rows', () => {
    const counts = { truePositive: 5, falsePositive: 2, falseNegative: 1, trueNegative: 7 };
    const result = { kind: 'binary' as const, examples: 15, accuracy: 0, precision: 0, recall: 0, f1: 0, logLoss: 0 };
    expect(binaryMatrix({ ...result, counts }, 'yes', 'no').counts).toEqual([
      [5, 1],
      [2, 7],
    ]);
  });

  test('has room for its counts where there are few classes, and never shrinks to nothing', () => {
    expect(cellSize(['yes', 'no'], 800)).toMatchObject({ counts: true, upright: false });
    expect(cellSize(classNames(18), 800)).toMatchObject({ counts: true, upright: true });
    const many = cellSize(classNames(61), 300);
    expect(many.counts).toBe(false);
    expect(many.width).toBeGreaterThan(8);
  });
});

describe('the table of classes', () => {
  const result = resultOf('classification', 0.5, random(1), 40);
  const reports: readonly ClassReport[] = result?.kind === 'classification' ? result.classes : [];

  test.each(reportColumns)('sorts by %s both ways and keeps every class', (column) => {
    const [up, down] = [false, true].map((descending) => sortReports(reports, column, descending));
    expect(new Set(up)).toEqual(new Set(reports));
    const [first, last] = [up![0]![column], down![0]![column]];
    if (typeof first === 'number' && typeof last === 'number') expect(first).toBeLessThan(last);
    expect(down!.at(-1)![column]).toBe(first);
  });
});

describe('which evaluations can be looked into', () => {
  const { config } = run(0, 'tagging');
  const at = (step: number, loss: number, split: 'valid' | 'test' = 'valid') => ({
    ...evaluationOf(config, 0, step, split),
    loss,
  });
  test('the newest, the best and the test', () => {
    const evals = [at(100, 1), at(200, 2), at(200, 3, 'test')];
    expect(measuredEvals(evals).map(({ choice, evaluation }) => [choice, evaluation.step])).toEqual([
      ['newest', 200],
      ['best', 100],
      ['test', 200],
    ]);
  });
  test('not twice the same one, and none of a language model', () => {
    expect(measuredEvals([at(100, 1)]).map(({ choice }) => choice)).toEqual(['best']);
    expect(measuredEvals([evaluationOf(run(0).config, 0, 100, 'valid')])).toEqual([]);
  });
});

test('errors by steps ahead are drawn where there is more than one step', () => {
  const error = (rmse: number) => ({ rmse, mae: rmse, naive: { rmse: 2 * rmse, mae: rmse } });
  expect(aheadSeries([error(1)], 'red')).toBeNull();
  expect(aheadSeries([error(1), error(3)], 'red')!.map(({ x, y }) => [x, y])).toEqual([
    [
      [1, 2],
      [2, 6],
    ],
    [
      [1, 2],
      [1, 3],
    ],
  ]);
  expect(
    aheadSeries(
      [error(1), error(3)].map((one) => ({ ...one, naive: null })),
      'red',
    ),
  ).toHaveLength(1);
});
