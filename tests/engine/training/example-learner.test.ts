import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { figuresOf } from '../../../src/engine/metrics/figures.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../src/engine/training/checkpoint.ts';
import { runConfigSchema, type RunConfig } from '../../../src/engine/training/config.ts';
import { ExampleLearner } from '../../../src/engine/training/example-learner.ts';
import { Trainer, type EvaluationOutcome } from '../../../src/engine/training/trainer.ts';
import { characters, fileOf, prepared, words } from '../data/files.ts';
import { tinyConfig } from './tiny.ts';

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const animals = ['cat', 'dog', 'owl', 'elephant', 'bee'];
const table = (label: (i: number) => string) =>
  `text,label\n${lines(40, (i) => `the ${animals[i % 5]} ${i % 3 ? 'is here' : 'sleeps'},${label(i)}`)}\n`;
const wave = (i: number) => Math.sin(i / 3).toFixed(4);
const numbers = { input: 'numbers', embedding: 0 } as const;

interface Case {
  readonly file: string;
  readonly data: object;
  readonly architecture: { readonly task: string } & Readonly<Record<string, unknown>>;
  readonly training?: object;
  readonly tokenizer?: typeof words | typeof characters;
  readonly figure: string;
}

const cases: Readonly<Record<string, Case>> = {
  tagging: {
    file: `${lines(40, (i) => `the\tDET\n${animals[i % 5]}\tNOUN\n${i % 2 ? 'sings\tVERB\n' : ''}`)}\n`,
    data: { kind: 'tagged' },
    architecture: { task: 'tagging', bidirectional: true, layers: 2, dropout: 0.2 },
    training: { classWeights: 'balanced' },
    figure: 'tokenAccuracy',
  },
  'several labels at a step': {
    file: `${lines(40, (i) => `the\t_\n${animals[i % 5]}\t${i % 2 ? 'NOUN;PL' : 'NOUN'}\n`)}\n`,
    data: { kind: 'tagged', tagSeparator: ';' },
    architecture: { task: 'tagging', multilabel: true },
    figure: 'microF1',
  },
  translation: {
    file: lines(40, (i) => `${animals[i % 5]} ${animals[i % 3]}\t${animals[i % 3]} ${animals[i % 5]} now !`),
    data: { kind: 'pairs' },
    architecture: { task: 'translation', bidirectional: true, attention: 'luong', dropout: 0.2 },
    training: { scheduledSampling: { rate: 0.5, overSteps: 4 } },
    figure: 'bleu',
  },
  classification: {
    file: table((i) => animals[i % 5]!),
    data: { kind: 'table' },
    architecture: { task: 'classification', pooling: 'mean', dropout: 0.2 },
    training: { classWeights: 'balanced' },
    figure: 'accuracy',
  },
  binary: {
    file: table((i) => (i % 3 ? 'yes' : 'no')),
    data: { kind: 'table', label: { is: 'binary' } },
    architecture: { task: 'binary', bidirectional: true },
    figure: 'accuracy',
  },
  multilabel: {
    file: table((i) => (i % 2 ? 'a;b' : 'b')),
    data: { kind: 'table', label: { is: 'labels' } },
    architecture: { task: 'multilabel', pooling: 'max' },
    figure: 'microF1',
  },
  regression: {
    file: table((i) => String(i % 5)),
    data: { kind: 'table', label: { is: 'number' } },
    architecture: { task: 'regression' },
    figure: 'rmse',
  },
  'conditional generation': {
    file: table((i) => (i % 2 ? 'odd' : 'even')),
    data: { kind: 'table' },
    architecture: { task: 'conditional-generation' },
    tokenizer: characters,
    figure: 'tokenAccuracy',
  },
  forecasting: {
    file: `t,wave\n${lines(80, (i) => `${i},${wave(i)}`)}\n`,
    data: { kind: 'numeric', inputs: ['wave'], window: 6 },
    architecture: { task: 'forecasting', horizon: 2, ...numbers },
    figure: 'rmse',
  },
  'forecasting at every step': {
    file: `t,wave\n${lines(80, (i) => `${i},${wave(i)}`)}\n`,
    data: { kind: 'numeric', inputs: ['wave'], window: 6 },
    architecture: { task: 'forecasting', forecastAt: 'every-step', ...numbers },
    figure: 'rmse',
  },
  'standard network, of classes': {
    file: `a,b,c\n${lines(40, (i) => `${wave(i)},${i % 4},${i % 4 < 2 ? 'low' : 'high'}`)}\n`,
    data: { kind: 'numeric', layout: 'rows', inputs: ['a', 'b'], targets: ['c'], targetIs: 'class' },
    architecture: { task: 'standard', ...numbers },
    figure: 'accuracy',
  },
  'standard network, of values': {
    file: `a,b,c\n${lines(40, (i) => `${wave(i)},${i % 4},${3 - (i % 4)}`)}\n`,
    data: { kind: 'numeric', layout: 'rows', inputs: ['a', 'b'], targets: ['c'] },
    architecture: { task: 'standard', predicts: 'value', ...numbers },
    figure: 'rmse',
  },
};

/** On tiny.ts' run, one layer. */
function configOf({ data, architecture, training }: Case): RunConfig {
  const tiny = tinyConfig();
  return runConfigSchema.parse({
    ...tiny,
    data,
    architecture: { ...tiny.architecture, layers: 1, dropout: 0, ...architecture },
    training: { ...tiny.training, ...training },
  });
}

async function datasetOf({ file, data, architecture, tokenizer = words }: Case): Promise<Dataset> {
  return prepared({ data, architecture, tokenizer, train: fileOf(file) });
}

const turn = async () => {};

/** Steps, evaluating when it is due, and what must not depend on interruptions of them. */
async function train(trainer: Trainer, untilStep: number, record: unknown[]): Promise<EvaluationOutcome | null> {
  let last: EvaluationOutcome | null = null;
  const evaluate = async () => {
    if (!trainer.evaluationDue) return;
    last = await trainer.evaluateNow(turn);
    const { elapsed: _, ...metrics } = last.metrics;
    record.push({ metrics, sample: last.sample, best: last.best });
  };
  while (trainer.step < untilStep && trainer.finished === null) {
    await evaluate();
    const { step, loss, gradNorm } = await trainer.trainStep();
    record.push({ step, loss, gradNorm });
  }
  if (trainer.finished) await evaluate();
  return last;
}

function trainerOf(config: RunConfig, dataset: Dataset, saved: Checkpoint | null = null) {
  const kernels = createReferenceKernels();
  const learner = new ExampleLearner(kernels, config, dataset);
  const inputs = { kernels, config, learner, clock: () => 0 };
  return saved ? Trainer.resume(inputs, saved) : Trainer.begin(inputs);
}

describe.each(Object.entries(cases))('%s', (_, given) => {
  it('resumed at any step computes the same bits', async () => {
    const config = configOf(given);
    const dataset = await datasetOf(given);
    const whole = await trainerOf(config, dataset);
    const uninterrupted: unknown[] = [];
    await train(whole, Infinity, uninterrupted);
    const end = await whole.checkpoint();
    for (const at of [0, 4, 7]) {
      const record: unknown[] = [];
      const before = await trainerOf(config, dataset);
      await train(before, at, record);
      const saved = decodeCheckpoint(encodeCheckpoint(await before.checkpoint()));
      before.dispose();
      const after = await trainerOf(config, dataset, saved);
      await train(after, Infinity, record);
      expect(record, `interrupted after step ${at}`).toEqual(uninterrupted);
      expect((await after.checkpoint()).tensors).toEqual(end.tensors);
      after.dispose();
    }
    whole.dispose();
  });

  it('learns, measures its task and shows what it makes of examples', async () => {
    const config = configOf({
      ...given,
      architecture: { ...given.architecture, dropout: 0 },
      training: { ...given.training, maxSteps: 90, evalEvery: 30, learningRate: 0.03 },
    });
    const dataset = await datasetOf(given);
    const trainer = await trainerOf(config, dataset);
    const losses: number[] = [];
    while (!trainer.finished) {
      const { loss } = await trainer.trainStep();
      losses.push(loss);
      if (!trainer.evaluationDue) continue;
      const { metrics, sample } = await trainer.evaluateNow(turn);
      expect(metrics.figures).toEqual(figuresOf(metrics.metrics!));
      expect(Object.keys(metrics.figures)[0]).toBe(given.figure);
      expect(sample.text).not.toBe('');
      expect(sample.detail).not.toBeNull();
    }
    const mean = (part: readonly number[]) => part.reduce((a, b) => a + b) / part.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
    trainer.dispose();
  });
});

describe('the test part', () => {
  it('is measured with the best checkpoint’s parameters, and training goes on with its own', async () => {
    const config = configOf(cases['classification']!);
    const dataset = await datasetOf(cases['classification']!);
    const trainer = await trainerOf(config, dataset);
    await train(trainer, 4, []);
    const best = await trainer.checkpoint();
    const wanted = await trainer.test(null, turn);
    await train(trainer, 10, []);
    const { parameters } = trainer.learner;
    const before = await parameters.read(parameters.values);
    const tested = await trainer.test(best, turn);
    expect(tested).toMatchObject({ step: 4, split: 'test', loss: wanted!.loss, metrics: wanted!.metrics });
    expect(await parameters.read(parameters.values)).toEqual(before);
    expect((await trainer.test(null, turn))!.loss).not.toBe(wanted!.loss);
    trainer.dispose();
  });
});

describe('word vectors', () => {
  const given = cases['classification']!;
  it('are what their rows of the embedding begin with; the others are drawn', async () => {
    const architecture = { ...given.architecture, embedding: 3 };
    const dataset = await prepared({
      ...given,
      architecture,
      train: fileOf(given.file),
      vectorsPath: fileOf('cat 1 2 3\nbee 4 5 6\n'),
    });
    const config = configOf({ ...given, architecture });
    const trainer = await trainerOf(config, dataset);
    const plain = await trainerOf(config, await datasetOf(given));
    const rowsOf = async ({ learner: { parameters } }: Trainer) => {
      const { data } = (await parameters.read(parameters.values)).find(({ name }) => name === 'emb.weight')!;
      return (word: string) => {
        const [id] = dataset.codec.encode(word);
        return [...data.subarray(id! * 3, id! * 3 + 3)];
      };
    };
    const [row, drawn] = [await rowsOf(trainer), await rowsOf(plain)];
    expect(row('cat')).toEqual([1, 2, 3]);
    expect(row('bee')).toEqual([4, 5, 6]);
    expect(row('dog')).toEqual(drawn('dog'));
    trainer.dispose();
    plain.dispose();
  });
});
