/**
 * Byte-level byte-pair encoding: every text can be encoded and comes back exactly. Ids 0 … 255 are the bytes; each merge adds
 * one id. Text is cut into GPT-2's pieces first (pieces.ts), and merging stays within them.
 */
import { z } from 'zod';
import { tokenizerSchema, type TokenizerConfig } from '../training/config.ts';
import { byteSymbols, pairKey, type Merge } from './bpe-training.ts';
import { ByteTable } from './byte-table.ts';
import { textBytes } from './lowercase.ts';
import { bpePieceEnd, longestPiece } from './pieces.ts';
import type { Encoded, SerializedTokenizer, StreamingDecoder, Tokenizer } from './tokenizer.ts';
import { isUtf8 } from './utf8.ts';
import { visible } from './visible.ts';

const symbol = z.int().min(0);

export const bpeTokenizerSchema = z.strictObject({
  format: z.literal('unroll-tokenizer/1'),
  kind: z.literal('bpe'),
  config: tokenizerSchema,
  /** Merge number i joins two earlier ids to id 256 + i. */
  merges: z
    .array(z.tuple([symbol, symbol]))
    .refine((merges) => merges.every((pair, i) => pair.every((id) => id < byteSymbols + i)), {
      message: 'a merge joins tokens that come after it',
    })
    .refine((merges) => new Set(merges.map(([left, right]) => pairKey(left, right))).size === merges.length, {
      message: 'a merge is there twice',
    }),
});

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class BpeTokenizer implements Tokenizer {
  readonly config: TokenizerConfig;
  readonly unknownId = null;
  readonly #merges: readonly Merge[];
  /** Bytes by id. */
  readonly #bytes: readonly Uint8Array[];
  readonly #encoder: PieceEncoder;

  constructor({ config, merges }: { readonly config: TokenizerConfig; readonly merges: readonly Merge[] }) {
    this.config = config;
    this.#merges = merges;
    const bytes = Array.from({ length: byteSymbols }, (_, byte) => Uint8Array.of(byte));
    for (const [left, right] of merges) bytes.push(Uint8Array.of(...bytes[left]!, ...bytes[right]!));
    this.#bytes = bytes;
    this.#encoder = new PieceEncoder(merges);
  }

  get vocabularySize(): number {
    return this.#bytes.length;
  }

  encode(text: string): Int32Array {
    const bytes = textBytes(text, this.config.lowercase);
    const ids = new Int32Array(bytes.length);
    return ids.slice(0, this.encodeBytes(bytes, bytes.length, bytes.length, true, ids).count);
  }

  encodeBytes(bytes: Uint8Array, end: number, stop: number, last: boolean, ids: Int32Array): Encoded {
    let at = 0;
    let count = 0;
    while (at < stop) {
      const next = bpePieceEnd(bytes, at, end, last);
      if (next < 0) break;
      count = this.#encoder.encode(bytes, at, next, ids, count);
      at = next;
    }
    return { consumed: at, count };
  }

  decode(ids: ArrayLike<number>): string {
    const stream = this.decoder();
    return Array.from(ids, (id) => stream.push(id)).join('') + stream.end();
  }

  /** Bytes of a character that is not whole yet are held back; bytes that cannot become one are U+FFFD. */
  decoder(): StreamingDecoder {
    const stream = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id) => stream.decode(this.#bytesOf(id), { stream: true }),
      end: () => stream.decode(),
    };
  }

  tokenText(id: number): string {
    const bytes = this.#bytesOf(id);
    if (isUtf8(bytes)) return visible(decoder.decode(bytes));
    return `‹${Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}›`;
  }

  /** Bytes can say everything. */
  unknown(): string[] {
    return [];
  }

  toJSON(): SerializedTokenizer {
    return {
      format: 'unroll-tokenizer/1',
      kind: 'bpe',
      config: this.config,
      merges: this.#merges.map(([left, right]) => [left, right]),
    };
  }

  #bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (!bytes) throw new RangeError(`token id ${id} in a vocabulary of ${this.vocabularySize}`);
    return bytes;
  }
}

/** Different pieces whose encoding is remembered; then the memory starts anew. */
const mostRemembered = 1 << 18;
const mostRememberedBytes = 1 << 24;

/** Encodes pieces by applying the earliest merge first, and remembers them: most pieces of a text are repetitions. */
class PieceEncoder {
  /** Merged id by pair. */
  readonly #merged = new Map<number, number>();
  /** Values: where a piece's ids begin in the pool, times 2^10, plus how many they are (≤ 256). */
  #remembered = new ByteTable();
  #pool = new Int32Array(1 << 16);
  #used = 0;
  // One piece at work: its symbols, and for each the id it would make with its right neighbour.
  readonly #symbols = new Int32Array(longestPiece);
  readonly #ranks = new Float64Array(longestPiece);

  constructor(merges: readonly Merge[]) {
    merges.forEach(([left, right], i) => this.#merged.set(pairKey(left, right), byteSymbols + i));
  }

  /** Writes the ids of the piece `start` … `end` from ids[count] on; returns the new count. */
  encode(bytes: Uint8Array, start: number, end: number, ids: Int32Array, count: number): number {
    const known = this.#remembered.find(bytes, start, end);
    const entry = known >= 0 ? this.#remembered.values[known]! : this.#remember(bytes, start, end);
    const from = Math.floor(entry / 1024);
    const length = entry % 1024;
    for (let i = 0; i < length; i++) ids[count + i] = this.#pool[from + i]!;
    return count + length;
  }

  #remember(bytes: Uint8Array, start: number, end: number): number {
    if (this.#remembered.size >= mostRemembered || this.#remembered.poolSize >= mostRememberedBytes) {
      this.#remembered = new ByteTable();
      this.#used = 0;
    }
    const length = this.#merge(bytes, start, end);
    if (this.#used + length > this.#pool.length) {
      const larger = new Int32Array(this.#pool.length * 2);
      larger.set(this.#pool);
      this.#pool = larger;
    }
    this.#pool.set(this.#symbols.subarray(0, length), this.#used);
    const entry = this.#used * 1024 + length;
    this.#used += length;
    const key = this.#remembered.add(bytes, start, end);
    this.#remembered.values[key] = entry;
    return entry;
  }

  /** Leaves the ids of a piece in #symbols; returns their number. */
  #merge(bytes: Uint8Array, start: number, end: number): number {
    const symbols = this.#symbols;
    const ranks = this.#ranks;
    let length = end - start;
    for (let i = 0; i < length; i++) symbols[i] = bytes[start + i]!;
    for (let i = 0; i < length; i++) ranks[i] = this.#rank(i, length);
    for (;;) {
      let best = 0;
      for (let i = 1; i < length - 1; i++) if (ranks[i]! < ranks[best]!) best = i;
      if (length < 2 || ranks[best] === Infinity) return length;
      symbols[best] = ranks[best]!;
      symbols.copyWithin(best + 1, best + 2, length);
      ranks.copyWithin(best + 1, best + 2, length);
      length--;
      ranks[best] = this.#rank(best, length);
      if (best > 0) ranks[best - 1] = this.#rank(best - 1, length);
    }
  }

  #rank(at: number, length: number): number {
    if (at + 1 >= length) return Infinity;
    return this.#merged.get(pairKey(this.#symbols[at]!, this.#symbols[at + 1]!)) ?? Infinity;
  }
}
