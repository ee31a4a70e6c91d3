/** Small networks of every kind of page, with weights as none is born with, as an export gets them. */
import { learnTokenizer } from '../../src/engine/corpus/tokenizer-learner.ts';
import type { Tokenizer } from '../../src/engine/corpus/tokenizer.ts';
import { ExampleCodec, type CodecJson } from '../../src/engine/data/codec.ts';
import type { PortableModel } from '../../src/engine/export/portable.ts';
import type { Kernels } from '../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference/index.ts';
import { modelParameters } from '../../src/engine/model/parameter-specs.ts';
import { ParameterSet } from '../../src/engine/model/parameters.ts';
import { architectureSchema, type Architecture } from '../../src/engine/model/spec.ts';
import { tinyConfig } from '../engine/training/tiny.ts';

export const text = 'the cat sat on the mat; the dog sat on the log. the <b>bold</b> rat ran & hid. '.repeat(3);
const words = { kind: 'word', unit: 'codepoint', lowercase: true, minFrequency: 1 } as const;
const bytePairs = { ...words, kind: 'bpe', maxVocabulary: 300 } as const;
const characters = { ...words, kind: 'char' } as const;

const empty: CodecJson = {
  ...{ format: 'unroll-codec/1', task: 'classification', kind: 'table', tokenizer: null, targetTokenizer: null },
  ...{ labels: null, multilabel: false, inputColumns: [], targetColumns: [], inputScaler: null, targetScaler: null },
  ...{ window: 1, horizon: 1, forecastAt: 'end', maxLength: null },
};
const scaler = (columns: number) => ({ offset: Array(columns).fill(1), scale: Array(columns).fill(2) });

export interface PageCase {
  readonly name: string;
  readonly architecture: Partial<Architecture>;
  readonly codec?: Partial<CodecJson>;
  readonly tokenizer?: typeof words | typeof characters | typeof bytePairs;
}

const source = (await learnTokenizer(words, text)).toJSON();
const target = (await learnTokenizer(characters, 'le chat est sur le tapis. ')).toJSON();
const numbers = { input: 'numbers', embedding: 0 } as const;

export const CASES: readonly PageCase[] = [
  { name: 'characters', architecture: {}, tokenizer: characters },
  { name: 'words', architecture: { cell: 'gru', embedding: 6, tie: true }, tokenizer: words },
  {
    name: 'byte pairs',
    architecture: { cell: 'rnn', layers: 2, residual: true, layerNorm: true },
    tokenizer: bytePairs,
  },
  {
    name: 'classification',
    architecture: { task: 'classification', bidirectional: true },
    codec: { tokenizer: source, labels: ['calm', 'cross', '<i>odd</i>'] },
  },
  {
    name: 'tagging',
    architecture: { task: 'tagging', bidirectional: true },
    codec: { kind: 'tagged', tokenizer: source, labels: ['DET', 'NOUN', 'VERB'] },
  },
  {
    name: 'translation',
    architecture: { task: 'translation', attention: 'bahdanau' },
    codec: { kind: 'pairs', tokenizer: source, targetTokenizer: target },
  },
  {
    name: 'conditional generation',
    architecture: { task: 'conditional-generation' },
    codec: { tokenizer: target, labels: ['French', 'English'] },
  },
  {
    name: 'forecasting',
    architecture: { task: 'forecasting', ...numbers, horizon: 3 },
    codec: {
      ...{ kind: 'series', inputColumns: ['sun', 'rain'], targetColumns: ['sun'], window: 4, horizon: 3 },
      ...{ inputScaler: scaler(2), targetScaler: scaler(1) },
    },
  },
  {
    name: 'standard',
    architecture: { task: 'standard', ...numbers },
    codec: { kind: 'rows', inputColumns: ['width', 'height'], labels: ['small', 'large'], inputScaler: scaler(2) },
  },
];

export function caseOf(name: string): PageCase {
  return CASES.find((one) => one.name === name)!;
}

/** Everything of a case that an answer is computed from. */
export interface Made {
  readonly model: PortableModel;
  readonly kernels: Kernels;
  readonly parameters: ParameterSet;
  readonly tokenizer: Tokenizer | null;
  readonly codec: ExampleCodec | null;
}

export async function make({ name, architecture: fields, codec: json, tokenizer: wanted }: PageCase): Promise<Made> {
  const tiny = tinyConfig();
  const plain = { ...tiny.architecture, layers: 1, hidden: 6, dropout: 0 };
  const architecture = architectureSchema.parse({ ...plain, ...fields });
  const config = { ...tiny, architecture };
  const codec = json ? new ExampleCodec({ ...empty, task: architecture.task, ...json }) : null;
  const tokenizer = wanted ? await learnTokenizer(wanted, text) : null;
  const V = tokenizer?.vocabularySize ?? 0;
  const sizes = codec?.sizes ?? { inputs: V, outputs: V };
  const kernels = createReferenceKernels();
  const parameters = new ParameterSet(kernels, modelParameters(architecture, sizes), false);
  parameters.initialise(11);
  const values = await kernels.read(parameters.values);
  kernels.write(
    parameters.values,
    Float64Array.from(values, (value) => Math.fround(3 * value)),
  );
  const all = await parameters.read(parameters.values);
  const state = { config, step: 1234, vocabularySize: V, codec: codec?.json ?? null, evals: [] };
  const model = {
    ...{ name: `A model of ${name} <&>`, corpusName: 'cats & <dogs>.txt', corpusHash: 'ab'.repeat(32) },
    ...{ trainedWith: 'Unroll 0.1.0', createdAt: 1.76e12, architecture, sizes, tokenizer, codec },
    parameters: new Map(all.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }])),
    state,
  } as unknown as PortableModel;
  return { model, kernels, parameters, tokenizer, codec };
}
