import { describe, expect, it } from 'vitest';
import { answersSchema } from '../../../src/engine/import-model/answers.ts';
import { checkpointOf, openModelFile, summaryOf } from '../../../src/engine/import-model/read-model.ts';
import { expectClose } from '../../compare.ts';
import {
  h5File,
  kerasFile,
  matrix,
  type KerasModel,
  type Layer,
  type LayerWeights,
  type Matrix,
} from './keras-files.ts';
import { run } from './keras-recurrence.ts';
import { outputsOf } from './use.ts';

const V = 7;
const letters = [...'abcdef\n'];
const noAnswers = answersSchema.parse({});

const cellWeights = (I: number, H: number, gates: number, biases = 1): Record<string, Matrix> => ({
  kernel: matrix(I, gates * H),
  recurrent_kernel: matrix(H, gates * H),
  bias: biases === 2 ? matrix(2, gates * H) : matrix(gates * H),
});

const layer = (class_name: string, name: string, config: object = {}): Layer => ({
  class_name,
  config: { name, ...config },
});
const only = (inner: string, values: Record<string, Matrix>, direction = ''): LayerWeights[] => [
  { inner, direction, values },
];

const embedding = (E: number): [Layer, LayerWeights[]] => [
  layer('Embedding', 'words', { input_dim: V, output_dim: E }),
  only('', { embeddings: matrix(V, E) }),
];
const dense = (I: number, K: number, activation: string): [Layer, LayerWeights[]] => [
  layer('Dense', 'answers', { units: K, activation }),
  only('', { kernel: matrix(I, K), bias: matrix(K) }),
];
const model = (...parts: [Layer, LayerWeights[]][]): KerasModel => ({
  layers: [layer('InputLayer', 'input'), ...parts.map(([one]) => one)],
  weights: [[], ...parts.map(([, weights]) => weights)],
});

const sequences = { return_sequences: true, activation: 'tanh', recurrent_activation: 'sigmoid' };
const models: Readonly<Record<string, KerasModel>> = {
  'SimpleRNN, two layers': model(
    embedding(3),
    [layer('SimpleRNN', 'rnn', sequences), only('cell/', cellWeights(3, 4, 1))],
    [layer('SimpleRNN', 'rnn_1', sequences), only('cell/', cellWeights(4, 4, 1))],
    dense(4, V, 'softmax'),
  ),
  LSTM: model(
    embedding(3),
    [layer('Dropout', 'dropout', { rate: 0.25 }), []],
    [layer('LSTM', 'lstm', sequences), only('cell/', cellWeights(3, 4, 4))],
    [
      layer('TimeDistributed', 'answers', { layer: layer('Dense', 'dense', { activation: 'softmax' }) }),
      only('layer/', { kernel: matrix(4, V), bias: matrix(V) }),
    ],
  ),
  'GRU that resets after': model(
    embedding(3),
    [layer('GRU', 'gru', { ...sequences, reset_after: true }), only('cell/', cellWeights(3, 4, 3, 2))],
    dense(4, V, 'softmax'),
  ),
  'GRU that resets before': model(
    embedding(3),
    [layer('GRU', 'gru', sequences), only('cell/', cellWeights(3, 4, 3))],
    dense(4, V, 'softmax'),
  ),
  'one-hot LSTM that answers at the end': model(
    [layer('LSTM', 'lstm', { ...sequences, return_sequences: false }), only('cell/', cellWeights(V, 4, 4))],
    dense(4, V, 'softmax'),
  ),
};
const inBothDirections = model(
  embedding(3),
  [
    layer('Bidirectional', 'both', {
      merge_mode: 'concat',
      layer: layer('LSTM', 'lstm', { ...sequences, return_sequences: false }),
    }),
    [
      { inner: 'forward_layer/cell/', direction: 'forward_', values: cellWeights(3, 4, 4) },
      { inner: 'backward_layer/cell/', direction: 'backward_', values: cellWeights(3, 4, 4) },
    ],
  ],
  dense(8, 1, 'sigmoid'),
);

const ids = [2, 0, 5, 6, 1, 1, 3];

describe.each([
  ['.keras', kerasFile],
  ['.h5', h5File],
] as const)('Keras, %s', (_ending, write) => {
  it.each(Object.entries(models))('%s', async (name, keras) => {
    const file = await openModelFile(await write(keras));
    expect(summaryOf(file, null)).toMatchObject({
      writtenBy: 'Keras',
      tasks: expect.arrayContaining(['language-model']),
      asks: { vocabulary: true },
    });
    const checkpoint = checkpointOf(file, noAnswers, letters);
    // Every id is one more: 0 stands for what is not known.
    const got = await outputsOf(
      checkpoint,
      ids.map((id) => id + 1),
    );
    const want = run(keras, ids, V);
    const atEnd = name.endsWith('at the end');
    const rows = atEnd ? got.slice(-1) : got;
    expectClose(
      rows.flatMap((row) => row.slice(1)),
      want.flat(),
      { atol: 1e-5, rtol: 1e-5 },
    );
    if (name === 'LSTM') expect(checkpoint.state.config.architecture.dropout).toBe(0.25);
  });

  it('a bidirectional LSTM that answers yes or no', async () => {
    const file = await openModelFile(await write(inBothDirections));
    expect(summaryOf(file, null).tasks).toEqual(['binary']);
    const checkpoint = checkpointOf(file, noAnswers, letters);
    const got = await outputsOf(
      checkpoint,
      ids.map((id) => id + 1),
    );
    expectClose(got.flat(), run(inBothDirections, ids, V).flat(), { atol: 1e-5, rtol: 1e-5 });
  });

  it.each([
    [model(embedding(3), [layer('Conv1D', 'conv'), []]), 'The layer "conv" (Conv1D) has no place here'],
    [model(embedding(3), dense(3, V, 'softmax')), 'comes before the recurrent layers'],
    [
      model(embedding(3), [
        layer('LSTM', 'lstm', { ...sequences, recurrent_activation: 'hard_sigmoid' }),
        only('cell/', cellWeights(3, 4, 4)),
      ]),
      'has gates of "hard_sigmoid"',
    ],
    [
      model(embedding(3), [layer('LSTM', 'lstm', sequences), only('cell/', cellWeights(3, 4, 4))]),
      'ends without a Dense layer',
    ],
    [
      model(embedding(3), [layer('LSTM', 'lstm', sequences), []], dense(4, V, 'softmax')),
      'The weights "recurrent_kernel" of the layer "lstm" are not in the file.',
    ],
    [
      model(
        embedding(3),
        [layer('LSTM', 'lstm', sequences), only('cell/', cellWeights(2, 4, 4))],
        dense(4, V, 'softmax'),
      ),
      '"kernel" of the layer "lstm" has the shape [2, 16]; it would be [3, 16].',
    ],
    [
      model(embedding(3), [layer('LSTM', 'lstm', sequences), only('cell/', cellWeights(3, 4, 4))], dense(4, 9, 'relu')),
      'The output has the activation "relu"',
    ],
  ])('refuses what does not fit, %#', async (keras, message) => {
    await expect(openModelFile(await write(keras))).rejects.toThrow(message);
  });
});
