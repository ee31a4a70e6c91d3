import { expect, test } from 'vitest';
import { visible } from '../../../src/engine/corpus/visible.ts';

test.each([
  ['a', 'a'],
  [' the', '␣the'],
  ['\n', '⏎'],
  ['\r\n', '␍⏎'],
  ['\t', '⇥'],
  ['\0', '␀'],
  ['\x7f', '␡'],
  ['\u00a0', 'U+00A0'],
  ['\u200b', 'U+200B'],
  ['\u202e', 'U+202E'],
  ['\u0301', '◌\u0301'],
  ['e\u0301', 'e\u0301'],
  ['👨‍👩‍👧', '👨‍👩‍👧'],
  ['❤️', '❤️'],
  ['🇨🇭', '🇨🇭'],
  ['漢', '漢'],
])('%j is shown as %j', (token, shown) => {
  expect(visible(token)).toBe(shown);
});
