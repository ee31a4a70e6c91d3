/**
 * A model file of any program that is known here, as a checkpoint: safetensors, PyTorch's .pt in both formats, Keras' .keras and .h5,
 * and this program's own exports. Nothing in a file is run.
 */
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import { readSafetensors, type Safetensors } from '../export/safetensors.ts';
import { decodeCheckpoint, isTrainingTensor, type Checkpoint } from '../training/checkpoint.ts';
import type { ImportAnswers, ModelSummary } from './answers.ts';
import { buildCheckpoint } from './build.ts';
import { ModelFileError } from './errors.ts';
import type { FoundNetwork } from './found-network.ts';
import { isHdf5, withHdf5 } from './hdf5.ts';
import { readKerasLayers } from './keras-config.ts';
import { kerasWeights } from './keras-weights.ts';
import { checkCheckpoint, isOwnExport, originOf, readOwnExport, type ExportOrigin } from './own-export.ts';
import { inPlace, placeTokens, type PlacedTokens } from './place-tokens.ts';
import { recogniseKeras } from './recognise-keras.ts';
import { recogniseTorch } from './recognise-torch.ts';
import { findStateDict } from './state-dict.ts';
import { isLegacyTorch, readLegacyTorch, readTorchZip, torchPickleName, type TorchFile } from './torch-file.ts';
import { tokensOf } from './vocabulary.ts';
import { ZipFile } from './zip.ts';

/** What a file holds: a network of another program, or a checkpoint of this one. */
export type ModelFile =
  | { readonly kind: 'network'; readonly network: FoundNetwork }
  | { readonly kind: 'export' | 'checkpoint'; readonly checkpoint: Checkpoint; readonly origin: ExportOrigin };

/** Tokens by id, or a tokeniser of this program. Null: none. */
export type GivenVocabulary = readonly string[] | Tokenizer | null;

/** Names in an archive of this program's safetensors export. */
const wholeName = 'training.safetensors';
const parametersName = 'model.safetensors';

/** @throws ModelFileError, SafetensorsError, CheckpointError, CorpusError: sentences for people */
export async function openModelFile(bytes: Uint8Array): Promise<ModelFile> {
  if (ZipFile.is(bytes)) return openArchive(new ZipFile(bytes));
  if (isHdf5(bytes)) return { kind: 'network', network: await openHdf5(bytes, null) };
  if (isLegacyTorch(bytes)) return openTorch(readLegacyTorch(bytes));
  if (bytes[0] === 0x80)
    throw new ModelFileError(
      'This is a Python pickle, but none of torch.save. Save the model with torch.save(model.state_dict(), "model.pt").',
    );
  // A length, then a JSON object.
  if (bytes[8] === 0x7b) return openSafetensors(bytes, null);
  throw new ModelFileError(
    'This is no model file that is known here: safetensors, PyTorch (.pt, .pth), Keras (.keras, .h5), or a ZIP archive that Unroll exported.',
  );
}

async function openArchive(zip: ZipFile): Promise<ModelFile> {
  const pickle = torchPickleName(zip);
  if (pickle !== null) return openTorch(readTorchZip(zip, pickle));
  const whole = zip.names.find((name) => name.split('/').at(-1) === wholeName);
  const parameters = zip.names.find((name) => name.split('/').at(-1) === parametersName);
  if (whole !== undefined)
    return openSafetensors(zip.read(whole), parameters === undefined ? null : zip.read(parameters));
  if (parameters !== undefined) return openSafetensors(zip.read(parameters), null);
  if (zip.has('config.json') && zip.has('model.weights.h5')) {
    const description = new TextDecoder().decode(zip.read('config.json'));
    return { kind: 'network', network: await openHdf5(zip.read('model.weights.h5'), description) };
  }
  throw new ModelFileError(
    'This archive holds no model: neither one of torch.save, nor of Keras (.keras), nor of Unroll’s safetensors export.',
  );
}

/** @param beside of a whole checkpoint, the parameters' file, which says where it comes from */
export function openSafetensors(bytes: Uint8Array, beside: Uint8Array | null): ModelFile {
  const file = readSafetensors(bytes);
  if (file.metadata['unroll'] !== undefined) {
    const checkpoint = decodeCheckpoint(bytes);
    checkCheckpoint(checkpoint);
    return { kind: 'checkpoint', checkpoint, origin: originOf(beside ? readSafetensors(beside).metadata : {}) };
  }
  if (isOwnExport(file)) return { kind: 'export', checkpoint: readOwnExport(file), origin: originOf(file.metadata) };
  return { kind: 'network', network: recogniseSafetensors(file) };
}

function recogniseSafetensors({ tensors }: Safetensors): FoundNetwork {
  const named = new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, read: () => Float32Array.from(data) }]),
  );
  return recogniseTorch(named, { modules: new Map(), values: new Map() });
}

function openTorch(file: TorchFile): ModelFile {
  const { tensors, modules, beside } = findStateDict(file);
  return { kind: 'network', network: recogniseTorch(tensors, { modules, values: beside }) };
}

/** @param description of the layers; null: it is in the file */
function openHdf5(bytes: Uint8Array, description: string | null): Promise<FoundNetwork> {
  return withHdf5(bytes, (file) => {
    const json = description ?? file.text('', 'model_config');
    if (json === null)
      throw new ModelFileError(
        'This file holds weights without a description of their layers. Save the whole model: model.save("model.keras").',
      );
    const layers = readKerasLayers(json);
    return recogniseKeras(layers, kerasWeights(file.tensors, layers));
  });
}

/** The checkpoint of a file. @throws as openModelFile; for a missing vocabulary too */
export function checkpointOf(file: ModelFile, answers: ImportAnswers, given: GivenVocabulary): Checkpoint {
  if (file.kind !== 'network') return file.checkpoint;
  const { network } = file;
  const placed = readsNumbers(network) ? null : place(given ?? vocabularyIn(network));
  if (placed === null && !readsNumbers(network))
    throw new ModelFileError(
      `The file does not say which tokens its ${network.inputs.toLocaleString('en')} rows stand for. Name its vocabulary, or the text that it was learnt from.`,
    );
  return buildCheckpoint(network, answers, placed);
}

function place(vocabulary: GivenVocabulary): PlacedTokens | null {
  if (vocabulary === null) return null;
  return 'vocabularySize' in vocabulary ? inPlace(vocabulary) : placeTokens(vocabulary);
}

/** Of the vocabularies in the file itself the first that fits. */
function vocabularyIn({ vocabularies, inputs }: FoundNetwork): GivenVocabulary {
  for (const raw of vocabularies) {
    try {
      return tokensOf(raw, inputs);
    } catch (error) {
      // Settings may have the same names.
      if (!(error instanceof ModelFileError)) throw error;
    }
  }
  return null;
}

/** Tokens of its vocabulary, where it needs one; null: it reads numbers, or brings its own. */
export function vocabularySizeOf(file: ModelFile): number | null {
  return file.kind !== 'network' || readsNumbers(file.network) ? null : file.network.inputs;
}

function readsNumbers({ tasks }: FoundNetwork): boolean {
  return tasks.length === 0 || tasks[0] === 'forecasting';
}

const mostFirstTokens = 12;

/** @param given beside the file, if there is one that fits */
export function summaryOf(file: ModelFile, given: GivenVocabulary): ModelSummary {
  if (file.kind !== 'network') return ownSummary(file);
  const { network } = file;
  const vocabulary = readsNumbers(network) ? null : (given ?? vocabularyIn(network));
  const tokens = vocabulary && ('vocabularySize' in vocabulary ? firstTokens(vocabulary) : vocabulary);
  const parameters = [...network.parameters.values()].reduce((sum, { shape }) => sum + size(shape), 0);
  const { writtenBy, cell, layers, hidden, embedding, bidirectional, tie, inputs, outputs, tasks } = network;
  return {
    ...{ kind: 'network', writtenBy, cell, layers, hidden, embedding, bidirectional, tie, inputs, outputs, tasks },
    ...{ parameters, step: 0 },
    asks: {
      activation: cell === 'rnn' && network.activation === null,
      gateOrder: network.gateOrder !== null,
      vocabulary: !readsNumbers(network) && vocabulary === null,
      labels: tasks.some((task) => ['classification', 'tagging', 'multilabel'].includes(task)),
    },
    firstTokens: tokens && tokens.slice(0, mostFirstTokens).map(readable),
  };
}

function ownSummary({ kind, checkpoint }: Extract<ModelFile, { kind: 'export' | 'checkpoint' }>): ModelSummary {
  const { state, tensors } = checkpoint;
  const { task, cell, layers, hidden, embedding, bidirectional, tie } = state.config.architecture;
  const parameters = [...tensors].reduce(
    (sum, [name, { shape }]) => (isTrainingTensor(name) ? sum : sum + size(shape)),
    0,
  );
  return {
    ...{ kind, writtenBy: 'Unroll', cell, layers, hidden, embedding, bidirectional, tie },
    ...{ inputs: state.vocabularySize, outputs: state.vocabularySize, parameters, step: state.step, tasks: [task] },
    asks: { activation: false, gateOrder: false, vocabulary: false, labels: false },
    firstTokens: state.codec ? null : firstTokens(deserializeTokenizer(state.tokenizer)),
  };
}

function firstTokens(tokenizer: Tokenizer): string[] {
  const count = Math.min(tokenizer.vocabularySize, mostFirstTokens);
  return Array.from({ length: count }, (_, id) => tokenizer.tokenText(id));
}

/** White space and control characters as escapes. */
function readable(token: string): string {
  return /^[\s\p{C}]+$/u.test(token) ? JSON.stringify(token).slice(1, -1).replace(/^ +$/, '␣') : token;
}

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
