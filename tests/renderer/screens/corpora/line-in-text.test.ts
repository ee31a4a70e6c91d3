import { expect, test } from 'vitest';
import { aroundLine } from '../../../../src/renderer/screens/corpora/line-in-text.ts';

test('a text is cut around a line', () => {
  expect(aroundLine('a\nbc\nd', 1)).toEqual({ before: '', line: 'a', after: '\nbc\nd' });
  expect(aroundLine('a\nbc\nd', 2)).toEqual({ before: 'a\n', line: 'bc', after: '\nd' });
  expect(aroundLine('a\nbc\nd', 3)).toEqual({ before: 'a\nbc\n', line: 'd', after: '' });
  expect(aroundLine('a\nbc\nd', 4)).toBeNull();
  expect(aroundLine('\n\n', 2)).toEqual({ before: '\n', line: '', after: '\n' });
});
