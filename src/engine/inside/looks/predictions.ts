/** The pictures of the predictions: what is asked, and what is found. Pure module. */
import { z } from 'zod';
import { sourceSchema, type ReadSource } from './source.ts';

export const predictionsLookSchema = z.object({
  picture: z.literal('predictions'),
  source: sourceSchema,
  /** Alternatives for each token. */
  top: z.int().min(1).max(20),
});
export type PredictionsLook = z.output<typeof predictionsLookSchema>;

export interface Predictions {
  readonly picture: 'predictions';
  readonly step: number;
  readonly source: ReadSource;
  /** What is predicted: the token itself, from those before it; or the tag of a token. */
  readonly of: 'token' | 'tag';
  /** The tokens as text; of a translation the target's. */
  readonly pieces: readonly string[]; // [T]
  /** Of an encoder–decoder: what the encoder reads; else null. */
  readonly reads: readonly string[] | null;
  /** What came, or the tag of the data, by its place in `names`; -1 where nothing was predicted, or nothing is known. */
  readonly truth: Int32Array; // [T]
  /** -log2 of the probability that the network gave to it; NaN where there is no truth. */
  readonly surprisal: Float32Array; // [T]
  /** How uncertain it was before: the entropy of its distribution, in bits; NaN where nothing was predicted. */
  readonly entropy: Float32Array; // [T]
  /** The most probable, by their place in `names`, most probable first; -1 where nothing was predicted. */
  readonly top: Int32Array; // [T,k]
  readonly probability: Float32Array; // [T,k]
  readonly k: number;
  /** Tokens or tags as people read them. */
  readonly names: readonly string[];
  /** Of how many the network chooses. */
  readonly choices: number;
  /** Encoder–decoders with attention: how much each step looked at each source token, rows summing to 1. */
  readonly attention: { readonly source: readonly string[]; readonly weights: Float32Array } | null; // [T,Tx]
}

export const confusionLookSchema = z.object({
  picture: z.literal('confusion'),
  /** Most examples to read, from the beginning of the part. */
  examples: z.int().min(1).max(100_000),
});
export type ConfusionLook = z.output<typeof confusionLookSchema>;

/** Answers to the held-out examples, in their order: one for each, or, where tokens are tagged, one for each token of it. */
export interface Confusion {
  readonly picture: 'confusion';
  readonly step: number;
  readonly from: 'valid' | 'train';
  readonly labels: readonly string[];
  readonly of: 'example' | 'token';
  /** Examples that were read, and that there are. */
  readonly read: number;
  readonly total: number;
  /** By place in `labels`. */
  readonly truth: Int32Array; // [answers]
  readonly answer: Int32Array; // [answers]
  /** That the network gave to its answer, and to the truth. */
  readonly probability: Float32Array; // [answers]
  readonly ofTruth: Float32Array; // [answers]
  /** The example of each answer. */
  readonly example: Int32Array; // [answers]
  /** What was read, piece by piece; of numbers the row. */
  readonly texts: readonly (readonly string[])[]; // [read]
  /** Line of the file that each begins at. */
  readonly lines: Int32Array; // [read]
}
