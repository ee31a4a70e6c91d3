/** The picture of an embedding in two dimensions: what is asked, and what is found. Pure module. */
import { z } from 'zod';

export const embeddingLookSchema = z.object({
  picture: z.literal('embedding'),
  /** Name of the matrix; null: the first of the network. */
  parameter: z.string().min(1).nullable(),
  /** Tokens of the smallest ids: of a vocabulary of words the most frequent. */
  most: z.int().min(10).max(10_000),
  seed: z.int().min(0).max(4294967295),
});
export type EmbeddingLook = z.output<typeof embeddingLookSchema>;

/** Neighbours listed of each token. */
export const neighbours = 10;

export interface Embedding {
  readonly picture: 'embedding';
  readonly step: number;
  readonly parameter: string;
  /** Matrices that can be chosen. */
  readonly parameters: readonly string[];
  /** Of the rows that are shown, in the order of their ids. */
  readonly tokens: readonly string[];
  /** Rows of the matrix, shown or not, and their width. */
  readonly vocabulary: number;
  readonly width: number;
  /** UMAP of the rows with the distance 1 - cosine: x and y of each, one after the other. */
  readonly points: Float32Array; // [tokens,2]
  /** The nearest others of each by cosine, nearest first; -1 where there are fewer. */
  readonly nearest: Int32Array; // [tokens,neighbours]
  readonly cosines: Float32Array; // [tokens,neighbours]
}
