import { expect, test } from 'vitest';
import { isStray } from '../../../src/engine/documents/stray.ts';

test('only what PDF.js says of a damaged document is passed over', () => {
  expect(isStray(Object.assign(new Error('End of file inside dictionary.'), { name: 'ParserEOFException' }))).toBe(
    true,
  );
  expect(isStray(Object.assign(new Error('x'), { name: 'FormatError' }))).toBe(true);
  expect([new TypeError('x'), new Error('ParserEOFException'), 'FormatError', null, undefined].filter(isStray)).toEqual(
    [],
  );
});
