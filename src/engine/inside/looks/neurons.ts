/** The pictures of the neurons: what is asked, and what is found. Pure module. */
import { z } from 'zod';
import { sourceSchema, type ReadSource } from './source.ts';
import type { StackPart } from './through-time.ts';

/** What a layer computes at a step: its hidden and cell state, and its gates, by their letters in docs/conventions.md. */
export const quantities = ['h', 'c', 'i', 'f', 'g', 'o', 'r', 'z', 'n'] as const;
export type Quantity = (typeof quantities)[number];

/** What each cell has. */
export const quantitiesOf: Readonly<Record<'rnn' | 'lstm' | 'gru', readonly Quantity[]>> = {
  rnn: ['h'],
  lstm: ['h', 'c', 'i', 'f', 'o', 'g'],
  gru: ['h', 'r', 'z', 'n'],
};

export const neuronsLookSchema = z.object({
  picture: z.literal('neurons'),
  source: sourceSchema,
  /** Which layer and direction, from 0: the lowest first, left to right before right to left, an encoder before a decoder. */
  layer: z.int().min(0),
  quantity: z.enum(quantities),
});
export type NeuronsLook = z.output<typeof neuronsLookSchema>;

/** A layer and direction whose states can be seen. */
export interface LayerName {
  readonly part: StackPart;
  /** From 0, the lowest. */
  readonly layer: number;
  readonly direction: 'forward' | 'backward';
  /** Units. */
  readonly H: number;
}

export interface Neurons {
  readonly picture: 'neurons';
  /** Of the checkpoint. */
  readonly step: number;
  readonly source: ReadSource;
  readonly layers: readonly LayerName[];
  /** What the steps read, as text; together the text. */
  readonly pieces: readonly string[]; // [T]
  readonly H: number;
  /** Values in 255 steps from -scale to scale: (byte - 128) / 127 · scale. */
  readonly values: Uint8Array; // [T,H]
  readonly scale: number;
}

export const neuronMatchesLookSchema = z.object({
  picture: z.literal('neuron-matches'),
  layer: z.int().min(0),
  quantity: z.enum(quantities),
  /** The neurons that fired in a span, and whether they did so with positive or negative values. */
  units: z
    .array(z.object({ unit: z.int().min(0), sign: z.union([z.literal(1), z.literal(-1)]) }))
    .min(1)
    .max(8192),
  /** A neuron fires from here on. */
  threshold: z.number().min(0),
  /** Steps of the span. */
  span: z.int().min(1).max(200),
  /** Most tokens to search, from the beginning of the part. */
  tokens: z.int().min(1).max(1_000_000),
  /** Most places to give. */
  places: z.int().min(1).max(200),
});
export type NeuronMatchesLook = z.output<typeof neuronMatchesLookSchema>;

export interface NeuronMatch {
  /** Where it begins: a token of running text, or an example and the step in it. */
  readonly start: number;
  readonly example: number | null;
  /** Mean share of the neurons that fire in it, less half of the share just before and after it. At most 1. */
  readonly score: number;
  /** Mean share of the neurons that fire in it. */
  readonly share: number;
  /** What is read there, and around it. */
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

export interface NeuronMatches {
  readonly picture: 'neuron-matches';
  readonly step: number;
  readonly from: 'valid' | 'train';
  /** Steps that were searched, and that there are. */
  readonly searched: number;
  /** Best first; they do not overlap. */
  readonly places: readonly NeuronMatch[];
}
