import { describe, expect, it } from 'vitest';
import { perplexityCurves } from '../../../../src/renderer/screens/compare/curves.ts';
import { resultRows, settingRows } from '../../../../src/renderer/screens/compare/differences.ts';
import { detail, run } from '../../harness/fake-data.ts';

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
  it('never shows NaN', () => {
    const empty = { ...a, bestLoss: NaN, bestStep: null, parameters: null, tokensPerSecond: null, elapsed: 0 };
    for (const row of resultRows([empty]))
      for (const value of row.values) expect(value).not.toMatch(/NaN|null|undefined/);
  });
});

describe('perplexityCurves', () => {
  const details = [detail(a, 0), detail(b, 1)];
  it('draws training dashed and validation solid in the colour of the run, the best value marked', () => {
    const curves = perplexityCurves(details, { x: 'step', train: true, highlighted: null });
    expect(curves.map(({ id, dash, color }) => [id, dash ?? false, color])).toEqual([
      ['run-0/train', true, 'var(--run-0)'],
      ['run-0/valid', false, 'var(--run-0)'],
      ['run-1/train', true, 'var(--run-1)'],
      ['run-1/valid', false, 'var(--run-1)'],
    ]);
    const valid = curves[1]!;
    expect(valid.mark!.y).toBe(Math.min(...Array.from(valid.y)));
    expect(valid.y[0]).toBeCloseTo(Math.exp(details[0]!.evals[0]!.loss), 12);
  });
  it('runs along steps, epochs or seconds', () => {
    const at = (x: 'step' | 'epoch' | 'time') =>
      perplexityCurves(details, { x, train: false, highlighted: null })[0]!.x[0];
    const first = details[0]!.evals[0]!;
    expect([at('step'), at('epoch'), at('time')]).toEqual([first.step, first.epoch, first.elapsed]);
  });
  it('marks nothing where nothing finite was measured', () => {
    const broken = { ...details[0]!, evals: details[0]!.evals.map((one) => ({ ...one, loss: NaN })) };
    expect(perplexityCurves([broken], { x: 'step', train: false, highlighted: null })[0]!.mark).toBeNull();
  });
});
