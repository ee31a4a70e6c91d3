/** Grapheme clusters: what a reader takes for one character (Unicode Standard Annex 29), cut with Intl.Segmenter. */
import { longestPiece, type PieceEnd } from './pieces.ts';
import { characterStart, codePointAt, sequenceLength } from './utf8.ts';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Characters between any two of which a cluster ends: nothing that combines, joins or is joined. */
const independent =
  /^(?![\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}])[\p{ASCII}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u{ac00}-\u{d7a3}\p{P}]$/u;
/** Prepended number signs of the Arabic script join what follows. */
const prepended = /^\p{Cf}$/u;

/** 1 independent, 2 not, 0 not looked up yet. */
const table = new Uint8Array(0x110000);

function isIndependent(codePoint: number): boolean {
  const known = table[codePoint]!;
  if (known !== 0) return known === 1;
  const character = String.fromCodePoint(codePoint);
  const answer = independent.test(character) && !prepended.test(character);
  table[codePoint] = answer ? 1 : 2;
  return answer;
}

/**
 * The end of the grapheme cluster that begins at `at` (see pieces.ts for the form). Most text is decided by a table; clusters
 * that may have parts go to Intl.Segmenter in a window of the longest piece, so what is longer is cut there.
 */
export const graphemeEnd: PieceEnd = (bytes, at, end, last) => {
  if (bytes[at]! < 0x80 && bytes[at + 1]! < 0x80 && at + 1 < end && bytes[at] !== 0x0d) return at + 1;
  const next = at + sequenceLength(bytes[at]!);
  if (next >= end) return last ? end : -1;
  if (bytes[at] !== 0x0d && isIndependent(codePointAt(bytes, at)) && isIndependent(codePointAt(bytes, next)))
    return next;
  const whole = end - at > longestPiece;
  const windowEnd = whole ? characterStart(bytes, at + longestPiece) : end;
  const [first] = segmenter.segment(decoder.decode(bytes.subarray(at, windowEnd)));
  const clusterEnd = at + encoder.encode(first!.segment).length;
  return clusterEnd === windowEnd && !whole && !last ? -1 : clusterEnd;
};
