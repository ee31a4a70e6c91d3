import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CharacterCounts, CharacterIds } from '../../../src/engine/corpus/characters.ts';
import { text, utf8 } from './texts.ts';

/** What a Map counts, the most frequent first, then by code point. */
function plainly(string: string): { codePoint: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const character of string) {
    const codePoint = character.codePointAt(0)!;
    counts.set(codePoint, (counts.get(codePoint) ?? 0) + 1);
  }
  return [...counts]
    .map(([codePoint, count]) => ({ codePoint, count }))
    .sort((a, b) => b.count - a.count || a.codePoint - b.codePoint);
}

/** Ids by position in `known` + 1. */
function plainIds(known: readonly string[], string: string): number[] {
  return Array.from(string, (character) => known.indexOf(character) + 1);
}

function encode(ids: CharacterIds, string: string): number[] {
  const bytes = utf8.encode(string);
  const found = new Int32Array(bytes.length);
  return [...found.subarray(0, ids.encode(bytes, bytes.length, found))];
}

const longTexts: readonly (readonly [string, string])[] = [
  ['ASCII', 'abc de\n'],
  ['two bytes', 'дом é\u07ff'],
  ['three bytes', 'e漢字’'],
  ['four bytes', '😀a'],
  ['all lengths', 'a\u0080漢😀é'],
];

test('counts what a Map counts, wherever the text is cut', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), fc.nat(5), (strings, offset) => {
      const counts = new CharacterCounts();
      for (const string of strings) {
        const bytes = utf8.encode(`漢${string}é`);
        const shifted = new Uint8Array(offset + bytes.length);
        shifted.set(bytes, offset);
        counts.push(shifted, offset + 3, shifted.length - 2);
        // Asking in between changes nothing.
        counts.of(0x61);
      }
      expect(counts.ranked()).toEqual(plainly(strings.join('')));
    }),
    { numRuns: 50 },
  );
});

test.each(longTexts)('counts a long text of %s, across stretches', (_, unit) => {
  const string = 'x' + unit.repeat(20_000);
  const bytes = utf8.encode(string);
  const counts = new CharacterCounts();
  counts.push(bytes, 0, bytes.length);
  const expected = plainly(string);
  expect(counts.ranked()).toEqual(expected);
  for (const { codePoint, count } of expected) expect(counts.of(codePoint)).toBe(count);
  expect(counts.of(0x5a)).toBe(0);
});

test('ids are places in the list, 0 for what is not there', () => {
  fc.assert(
    fc.property(text, text, fc.nat(40), (learnt, string, shift) => {
      const known = [...new Set(learnt)];
      const shifted = 'a'.repeat(shift) + string;
      expect(encode(new CharacterIds(known), shifted)).toEqual(plainIds(known, shifted));
    }),
    { numRuns: 100 },
  );
});

test.each(longTexts)('ids of a long text of %s, across stretches', (_, unit) => {
  const known = ['漢', 'x', '😀', 'д', 'a', '\n'];
  const string = 'x' + unit.repeat(20_000);
  expect(encode(new CharacterIds(known), string)).toEqual(plainIds(known, string));
});
