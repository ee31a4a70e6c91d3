/** Models that this program exported: what they say of themselves is checked against what they hold. */
import { deserializeTokenizer } from '../corpus/tokenizer.ts';
import { ExampleCodec } from '../data/codec.ts';
import type { Safetensors, SafetensorsEntry } from '../export/safetensors.ts';
import { modelParameters } from '../model/parameter-specs.ts';
import { architectureSchema } from '../model/spec.ts';
import { recordedConfigSchema } from '../training/config.ts';
import { noProgress } from '../training/schedule.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import { readParameter } from './build.ts';
import { ModelFileError } from './errors.ts';
import type { FileTensor } from './tensors.ts';

/** What an export says of where it comes from; null: it does not. */
export interface ExportOrigin {
  readonly name: string | null;
  readonly corpusName: string | null;
  /** SHA-256 of the text. */
  readonly corpusHash: string | null;
}

export function isOwnExport({ metadata }: Safetensors): boolean {
  return metadata['architecture'] !== undefined && metadata['configuration'] !== undefined;
}

export function originOf(metadata: Readonly<Record<string, string>>): ExportOrigin {
  const { name = null, corpus: corpusName = null, corpus_sha256: hash = '' } = metadata;
  return { name, corpusName, corpusHash: /^[0-9a-f]{64}$/.test(hash) ? hash : null };
}

/**
 * The parameters as a checkpoint that can be used, and from which another run can start; not one that training goes on from.
 * @throws ModelFileError, CorpusError saying what does not fit
 */
export function readOwnExport({ tensors, metadata }: Safetensors): Checkpoint {
  const described = parse(metadata['architecture'], 'architecture');
  const parsed = architectureSchema.safeParse(described);
  const config = recordedConfigSchema.safeParse(parse(metadata['configuration'], 'configuration'));
  if (!parsed.success || !config.success) throw notValid(parsed.success ? 'configuration' : 'architecture');
  const architecture = parsed.data;
  const codec = metadata['codec'] === undefined ? null : ExampleCodec.parse(parse(metadata['codec'], 'codec'));
  const tokenizer = codec ? null : deserializeTokenizer(parse(metadata['tokenizer'], 'tokenizer'));
  const V = tokenizer?.vocabularySize ?? 0;
  const sizes = codec?.sizes ?? { inputs: V, outputs: V };
  const parameters = new Map<string, SafetensorsEntry>();
  for (const { name, shape } of modelParameters(architecture, sizes))
    parameters.set(name, readParameter(name, shape, asTensor(tensors.get(name))));
  return {
    tensors: parameters,
    steps: [],
    state: {
      ...{ version: 1, config: { ...config.data, architecture }, tokenizer: tokenizer?.toJSON() ?? null },
      ...{ codec: codec?.json ?? null, vocabularySize: sizes.inputs, charactersPerToken: null },
      ...{ step: 0, position: 0, elapsed: 0, progress: noProgress, evaluationDue: false, evals: [], samples: [] },
      ...{ device: '', deviceDetail: '' },
    },
  };
}

/** What is checked of a whole checkpoint before it is taken in. @throws as readOwnExport */
export function checkCheckpoint({ state, tensors }: Checkpoint): void {
  const { architecture } = state.config;
  const codec = state.codec && new ExampleCodec(state.codec);
  const V = codec ? 0 : deserializeTokenizer(state.tokenizer).vocabularySize;
  for (const { name, shape } of modelParameters(architecture, codec?.sizes ?? { inputs: V, outputs: V }))
    readParameter(name, shape, asTensor(tensors.get(name)));
}

function asTensor(entry: SafetensorsEntry | undefined): FileTensor | undefined {
  return entry && { shape: entry.shape, read: () => Float32Array.from(entry.data) };
}

function parse(json: string | undefined, what: string): unknown {
  try {
    return JSON.parse(json!);
  } catch {
    throw notValid(what);
  }
}

function notValid(what: string): ModelFileError {
  return new ModelFileError(`The file's description ("${what}") is not valid: it is damaged or was changed.`);
}
