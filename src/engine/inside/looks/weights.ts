/** The picture of the weights: what is asked, and what is found. Pure module. */
import { z } from 'zod';

export const weightsLookSchema = z.object({
  picture: z.literal('weights'),
  /** Name of one parameter to take apart; null: a summary of all. */
  parameter: z.string().min(1).nullable(),
});
export type WeightsLook = z.output<typeof weightsLookSchema>;

export interface ParameterSummary {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Euclidean (Frobenius) norm. */
  readonly norm: number;
}

/** A square block of a recurrent matrix, one for each gate. */
export interface Block {
  /** As docs/conventions.md names it: i, f, g, o; r, z, n; null of a plain cell. */
  readonly gate: string | null;
  /** Eigenvalues in the complex plane. */
  readonly re: Float64Array; // [H]
  readonly im: Float64Array; // [H]
}

export interface ParameterDetail {
  readonly name: string;
  /** Edges of the bins [bins+1], and how many numbers lie in each [bins]. */
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  /** Singular values, largest first; null of a vector, and of a matrix that is too large. */
  readonly singular: Float64Array | null;
  /** Of a recurrent matrix that is not too large; else none. */
  readonly blocks: readonly Block[];
  /** Why a spectrum is left out; null where none is. */
  readonly leftOut: string | null;
}

export interface Weights {
  readonly picture: 'weights';
  readonly step: number;
  readonly summaries: readonly ParameterSummary[];
  readonly detail: ParameterDetail | null;
}
