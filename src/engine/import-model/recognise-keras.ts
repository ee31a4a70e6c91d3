/**
 * Which network a Keras model is, layer by layer. Its kernels are [in,G*H], ours [G*H,in]; an LSTM's gates are in our order, a GRU's
 * z, r, n are brought into it (keras.io, layers SimpleRNN, LSTM, GRU).
 */
import type { Task } from '../model/spec-fields.ts';
import { ModelFileError } from './errors.ts';
import { activations, possibleTasks, type Activation, type FoundNetwork } from './found-network.ts';
import { textOf, wrappedLayer, type KerasLayer } from './keras-config.ts';
import { requireWeight, type WeightsOf } from './keras-weights.ts';
import { reordered, reshaped, rowsOf, shapeText, transposed, zeros, type FileTensor } from './tensors.ts';

const cells = { SimpleRNN: 'rnn', GRU: 'gru', LSTM: 'lstm' } as const;
type RecurrentClass = keyof typeof cells;

const isRecurrent = (name: string): name is RecurrentClass => Object.hasOwn(cells, name);

const pools: Readonly<Record<string, 'mean' | 'max'>> = {
  GlobalAveragePooling1D: 'mean',
  GlobalMaxPooling1D: 'max',
  GlobalMaxPool1D: 'max',
};

/** What is known after each layer. */
interface Known {
  embedding: FileTensor | null;
  cell: RecurrentClass | null;
  reset: 'after' | 'before';
  activation: Activation;
  hidden: number;
  layers: number;
  bidirectional: boolean;
  sequences: boolean;
  pooling: 'last' | 'mean' | 'max';
  dropout: number;
  inputs: number;
  output: { weight: FileTensor; bias: FileTensor; activation: string } | null;
  readonly parameters: Map<string, FileTensor>;
}

/** @throws ModelFileError naming the layer that does not fit, and what would */
export function recogniseKeras(layers: readonly KerasLayer[], weights: WeightsOf): FoundNetwork {
  const known: Known = {
    ...{ embedding: null, cell: null, reset: 'after', activation: 'tanh', hidden: 0, layers: 0, bidirectional: false },
    ...{ sequences: true, pooling: 'last', dropout: 0, inputs: 0, output: null, parameters: new Map() },
  };
  layers.forEach((layer, i) => take(known, layer, i, weights));
  const { embedding, cell, output, parameters, bidirectional } = known;
  if (!cell) throw new ModelFileError('The model has no SimpleRNN, GRU or LSTM layer.');
  if (!output) throw new ModelFileError('The model ends without a Dense layer, which would give its answers.');
  parameters.set('out.weight', output.weight);
  parameters.set('out.bias', output.bias);
  const inputs = embedding?.shape[0] ?? known.inputs;
  const outputs = output.weight.shape[0]!;
  return {
    ...{ writtenBy: 'Keras', cell: cells[cell], reset: known.reset, layers: known.layers, hidden: known.hidden },
    ...{ embedding: embedding?.shape[1] ?? 0, bidirectional, tie: false, dropout: known.dropout },
    ...{ layerNorm: false, residual: false, pooling: known.pooling, everyStep: known.sequences },
    ...{ activation: known.activation, gateOrder: null, inputs, outputs },
    tasks: tasksOf(known, output.activation, inputs, outputs),
    parameters: new Map([...parameters].map(([name, tensor]) => [name, held(tensor)])),
    vocabularies: [],
  };
}

function take(known: Known, layer: KerasLayer, index: number, weights: WeightsOf): void {
  const { className, config, name } = layer;
  if (known.output && className !== 'Activation' && className !== 'Softmax')
    throw unfit(layer, 'comes after the output layer; one Dense layer gives the answers');
  if (className === 'InputLayer') return;
  if (/^(Spatial)?Dropout(1D)?$/.test(className)) {
    const { rate } = config;
    if (typeof rate === 'number' && rate > 0 && rate <= 0.95) known.dropout = Math.max(known.dropout, rate);
    return;
  }
  if (className === 'Embedding') {
    if (known.embedding || known.cell) throw unfit(layer, 'is a second input; one embedding comes first');
    const table = requireWeight(weights(index, 'Embedding', '', 'embeddings'), layer, 'embeddings');
    requireShape(layer, 'embeddings', table, [null, null]);
    known.embedding = table;
    known.parameters.set('emb.weight', table);
    return;
  }
  if (className === 'Bidirectional') {
    const inner = wrappedLayer(layer);
    if (textOf(config['merge_mode']) !== 'concat')
      throw unfit(layer, `merges its directions by "${String(config['merge_mode'])}"; "concat" can be read`);
    takeRecurrent(known, { ...inner, name }, index, weights, ['forward_layer/cell', 'backward_layer/cell']);
    return;
  }
  if (isRecurrent(className)) return takeRecurrent(known, layer, index, weights, ['cell']);
  if (pools[className]) {
    if (!known.cell || !known.sequences) throw unfit(layer, 'has no sequence of recurrent outputs before it');
    known.pooling = pools[className];
    known.sequences = false;
    return;
  }
  if (className === 'TimeDistributed') {
    const inner = wrappedLayer(layer);
    if (inner.className !== 'Dense') throw unfit(layer, `wraps a ${inner.className}; a Dense layer can be read`);
    return takeDense(known, { ...inner, name }, index, weights, 'layer');
  }
  if (className === 'Dense') return takeDense(known, layer, index, weights, '');
  if ((className === 'Activation' || className === 'Softmax') && known.output) {
    if (known.output.activation !== 'linear') throw unfit(layer, 'is a second activation of the output');
    known.output.activation = className === 'Softmax' ? 'softmax' : (textOf(config['activation']) ?? '');
    return;
  }
  throw unfit(
    layer,
    'has no place here: Embedding, Dropout, SimpleRNN, GRU, LSTM, Bidirectional, pooling and Dense have',
  );
}

function takeRecurrent(
  known: Known,
  layer: KerasLayer,
  index: number,
  weights: WeightsOf,
  inners: readonly string[],
): void {
  const { className, config } = layer;
  if (!isRecurrent(className)) throw unfit(layer, 'is no SimpleRNN, GRU or LSTM');
  if (!known.sequences)
    throw unfit(layer, 'reads a sequence, but the layer before it gives only its last output (return_sequences)');
  if (config['go_backwards'] === true)
    throw unfit(layer, 'reads backwards (go_backwards); use Bidirectional, or reverse the data');
  const activation = activationOf(layer);
  const reset = className === 'GRU' && config['reset_after'] !== true ? 'before' : 'after';
  const bidirectional = inners.length === 2;
  const kernelOf = (inner: string) => requireWeight(weights(index, 'recurrent', inner, 'kernel'), layer, 'kernel');
  const recurrentOf = (inner: string) =>
    requireWeight(weights(index, 'recurrent', inner, 'recurrent_kernel'), layer, 'recurrent_kernel');
  const hidden = recurrentOf(inners[0]!).shape[0] ?? 0;
  const below = known.cell ? known.hidden * (known.bidirectional ? 2 : 1) : (known.embedding?.shape[1] ?? null);
  if (known.cell) {
    const before = `${known.hidden} units of ${known.cell}`;
    const alike = className === known.cell && hidden === known.hidden && bidirectional === known.bidirectional;
    if (!alike || activation !== known.activation || reset !== known.reset)
      throw unfit(
        layer,
        `is another kind than the layer below (${before}): all recurrent layers are alike in cell, width and directions`,
      );
  }
  const gates = { SimpleRNN: 1, GRU: 3, LSTM: 4 }[className];
  inners.forEach((inner, d) => {
    const suffix = `_l${known.layers}${d === 1 ? '_reverse' : ''}`;
    const kernel = kernelOf(inner);
    const recurrent = recurrentOf(inner);
    requireShape(layer, 'kernel', kernel, [below, gates * hidden]);
    requireShape(layer, 'recurrent_kernel', recurrent, [hidden, gates * hidden]);
    const set = (name: string, tensor: FileTensor) =>
      known.parameters.set(`rnn.${name}${suffix}`, className === 'GRU' ? reordered(tensor, [1, 0, 2]) : tensor);
    set('weight_ih', transposed(kernel));
    set('weight_hh', transposed(recurrent));
    const bias = config['use_bias'] === false ? null : weights(index, 'recurrent', inner, 'bias');
    const twice = className === 'GRU' && reset === 'after';
    if (bias) requireShape(layer, 'bias', bias, twice ? [2, gates * hidden] : [gates * hidden]);
    const part = (row: number) => bias && reshaped(rowsOf(bias, row, row + 1), [gates * hidden]);
    set('bias_ih', (twice ? part(0) : bias) ?? zeros([gates * hidden]));
    if (reset === 'after') set('bias_hh', (twice ? part(1) : null) ?? zeros([gates * hidden]));
  });
  if (!known.cell) known.inputs = kernelOf(inners[0]!).shape[0]!;
  Object.assign(known, { cell: className, hidden, bidirectional, activation, reset });
  known.layers++;
  known.sequences = config['return_sequences'] === true;
}

/** @throws ModelFileError for functions that the cell has otherwise here */
function activationOf(layer: KerasLayer): Activation {
  const { className, config } = layer;
  const activation = textOf(config['activation']) ?? 'tanh';
  if (className !== 'SimpleRNN') {
    if (activation !== 'tanh') throw unfit(layer, `has the activation "${activation}"; a ${className} here has tanh`);
    const gates = textOf(config['recurrent_activation']) ?? 'sigmoid';
    if (gates !== 'sigmoid') throw unfit(layer, `has gates of "${gates}"; here they are sigmoids`);
    return 'tanh';
  }
  const known = activations.find((one) => one === activation);
  if (!known) throw unfit(layer, `has the activation "${activation}"; ${activations.join(', ')} can be read`);
  return known;
}

function takeDense(known: Known, layer: KerasLayer, index: number, weights: WeightsOf, inner: string): void {
  if (!known.cell) throw unfit(layer, 'comes before the recurrent layers');
  const kernel = requireWeight(weights(index, 'Dense', inner, 'kernel'), layer, 'kernel');
  requireShape(layer, 'kernel', kernel, [known.hidden * (known.bidirectional ? 2 : 1), null]);
  const outputs = kernel.shape[1]!;
  const bias = layer.config['use_bias'] === false ? null : weights(index, 'Dense', inner, 'bias');
  if (bias) requireShape(layer, 'bias', bias, [outputs]);
  const activation = textOf(layer.config['activation']) ?? 'linear';
  known.output = { weight: transposed(kernel), bias: bias ?? zeros([outputs]), activation };
}

function tasksOf(known: Known, activation: string, inputs: number, outputs: number): readonly Task[] {
  const { embedding, bidirectional, sequences } = known;
  const wrong = (what: string) => new ModelFileError(`The output has the activation "${activation}", ${what}.`);
  const isOneHot = !embedding && inputs === outputs && activation === 'softmax';
  if (!embedding && !isOneHot) {
    if (activation !== 'linear')
      throw wrong('but a network that reads numbers forecasts numbers, with a linear output');
    return possibleTasks(inputs, outputs, bidirectional, 'numbers');
  }
  switch (activation) {
    case 'softmax':
    case 'log_softmax':
      if (inputs === outputs && !bidirectional && known.pooling === 'last')
        return sequences ? ['language-model', 'tagging'] : ['language-model', 'classification'];
      return sequences ? ['tagging'] : ['classification'];
    case 'sigmoid':
      if (sequences)
        throw wrong('at every step; several labels at every step cannot be imported, one tag (softmax) can');
      return outputs === 1 ? ['binary'] : ['multilabel'];
    case 'linear':
      if (outputs === 1 && !sequences) return ['regression', 'binary'];
      return possibleTasks(inputs, outputs, bidirectional, 'tokens');
    default:
      throw wrong('which is none of softmax, sigmoid and linear');
  }
}

function requireShape(
  layer: KerasLayer,
  name: string,
  { shape }: FileTensor,
  wanted: readonly (number | null)[],
): void {
  const fits = shape.length === wanted.length && wanted.every((n, axis) => n === null || n === shape[axis]);
  if (fits && shape.every((n) => n > 0)) return;
  throw new ModelFileError(
    `"${name}" of the layer "${layer.name}" has the shape ${shapeText(shape)}; it would be [${wanted.map((n) => n ?? 'any').join(', ')}].`,
  );
}

function unfit({ name, className }: KerasLayer, what: string): ModelFileError {
  return new ModelFileError(`The layer "${name}" (${className}) ${what}.`);
}

/** Its numbers, read now: the file is open only for a while. */
function held(tensor: FileTensor): FileTensor {
  const numbers = tensor.read();
  return { shape: tensor.shape, read: () => numbers };
}
