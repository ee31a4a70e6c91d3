/**
 * Checkpoints: everything a run needs to go on bit for bit, in one safetensors file.
 *
 * Tensors: the parameters under their own names; `optimizer.<slot>.<parameter>`; `state.h`, `state.c` [L,B,H], the hidden state
 * carried to the next window; `metrics.steps` [n,7], the steps since the checkpoint before the last one and those of the last seconds,
 * so that a database that lost its last moments can be completed. Metadata `unroll`: the rest as JSON.
 */
import { z } from 'zod';
import { codecSchema } from '../data/codec.ts';
import {
  type ByteSource,
  readSafetensors,
  readSafetensorsLayout,
  readTensor,
  type SafetensorsEntry,
  writeSafetensors,
} from '../export/safetensors.ts';
import type { Figures } from '../metrics/figures.ts';
import type { TaskResult } from '../metrics/results.ts';
import type { SampleDetail, StepMetrics } from '../protocol.ts';
import { recordedConfigSchema } from './config.ts';

const evalMetricsSchema = z.object({
  step: z.int(),
  epoch: z.number(),
  split: z.enum(['valid', 'test']),
  loss: z.number(),
  bitsPerCharacter: z.number().nullable(),
  figures: z.custom<Figures>(isObject).default({}),
  metrics: z.custom<TaskResult>(isObject).nullable().default(null),
  elapsed: z.number(),
});

const sampleSchema = z.object({
  step: z.int(),
  text: z.string(),
  detail: z.custom<SampleDetail>(isObject).nullable().default(null),
});

/** What this program wrote itself is not looked into. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

const best = z.object({ step: z.int(), loss: z.number() });

const checkpointStateSchema = z.object({
  version: z.literal(1),
  config: recordedConfigSchema,
  /** A checkpoint is a usable model by itself: serialised tokeniser of a language model, or codec of another task's data. */
  tokenizer: z.unknown(),
  codec: codecSchema.nullable().default(null),
  /** Rows of the input embedding, or numbers of a step. */
  vocabularySize: z.int().min(1),
  charactersPerToken: z.number().nullable(),
  /** Steps made. */
  step: z.int().min(0),
  /** Position in the data (corpus/batches.ts). */
  position: z.int().min(0),
  /** Training seconds so far. */
  elapsed: z.number(),
  progress: z.object({
    best: best.nullable(),
    sinceBest: z.int(),
    sinceReduction: z.int(),
    plateaus: z.int(),
  }),
  /** The evaluation due at this step was not made yet (stopped before it). */
  evaluationDue: z.boolean(),
  evals: z.array(evalMetricsSchema),
  samples: z.array(sampleSchema),
  device: z.string(),
  deviceDetail: z.string(),
});
export type CheckpointState = z.output<typeof checkpointStateSchema>;

export interface Checkpoint {
  readonly state: CheckpointState;
  /** Parameters, optimiser slots and carried state by name. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Steps since the checkpoint before the last one. */
  readonly steps: readonly StepMetrics[];
}

/** A checkpoint cannot be used; the message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const stepColumns = ['step', 'epoch', 'loss', 'gradNorm', 'learningRate', 'tokensPerSecond', 'elapsed'] as const;
const stepsTensor = 'metrics.steps';

export function encodeCheckpoint({ state, tensors, steps }: Checkpoint): Uint8Array {
  const rows = new Float64Array(steps.length * stepColumns.length);
  steps.forEach((metrics, i) => stepColumns.forEach((name, j) => (rows[i * stepColumns.length + j] = metrics[name])));
  const all = new Map(tensors);
  all.set(stepsTensor, { shape: [steps.length, stepColumns.length], data: rows });
  return writeSafetensors({ tensors: all, metadata: { format: 'pt', unroll: JSON.stringify(state) } });
}

/** @throws CheckpointError, SafetensorsError when the bytes are not a whole checkpoint */
export function decodeCheckpoint(file: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(file);
  const rest = new Map(tensors);
  const rows = rest.get(stepsTensor);
  rest.delete(stepsTensor);
  return { state: stateOf(metadata), tensors: rest, steps: stepsOf(rows) };
}

/**
 * What a checkpoint remembers, read without its numbers, however large it is: that its file is whole is known from its length.
 * @throws CheckpointError, SafetensorsError as `decodeCheckpoint`
 */
export async function readCheckpointRecord(file: ByteSource): Promise<Omit<Checkpoint, 'tensors'>> {
  const { places, metadata } = await readSafetensorsLayout(file);
  const steps = places.get(stepsTensor);
  return { state: stateOf(metadata), steps: stepsOf(steps && (await readTensor(file, steps))) };
}

function stateOf(metadata: Readonly<Record<string, string>>): CheckpointState {
  const json = metadata['unroll'];
  if (json === undefined) {
    throw new CheckpointError('This safetensors file holds no Unroll checkpoint: its metadata has no entry "unroll".');
  }
  const parsed = checkpointStateSchema.safeParse(parseJson(json));
  if (!parsed.success)
    throw new CheckpointError(`The checkpoint's description is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function stepsOf(tensor: SafetensorsEntry | undefined): StepMetrics[] {
  const rows = tensor?.data ?? new Float64Array(0);
  const steps: StepMetrics[] = [];
  for (let at = 0; at < rows.length; at += stepColumns.length) {
    const [step, epoch, loss, gradNorm, learningRate, tokensPerSecond, elapsed] = rows.subarray(
      at,
      at + stepColumns.length,
    );
    steps.push({
      step: step!,
      epoch: epoch!,
      loss: loss!,
      gradNorm: gradNorm!,
      learningRate: learningRate!,
      tokensPerSecond: tokensPerSecond!,
      elapsed: elapsed!,
    });
  }
  return steps;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CheckpointError("The checkpoint's description is damaged: it is not JSON.");
  }
}

/** Names of tensors that belong to training, not to the model. */
export function isTrainingTensor(name: string): boolean {
  return name.startsWith('optimizer.') || name.startsWith('state.') || name === stepsTensor;
}
