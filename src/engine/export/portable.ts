/** A trained model with all that using it elsewhere takes: what every export format is written from. */
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import { ExampleCodec } from '../data/codec.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import type { Architecture } from '../model/spec.ts';
import type { DataSizes } from '../model/task-model.ts';
import { CheckpointError, decodeCheckpoint, type Checkpoint, type CheckpointState } from '../training/checkpoint.ts';

/** Where a model comes from, for people who find the file in a year. */
export interface Provenance {
  /** The run's name. */
  readonly name: string;
  readonly corpusName: string;
  /** SHA-256 of the imported text. */
  readonly corpusHash: string;
  /** The program that trained it, as "Unroll 0.1.0". */
  readonly trainedWith: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface PortableParameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface PortableModel extends Provenance {
  readonly architecture: Architecture;
  readonly sizes: DataSizes;
  /** Under their own names (PyTorch's), in the model's order. With tied weights the shared matrix stands there once. */
  readonly parameters: ReadonlyMap<string, PortableParameter>;
  /** Of a language model; other tasks have a codec. */
  readonly tokenizer: Tokenizer | null;
  readonly codec: ExampleCodec | null;
  /** Settings, steps, evaluations. */
  readonly state: CheckpointState;
  /** The whole, with what training goes on from. */
  readonly checkpoint: Checkpoint;
}

/** One file of an export. */
export interface ExportFile {
  /** Path inside the export, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * @param file a checkpoint's bytes
 * @throws CheckpointError, SafetensorsError when it is not a whole checkpoint
 */
export function portableModel(file: Uint8Array, provenance: Provenance): PortableModel {
  const checkpoint = decodeCheckpoint(file);
  const { state, tensors } = checkpoint;
  const codec = state.codec && new ExampleCodec(state.codec);
  const tokenizer = codec ? null : deserializeTokenizer(state.tokenizer);
  const { architecture } = state.config;
  const sizes = codec?.sizes ?? { inputs: state.vocabularySize, outputs: state.vocabularySize };
  const parameters = new Map<string, PortableParameter>();
  for (const { name, shape } of modelParameters(architecture, sizes)) {
    const entry = tensors.get(name);
    if (!entry) throw new CheckpointError(`The checkpoint lacks the parameter "${name}".`);
    parameters.set(name, { shape, data: Float32Array.from(entry.data) });
  }
  return { ...provenance, architecture, sizes, parameters, tokenizer, codec, state, checkpoint };
}
