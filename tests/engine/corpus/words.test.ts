import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classAt, preparedWordEnd, wordEnd, type PieceEnd } from '../../../src/engine/corpus/pieces.ts';
import { CLASS } from '../../../src/engine/corpus/unicode-classes.ts';
import { wholeCharacters } from '../../../src/engine/corpus/utf8.ts';
import { WordCounts, WordIds } from '../../../src/engine/corpus/words.ts';
import { chunkSizes, decodeUtf8, text, utf8 } from './texts.ts';

interface Word {
  readonly text: string;
  readonly kind: number;
}

/** The words one by one, as pieces.ts defines them, without white space. */
function plainly(pieceEnd: PieceEnd, bytes: Uint8Array): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at, bytes.length, true);
    const kind = classAt(bytes, at);
    const word = kind === CLASS.newline ? '\n' : decodeUtf8(bytes.subarray(at, end));
    if (kind !== CLASS.space) words.push({ text: word, kind });
    at = end;
  }
  return words;
}

type Ranked = readonly { readonly token: string; readonly count: number }[];

/** What a Map counts, the most frequent first, then by bytes. */
function ranked(words: readonly string[]): Ranked {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .map(([token, count]) => ({ token, count }))
    .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.token), Buffer.from(b.token)));
}

function ranking(counts: WordCounts): Ranked {
  return counts.ranked(Infinity);
}

type Pass = (bytes: Uint8Array, end: number, stop: number, last: boolean) => number;

/** Gives a text in parts of `sizes` to a pass, and asks for no more at a time than the pieces that begin in the next `stops`. */
function stream(bytes: Uint8Array, sizes: readonly number[], stops: readonly number[], pass: Pass): void {
  let at = 0;
  for (let arrived = 0, i = 0; at < bytes.length; i++) {
    arrived = Math.min(bytes.length, arrived + sizes[i % sizes.length]!);
    const end = wholeCharacters(bytes, arrived);
    const last = end === bytes.length;
    // What has not arrived yet must not be looked at.
    const seen = new Uint8Array(bytes.length + 8).fill(0x61);
    seen.set(bytes.subarray(0, end));
    for (let j = 0; at < end; j++) {
      const wanted = Math.max(at + 1, wholeCharacters(bytes, Math.min(end, at + stops[j % stops.length]!)));
      const stop = (bytes[wanted]! & 0xc0) === 0x80 ? end : wanted;
      const taken = pass(seen.subarray(at), end - at, stop - at, last);
      expect(taken).toBeGreaterThanOrEqual(0);
      if (taken === 0) break;
      at += taken;
    }
  }
}

/** Some of the words, so that others are not known. */
function someOf(words: readonly Word[]): string[] {
  return [...new Set(words.map((word) => word.text))].filter((_, i) => i % 3 !== 1);
}

function idsOf(known: readonly string[], words: readonly Word[]): number[] {
  const places = new Map(known.map((word, i) => [word, i + 1]));
  return words.map((word) => places.get(word.text) ?? 0);
}

function encoded(ids: WordIds, bytes: Uint8Array): number[] {
  const found = new Int32Array(bytes.length);
  const { consumed, count } = ids.encode(bytes, bytes.length, bytes.length, true, found);
  expect(consumed).toBe(bytes.length);
  return [...found.subarray(0, count)];
}

function checkWhole(prepared: boolean, pieceEnd: PieceEnd, bytes: Uint8Array): void {
  const words = plainly(pieceEnd, bytes);
  const counts = new WordCounts(prepared, 1e6);
  expect(counts.learn(bytes, bytes.length, bytes.length, true)).toBe(bytes.length);
  expect(ranking(counts)).toEqual(ranked(words.map((word) => word.text)));
  const known = someOf(words);
  expect(encoded(new WordIds(prepared, known), bytes)).toEqual(idsOf(known, words));
}

describe.each([
  ['words', false, wordEnd],
  ['prepared words', true, preparedWordEnd],
])('%s', (_, prepared, pieceEnd) => {
  test('are those that pieces.ts defines', () => {
    fc.assert(
      fc.property(text, (string) => checkWhole(prepared, pieceEnd, utf8.encode(string))),
      { numRuns: 500 },
    );
  });

  test('are the same when the text streams by', () => {
    fc.assert(
      fc.property(text, chunkSizes, chunkSizes, (string, sizes, stops) => {
        const bytes = utf8.encode(string);
        const words = plainly(pieceEnd, bytes);
        const counts = new WordCounts(prepared, 1e6);
        stream(bytes, sizes, stops, (...parts) => counts.learn(...parts));
        expect(ranking(counts)).toEqual(ranked(words.map((word) => word.text)));
        const known = someOf(words);
        const ids = new WordIds(prepared, known);
        const found: number[] = [];
        stream(bytes, sizes, stops, (part, ...where) => {
          const into = new Int32Array(part.length);
          const { consumed, count } = ids.encode(part, ...where, into);
          found.push(...into.subarray(0, count));
          return consumed;
        });
        expect(found).toEqual(idsOf(known, words));
      }),
      { numRuns: 300 },
    );
  });

  test('are the same across the stretches of a long text', () => {
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary', maxLength: 5 }), fc.nat(70), (string, filling, shift) => {
        const unit = `${string} ${filling.toWellFormed()}x`;
        checkWhole(prepared, pieceEnd, utf8.encode('y'.repeat(shift) + unit.repeat(Math.ceil(80_000 / unit.length))));
      }),
      { numRuns: 20 },
    );
  });

  test.each(['a', 'é', '-', '\u0301', "a'", '3.', '漢\u0301', '1é', '!', 'l’é‑', '👍🏽', '\r\n', '\u00a0'])(
    'a very long run of %j is cut as everywhere',
    (unit) => checkWhole(prepared, pieceEnd, utf8.encode(`${unit.repeat(40_000)} end`)),
  );

  test.each([15, 16, 17, 55, 56, 57, 58, 63, 64, 65, 127, 128, 255, 256, 257])('words of %d bytes', (length) => {
    const lines = [0, 1, 7, 8, 9].map((gap) => `${' '.repeat(gap)}${'x'.repeat(length)} ${'x'.repeat(length - 1)}y.`);
    checkWhole(prepared, pieceEnd, utf8.encode(lines.join('')));
  });
});

test('every character beside every kind of neighbour', () => {
  const neighbours = ['a', '1', ' ', '.', ',', "'", '-', '!', '\n', '\r', 'é', '\u0301', '漢', '’', '😀', '<', '🏽'];
  let string = '';
  for (let codePoint = 0; codePoint < 0x3000; codePoint++) {
    if (codePoint > 0x700 && codePoint % 7 !== 0) continue;
    const character = String.fromCodePoint(codePoint);
    string += neighbours.map((one) => `${one}${character}${one}b `).join('');
  }
  checkWhole(false, wordEnd, utf8.encode(string));
});

test('statistics count letters, numbers and their like', () => {
  fc.assert(
    fc.property(text, (string) => {
      const bytes = utf8.encode(string);
      const words = plainly(wordEnd, bytes);
      const counts = new WordCounts(false, 1e6);
      expect(counts.count(bytes, true)).toBe(bytes.length);
      const { letter, mark, number, unspaced, newline } = CLASS;
      const kinds: readonly number[] = [letter, mark, number, unspaced];
      const real = words.filter((word) => kinds.includes(word.kind)).map((word) => word.text);
      expect(counts.words).toBe(real.length);
      expect(ranking(counts)).toEqual(ranked(real));
      expect(counts.hasText).toBe(words.some((word) => word.kind !== newline));
    }),
    { numRuns: 300 },
  );
});

test('counts what a Map counts, through every growth', () => {
  const many = Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 45_000}-and-some-more`.repeat(1 + (i % 2)));
  const bytes = utf8.encode(many.join(' '));
  const counts = new WordCounts(true, 1e6);
  counts.learn(bytes, bytes.length, bytes.length, true);
  const expected = ranked(many);
  expect(ranking(counts)).toEqual(expected);
  expect(counts.ranked(100)).toEqual(expected.slice(0, 100));
});

test('with too many different words, the frequent ones stay exact and memory stays bounded', () => {
  const counts = new WordCounts(true, 1000);
  for (let i = 0; i < 500; i++) {
    const words = Array.from({ length: 100 }, (_, j) => `rare${100 * i + j} frequent${j % 10}`).join(' ');
    const bytes = utf8.encode(words);
    counts.learn(bytes, bytes.length, bytes.length, true);
  }
  const found = ranking(counts);
  expect(found.length).toBeLessThanOrEqual(1000);
  expect(found.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => ({ token: `frequent${i}`, count: 5000 })));
});

test('very long words are forgotten before they fill the memory', () => {
  const counts = new WordCounts(true, 1000);
  for (let i = 0; i < 1000; i++) {
    const bytes = utf8.encode(`${i}`.padEnd(250, 'x'));
    counts.learn(bytes, bytes.length, bytes.length, true);
  }
  expect(ranking(counts).length * 250).toBeLessThanOrEqual(24_000);
});

test('a word longer than any text before it can be known', () => {
  const long = 'word '.repeat(20_000);
  expect(encoded(new WordIds(false, ['a', long, 'b']), utf8.encode('a b'))).toEqual([1, 3]);
});
