/** One token a character: a code point, or a grapheme cluster (what a reader takes for one character). */
import { z } from 'zod';
import { tokenizerSchema, type TokenizerConfig } from '../training/config.ts';
import { CharacterIds } from './characters.ts';
import { graphemeEnd } from './graphemes.ts';
import { textBytes } from './lowercase.ts';
import type { Encoded, SerializedTokenizer, StreamingDecoder, Tokenizer } from './tokenizer.ts';
import { sequenceLength } from './utf8.ts';
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
  readonly #ids: CharacterIds | null;

  constructor({ config, tokens }: Pick<z.output<typeof charTokenizerSchema>, 'config' | 'tokens'>) {
    this.config = config;
    this.#vocabulary = new Vocabulary(tokens);
    this.#ids = config.unit === 'codepoint' ? new CharacterIds(tokens) : null;
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
      ? { consumed: stop, count: this.#ids.encode(bytes, stop, ids) }
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
