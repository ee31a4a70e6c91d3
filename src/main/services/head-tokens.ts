/** What a tokeniser will make of a text, judged by the beginning of it: before the text has been tokenised. */
import { learnTokenizer } from '../../engine/corpus/tokenizer-learner.ts';
import type { TokenizerConfig } from '../../engine/training/config.ts';

export interface TextSize {
  readonly characters: number;
  readonly distinctCharacters: number;
}

export interface TokenEstimate {
  readonly vocabularySize: number;
  /** Tokens of the whole text. */
  readonly tokens: number;
  /** Its first tokens, as shown to people. */
  readonly firstTokens: string[];
}

/** Distinct words grow about as the square root of a text's length (Heaps 1978, law with β ≈ 0.5). */
const heapsExponent = 0.5;

/** Bytes of text to judge by: enough for a fair guess, few enough not to be felt. Merges of byte pairs take longest to learn. */
export function headBytes({ kind }: TokenizerConfig): number {
  return kind === 'bpe' ? 16 * 1024 : 64 * 1024;
}

/** @param head the beginning of the text @param wanted how many first tokens to give */
export async function estimateTokens(
  head: string,
  size: TextSize,
  config: TokenizerConfig,
  wanted: number,
): Promise<TokenEstimate> {
  const tokenizer = await learnTokenizer(config, head);
  const ids = tokenizer.encode(head);
  const growth = Math.max(1, size.characters / [...head].length);
  return {
    vocabularySize: vocabularyOf(config, size, tokenizer.vocabularySize, growth),
    tokens: Math.round(ids.length * growth),
    firstTokens: Array.from(ids.subarray(0, wanted), (id) => tokenizer.tokenText(id)),
  };
}

function vocabularyOf(config: TokenizerConfig, size: TextSize, learnt: number, growth: number): number {
  const most = config.maxVocabulary ?? Infinity;
  const unknown = 1; // <unk>
  // The import counted characters; which of them are too rare, or equal in lower case, only the whole text can tell.
  const known = config.unit === 'codepoint' && config.minFrequency === 1 && !config.lowercase;
  if (config.kind === 'char' && known) return Math.min(size.distinctCharacters + unknown, most);
  // A longer text fills the vocabulary that byte-pair encoding is given.
  if (config.kind === 'bpe') return growth > 1 && Number.isFinite(most) ? most : learnt;
  return Math.min(Math.round(learnt * growth ** heapsExponent), most);
}
