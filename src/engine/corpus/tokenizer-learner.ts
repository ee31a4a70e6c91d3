/** Learning a tokeniser from a text that streams by, in bounded memory. */
import type { TokenizerConfig } from '../training/config.ts';
import { learnMerges, byteSymbols } from './bpe-training.ts';
import { BpeTokenizer } from './bpe-tokenizer.ts';
import { ByteCounts } from './byte-counts.ts';
import { CharTokenizer } from './char-tokenizer.ts';
import { CharacterCounts } from './characters.ts';
import { CorpusError } from './errors.ts';
import { graphemeEnd } from './graphemes.ts';
import { textBytes } from './lowercase.ts';
import { bpePieceEnd, type PieceEnd } from './pieces.ts';
import type { Tokenizer } from './tokenizer.ts';
import { unknownToken } from './vocabulary.ts';
import { WordTokenizer } from './word-tokenizer.ts';
import { WordCounts } from './words.ts';

export interface TokenizerLearner {
  /** As `Tokenizer.encodeBytes`, but counts; returns the bytes that were counted. */
  push(bytes: Uint8Array, end: number, stop: number, last: boolean): number;
  /** @throws the signal's reason when it was cancelled */
  finish(signal: AbortSignal): Promise<Tokenizer>;
}

/** Different grapheme clusters, words and pieces counted exactly (byte-counts.ts says what happens beyond). */
const mostClusters = 1 << 17;
const mostWords = 1 << 21;
const mostPieces = 1 << 20;
/** Pieces that merges are learnt from: the most frequent. */
const mostPiecesLearnt = 1 << 18;
/** Vocabulary of byte-pair encoding if none is asked for. */
const usualBpeVocabulary = 2000;
/** A pair seen once says nothing about the language. */
const leastPairCount = 2;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * @param prepared for words: the text was cut into words before (`looksPrepared`)
 * @throws CorpusError for settings that no tokeniser can have
 */
export function tokenizerLearner(config: TokenizerConfig, prepared: boolean): TokenizerLearner {
  switch (config.kind) {
    case 'char':
      return config.unit === 'codepoint' ? codePointLearner(config) : graphemeLearner(config);
    case 'word':
      return wordLearner(config, prepared);
    case 'bpe':
      return bpeLearner(config);
  }
}

/** Learns from a text that is in memory. */
export async function learnTokenizer(config: TokenizerConfig, text: string): Promise<Tokenizer> {
  const bytes = textBytes(text, config.lowercase);
  const learner = tokenizerLearner(config, looksPrepared(bytes));
  learner.push(bytes, bytes.length, bytes.length, true);
  return learner.finish(new AbortController().signal);
}

function codePointLearner(config: TokenizerConfig): TokenizerLearner {
  const counts = new CharacterCounts();
  return {
    push(bytes, _end, stop) {
      counts.push(bytes, 0, stop);
      return stop;
    },
    async finish() {
      const known = counts.ranked().filter(({ count }) => count >= config.minFrequency);
      const tokens = known.map(({ codePoint }) => String.fromCodePoint(codePoint));
      return new CharTokenizer({ config, tokens: tokens.slice(0, mostTokens(config)) });
    },
  };
}

function graphemeLearner(config: TokenizerConfig): TokenizerLearner {
  const counts = new ByteCounts(mostClusters);
  return {
    push: (bytes, end, stop, last) => countPieces(counts, graphemeEnd, bytes, end, stop, last),
    finish: async () => new CharTokenizer({ config, tokens: frequent((limit) => rankedIn(counts, limit), config) }),
  };
}

function wordLearner(config: TokenizerConfig, prepared: boolean): TokenizerLearner {
  const counts = new WordCounts(prepared, mostWords);
  return {
    push: (bytes, end, stop, last) => counts.learn(bytes, end, stop, last),
    finish: async () => {
      const tokens = frequent((limit) => counts.ranked(limit), config);
      return new WordTokenizer({ config, prepared, tokens });
    },
  };
}

function bpeLearner(config: TokenizerConfig): TokenizerLearner {
  const vocabulary = config.maxVocabulary ?? usualBpeVocabulary;
  if (vocabulary < byteSymbols) {
    throw new CorpusError(
      `Byte-pair encoding starts from the ${byteSymbols} bytes, so a vocabulary of ${vocabulary} is too small: choose ${byteSymbols} or more (1,000 to 10,000 is usual), or take characters as tokens.`,
    );
  }
  const counts = new ByteCounts(mostPieces);
  return {
    push: (bytes, end, stop, last) => countPieces(counts, bpePieceEnd, bytes, end, stop, last),
    async finish(signal) {
      const { table } = counts;
      const leastCount = Math.max(leastPairCount, config.minFrequency);
      const keys = table.ranked(mostPiecesLearnt);
      return new BpeTokenizer({
        config,
        merges: await learnMerges(table, keys, vocabulary - byteSymbols, leastCount, signal),
      });
    },
  };
}

function countPieces(
  counts: ByteCounts,
  pieceEnd: PieceEnd,
  bytes: Uint8Array,
  end: number,
  stop: number,
  last: boolean,
): number {
  let at = 0;
  while (at < stop) {
    const next = pieceEnd(bytes, at, end, last);
    if (next < 0) break;
    counts.add(bytes, at, next);
    at = next;
  }
  return at;
}

function rankedIn({ table }: ByteCounts, limit: number): { token: string; count: number }[] {
  return Array.from(table.ranked(limit), (key) => ({
    token: decoder.decode(table.bytes(key)),
    count: table.values[key]!,
  }));
}

/** Room in the vocabulary beside <unk>. */
function mostTokens(config: TokenizerConfig): number {
  return config.maxVocabulary === undefined ? Infinity : config.maxVocabulary - 1;
}

/**
 * Tokens seen often enough, the most frequent first, then by code point; not <unk>, which is id 0.
 * @param ranked the most frequent ones, in that order
 */
function frequent(
  ranked: (limit: number) => readonly { readonly token: string; readonly count: number }[],
  config: TokenizerConfig,
): string[] {
  const most = mostTokens(config);
  return ranked(most + 1)
    .filter(({ token, count }) => count >= config.minFrequency && token !== unknownToken)
    .map(({ token }) => token)
    .slice(0, most);
}

/** Share of <unk> among the words from which on a text counts as prepared: WikiText-103 has 0.4 %, Penn Treebank 5 %. */
const preparedShare = 0.001;

/**
 * Whether a corpus was cut into words and its rare words replaced before it came here, as Penn Treebank and WikiText were:
 * <unk> stands between white space, not just once in a while. Then white space alone separates words ("mr.", "n't", "@-@").
 * @param head the beginning of the text, UTF-8
 */
export function looksPrepared(head: Uint8Array): boolean {
  const words = decoder.decode(head).split(/\s+/u);
  const unknown = words.reduce((count, word) => count + (word === unknownToken ? 1 : 0), 0);
  return unknown > 0 && unknown >= words.length * preparedShare;
}
