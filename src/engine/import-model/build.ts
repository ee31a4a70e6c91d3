/** A network from another program as a checkpoint of this one: architecture, parameters in our order, what reads its tokens. */
import { z } from 'zod';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import { dataSchema, type DataConfig } from '../data/config.ts';
import { ExampleCodec, type CodecJson } from '../data/codec.ts';
import { labelKindOf } from '../data/objections.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import { architectureDefaults, architectureSchema, type Architecture, type Task } from '../model/spec.ts';
import { recordedConfigSchema } from '../training/config.ts';
import { charRnn } from '../training/presets.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import { noProgress } from '../training/schedule.ts';
import type { ImportAnswers } from './answers.ts';
import { ModelFileError } from './errors.ts';
import type { FoundNetwork } from './found-network.ts';
import { placeRows, type PlacedTokens } from './place-tokens.ts';
import { shapeText, transposed, type FileTensor } from './tensors.ts';
import { inOurGateOrder } from './torch-layers.ts';

/** Stands in a configuration for a corpus that is not known. */
export const noCorpus = 'imported';

/**
 * @param placed its vocabulary; null of a network that reads numbers
 * @throws ModelFileError for answers that do not fit it, and for numbers that are none
 */
export function buildCheckpoint(found: FoundNetwork, answers: ImportAnswers, placed: PlacedTokens | null): Checkpoint {
  const task = answers.task ?? found.tasks[0];
  if (task === undefined || !found.tasks.includes(task))
    throw new ModelFileError(
      `This network cannot be for ${task ?? 'any task'}: by its inputs and outputs it is for ${found.tasks.join(' or ') || 'none that is known'}.`,
    );
  const architecture = architectureOf(found, task, answers);
  const codec = task === 'language-model' ? null : new ExampleCodec(codecOf(found, task, answers.labels, placed));
  const parameters = placed ? inOrder(found, placed, task === 'language-model') : found.parameters;
  const ordered = found.gateOrder === null || (answers.gateOrder ?? found.gateOrder) === 'ifgo';
  const V = placed?.order.length ?? found.inputs;
  const sizes = codec?.sizes ?? { inputs: V, outputs: V };
  const tensors = new Map<string, SafetensorsEntry>();
  const source = ordered ? parameters : inOurGateOrder(parameters);
  for (const { name, shape } of modelParameters(architecture, sizes)) {
    tensors.set(name, readParameter(name, shape, source.get(name)));
  }
  const { training, split } = charRnn.config;
  return {
    tensors,
    steps: [],
    state: {
      version: 1,
      config: recordedConfigSchema.parse({
        ...{ corpus: noCorpus, data: dataOf(task, found), split, architecture, training },
        tokenizer: placed?.tokenizer.config ?? charRnn.config.tokenizer,
      }),
      tokenizer: codec ? null : placed!.tokenizer.toJSON(),
      codec: codec?.json ?? null,
      vocabularySize: sizes.inputs,
      charactersPerToken: codec ? null : charactersPerToken(placed!.tokenizer),
      ...{ step: 0, position: 0, elapsed: 0, progress: noProgress, evaluationDue: false, evals: [], samples: [] },
      ...{ device: '', deviceDetail: '' },
    },
  };
}

function architectureOf(found: FoundNetwork, task: Task, { activation }: ImportAnswers): Architecture {
  const { cell, reset, layers, hidden, embedding, dropout, tie, bidirectional, layerNorm, residual, pooling } = found;
  const input = task === 'forecasting' ? 'numbers' : 'tokens';
  const parsed = architectureSchema.safeParse({
    ...architectureDefaults,
    ...{ task, cell, reset, layers, hidden, embedding, dropout, tie, bidirectional, layerNorm, residual, input },
    activation: cell === 'rnn' ? (activation ?? found.activation ?? 'tanh') : 'tanh',
    pooling: shapeIsManyToOne(task) ? pooling : 'last',
    forecastAt: task === 'forecasting' && found.everyStep ? 'every-step' : 'end',
  });
  if (parsed.success) return parsed.data;
  throw new ModelFileError(`This network has no place here. ${z.prettifyError(parsed.error)}`);
}

const shapeIsManyToOne = (task: Task) => ['classification', 'multilabel', 'binary', 'regression'].includes(task);

/** A tokeniser of characters: exactly one. Others: their length says it well enough for bits per character to be compared. */
function charactersPerToken({ config }: Tokenizer): number | null {
  return config.kind === 'char' ? 1 : null;
}

/** Rows of the embedding (or columns of the first layer, which read one-hot tokens) and of the output in the tokeniser's order. */
function inOrder({ parameters, embedding }: FoundNetwork, { order }: PlacedTokens, predictsTokens: boolean) {
  const placed = new Map(parameters);
  const place = (name: string, isBias: boolean) => {
    const tensor = parameters.get(name);
    if (tensor) placed.set(name, placeRows(tensor, order, isBias));
  };
  if (embedding > 0) place('emb.weight', false);
  else {
    for (const name of ['rnn.weight_ih_l0', 'rnn.weight_ih_l0_reverse']) {
      const tensor = parameters.get(name);
      if (tensor) placed.set(name, transposed(placeRows(transposed(tensor), order, false)));
    }
  }
  if (predictsTokens) {
    place('out.weight', false);
    place('out.bias', true);
  }
  return placed;
}

/** @throws ModelFileError when it is missing, of another shape, or not of numbers */
export function readParameter(
  name: string,
  shape: readonly number[],
  tensor: FileTensor | undefined,
): SafetensorsEntry {
  if (!tensor) throw new ModelFileError(`The parameter "${name}" is not in the file.`);
  if (tensor.shape.length !== shape.length || shape.some((n, axis) => n !== tensor.shape[axis]))
    throw new ModelFileError(
      `The parameter "${name}" has the shape ${shapeText(tensor.shape)}; in this network it would be ${shapeText(shape)}.`,
    );
  const data = tensor.read();
  if (!data.every(Number.isFinite))
    throw new ModelFileError(
      `The parameter "${name}" has values that are not finite numbers: such a model computes nothing.`,
    );
  return { shape, data };
}

function dataOf(task: Task, { inputs }: FoundNetwork): DataConfig {
  switch (task) {
    case 'language-model':
      return { kind: 'text' };
    case 'tagging':
      return dataSchema.parse({ kind: 'tagged' });
    case 'forecasting':
      return dataSchema.parse({ kind: 'numeric', inputs: columnNames(inputs) });
    default:
      return dataSchema.parse({ kind: 'table', label: { is: labelKindOf[task] } });
  }
}

const columnNames = (count: number) => Array.from({ length: count }, (_, i) => `x${i + 1}`);

function codecOf(
  { inputs, outputs, everyStep }: FoundNetwork,
  task: Task,
  labels: readonly string[] | null,
  placed: PlacedTokens | null,
): CodecJson {
  const named = task === 'classification' || task === 'tagging' || task === 'multilabel';
  if (named && labels && labels.length !== outputs)
    throw new ModelFileError(`There are ${labels.length} names of classes, and the network has ${outputs} outputs.`);
  const isSeries = task === 'forecasting';
  if (isSeries && inputs !== outputs)
    throw new ModelFileError(
      `The network reads ${inputs} numbers a step and gives ${outputs}: a forecast that can be imported is of the next step's ${inputs}.`,
    );
  const plain = (count: number) => ({
    offset: new Array<number>(count).fill(0),
    scale: new Array<number>(count).fill(1),
  });
  return {
    ...{ format: 'unroll-codec/1', task, kind: task === 'tagging' ? 'tagged' : isSeries ? 'series' : 'table' },
    ...{ tokenizer: placed?.tokenizer.toJSON() ?? null, targetTokenizer: null, multilabel: false },
    labels: named ? [...(labels ?? Array.from({ length: outputs }, (_, i) => String(i)))] : null,
    inputColumns: isSeries ? columnNames(inputs) : [],
    targetColumns: isSeries ? columnNames(outputs) : [],
    inputScaler: isSeries ? plain(inputs) : null,
    targetScaler: isSeries ? plain(outputs) : task === 'regression' ? plain(1) : null,
    ...{ window: 20, horizon: 1, forecastAt: everyStep ? 'every-step' : 'end', maxLength: null },
  };
}
