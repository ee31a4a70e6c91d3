/** What a reader might keep count of in a text, as a number at each step: to find the neurons that do. */

export const featureNames = [
  'quotes',
  'line',
  'word',
  'space',
  'capital',
  'vowel',
  'digit',
  'punctuation',
  'newline',
  'brackets',
] as const;
export type FeatureName = (typeof featureNames)[number];

/** The number after each character of the text; the state a network has after reading it could hold it. */
type Reading = (character: string) => number;

const readings: Readonly<Record<FeatureName, () => Reading>> = {
  quotes: () => {
    let inside = false;
    let emptyLine = false;
    return (character) => {
      // A paragraph that forgot to close its quotation does not turn the rest of the text inside out.
      if (character === '\n' && emptyLine) inside = false;
      emptyLine = character === '\n' || (emptyLine && character === ' ');
      if (character === '“' || character === '«') inside = true;
      else if (character === '”' || character === '»') inside = false;
      else if (character === '"') inside = !inside;
      return inside ? 1 : 0;
    };
  },
  line: () => {
    let position = 0;
    return (character) => (position = character === '\n' ? 0 : position + 1);
  },
  brackets: () => {
    let depth = 0;
    return (character) => {
      if ('([{'.includes(character)) depth++;
      else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
      return depth;
    };
  },
  word: () => matches(/[\p{L}\p{M}\p{N}'’]/u),
  space: () => matches(/\s/u),
  capital: () => matches(/\p{Lu}/u),
  vowel: () => matches(/[aeiouyäöüáéíóúàèìòùâêîôû]/iu),
  digit: () => matches(/\p{Nd}/u),
  punctuation: () => matches(/\p{P}/u),
  newline: () => matches(/\n/u),
};

function matches(pattern: RegExp): Reading {
  return (character) => (pattern.test(character) ? 1 : 0);
}

/** At each piece the feature's number after its last character; a piece without any keeps the one before. */
export function featureOf(name: FeatureName, pieces: readonly string[]): Float32Array {
  const read = readings[name]();
  let last = 0;
  return Float32Array.from(pieces, (piece) => {
    // A tokeniser of words puts the space before or behind them; behind, it would hide the word.
    for (const character of name === 'space' || name === 'newline' || piece.trim() === '' ? piece : piece.trim()) {
      last = read(character);
    }
    return last;
  });
}

/** 1 where a piece is the given one. */
export function tokenFeature(piece: string, pieces: readonly string[]): Float32Array {
  return Float32Array.from(pieces, (one) => (one === piece ? 1 : 0));
}

/** The different pieces, the most frequent first. */
export function frequentPieces(pieces: readonly string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([piece]) => piece);
}
