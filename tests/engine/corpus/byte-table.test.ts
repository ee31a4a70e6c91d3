import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteCounts } from '../../../src/engine/corpus/byte-counts.ts';
import { decodeUtf8, utf8 } from './texts.ts';

/** Words with few letters, so that many are equal, and some that end in the middle of others. */
const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 6 }), { maxLength: 3000 });

function count(table: ByteCounts, list: readonly string[]): void {
  for (const word of list) {
    const bytes = utf8.encode(`<${word}>`);
    table.add(bytes, 1, bytes.length - 1);
  }
}

test('counts what a Map counts, through every growth', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `word ${(i * 7919) % 9000}`);
  fc.assert(
    fc.property(words, (list) => {
      const counts = new ByteCounts(1e6);
      const all = [...list, ...many, ...list];
      count(counts, all);
      const expected = new Map<string, number>();
      for (const word of all) expected.set(word, (expected.get(word) ?? 0) + 1);
      const { table } = counts;
      const found = Array.from({ length: table.size }, (_, key) => [decodeUtf8(table.bytes(key)), table.values[key]]);
      expect(found).toEqual([...expected]);
      for (const [word, key] of [...expected.keys()].map((word, i) => [word, i] as const)) {
        const bytes = utf8.encode(word);
        expect(table.find(bytes, 0, bytes.length)).toBe(key);
      }
      expect(table.find(utf8.encode('not there'), 0, 9)).toBe(-1);
    }),
    { numRuns: 5 },
  );
});

test('ranks by count, then by code point', () => {
  fc.assert(
    fc.property(words, fc.nat(40), (list, limit) => {
      const counts = new ByteCounts(1e6);
      count(counts, list);
      const occurrences = (word: string) => list.filter((other) => other === word).length;
      const expected = [...new Set(list)]
        .map((word) => [word, occurrences(word)] as const)
        .sort(([a, m], [b, n]) => n - m || Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .map(([word]) => word);
      const { table } = counts;
      expect([...table.ranked(limit)].map((key) => decodeUtf8(table.bytes(key)))).toEqual(expected.slice(0, limit));
      expect(table.ranked(Infinity).length).toBe(expected.length);
    }),
    { numRuns: 30 },
  );
});

test('with too many different words, the frequent ones stay exact and memory stays bounded', () => {
  const counts = new ByteCounts(1000);
  for (let i = 0; i < 50_000; i++) count(counts, [`rare ${i}`, `frequent ${i % 10}`]);
  const { table } = counts;
  expect(table.size).toBeLessThanOrEqual(1000);
  const top = [...table.ranked(10)].map((key) => [decodeUtf8(table.bytes(key)), table.values[key]]);
  expect(top).toEqual(Array.from({ length: 10 }, (_, i) => [`frequent ${i}`, 5000]));
});

test('very long words are forgotten before they fill the memory', () => {
  const counts = new ByteCounts(1000);
  for (let i = 0; i < 1000; i++) count(counts, [`${i}`.padEnd(250, 'x')]);
  expect(counts.table.poolSize).toBeLessThanOrEqual(24_000);
});
