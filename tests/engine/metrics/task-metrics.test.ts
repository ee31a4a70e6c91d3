import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset.ts';
import { createTaskMetrics } from '../../../src/engine/metrics/task-metrics.ts';
import { fileOf, prepared } from '../data/files.ts';
import { oneHot } from './logits.ts';

const whole = { valid: 0, test: 0 };
const numeric = { input: 'numbers', embedding: 0 };

async function dataset(data: object, architecture: object, file: string): Promise<Dataset> {
  return prepared({ data, architecture, train: fileOf(file), split: whole });
}

/** Outputs whose decisions are the targets: logits of ids, of yes and no, or the numbers themselves. */
function perfect(targets: ArrayLike<number>, K: number, loss: 'softmax' | 'sigmoid' | 'squared'): number[] {
  const all = Array.from(targets);
  if (loss === 'softmax') return oneHot(all, K);
  return loss === 'sigmoid' ? all.map((yes) => 2 * yes - 1) : all;
}

const table = (label: object) => ({ kind: 'table', label });
const series = `v,w\n${Array.from({ length: 12 }, (_, i) => `${i * i},${50 - i}\n`).join('')}`;
const forecast = { kind: 'numeric', inputs: ['v', 'w'], targets: ['w'], window: 3 };
const rows = { kind: 'numeric', layout: 'rows', inputs: ['a'], targets: ['b'] };

describe('outputs that are the targets measure as perfect, padding left out', () => {
  it.each([
    [
      'classification',
      table({ is: 'class' }),
      { task: 'classification' },
      'text,label\na b,x\nb,y\nc,x\na,y\n',
      'softmax',
      { kind: 'classification', examples: 4, accuracy: 1, macroF1: 1 },
    ],
    [
      'tagging',
      { kind: 'tagged' },
      { task: 'tagging' },
      'the\tD\ndog\tN\n\nruns\tV\n',
      'softmax',
      { kind: 'tagging', sentences: 2, tokens: 3, tokenAccuracy: 1, sentenceAccuracy: 1 },
    ],
    [
      'tagging with several labels',
      { kind: 'tagged', tagSeparator: '|' },
      { task: 'tagging', multilabel: true },
      'the\tD|x\ndog\tN\n\nruns\t_\n',
      'sigmoid',
      { kind: 'multilabel', examples: 3, exactMatch: 1, microF1: 1 },
    ],
    [
      'several labels',
      table({ is: 'labels' }),
      { task: 'multilabel' },
      'text,label\na b,x;y\nb,\nc,y\n',
      'sigmoid',
      { kind: 'multilabel', examples: 3, exactMatch: 1, macroF1: 1 },
    ],
    [
      'yes or no',
      table({ is: 'binary' }),
      { task: 'binary' },
      'text,label\na b,yes\nb,no\nc,yes\n',
      'sigmoid',
      { kind: 'binary', examples: 3, accuracy: 1, f1: 1 },
    ],
    [
      'a rating',
      table({ is: 'number' }),
      { task: 'regression' },
      'text,label\na b,1\nb,3\nc,8\n',
      'squared',
      { kind: 'regression', examples: 3, rmse: 0, mae: 0, r2: 1, columns: [{ name: 'rating' }] },
    ],
    [
      'a standard network’s classes',
      { ...rows, targetIs: 'class' },
      { task: 'standard', ...numeric },
      'a,b\n1,x\n2,y\n3,x\n4,y\n',
      'softmax',
      { kind: 'classification', examples: 4, accuracy: 1 },
    ],
    [
      'a standard network’s numbers',
      rows,
      { task: 'standard', ...numeric, predicts: 'value' },
      'a,b\n1,5\n2,6\n3,9\n',
      'squared',
      { kind: 'regression', examples: 3, rmse: 0, columns: [{ name: 'b' }] },
    ],
    [
      'translation',
      { kind: 'pairs' },
      { task: 'translation' },
      'a b\tx y z\nb\tx\n',
      'softmax',
      // Each with its EOS: 4 + 2 tokens.
      { kind: 'sequences', tokens: 6, tokenAccuracy: 1, texts: 0, bleu: null },
    ],
  ] as const)('%s', async (_, data, architecture, file, loss, want) => {
    const set = await dataset(data, architecture, file);
    const metrics = createTaskMetrics(set.codec);
    for (const batch of set.evaluationBatches('train', 2)) {
      metrics.add(perfect(batch.targets!, set.codec.sizes.outputs, loss), batch);
    }
    expect(metrics.result()).toMatchObject(want);
    expect(metrics.addText !== null).toBe(architecture.task === 'translation');
    expect(() => metrics.add([0], { T: 1, B: 1, lengths: null, inputs: Int32Array.of(0), targets: null })).toThrow(
      'this batch has none',
    );
  });
});

describe('numbers are measured in the units of the data', () => {
  it('a rating that is one deviation off everywhere', async () => {
    const set = await dataset(table({ is: 'number' }), { task: 'regression' }, 'text,label\na,10\nb,30\n');
    const metrics = createTaskMetrics(set.codec);
    const [batch] = [...set.evaluationBatches('train', 9)];
    metrics.add(
      Array.from(batch.targets!, (y) => y + 1),
      batch,
    );
    // Mean 20, deviation 10.
    expect(metrics.result()).toMatchObject({ rmse: 10, mae: 10, r2: 0 });
  });

  it.each(['end', 'every-step'])(
    'the naive forecast (at %s) against itself, and against the truth',
    async (forecastAt) => {
      const set = await dataset(forecast, { task: 'forecasting', ...numeric, horizon: 2, forecastAt }, series);
      const metrics = createTaskMetrics(set.codec);
      let windows = 0;
      for (const batch of set.evaluationBatches('train', 3)) {
        const naive = set.naiveForecast('train', batch.indices);
        metrics.add(naive, batch, naive);
        windows += batch.B;
      }
      const result = metrics.result();
      // w falls by one a step: the last value is 1 off one step ahead, and 2 off two steps ahead.
      expect(result).toMatchObject({ kind: 'regression', examples: forecastAt === 'end' ? windows : 3 * windows });
      if (result.kind !== 'regression') throw new Error('unreachable');
      expect(result.columns[0].name).toBe('w');
      expect(result.mae).toBeCloseTo(1.5, 10);
      expect(result.rmse).toBeCloseTo(Math.sqrt(2.5), 10);
      expect(result.naive).toEqual({ rmse: result.rmse, mae: result.mae });
      expect(result.ahead.map(({ rmse }) => Math.round(rmse * 1e9) / 1e9)).toEqual([1, 2]);
    },
  );
});

it('translations of a lower-cased vocabulary are compared without case', async () => {
  const tokenizer = { kind: 'word', unit: 'codepoint', lowercase: true, minFrequency: 1 } as const;
  const set = await prepared({
    ...{ data: { kind: 'pairs' }, architecture: { task: 'translation' }, train: fileOf('a\tx Y\nb\ty\n') },
    ...{ split: whole, tokenizer },
  });
  const metrics = createTaskMetrics(set.codec);
  metrics.addText!('x y', 'X Y');
  expect(metrics.result()).toMatchObject({ exactMatch: 1, bleu: { signature: expect.stringContaining('case:lc') } });
});
