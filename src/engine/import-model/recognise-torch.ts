/** Which network a PyTorch state dict is of, by the names and shapes of its tensors. */
import { ModelFileError } from './errors.ts';
import { possibleTasks, type Activation, type FoundNetwork, type RawVocabulary } from './found-network.ts';
import type { PickledObject, PickleValue } from './pickle-values.ts';
import { findLayers, type RecurrentStack } from './torch-layers.ts';
import { shapeText, type FileTensor, type FileTensors } from './tensors.ts';

/** Names of vocabularies in checkpoints of char-rnn's and word-level models' many relatives. */
const vocabularyNames = [
  ...['chars', 'vocab', 'vocabulary', 'tokens', 'characters', 'all_characters', 'alphabet', 'words'],
  ...['itos', 'idx2word', 'int2char', 'idx2char', 'idx_to_char', 'ix_to_char', 'idx_to_token', 'int2word'],
  ...[
    'stoi',
    'word2idx',
    'char2int',
    'char2idx',
    'char_to_idx',
    'char_to_ix',
    'token_to_idx',
    'word_to_idx',
    'word2int',
  ],
  ...['char_to_int', 'int_to_char', 'vocab_to_int', 'int_to_vocab', 'dictionary'],
];

/** Tensors that say nothing of what a network computes. */
const irrelevant = /(^|\.)(num_batches_tracked|position_ids|initial_?hidden|h0|c0)$/;

export interface Beside {
  readonly modules: ReadonlyMap<string, PickledObject>;
  readonly values: ReadonlyMap<string, PickleValue>;
}

/** @throws ModelFileError naming the tensor that does not fit, and what would */
export function recogniseTorch(all: FileTensors, beside: Beside): FoundNetwork {
  const tensors = new Map([...all].filter(([name]) => !irrelevant.test(name)));
  const stack = findLayers(tensors);
  for (const name of stack.names) tensors.delete(name);
  const embedding = takeEmbedding(tensors, stack);
  const output = takeOutput(tensors, stack, embedding);
  const [left] = tensors;
  if (left)
    throw new ModelFileError(
      `"${left[0]}" ${shapeText(left[1].shape)} has no place: a network that fits has an embedding, one stack of recurrent layers and one output layer, and they are found already.`,
    );

  const V = embedding?.shape[0] ?? stack.inputs;
  const K = output.weight.shape[0]!;
  const isOneHot = !embedding && V === K;
  const tie = embedding !== null && isTied(embedding, output.weight);
  const parameters = new Map<string, FileTensor>();
  if (embedding) parameters.set('emb.weight', embedding);
  for (const [name, tensor] of stack.parameters) parameters.set(`rnn.${name}`, tensor);
  if (!tie) parameters.set('out.weight', output.weight);
  parameters.set('out.bias', output.bias);
  return {
    writtenBy: 'PyTorch',
    ...{ cell: stack.cell, reset: 'after', layers: stack.layers, hidden: stack.hidden },
    ...{ embedding: embedding?.shape[1] ?? 0, bidirectional: stack.directions === 2, tie },
    ...{ dropout: dropoutOf(beside.modules), layerNorm: false, residual: false, pooling: 'last', everyStep: false },
    activation: stack.cell === 'rnn' ? activationOf(beside) : 'tanh',
    gateOrder: stack.gateOrder,
    ...{ inputs: V, outputs: K },
    tasks: possibleTasks(V, K, stack.directions === 2, embedding || isOneHot ? 'tokens' : 'numbers'),
    parameters,
    vocabularies: vocabulariesIn(beside.values),
  };
}

const looksLikeEmbedding = /emb|enc|wte|lookup|^in|i2e/i;
const looksLikeOutput = /dec|out|fc|lin|dense|head|proj|class|cls|h2o|score|logit/i;

const isMatrix = ({ shape }: FileTensor) => shape.length === 2;

/** A matrix as wide as what the first layer reads, that no bias goes with. */
function takeEmbedding(tensors: Map<string, FileTensor>, { inputs }: RecurrentStack): FileTensor | null {
  const fits = [...tensors].filter(
    ([name, tensor]) => isMatrix(tensor) && tensor.shape[1] === inputs && !tensors.has(biasName(name)),
  );
  const [found] = [...fits.filter(([name]) => looksLikeEmbedding.test(lastModule(name))), ...fits];
  if (!found) return null;
  tensors.delete(found[0]);
  return found[1];
}

/** The last module's name: "model.encoder.weight" → "encoder". */
function lastModule(name: string): string {
  return name.split('.').at(-2) ?? name;
}

function biasName(weight: string): string {
  return weight.replace(/weight$/, 'bias');
}

interface Output {
  readonly weight: FileTensor;
  readonly bias: FileTensor;
}

function takeOutput(
  tensors: Map<string, FileTensor>,
  { hidden, directions }: RecurrentStack,
  embedding: FileTensor | null,
): Output {
  const width = hidden * directions;
  const fits = [...tensors].filter(([, tensor]) => isMatrix(tensor) && tensor.shape[1] === width);
  const [found] = [...fits.filter(([name]) => looksLikeOutput.test(name)), ...fits];
  if (found) {
    const [name, weight] = found;
    const bias = tensors.get(biasName(name));
    const K = weight.shape[0]!;
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== K))
      throw new ModelFileError(
        `"${biasName(name)}" has the shape ${shapeText(bias.shape)}; beside "${name}" ${shapeText(weight.shape)} it would be [${K}].`,
      );
    tensors.delete(name);
    if (bias) tensors.delete(biasName(name));
    return { weight, bias: bias ?? none(K) };
  }
  // Tied, saved once: the output is the embedding, with a bias of its own.
  const lone = [...tensors].find(([, { shape }]) => shape.length === 1 && shape[0] === embedding?.shape[0]);
  if (embedding && embedding.shape[1] === width && (lone || tensors.size === 0)) {
    if (lone) tensors.delete(lone[0]);
    return { weight: embedding, bias: lone?.[1] ?? none(embedding.shape[0]!) };
  }
  const [other] = tensors;
  const reads = `an output layer reads what the recurrent layers give: its weight would be [outputs, ${width}]`;
  throw new ModelFileError(
    other
      ? `"${other[0]}" ${shapeText(other[1].shape)} is no output layer: ${reads}.`
      : `There is no output layer: ${reads}. Save the whole model, not only its recurrent layers.`,
  );
}

/** A layer without bias has one of zeros. */
function none(K: number): FileTensor {
  return { shape: [K], read: () => new Float32Array(K) };
}

/** Whether input and output share their numbers: they are equal, and training would not have left them so by chance. */
function isTied(embedding: FileTensor, output: FileTensor): boolean {
  if (embedding === output) return true;
  if (embedding.shape.some((n, axis) => n !== output.shape[axis])) return false;
  const other = output.read();
  return embedding.read().every((value, i) => Object.is(value, other[i]));
}

/** Of a pickled module, "RNN_TANH" or "RNN_RELU"; of settings beside the tensors likewise. */
function activationOf({ modules, values }: Beside): Activation | null {
  const said = [
    ...[...modules.values()].flatMap((module) => [module.field('mode'), module.field('nonlinearity')]),
    ...['mode', 'nonlinearity', 'rnn_type', 'model', 'activation'].map((name) => values.get(name)),
  ];
  for (const one of said) {
    if (typeof one !== 'string') continue;
    if (/relu/i.test(one)) return 'relu';
    if (/tanh/i.test(one)) return 'tanh';
  }
  return null;
}

function dropoutOf(modules: ReadonlyMap<string, PickledObject>): number {
  for (const module of modules.values()) {
    const p = module.field('p') ?? module.field('dropout');
    if (typeof p === 'number' && p > 0 && p <= 0.95) return p;
  }
  return 0;
}

function vocabulariesIn(values: ReadonlyMap<string, PickleValue>): RawVocabulary[] {
  return vocabularyNames.map((name) => values.get(name)).filter((value) => value != null);
}
