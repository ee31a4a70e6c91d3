/** One token a character: a code point, or a grapheme cluster (what a reader takes for one character). */
import { z } from 'zod';
import { tokenizerSchema, type TokenizerConfig } from '../training/config.ts';
import { graphemeEnd } from './graphemes.ts';
import { textBytes } from './lowercase.ts';
import type { Encoded, SerializedTokenizer, StreamingDecoder, Tokenizer } from './tokenizer.ts';
import { codePointAt, sequenceLength } from './utf8.ts';
import { visible } from './visible.ts';
import { tokensSchema, unknownId, unknownToken, Vocabulary } from './vocabulary.ts';

export const charTokenizerSchema = z.strictObject({
  format: z.literal('unroll-tokenizer/1'),
  kind: z.literal('char'),
  config: tokenizerSchema,
  tokens: tokensSchema,
});

/** What stands for <unk> in text: one character, as what it stands for. */
const replacement = '\ufffd';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class CharTokenizer implements Tokenizer {
  readonly config: TokenizerConfig;
  readonly unknownId = unknownId;
  readonly #vocabulary: Vocabulary;
  /** Null for grapheme clusters. */
  readonly #ids: CodePointIds | null;

  constructor({ config, tokens }: Pick<z.output<typeof charTokenizerSchema>, 'config' | 'tokens'>) {
    this.config = config;
    this.#vocabulary = new Vocabulary(tokens);
    this.#ids = config.unit === 'codepoint' ? codePointIds(tokens) : null;
  }

  get vocabularySize(): number {
    return this.#vocabulary.size;
  }

  encode(text: string): Int32Array {
    const bytes = textBytes(text, this.config.lowercase);
    const ids = new Int32Array(bytes.length);
    return ids.slice(0, this.encodeBytes(bytes, bytes.length, bytes.length, true, ids).count);
  }

  encodeBytes(bytes: Uint8Array, end: number, stop: number, last: boolean, ids: Int32Array): Encoded {
    return this.#ids
      ? encodeCodePoints(this.#ids, bytes, stop, ids)
      : encodeGraphemes(this.#vocabulary, bytes, end, stop, last, ids);
  }

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.#text(id)).join('');
  }

  decoder(): StreamingDecoder {
    return { push: (id) => this.#text(id), end: () => '' };
  }

  tokenText(id: number): string {
    return id === unknownId ? unknownToken : visible(this.#vocabulary.token(id));
  }

  unknown(text: string): string[] {
    const bytes = textBytes(text, this.config.lowercase);
    const found = new Set<string>();
    let at = 0;
    while (at < bytes.length) {
      const start = at;
      at = this.#ids ? at + sequenceLength(bytes[at]!) : graphemeEnd(bytes, at, bytes.length, true);
      if (this.#vocabulary.find(bytes, start, at) === unknownId) found.add(decoder.decode(bytes.subarray(start, at)));
    }
    return [...found];
  }

  toJSON(): SerializedTokenizer {
    return {
      format: 'unroll-tokenizer/1',
      kind: 'char',
      config: this.config,
      tokens: this.#vocabulary.tokens.slice(1),
    };
  }

  #text(id: number): string {
    return id === unknownId ? replacement : this.#vocabulary.token(id);
  }
}

/** Ids of characters. */
interface CodePointIds {
  /**
   * By two bytes that stand side by side, the first one's value * 256 + the second's: the id of the character of one or two
   * bytes that begins with the first one; -1 where none begins.
   */
  readonly short: Int32Array;
  /** By code point, in pages of 256; pages without a known character are the same empty one. */
  readonly pages: readonly Int32Array[];
}

function codePointIds(tokens: readonly string[]): CodePointIds {
  const none = new Int32Array(256).fill(unknownId);
  const pages = new Array<Int32Array>(0x110000 >> 8).fill(none);
  tokens.forEach((token, index) => {
    const codePoint = token.codePointAt(0)!;
    if (pages[codePoint >> 8] === none) pages[codePoint >> 8] = none.slice();
    pages[codePoint >> 8]![codePoint & 0xff] = index + 1;
  });
  const short = new Int32Array(1 << 16).fill(-1);
  for (let first = 0; first < 0x80; first++) short.fill(pages[0]![first]!, first << 8, (first + 1) << 8);
  for (let codePoint = 0x80; codePoint < 0x800; codePoint++) {
    const bytes = ((0xc0 | (codePoint >> 6)) << 8) | 0x80 | (codePoint & 0x3f);
    short[bytes] = pagedId(pages, codePoint);
  }
  return { short, pages };
}

function pagedId(pages: readonly Int32Array[], codePoint: number): number {
  return pages[codePoint >> 8]![codePoint & 0xff]!;
}

/** Writes an id for every byte and goes on only where a character begins: guessing where would cost more (character-counts.ts). */
function encodeCodePoints({ short, pages }: CodePointIds, bytes: Uint8Array, stop: number, ids: Int32Array): Encoded {
  let count = 0;
  let byte = bytes[0]!;
  for (let at = 0; at < stop; at++) {
    const next = at < stop - 1 ? bytes[at + 1]! : 0;
    const id = byte < 0xe0 ? short[(byte << 8) | next]! : pagedId(pages, codePointAt(bytes, at));
    ids[count] = id;
    count += 1 + (id >> 31);
    byte = next;
  }
  return { consumed: stop, count };
}

function encodeGraphemes(
  vocabulary: Vocabulary,
  bytes: Uint8Array,
  end: number,
  stop: number,
  last: boolean,
  ids: Int32Array,
): Encoded {
  let at = 0;
  let count = 0;
  while (at < stop) {
    const next = graphemeEnd(bytes, at, end, last);
    if (next < 0) break;
    ids[count++] = vocabulary.find(bytes, at, next);
    at = next;
  }
  return { consumed: at, count };
}
