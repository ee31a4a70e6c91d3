/** What a network is to read while it is looked at. Pure module. */
import { z } from 'zod';

/** Most tokens that one picture is of. */
export const mostSteps = 20_000;

export const sourceSchema = z.discriminatedUnion('from', [
  /** A person's own text. */
  z.object({ from: z.literal('text'), text: z.string().min(1).max(1_000_000) }),
  /** The validation part, or where there is none the training part: tokens from `start` on, or the example `start`. */
  z.object({ from: z.literal('data'), start: z.int().min(0), length: z.int().min(1).max(mostSteps) }),
]);
export type LookSource = z.output<typeof sourceSchema>;

/** What was read. */
export interface ReadSource {
  readonly from: 'text' | 'valid' | 'train';
  /** Of running text its first token, of examples which one; 0 of a person's own text. */
  readonly start: number;
  /** Tokens or examples that there are; of a person's own text its tokens. */
  readonly total: number;
  readonly unit: 'tokens' | 'examples';
  /** What of a person's own text the vocabulary lacks. */
  readonly unknown: readonly string[];
  /** A person's own text has more tokens than are read. */
  readonly truncated: boolean;
}
