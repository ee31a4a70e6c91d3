import { expect, test } from 'vitest';
import { bytes, count, duration, perplexity, rate } from '../../../../src/main/hosts/cli/format.ts';
import { printable, table } from '../../../../src/main/hosts/cli/terminal.ts';

test('text of unknown origin cannot steer the terminal', () => {
  expect(printable('a\u001b[2Jb\u0007\u009b1mc\rd')).toBe('a\ufffd[2Jb\ufffd\ufffd1mc\ufffdd');
  expect(printable('line\n\tnext ü ☃')).toBe('line\n\tnext ü ☃');
});

test('tables line up, numbers to the right', () => {
  expect(
    table(
      [
        ['NAME', 'STEP'],
        ['a', '1,000'],
        ['longer', '7'],
      ],
      new Set([1]),
    ),
  ).toBe(['NAME     STEP', 'a       1,000', 'longer      7'].join('\n'));
  expect(table([])).toBe('');
});

test('numbers have units and sensible digits, and are never NaN', () => {
  expect([Math.log(4.618), Math.log(1234.5), null, NaN, Infinity, 1000].map(perplexity)).toEqual([
    '4.62',
    '1,230',
    '–',
    '–',
    '–',
    'over 1e308',
  ]);
  expect([0.04, 9.96, 59.6, 130, 4320, null, NaN].map(duration)).toEqual([
    '0.0 s',
    '10 s',
    '1 min 0 s',
    '2 min 10 s',
    '1 h 12 min',
    '–',
    '–',
  ]);
  expect([0, 999, 13_704, 1_115_394, null].map(bytes)).toEqual(['0 B', '999 B', '13.7 kB', '1.12 MB', '–']);
  expect([count(1_115_394), rate(212_345.6), rate(null)]).toEqual(['1,115,394', '212,346 tokens/s', '–']);
});
