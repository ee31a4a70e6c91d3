/** Small, odd-sized networks of every shape, and random batches for them. */
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import type { PairBatch } from '../../../src/engine/model/batch.ts';
import { createTaskModel } from '../../../src/engine/model/create.ts';
import { architectureSchema, lossOf, shapeOf, type Architecture } from '../../../src/engine/model/spec.ts';
import type { AnyBatch, DataSizes, ModelSizes, TaskModel } from '../../../src/engine/model/task-model.ts';
import { outputWidth } from '../../../src/engine/model/parameter-specs.ts';
import { integers, normals } from '../numbers.ts';

export const DATA: DataSizes = { inputs: 5, outputs: 4, labels: 3 };

type Fields = Partial<Architecture>;
const translation: Fields = { task: 'translation', bidirectional: true, decoderHidden: 5 };
const numbers: Fields = { input: 'numbers', embedding: 0 };

/** Name → fields that differ from one LSTM layer of 3 units on embeddings of 2. */
export const CASES: readonly (readonly [string, Fields])[] = [
  ['tagging', { task: 'tagging' }],
  ['tagging, bidirectional gru, one-hot', { task: 'tagging', cell: 'gru', bidirectional: true, embedding: 0 }],
  ['tagging, several labels at a step', { task: 'tagging', multilabel: true, layers: 2, layerNorm: true }],
  ['tagging, deep', { task: 'tagging', layers: 3, bidirectional: true, layerNorm: true, residual: true, dropout: 0.3 }],
  ['classification', { task: 'classification', bidirectional: true }],
  ['classification, mean', { task: 'classification', pooling: 'mean', layers: 2, residual: true }],
  ['classification, max', { task: 'classification', pooling: 'max', bidirectional: true, layers: 2 }],
  [
    'classification, variational dropout',
    { task: 'classification', layers: 2, layerNorm: true, dropout: 0.3, dropoutKind: 'variational' },
  ],
  ['regression', { task: 'regression', cell: 'rnn', activation: 'tanh' }],
  ['binary, of numbers', { task: 'binary', ...numbers, bidirectional: true }],
  ['multilabel', { task: 'multilabel', cell: 'gru', reset: 'before', pooling: 'mean' }],
  ['conditional generation', { task: 'conditional-generation', layers: 2, labelEmbedding: 2, dropout: 0.3 }],
  ['conditional generation, tied', { task: 'conditional-generation', cell: 'gru', tie: true, embedding: 3 }],
  ['forecasting at the end', { task: 'forecasting', ...numbers, horizon: 2 }],
  ['forecasting at every step', { task: 'forecasting', ...numbers, horizon: 3, forecastAt: 'every-step', layers: 2 }],
  ['standard', { task: 'standard', ...numbers, layers: 3, dropout: 0.3 }],
  ['standard, of values', { task: 'standard', ...numbers, predicts: 'value', activation: 'sigmoid' }],
  ['translation', { ...translation, layers: 2, dropout: 0.3 }],
  ['translation, luong general', { ...translation, attention: 'luong', attentionSize: 2, dropout: 0.3 }],
  ['translation, luong dot', { ...translation, attention: 'luong', score: 'dot', decoderHidden: 6, layerNorm: true }],
  ['translation, bahdanau', { ...translation, attention: 'bahdanau', attentionSize: 2, cell: 'gru' }],
  [
    'translation, bahdanau, deep',
    { ...translation, attention: 'bahdanau', layers: 2, layerNorm: true, residual: true, dropout: 0.3 },
  ],
  ['translation, bahdanau, one-hot, one direction', { task: 'translation', attention: 'bahdanau', embedding: 0 }],
  ['translation, tied', { ...translation, attention: 'luong', attentionSize: 2, tie: true }],
];

export function taskArchitecture(fields: Fields): Architecture {
  const base = { cell: 'lstm', layers: 1, hidden: 3, embedding: 2, dropout: 0, tie: false };
  return architectureSchema.parse({ ...base, ...fields });
}

/** What the data make of an architecture: a rating and a yes or no are one number; tied and generated tokens are one vocabulary. */
export function dataOf({ task }: Architecture): DataSizes {
  if (task === 'regression' || task === 'binary') return { ...DATA, outputs: 1 };
  if (task === 'conditional-generation') return { ...DATA, outputs: DATA.inputs };
  return DATA;
}

export function makeTaskModel(
  kernels: Kernels,
  architecture: Architecture,
  sizes: Partial<ModelSizes> = {},
): TaskModel<AnyBatch> {
  const T = architecture.task === 'standard' ? 1 : 4;
  const planned = { B: 3, T, Ty: 5, training: true, ...sizes };
  const model = createTaskModel(kernels, architecture, dataOf(architecture), planned);
  model.parameters.initialise(3);
  return model;
}

export interface BatchSizes {
  readonly T: number;
  readonly Ty: number;
  /** Real steps of each sequence, and of its target. */
  readonly lengths: readonly number[];
  readonly targetLengths: readonly number[];
}

export const BATCH_SIZES: BatchSizes = { T: 4, Ty: 3, lengths: [2, 4, 1], targetLengths: [3, 1, 2] };

/** A random batch with padding. A sequence's numbers depend on its own index and length only, not on the other sequences. */
export function taskBatch(
  architecture: Architecture,
  sizes: BatchSizes = BATCH_SIZES,
  garbage = 0,
): PairBatch & AnyBatch {
  const { task, input } = architecture;
  const data = dataOf(architecture);
  const B = sizes.lengths.length;
  const { T } = task === 'standard' ? { T: 1 } : sizes;
  const lengths = task === 'standard' ? sizes.lengths.map(() => 1) : sizes.lengths;
  const perStep = shapeOf(architecture) !== 'many-to-one' && shapeOf(architecture) !== 'one-to-one';

  /** [steps,B,K] from what `draw` gives for each sequence, `padding` after its length. */
  const arrange = (
    steps: number,
    real: readonly number[],
    K: number,
    draw: (b: number, n: number) => ArrayLike<number>,
    padding: number,
  ) => {
    const all = new Float64Array(steps * B * K).fill(padding);
    for (let b = 0; b < B; b++) {
      const own = draw(b, real[b] * K);
      for (let t = 0; t < real[b]; t++) for (let k = 0; k < K; k++) all[(t * B + b) * K + k] = own[t * K + k];
    }
    return all;
  };
  const ids = (seed: number, V: number) => (b: number, n: number) => integers(seed + b, n, V);
  const reals = (seed: number) => (b: number, n: number) => normals(seed + b, n);
  const yesOrNo = (b: number, n: number) => integers(400 + b, n, 2);
  const tokens = (steps: number, real: readonly number[], seed: number, V: number, padding = 0) =>
    Int32Array.from(arrange(steps, real, 1, ids(seed, V), padding));

  const loss = lossOf(architecture);
  const K = outputWidth(architecture, data);
  const targets = (steps: number, real: readonly number[]) =>
    loss === 'softmax'
      ? tokens(steps, real, 300, K, -1)
      : arrange(steps, real, K, loss === 'sigmoid' ? yesOrNo : reals(300), garbage);
  const source =
    input === 'tokens' ? tokens(T, lengths, 100, data.inputs) : arrange(T, lengths, data.inputs, reals(100), garbage);
  if (task === 'translation') {
    const { Ty, targetLengths } = sizes;
    return {
      ...{ T: Ty, B, lengths: Int32Array.from(targetLengths), inputs: tokens(Ty, targetLengths, 200, data.outputs) },
      targets: targets(Ty, targetLengths),
      ...{ Tx: T, source: Int32Array.from(source), sourceLengths: Int32Array.from(lengths) },
    };
  }
  return {
    ...{ T, B, lengths: task === 'standard' ? null : Int32Array.from(lengths) },
    inputs: input === 'tokens' ? Int32Array.from(source) : source,
    targets: perStep
      ? targets(T, lengths)
      : targets(
          1,
          lengths.map(() => 1),
        ),
    labels: integers(500, B, 3),
    ...{ Tx: 0, source: new Int32Array(0), sourceLengths: null },
  };
}
