/** The picture of the gradient on its way back through time: what is asked, and what is found. Pure module. */
import { z } from 'zod';

export const throughTimeLookSchema = z.object({
  picture: z.literal('through-time'),
  /** Steps of running text to look back over, the last of which is lost on. Examples are looked at whole. */
  steps: z.int().min(2).max(2048),
  /** Sequences of the validation part to average over. */
  sequences: z.int().min(1).max(256),
});
export type ThroughTimeLook = z.output<typeof throughTimeLookSchema>;

/** Where a layer stands: of a network with one stack, or of an encoder–decoder. */
export type StackPart = 'network' | 'encoder' | 'decoder';

/** ‖∂L/∂h_t‖ of one layer and direction, by the lag: how many steps h_t is from the end (or, read backwards, the beginning). */
export interface GradientFlow {
  readonly part: StackPart;
  /** From 0, the lowest. */
  readonly layer: number;
  readonly direction: 'forward' | 'backward';
  /** Mean over the sequences that reach the lag; 0 is an exact zero. */
  readonly norms: Float64Array; // [lags]
}

/** Spectral radius of one gate's block of a recurrent matrix. */
export interface BlockRadius {
  /** Of the parameter: `rnn.weight_hh_l0`. */
  readonly name: string;
  readonly part: StackPart;
  readonly layer: number;
  readonly direction: 'forward' | 'backward';
  /** As docs/conventions.md names it: i, f, g, o; r, z, n; none of a plain cell. */
  readonly gate: string | null;
  /** Largest |eigenvalue|, and largest singular value. */
  readonly radius: number;
  readonly norm: number;
}

export interface ThroughTime {
  readonly picture: 'through-time';
  /** Of the checkpoint. */
  readonly step: number;
  /** From which part of the data, and how many. */
  readonly readFrom: 'valid' | 'train';
  readonly sequences: number;
  /** What the loss is of: the last step, or everything that pooling over time reads. */
  readonly lossOf: 'last-step' | 'pooled';
  readonly flows: readonly GradientFlow[];
  /** In the training step before the checkpoint: the norm of the gradient by all parameters, and the threshold; null: none known. */
  readonly gradNorm: number | null;
  readonly clip: number | null;
  readonly radii: readonly BlockRadius[];
}
