import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphemeEnd } from '../../../src/engine/corpus/graphemes.ts';
import {
  bpePieceEnd,
  longestPiece,
  preparedWordEnd,
  wordEnd,
  type PieceEnd,
} from '../../../src/engine/corpus/pieces.ts';
import { wholeCharacters } from '../../../src/engine/corpus/utf8.ts';
import { chunkSizes, decodeUtf8, text, utf8 } from './texts.ts';

function cut(pieceEnd: PieceEnd, string: string): string[] {
  const bytes = utf8.encode(string);
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at, bytes.length, true);
    pieces.push(decodeUtf8(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}

/** The same with the text arriving a few bytes at a time. */
function cutStreaming(pieceEnd: PieceEnd, string: string, sizes: readonly number[]): string[] {
  const bytes = utf8.encode(string);
  const pieces = [];
  let at = 0;
  for (let end = 0, i = 0; at < bytes.length; i++) {
    end = Math.min(bytes.length, end + sizes[i % sizes.length]!);
    const whole = wholeCharacters(bytes, end);
    // What has not arrived yet must not be looked at.
    const arrived = bytes.slice(0, whole);
    while (at < whole) {
      const next = pieceEnd(arrived, at, whole, whole === bytes.length);
      if (next < 0) break;
      pieces.push(decodeUtf8(arrived.subarray(at, next)));
      at = next;
    }
  }
  return pieces;
}

describe.each([
  ['words', wordEnd],
  ['prepared words', preparedWordEnd],
  ['byte-pair pieces', bpePieceEnd],
  ['graphemes', graphemeEnd],
])('%s', (_, pieceEnd) => {
  test('lie end to end, whatever the text', () => {
    fc.assert(
      fc.property(text, (string) => {
        expect(cut(pieceEnd, string).join('')).toBe(string);
      }),
    );
  });

  test('are the same when the text streams by', () => {
    fc.assert(
      fc.property(text, chunkSizes, (string, sizes) => {
        expect(cutStreaming(pieceEnd, string, sizes)).toEqual(cut(pieceEnd, string));
      }),
      { numRuns: 500 },
    );
  });

  test.each(['a', 'é', ' ', '-', '\u0301', '👨\u200d', 'a-', '😀', "'", '3.', '漢\u0301\u0301', 'l’é‑'])(
    'a very long run of %j is cut, streaming or not',
    (unit) => {
      const string = unit.repeat(700);
      const pieces = cut(pieceEnd, string);
      expect(pieces.join('')).toBe(string);
      for (const piece of pieces) expect(utf8.encode(piece).length).toBeLessThanOrEqual(longestPiece);
      expect(cutStreaming(pieceEnd, string, [11, 300, 5])).toEqual(pieces);
    },
  );
});

test('byte-pair pieces are those of GPT-2’s expression, marks counted as letters', () => {
  const gpt2 =
    /'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}\p{M}\u200c\u200d]+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{M}\p{N}\u200c\u200d]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
  fc.assert(
    fc.property(text, (string) => {
      const expected: readonly string[] = string.match(gpt2) ?? [];
      fc.pre(expected.every((piece) => utf8.encode(piece).length <= longestPiece));
      expect(cut(bpePieceEnd, string)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('graphemes are those of Intl.Segmenter', () => {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  fc.assert(
    fc.property(text, (string) => {
      const expected = [...segmenter.segment(string)].map(({ segment }) => segment);
      fc.pre(expected.every((segment) => utf8.encode(segment).length <= longestPiece));
      expect(cut(graphemeEnd, string)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('pairs of characters that graphemes take a shortcut for are cut as Intl.Segmenter cuts them', () => {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  // Every character of the basic plane before and after one of each kind.
  const partners = ['a', 'é', 'ж', '漢', '가', '각', 'ア', 'ش', '\u0600', '\u0301', '\u1161', 'क', '\u200d', '。'];
  const wrong = [];
  for (let codePoint = 0; codePoint < 0x10000; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const character = String.fromCodePoint(codePoint);
    const partner = partners[codePoint % partners.length]!;
    for (const pair of [character + partner, partner + character]) {
      if (cut(graphemeEnd, pair).length !== [...segmenter.segment(pair)].length) wrong.push(pair);
    }
  }
  expect(wrong).toEqual([]);
});

test.each([
  ["Don't panic!", ["Don't", ' ', 'panic', '!']],
  ['l’été à mother-in-law -- no', ['l’été', ' ', 'à', ' ', 'mother-in-law', ' ', '-', '-', ' ', 'no']],
  ["'tis the dogs' 90s-", ["'", 'tis', ' ', 'the', ' ', 'dogs', "'", ' ', '90s', '-']],
  ['3.14, 10,000. 1.', ['3.14', ',', ' ', '10,000', '.', ' ', '1', '.']],
  ['a\r\nb\rc\n\u2028', ['a', '\r\n', 'b', '\r', 'c', '\n', '\u2028']],
  ['the <unk> said<eos><un>', ['the', ' ', '<unk>', ' ', 'said', '<eos>', '<', 'un', '>']],
  ['漢字かな。ไทย', ['漢', '字', 'か', 'な', '。', 'ไ', 'ท', 'ย']],
  ['e\u0301te\u0301 हिन्दी می\u200cخواهم', ['e\u0301te\u0301', ' ', 'हिन्दी', ' ', 'می\u200cخواهم']],
  ['👍🏽👨‍👩‍👧🇨🇭🇩🇪❤️1️⃣…', ['👍🏽', '👨‍👩‍👧', '🇨🇭', '🇩🇪', '❤️', '1️⃣', '…']],
])('words of %j', (string, words) => {
  expect(cut(wordEnd, string)).toEqual(words);
});

test('prepared words are what stands between white space', () => {
  expect(cut(preparedWordEnd, " mr. <unk> did n't pay $ 3\\/4 @-@ u.s.\n").filter((piece) => piece !== ' ')).toEqual([
    'mr.',
    '<unk>',
    'did',
    "n't",
    'pay',
    '$',
    '3\\/4',
    '@-@',
    'u.s.',
    '\n',
  ]);
});
