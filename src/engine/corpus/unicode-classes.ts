/** What a character is to the splitters of text: one small number a code point, looked up in a table filled as needed. */

export const CLASS = {
  /** A line end. */
  newline: 1,
  /** White space within a line. */
  space: 2,
  letter: 3,
  /** Attaches to what stands before it: combining marks, variation selectors, zero-width joiner and non-joiner. */
  mark: 4,
  number: 5,
  /** A letter of a script written without spaces between words. */
  unspaced: 6,
  /** Punctuation, symbols, emoji, controls, everything else. */
  symbol: 7,
  /** Skin tones: attach to an emoji, stand alone otherwise. */
  modifier: 8,
  /** Regional indicators: two are a flag. */
  regional: 9,
} as const;

/** Scripts written without spaces; a character of theirs is taken as a word of its own (as BERT does for Chinese). */
const unspacedScripts = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'];
const unspaced = new RegExp(`^[${unspacedScripts.map((name) => `\\p{Script_Extensions=${name}}`).join('')}]$`, 'u');

const newlines = new Set([0x0a, 0x0d, 0x85, 0x2028, 0x2029]);
const joiners = new Set([0x200c, 0x200d]);

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (newlines.has(codePoint)) return CLASS.newline;
  if (/\p{White_Space}/u.test(character)) return CLASS.space;
  if (/\p{M}/u.test(character) || joiners.has(codePoint)) return CLASS.mark;
  if (/\p{L}/u.test(character)) return unspaced.test(character) ? CLASS.unspaced : CLASS.letter;
  if (/\p{N}/u.test(character)) return CLASS.number;
  if (/\p{Emoji_Modifier}/u.test(character)) return CLASS.modifier;
  if (/\p{Regional_Indicator}/u.test(character)) return CLASS.regional;
  return CLASS.symbol;
}

/** Class by code point; 0 is not looked up yet. */
const table = new Uint8Array(0x110000);

/** Class of ASCII characters, for loops over bytes. */
export const asciiClass: Uint8Array = Uint8Array.from({ length: 128 }, (_, codePoint) => classify(codePoint));

/** The class of a code point, one of CLASS. */
export function classOf(codePoint: number): number {
  return table[codePoint] || (table[codePoint] = classify(codePoint));
}
