import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstBeyondAscii } from '../../../src/engine/corpus/encoding.ts';
import {
  advance,
  characterStart,
  codePointAt,
  countCharacters,
  sequenceLength,
  wholeCharacters,
} from '../../../src/engine/corpus/utf8.ts';
import { text, utf8 } from './texts.ts';

test('walking the bytes meets every code point', () => {
  fc.assert(
    fc.property(text, (string) => {
      const bytes = utf8.encode(string);
      const found = [];
      for (let at = 0; at < bytes.length; at += sequenceLength(bytes[at]!)) found.push(codePointAt(bytes, at));
      expect(String.fromCodePoint(...found)).toBe(string);
      expect(countCharacters(bytes, 0, bytes.length)).toBe(found.length);
    }),
  );
});

test('positions are those of characters', () => {
  fc.assert(
    fc.property(text, fc.nat(60), (string, n) => {
      const bytes = utf8.encode(string);
      const characters = [...string];
      const before = utf8.encode(characters.slice(0, n).join('')).length;
      expect(advance(bytes, 0, bytes.length, n)).toBe(before);
      if (n < characters.length) {
        for (let inside = before; inside < before + sequenceLength(bytes[before]!); inside++) {
          expect(characterStart(bytes, inside)).toBe(before);
        }
      }
    }),
  );
});

test('characters are counted, and the first beyond ASCII found, wherever the bytes lie in memory', () => {
  fc.assert(
    fc.property(text, fc.nat(9), fc.nat(30), (string, offset, skip) => {
      const encoded = utf8.encode(string);
      const bytes = new Uint8Array(offset + encoded.length + 5).fill(0xff).subarray(offset, offset + encoded.length);
      bytes.set(encoded);
      const start = Math.min(skip, bytes.length);
      const leads = [...bytes.subarray(start)].filter((byte) => (byte & 0xc0) !== 0x80);
      expect(countCharacters(bytes, start, bytes.length)).toBe(leads.length);
      expect(firstBeyondAscii(bytes)).toBe([...bytes].findIndex((byte) => byte >= 0x80 || byte === 0x1b));
      const ascii = bytes.map((byte) => (byte >= 0x80 || byte === 0x1b ? 0x61 : byte));
      expect(firstBeyondAscii(ascii)).toBe(-1);
    }),
    { numRuns: 500 },
  );
});

test('a cut never splits a character, nor a maximal ill-formed subpart', () => {
  const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const bytes = fc.array(
    fc.oneof(fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f, 0xf4, 0x90, 0xff)),
  );
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      const all = Uint8Array.from([...left, ...right]);
      const cut = wholeCharacters(all, left.length);
      expect(left.length - cut).toBeLessThanOrEqual(3);
      expect(decode(all.subarray(0, cut)) + decode(all.subarray(cut))).toBe(decode(all));
    }),
    { numRuns: 2000 },
  );
});
