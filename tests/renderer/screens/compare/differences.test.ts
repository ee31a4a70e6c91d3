import { describe, expect, it } from 'vitest';
import { comparable, measureChoices, measureFor, nameFor } from '../../../../src/renderer/screens/compare/choice.ts';
import { resultRows, settingRows } from '../../../../src/renderer/screens/compare/differences.ts';
import { run } from '../../harness/fake-data.ts';

const [a, b] = [run(0), run(1)];
const name = (id: string) => id;

describe('settingRows', () => {
  it('finds nothing that differs between a run and itself', () => {
    expect(settingRows([a, a], name).filter((row) => row.differs)).toEqual([]);
  });
  it('finds exactly the settings that differ', () => {
    const other = {
      ...a,
      id: 'other',
      createdAt: 0,
      parameters: 1,
      config: {
        ...a.config,
        architecture: { ...a.config.architecture, hidden: 999 },
        training: { ...a.config.training, earlyStopping: 5, clip: null },
      },
    };
    expect(settingRows([a, other], name).filter((row) => row.differs)).toEqual([
      { label: 'hidden units', values: ['128', '999'], best: [], differs: true },
      { label: 'gradient clipping', values: ['5', 'none'], best: [], differs: true },
      { label: 'early stopping', values: ['–', 'after 5 evaluations without improvement'], best: [], differs: true },
    ]);
  });
  it('keeps the order of settings that only a later run has', () => {
    const other = { ...a, config: { ...a.config, validCorpus: 'v' } };
    const labels = settingRows([a, other], name).map((row) => row.label);
    expect(labels.indexOf('validation corpus')).toBe(labels.indexOf('validation / test') + 1);
  });
});

describe('resultRows', () => {
  it('marks the lowest perplexities, but not of one run alone', () => {
    const best = (runs: (typeof a)[]) => resultRows(runs)[0]!.best;
    expect(
      best([
        { ...a, bestLoss: 2 },
        { ...b, bestLoss: 1 },
      ]),
    ).toEqual([1]);
    expect(
      best([
        { ...a, bestLoss: 1 },
        { ...b, bestLoss: null },
      ]),
    ).toEqual([]);
    expect(
      best([
        { ...a, bestLoss: 1 },
        { ...b, bestLoss: 1 },
      ]),
    ).toEqual([0, 1]);
  });
  it('marks the higher accuracy and the lower error, each among the runs that have it', () => {
    const tagger = { ...run(2, 'tagging'), bestFigures: { tokenAccuracy: 0.9 } };
    const better = { ...run(3, 'tagging'), bestFigures: { tokenAccuracy: 0.95 } };
    const forecast = (rmse: number) => ({ ...run(4, 'forecasting'), bestFigures: { rmse } });
    const rows = resultRows([tagger, better, forecast(2), forecast(1)]);
    const row = (label: string) => rows.find((one) => one.label === label)!;
    expect(row('validation token accuracy')).toMatchObject({ values: ['90.0 %', '95.0 %', '–', '–'], best: [1] });
    expect(row('validation RMSE').best).toEqual([3]);
  });
  it('calls no loss the best where tasks differ', () => {
    const rows = resultRows([run(0, 'classification'), run(1, 'tagging')]);
    expect(rows.find((one) => one.label === 'best validation cross-entropy')!.best).toEqual([]);
    const alike = resultRows([run(0, 'tagging'), run(1, 'tagging')]);
    expect(alike.find((one) => one.label === 'best validation cross-entropy')!.best).toHaveLength(1);
  });
  it('never shows NaN', () => {
    const empty = { ...a, bestLoss: NaN, bestStep: null, parameters: null, tokensPerSecond: null, elapsed: 0 };
    for (const row of resultRows([empty]))
      for (const value of row.values) expect(value).not.toMatch(/NaN|null|undefined/);
  });
});

describe('what is compared', () => {
  const mixed = [run(0), run(2, 'translation'), run(3, 'classification')];
  it('is the headline where all have the same', () => {
    expect(measureFor(null, [a, b])).toBe('perplexity');
    expect(measureFor(null, [run(0, 'tagging'), run(1, 'tagging')])).toBe('tokenAccuracy');
    expect(measureFor('bleu', [a, b])).toBe('perplexity');
  });
  it('is what most have otherwise, and anything that some have can be chosen', () => {
    expect(measureFor(null, mixed)).toBe('loss');
    expect(measureFor('bleu', mixed)).toBe('bleu');
    expect(measureChoices(mixed).find(({ measure }) => measure === 'perplexity')?.runs).toBe(2);
  });
  it('are losses of one task only; figures always', () => {
    expect(comparable('loss', mixed)).toBe(false);
    expect(comparable('perplexity', mixed)).toBe(false);
    expect(comparable('loss', [a, b])).toBe(true);
    expect(comparable('accuracy', mixed)).toBe(true);
  });
  it('has the name of the loss where all runs have the same', () => {
    expect(nameFor('loss', [run(0, 'binary'), run(1, 'multilabel')])).toBe('binary cross-entropy');
    expect(nameFor('loss', [run(0, 'binary'), run(1, 'regression')])).toBe('loss');
  });
});
