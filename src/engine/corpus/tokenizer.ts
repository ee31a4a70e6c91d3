/**
 * Text to token ids and back: characters, words, or byte pairs. A tokeniser is learnt from the training part of a corpus
 * (tokenizer-learner.ts), is immutable, and travels as JSON.
 */
import { z } from 'zod';
import type { TokenizerConfig } from '../training/config.ts';
import { BpeTokenizer, bpeTokenizerSchema } from './bpe-tokenizer.ts';
import { CharTokenizer, charTokenizerSchema } from './char-tokenizer.ts';
import { CorpusError } from './errors.ts';
import { WordTokenizer, wordTokenizerSchema } from './word-tokenizer.ts';

/** Text from ids as they come. */
export interface StreamingDecoder {
  /** The text that `id` adds; may be empty until a character is whole. */
  push(id: number): string;
  /** What was held back. */
  end(): string;
}

export interface Encoded {
  /** Bytes that became tokens; the rest is to be given again with what follows. */
  readonly consumed: number;
  /** Ids written. */
  readonly count: number;
}

export interface Tokenizer {
  readonly config: TokenizerConfig;
  /** V: ids are 0 … V-1. */
  readonly vocabularySize: number;
  /** The id that stands for all that the vocabulary lacks; null if it lacks nothing. */
  readonly unknownId: number | null;
  encode(text: string): Int32Array;
  /**
   * Encodes a text that streams by as UTF-8, lower-cased already where `config.lowercase` says so.
   * @param end bytes before this are there; the text may go on behind it unless `last`
   * @param stop no token begins at or after this (≤ `end`)
   * @param ids room for one id a byte
   */
  encodeBytes(bytes: Uint8Array, end: number, stop: number, last: boolean, ids: Int32Array): Encoded;
  decode(ids: ArrayLike<number>): string;
  decoder(): StreamingDecoder;
  /** A token as people read it: white space and other invisible characters made visible. */
  tokenText(id: number): string;
  /** The different characters or words of `text` that the vocabulary lacks, in order of appearance. */
  unknown(text: string): string[];
  toJSON(): SerializedTokenizer;
}

const serializedSchema = z.discriminatedUnion('kind', [charTokenizerSchema, wordTokenizerSchema, bpeTokenizerSchema]);
export type SerializedTokenizer = z.output<typeof serializedSchema>;

/**
 * A tokeniser from what its `toJSON` gave.
 * @throws CorpusError when it is not that
 */
export function deserializeTokenizer(json: unknown): Tokenizer {
  const parsed = serializedSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new CorpusError(`This is not a tokeniser of this program: ${path.join('.') || 'the whole'}: ${message}.`);
  }
  switch (parsed.data.kind) {
    case 'char':
      return new CharTokenizer(parsed.data);
    case 'word':
      return new WordTokenizer(parsed.data);
    case 'bpe':
      return new BpeTokenizer(parsed.data);
  }
}
