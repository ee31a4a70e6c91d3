import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerCase, lowerCaseBytes } from '../../../src/engine/corpus/lowercase.ts';
import { decodeUtf8, text, utf8 } from './texts.ts';

test('bytes are lower-cased as text is, short or long', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(1, 2000), fc.nat(3), (string, times, shift) => {
      const long = 'A'.repeat(shift) + `${string}Z[@`.repeat(times);
      expect(decodeUtf8(lowerCaseBytes(utf8.encode(long)))).toBe(lowerCase(long));
    }),
    { numRuns: 60 },
  );
});

test('every character of ASCII', () => {
  const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code));
  expect(decodeUtf8(lowerCaseBytes(utf8.encode(ascii)))).toBe(ascii.toLowerCase());
  expect(lowerCaseBytes(new Uint8Array(0)).length).toBe(0);
});
