/**
 * The tokenisation that BLEU figures are compared in: "13a" of sacreBLEU (Post 2018), which is that of mteval-v13a.pl, the script of
 * the WMT shared tasks. It is part of the metric's definition, whatever tokens a model reads and writes.
 */

/** What Python calls white space; JavaScript's \s lacks some of it, and has U+FEFF besides. */
const whiteSpace = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const spaces = new RegExp(`[${whiteSpace}]+`, 'u');
const spacesAtEnd = new RegExp(`[${whiteSpace}]+$`, 'u');

const replacements: readonly (readonly [RegExp, string])[] = [
  [/<skipped>/g, ''],
  // A word that was divided at a line's end.
  [/-\n/g, ''],
  [/\n/g, ' '],
  [/&quot;/g, '"'],
  [/&amp;/g, '&'],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
];

const boundaries: readonly (readonly [RegExp, string])[] = [
  // ASCII punctuation and symbols but the apostrophe, comma, hyphen and full stop.
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '],
  // Full stop and comma, unless a digit stands before …
  [/([^0-9])([.,])/gu, '$1 $2 '],
  // … and one after.
  [/([.,])([^0-9])/gu, ' $1 $2'],
  // A hyphen after a digit.
  [/([0-9])(-)/gu, '$1 $2 '],
];

/** The tokens of a segment. */
export function tokenize13a(segment: string): string[] {
  const plain = replacements.reduce((text, [from, to]) => text.replace(from, to), segment.replace(spacesAtEnd, ''));
  const cut = boundaries.reduce((text, [from, to]) => text.replace(from, to), ` ${plain} `);
  return cut.split(spaces).filter((token) => token !== '');
}
