import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  compact,
  duration,
  integer,
  moment,
  number,
  percent,
  perplexity,
  plural,
  setting,
  share,
  speed,
  visible,
} from '../../../src/renderer/lib/format.ts';

describe('numbers for people', () => {
  test.each([
    [integer(1_115_394), '1,115,394'],
    [number(4.6234), '4.62'],
    [number(1_234.5), '1,235'],
    [number(0.000012345), '1.23e-5'],
    [setting(0.002), '0.002'],
    [setting(2e-5), '2e-5'],
    [setting(0), '0'],
    [share(0.8643), '86.4 %'],
    [share(1), '100 %'],
    [share(0.99999), '> 99.9 %'],
    [share(0.0001), '< 0.1 %'],
    [share(0), '0 %'],
    [share(Number.NaN), '–'],
    [perplexity(Math.log(4.624)), '4.62'],
    [perplexity(Math.log(65)), '65.0'],
    [perplexity(Math.log(12_345)), '12,345'],
    [perplexity(800), 'infinite'],
    [perplexity(Number.NaN), 'not a number'],
    [perplexity(null), '–'],
    [compact(999), '999'],
    [compact(1_234), '1.2k'],
    [compact(212_345), '212k'],
    [compact(999_999), '1M'],
    [compact(3_400_000), '3.4M'],
    [speed(212_345), '212k tokens/s'],
    [speed(212_345, 'numbers'), '212k rows/s'],
    [bytes(1), '1 byte'],
    [bytes(1_023), '1,023 bytes'],
    [bytes(1_536), '1.5 KB'],
    [bytes(1_048_575), '1 MB'],
    [bytes(5 * 2 ** 30), '5 GB'],
    [percent(0), '0 %'],
    [percent(0.0042), '0.42 %'],
    [percent(0.00001), '< 0.01 %'],
    [percent(0.123), '12 %'],
    [plural(1, 'run'), '1 run'],
    [plural(1_000, 'run'), '1,000 runs'],
  ])('%s', (got, wanted) => expect(got).toBe(wanted));

  test.each([
    [0, '0 s'],
    [0.0123, '12 ms'],
    [0.4, '0.4 s'],
    [9.96, '10 s'],
    [45, '45 s'],
    [59.6, '1 min'],
    [130, '2 min 10 s'],
    [3_599.7, '1 h'],
    [4_320, '1 h 12 min'],
    [86_399, '1 d'],
    [273_600, '3 d 4 h'],
  ])('%d seconds as %s', (seconds, wanted) => expect(duration(seconds)).toBe(wanted));

  test('no number is ever shown as NaN, Infinity or undefined', () => {
    const anyNumber = fc.oneof(fc.double(), fc.constant(null), fc.constant(undefined));
    const formats = [bytes, compact, duration, integer, number, percent, perplexity, setting, speed];
    fc.assert(
      fc.property(anyNumber, fc.constantFrom(...formats), (value, format) => {
        expect(format(value)).not.toMatch(/NaN|Infinity|undefined|null|∞/);
        expect(format(value)).not.toBe('');
      }),
    );
  });

  test('a duration grows with its seconds: no unit is skipped or carried wrongly', () => {
    const units: Record<string, number> = { ms: 0.001, s: 1, min: 60, h: 3_600, d: 86_400 };
    const read = (text: string) =>
      [...text.replaceAll(',', '').matchAll(/([\d.]+) (ms|s|min|h|d)/g)].reduce(
        (sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ''] ?? Number.NaN),
        0,
      );
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e8, noNaN: true }), (seconds) => {
        // Tenths of a second below a minute, then half of the second unit.
        expect(Math.abs(read(duration(seconds)) - seconds)).toBeLessThanOrEqual(Math.max(0.0501, seconds * 0.051));
      }),
    );
  });
});

describe('moments', () => {
  const now = new Date(2026, 10, 21, 15, 0).getTime();
  test.each([
    [new Date(2026, 10, 21, 9, 5), 'today 09:05'],
    [new Date(2026, 10, 3, 14, 5), '3 Nov 14:05'],
    [new Date(2025, 10, 3, 14, 5), '3 Nov 2025'],
  ])('%s', (at, wanted) => expect(moment(at.getTime(), now)).toBe(wanted));
});

test('characters without a shape are made visible, others are left alone', () => {
  expect(visible(' \n\t')).toBe('␣⏎⇥');
  expect(visible('\u200b\u0007')).toBe('U+200BU+0007');
  expect(visible('é漢👩')).toBe('é漢👩');
});
