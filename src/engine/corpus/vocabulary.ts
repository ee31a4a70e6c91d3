/** The list of known tokens of a character or word tokeniser. Id 0 is <unk>; the others follow, the most frequent first. */
import { z } from 'zod';
import { ByteTable } from './byte-table.ts';

export const unknownId = 0;
export const unknownToken = '<unk>';

/** Tokens of ids 1, 2, 3 …. */
export const tokensSchema = z
  .array(z.string().min(1))
  .refine((tokens) => new Set(tokens).size === tokens.length, { message: 'a token is there twice' })
  .refine((tokens) => tokens.every((token) => token.isWellFormed()), { message: 'a token is not valid Unicode' });

const encoder = new TextEncoder();

export class Vocabulary {
  /** Token by id. */
  readonly tokens: readonly string[];
  readonly #table = new ByteTable();

  /** @param known tokens of ids 1, 2, 3 …, all different */
  constructor(known: readonly string[]) {
    this.tokens = [unknownToken, ...known];
    for (const token of known) {
      const bytes = encoder.encode(token);
      this.#table.add(bytes, 0, bytes.length);
    }
  }

  get size(): number {
    return this.tokens.length;
  }

  /** The id of the token that stands at `start` … `end`; that of <unk> if it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#table.find(bytes, start, end) + 1;
  }

  /** @throws RangeError for an id outside 0 … V-1 */
  token(id: number): string {
    const token = this.tokens[id];
    if (token === undefined) throw new RangeError(`token id ${id} in a vocabulary of ${this.size}`);
    return token;
  }
}
