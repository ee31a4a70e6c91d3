import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../../../src/engine/corpus/tokenizer-learner.ts';
import { trainingScript, type ScriptFiles } from '../../../../../src/engine/export/pytorch/script/training-script.ts';
import { writeSafetensors } from '../../../../../src/engine/export/safetensors.ts';
import { createReferenceKernels } from '../../../../../src/engine/kernels/reference/index.ts';
import type { Task } from '../../../../../src/engine/model/spec.ts';
import type { RunConfig } from '../../../../../src/engine/training/config.ts';
import { TextLearner } from '../../../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../../../src/engine/training/trainer.ts';
import { runnableConfig, type ConfigChanges } from '../../../../main/services/scripts/configs.ts';
import { askPython, python } from '../../../../python.ts';

const prose = 'The cat sat on the mat; the dog sat on the log. '.repeat(12);
const many = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const word = (i: number) => ['good', 'bad', 'fair', 'odd'][i % 4]!;
const labelled = (label: (i: number) => string) =>
  `text,label\n${many(40, (i) => `"a ${word(i)}, ${word(i + 1)} film",${label(i)}`)}\n`;

const corpora: Record<Task, string> = {
  'language-model': prose,
  tagging: `${many(30, (i) => `the\tDET\n${word(i)}\tADJ\nfilm\tNOUN\n`)}\n`,
  translation: `${many(40, (i) => `a ${word(i)} film\tein ${word(i)}er Film`)}\n`,
  classification: labelled(word),
  binary: labelled((i) => (i % 2 === 0 ? 'yes' : 'no')),
  multilabel: labelled((i) => (i % 3 === 0 ? 'a;b' : 'b')),
  regression: labelled((i) => String(i % 5)),
  'conditional-generation': labelled(word),
  forecasting: `t,x\n${many(120, (i) => `${i},${Math.sin(i / 5).toFixed(4)}`)}\n`,
  standard: `x,y,kind\n${many(60, (i) => `${i % 7},${i % 3},${word(i)}`)}\n`,
};

const base: Partial<Record<Task, ConfigChanges>> = {
  forecasting: { data: { inputs: ['x'] } },
  standard: { data: { inputs: ['x', 'y'], targets: ['kind'] } },
};

const small = { hidden: 6, dropout: 0.1 };
const embedded = { ...small, embedding: 5 };
const isNumeric = (task: Task) => task === 'forecasting' || task === 'standard';

const cases: [string, Task, ConfigChanges, Partial<ScriptFiles>?][] = [
  ...(Object.keys(corpora) as Task[]).map((task): [string, Task, ConfigChanges] => [`${task}, as is usual`, task, {}]),
  [
    'byte pairs, random windows, a cosine, AdamW',
    'language-model',
    {
      tokenizer: { kind: 'bpe', maxVocabulary: 270 },
      training: { partition: 'random', schedule: { kind: 'cosine', warmupSteps: 1 }, optimizer: { kind: 'adamw' } },
    },
  ],
  [
    'words, tied, GRU with its reset before, steps',
    'language-model',
    {
      tokenizer: { kind: 'word', lowercase: true },
      architecture: {
        cell: 'gru',
        reset: 'before',
        tie: true,
        embedding: 6,
        layers: 2,
        layerNorm: true,
        residual: true,
      },
      training: { schedule: { kind: 'step', afterEpochs: 0.01 }, clip: null },
    },
  ],
  [
    'graphemes, a sigmoid network',
    'language-model',
    { tokenizer: { kind: 'char', unit: 'grapheme' }, architecture: { cell: 'rnn', activation: 'sigmoid' } },
  ],
  [
    'word vectors',
    'classification',
    { vectorsCorpus: 'vectors.txt', training: { classWeights: 'balanced' } },
    { vectors: 'vectors.txt' },
  ],
  ['folds', 'binary', { data: { folds: { count: 4, index: 2 } }, split: { valid: 0.1, test: 0 } }],
  ['several labels of a token', 'tagging', { data: { tagSeparator: '+' }, architecture: { multilabel: true } }],
  ['balanced tags', 'tagging', { training: { classWeights: 'balanced', schedule: { kind: 'plateau' } } }],
  [
    'additive attention, scheduled sampling',
    'translation',
    {
      architecture: { attention: 'bahdanau', embedding: 0 },
      training: { scheduledSampling: { rate: 0.5, overSteps: 2 } },
    },
  ],
  [
    'lines beside each other, files of their own',
    'translation',
    { data: { targetCorpus: 'b' }, validCorpus: 'c', split: { valid: 0, test: 0.1 } },
    { main: 'a.txt', target: 'b.txt', valid: 'a.txt', validTarget: 'b.txt' },
  ],
  [
    'at every step, several columns',
    'forecasting',
    {
      data: { inputs: ['x', 't'], scaling: 'minmax' },
      architecture: { forecastAt: 'every-step', horizon: 3, layers: 2 },
    },
  ],
  [
    'values',
    'standard',
    {
      data: { inputs: ['x'], targets: ['y'], targetIs: 'number', scaling: 'none' },
      architecture: { predicts: 'value', activation: 'relu' },
    },
  ],
  [
    'variational dropout, pooled',
    'multilabel',
    { architecture: { dropoutKind: 'variational', layers: 2, pooling: 'mean' } },
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'unroll-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configOf(task: Task, { data, tokenizer, architecture, training, ...rest }: ConfigChanges): RunConfig {
  const own = base[task] ?? {};
  const network = isNumeric(task) ? small : task === 'language-model' ? small : embedded;
  return runnableConfig(task, {
    ...rest,
    data: { ...own.data, ...data, ...(isNumeric(task) ? { window: 6 } : {}) },
    ...(tokenizer && { tokenizer }),
    architecture: { ...network, ...architecture },
    training: { batch: 4, steps: 8, evalEvery: 2, maxSteps: 3, maxEpochs: null, ...training },
  });
}

function write(name: string, config: RunConfig, files: Partial<ScriptFiles>): string {
  const own = join(folder, name);
  mkdirSync(own);
  const none = {
    valid: null,
    test: null,
    target: null,
    validTarget: null,
    testTarget: null,
    vectors: null,
    encoding: null,
  };
  const script = trainingScript(`a "run" \\ of\n${name}`, config, { main: "it's data.txt", ...none, ...files });
  writeFileSync(join(own, 'train.py'), script);
  return own;
}

const initialWeights = {
  architecture: { dropout: 0, layers: 2, embedding: 5 },
  training: { maxSteps: 10, evalEvery: 100 },
};

/** What Unroll computes from the same initial weights: the loss of the first step and of the last. */
async function trainedHere(own: string): Promise<number[]> {
  const config = configOf('language-model', { ...initialWeights, split: { valid: 0.1, test: 0.05 } });
  const kernels = createReferenceKernels();
  const train = prose.slice(0, Math.round(prose.length * 0.85));
  const tokenizer = await learnTokenizer(config.tokenizer, train);
  const tokens = tokensInMemory(tokenizer.encode(train));
  const data = { tokenizer, charactersPerToken: 1, train: tokens, valid: null, test: null, vectors: null };
  const learner = new TextLearner(kernels, config, data);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => 0 });
  const parameters = await learner.parameters.read(learner.parameters.values);
  const tensors = new Map(parameters.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }]));
  writeFileSync(join(own, 'initial.safetensors'), writeSafetensors({ tensors, metadata: {} }));
  const losses = [];
  while (trainer.finished === null) losses.push((await trainer.trainStep()).loss);
  return [losses[0]!, losses.at(-1)!];
}

describe.skipIf(!python('torch'))('the PyTorch program of a run', () => {
  const printed = new Map<string, string>();
  let ours: number[] = [];

  beforeAll(async () => {
    const requests = cases.map(([name, task, changes, files = {}], i) => {
      const own = write(String(i), configOf(task, changes), files);
      writeFileSync(join(own, "it's data.txt"), corpora[task]);
      writeFileSync(
        join(own, 'a.txt'),
        many(30, (line) => `a ${word(line)} film`),
      );
      writeFileSync(
        join(own, 'b.txt'),
        many(30, (line) => `ein ${word(line)}er Film`),
      );
      writeFileSync(join(own, 'vectors.txt'), 'film 1 2 3 4 5\ngood 0 0 0 0 1\n');
      return { name, folder: own, arguments: [] as string[] };
    });
    const own = write(
      'weights',
      configOf('language-model', { ...initialWeights, split: { valid: 0.1, test: 0.05 } }),
      {},
    );
    writeFileSync(join(own, "it's data.txt"), prose);
    ours = await trainedHere(own);
    requests.push({ name: 'weights', folder: own, arguments: ['--weights', 'initial.safetensors'] });
    const answers = askPython('torch', join(import.meta.dirname, 'run_scripts.py'), requests) as string[];
    for (const [i, { name }] of requests.entries()) printed.set(name, answers[i]!);
  }, 120_000);

  it.each(cases)('trains, evaluates and shows: %s', (name) => {
    const lines = printed.get(name)!;
    expect(lines).toMatch(/^[\d,]+ parameters on cpu\nstep 1 {2}epoch [\d.]+ {2}loss \d+\.\d+\n/);
    expect(lines).toMatch(/^step 2 {2}validation loss \d+\.\d+ {2}\S/m);
    expect(lines).toMatch(/^test loss \d+\.\d+/m);
    expect(lines.split(/^test loss.*\n/m)[1]!.trim()).not.toBe('');
  });

  it('computes Unroll’s losses from Unroll’s weights', () => {
    const losses = [...printed.get('weights')!.matchAll(/^step \d+ {2}epoch \S+ {2}loss (\S+)$/gm)].map((line) =>
      Number(line[1]),
    );
    expect(losses).toHaveLength(2);
    expect(Math.abs(losses[0]! - ours[0]!)).toBeLessThan(1e-5);
    expect(Math.abs(losses[1]! - ours[1]!)).toBeLessThan(1e-4);
    expect(ours[1]).toBeLessThan(ours[0]!);
  });
});
