import { expect, it } from 'vitest';
import { toCsv } from '../../../../src/renderer/lib/charts/capture.ts';

it('numbers are quoted where they must be', () => {
  expect(
    toCsv([
      ['a,b', 'say "c"'],
      ['1', '2'],
    ]),
  ).toBe('"a,b","say ""c"""\r\n1,2\r\n');
});
