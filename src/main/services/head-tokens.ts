/** What a tokeniser will make of a text, judged by the beginning of it: before the text has been tokenised. */
import { graphemeEnd } from '../../engine/corpus/graphemes.ts';
import { bpePieceEnd, wordEnd, type PieceEnd } from '../../engine/corpus/pieces.ts';
import { visible } from '../../engine/corpus/visible.ts';
import type { TokenizerConfig } from '../../engine/training/config.ts';

export interface TextSize {
  readonly characters: number;
  readonly distinctCharacters: number;
}

export interface TokenEstimate {
  readonly vocabularySize: number;
  /** Tokens of the whole text. */
  readonly tokens: number;
  readonly firstTokens: string[];
}

/** Distinct words grow about as the square root of a text's length (Heaps 1978, law with β ≈ 0.5). */
const heapsExponent = 0.5;
/** Tokens that byte-pair encoding makes of one of its pieces, which are words, at usual vocabulary sizes. */
const tokensPerPiece = 1.3;
const usualBpeVocabulary = 1_000;

/** @param head the first characters of the text @param wanted how many first tokens to give */
export function estimateTokens(head: string, size: TextSize, config: TokenizerConfig, wanted: number): TokenEstimate {
  const text = config.lowercase ? head.toLowerCase() : head;
  const pieces = cut(text, config);
  const headCharacters = [...text].length;
  const growth = headCharacters === 0 ? 1 : Math.max(1, size.characters / headCharacters);
  const distinct = new Set(pieces).size;
  const perPiece = config.kind === 'bpe' ? tokensPerPiece : 1;
  return {
    vocabularySize: Math.max(1, Math.min(vocabulary(config, size, distinct, growth), config.maxVocabulary ?? Infinity)),
    tokens: Math.round(pieces.length * perPiece * growth),
    firstTokens: pieces.slice(0, wanted).map(visible),
  };
}

function vocabulary(
  { kind, unit, maxVocabulary }: TokenizerConfig,
  size: TextSize,
  distinct: number,
  growth: number,
): number {
  const unknown = 1; // <unk>
  if (kind === 'bpe') return maxVocabulary ?? usualBpeVocabulary;
  if (kind === 'char' && unit === 'codepoint') return size.distinctCharacters + unknown;
  return Math.round(distinct * growth ** heapsExponent) + unknown;
}

function cut(text: string, { kind, unit }: TokenizerConfig): string[] {
  if (kind === 'char') return unit === 'codepoint' ? [...text] : cutBy(graphemeEnd, text);
  if (kind === 'bpe') return cutBy(bpePieceEnd, text);
  return cutBy(wordEnd, text).filter((piece) => /\n/.test(piece) || piece.trim() !== '');
}

function cutBy(pieceEnd: PieceEnd, text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at, bytes.length, true);
    pieces.push(decoder.decode(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}
