import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classAt, preparedWordEnd, wordEnd, type PieceEnd } from '../../../src/engine/corpus/pieces.ts';
import { CLASS } from '../../../src/engine/corpus/unicode-classes.ts';
import { wholeCharacters } from '../../../src/engine/corpus/utf8.ts';
import { WordCutter } from '../../../src/engine/corpus/word-cutter.ts';
import { chunkSizes, text, utf8 } from './texts.ts';

type Piece = readonly [start: number, end: number];

/** The pieces one by one, as pieces.ts defines them, without white space. */
function plainly(pieceEnd: PieceEnd, bytes: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at, bytes.length, true);
    if (classAt(bytes, at) !== CLASS.space) pieces.push([at, end]);
    at = end;
  }
  return pieces;
}

function cut(cutter: WordCutter, bytes: Uint8Array): Piece[] {
  return streamed(cutter, bytes, [bytes.length], [bytes.length]);
}

/** The same with the text arriving in parts of `sizes`, and no more asked for at a time than pieces that begin in the next `stops`. */
function streamed(cutter: WordCutter, bytes: Uint8Array, sizes: readonly number[], stops: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let arrived = 0, i = 0; at < bytes.length; i++) {
    arrived = Math.min(bytes.length, arrived + sizes[i % sizes.length]!);
    const end = wholeCharacters(bytes, arrived);
    const last = end === bytes.length;
    // What has not arrived yet must not be looked at.
    const seen = new Uint8Array(bytes.length + 8).fill(0x61);
    seen.set(bytes.subarray(0, end));
    for (let j = 0; at < end; j++) {
      const stop = Math.max(at + 1, wholeCharacters(bytes, Math.min(end, at + stops[j % stops.length]!)));
      const whole = (bytes[stop]! & 0xc0) === 0x80 ? end : stop;
      const next = cutter.cut(seen, at, end, whole, last);
      for (let k = 0; k < cutter.count; k++) pieces.push([cutter.pieces[2 * k]!, cutter.pieces[2 * k + 1]!]);
      expect(next).toBeGreaterThanOrEqual(at);
      if (next === at) break;
      at = next;
    }
  }
  return pieces;
}

describe.each([
  ['words', false, wordEnd],
  ['prepared words', true, preparedWordEnd],
])('%s', (_, prepared, pieceEnd) => {
  test('are those that pieces.ts defines', () => {
    const cutter = new WordCutter(prepared);
    fc.assert(
      fc.property(text, (string) => {
        const bytes = utf8.encode(string);
        expect(cut(cutter, bytes)).toEqual(plainly(pieceEnd, bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('are the same when the text streams by', () => {
    const cutter = new WordCutter(prepared);
    fc.assert(
      fc.property(text, chunkSizes, chunkSizes, (string, sizes, stops) => {
        const bytes = utf8.encode(string);
        expect(streamed(cutter, bytes, sizes, stops)).toEqual(plainly(pieceEnd, bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('are the same across the stretches of a long text', () => {
    const cutter = new WordCutter(prepared);
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary', maxLength: 5 }), fc.nat(40), (string, filling, shift) => {
        const unit = `${string} ${filling.toWellFormed()}x`;
        const bytes = utf8.encode('y'.repeat(shift) + unit.repeat(Math.ceil(40_000 / unit.length)));
        expect(cut(cutter, bytes)).toEqual(plainly(pieceEnd, bytes));
      }),
      { numRuns: 30 },
    );
  });

  test.each(['a', 'é', '-', '\u0301', "a'", '3.', '漢\u0301', '1é', '!'])(
    'a very long run of %j is cut as everywhere',
    (unit) => {
      const bytes = utf8.encode(`${unit.repeat(20_000)} end`);
      expect(cut(new WordCutter(prepared), bytes)).toEqual(plainly(pieceEnd, bytes));
    },
  );
});

test('every character beside every kind of neighbour', () => {
  const cutter = new WordCutter(false);
  const neighbours = ['a', '1', ' ', '.', ',', "'", '-', '!', '\n', '\r', 'é', '\u0301', '漢', '’', '😀', '<'];
  for (let codePoint = 0; codePoint < 0x3000; codePoint++) {
    if (codePoint > 0x700 && codePoint % 7 !== 0) continue;
    const character = String.fromCodePoint(codePoint);
    const bytes = utf8.encode(neighbours.map((one) => `${one}${character}${one}b `).join(''));
    expect(cut(cutter, bytes)).toEqual(plainly(wordEnd, bytes));
  }
});
