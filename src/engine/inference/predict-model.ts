/** A trained network in use: what all predictions share. */
import { CorpusError } from '../corpus/errors.ts';
import type { ExampleCodec } from '../data/codec.ts';
import type { HostArray, Kernels } from '../kernels/kernels.ts';
import { requireFinite, softmax } from '../metrics/outputs.ts';
import { createTaskModel } from '../model/create.ts';
import type { ParameterSet } from '../model/parameters.ts';
import type { Architecture, Task } from '../model/spec.ts';
import type { AnyBatch } from '../model/task-model.ts';
import type { LabelProbability, ReadText } from './prediction.ts';

export interface Trained {
  readonly kernels: Kernels;
  readonly architecture: Architecture;
  readonly codec: ExampleCodec;
  /** On `kernels`; shared with, not copied from, who has them. */
  readonly parameters: ParameterSet;
}

/** @throws Error for a network of another task than the caller's */
export function requireTask({ codec }: Trained, ...wanted: readonly Task[]): void {
  const { task } = codec.json;
  if (!wanted.includes(task)) throw new Error(`This network was trained for ${task}, not for ${wanted.join(' or ')}`);
}

/**
 * Outputs [rows,K] of one batch, by a model planned for it alone.
 * @throws RangeError when they are not finite numbers
 */
export async function outputsOf(
  { kernels, architecture, codec, parameters }: Trained,
  batch: AnyBatch,
): Promise<{ readonly outputs: HostArray; readonly rows: number; readonly K: number }> {
  const sizes = { T: batch.T, B: batch.B, training: false };
  const model = createTaskModel(kernels, architecture, codec.sizes, sizes, parameters);
  try {
    model.setBatch(batch);
    model.forward(null);
    const { rows, K } = model;
    const outputs = await kernels.read(model.outputs, rows * K);
    requireFinite(outputs);
    return { outputs, rows, K };
  } finally {
    model.dispose();
  }
}

/**
 * Ids of a text, and how they were read.
 * @throws CorpusError for a text without any token
 */
export function readText({ codec }: Trained, text: string): { readonly ids: Int32Array; readonly read: ReadText } {
  const ids = codec.encode(text);
  if (ids.length === 0)
    throw new CorpusError('There is no token in this text: give it at least one word or character.');
  const tokenizer = codec.tokenizer!;
  const read: ReadText = {
    tokens: Array.from(ids, (id) => codec.tokenText(id)),
    unknown: tokenizer.unknown(text),
    truncated: tokenizer.encode(text).length > ids.length,
  };
  return { ids, read };
}

/** One sequence of ids as a batch. */
export function batchOf(ids: Int32Array): AnyBatch {
  return { T: ids.length, B: 1, lengths: null, inputs: ids, targets: null };
}

/** All labels with their probabilities, the most probable first; equal ones in the order of the labels. */
export function byProbability(labels: readonly string[], probabilities: ArrayLike<number>): LabelProbability[] {
  return labels
    .map((label, k) => ({ label, probability: probabilities[k] }))
    .sort((a, b) => b.probability - a.probability);
}

/** The classes of a row of logits [rows,K]. */
export function classesOf({ codec }: Trained, logits: ArrayLike<number>, row = 0): LabelProbability[] {
  const labels = codec.labels!;
  return byProbability(labels, softmax(logits, row, labels.length));
}
