/** One token a word, punctuation mark, symbol or line end; white space within lines is not kept. What a word is: pieces.ts. */
import { z } from 'zod';
import { tokenizerSchema, type TokenizerConfig } from '../training/config.ts';
import { textBytes } from './lowercase.ts';
import { classAt, preparedWordEnd, wordEnd, type PieceEnd } from './pieces.ts';
import type { Encoded, SerializedTokenizer, StreamingDecoder, Tokenizer } from './tokenizer.ts';
import { CLASS } from './unicode-classes.ts';
import { visible } from './visible.ts';
import { tokensSchema, unknownId, unknownToken, Vocabulary } from './vocabulary.ts';
import { WordSpacing } from './word-spacing.ts';
import { WordIds } from './words.ts';

export const wordTokenizerSchema = z.strictObject({
  format: z.literal('unroll-tokenizer/1'),
  kind: z.literal('word'),
  config: tokenizerSchema,
  /** The corpus was cut into words before (Penn Treebank, WikiText): words are what stands between white space. */
  prepared: z.boolean(),
  tokens: tokensSchema,
});

/** Every kind of line end is this token. */
export const newlineToken = '\n';
const newlineBytes = Uint8Array.of(0x0a);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const { space, newline } = CLASS;

export class WordTokenizer implements Tokenizer {
  readonly config: TokenizerConfig;
  readonly unknownId = unknownId;
  readonly #prepared: boolean;
  readonly #pieceEnd: PieceEnd;
  readonly #vocabulary: Vocabulary;
  readonly #ids: WordIds;
  readonly #newlineId: number;

  constructor({
    config,
    prepared,
    tokens,
  }: Pick<z.output<typeof wordTokenizerSchema>, 'config' | 'prepared' | 'tokens'>) {
    this.config = config;
    this.#prepared = prepared;
    this.#pieceEnd = prepared ? preparedWordEnd : wordEnd;
    this.#vocabulary = new Vocabulary(tokens);
    this.#ids = new WordIds(prepared, this.#vocabulary.tokens.slice(1));
    this.#newlineId = this.#vocabulary.find(newlineBytes, 0, 1);
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
    return this.#ids.encode(bytes, end, stop, last, ids);
  }

  decode(ids: ArrayLike<number>): string {
    const spacing = this.#spacing();
    return Array.from(ids, (id) => spacing.next(this.#vocabulary.token(id))).join('');
  }

  decoder(): StreamingDecoder {
    const spacing = this.#spacing();
    return { push: (id) => spacing.next(this.#vocabulary.token(id)), end: () => '' };
  }

  tokenText(id: number): string {
    return visible(this.#vocabulary.token(id));
  }

  unknown(text: string): string[] {
    const bytes = textBytes(text, this.config.lowercase);
    const found = new Set<string>();
    let at = 0;
    while (at < bytes.length) {
      const start = at;
      at = this.#pieceEnd(bytes, at, bytes.length, true);
      const kind = classAt(bytes, start);
      if (kind === space || (kind === newline && this.#newlineId !== unknownId)) continue;
      const word = kind === newline ? newlineToken : decoder.decode(bytes.subarray(start, at));
      if (this.#vocabulary.find(bytes, start, at) === unknownId && word !== unknownToken) found.add(word);
    }
    return [...found];
  }

  toJSON(): SerializedTokenizer {
    return {
      format: 'unroll-tokenizer/1',
      kind: 'word',
      config: this.config,
      prepared: this.#prepared,
      tokens: this.#vocabulary.tokens.slice(1),
    };
  }

  #spacing(): WordSpacing {
    return new WordSpacing(this.#prepared);
  }
}
