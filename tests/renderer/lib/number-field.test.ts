import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueSentence, parseNumber } from '../../../src/renderer/lib/number-field.ts';

describe('parseNumber', () => {
  it('reads what people type', () => {
    expect(['12', ' 0.5 ', '2e-3', '.5', '1,000', '1,234,567.5', '-3'].map(parseNumber)).toEqual([
      12, 0.5, 0.002, 0.5, 1000, 1234567.5, -3,
    ]);
  });
  it('tells nothing from nonsense', () => {
    expect(parseNumber('  ')).toBeNull();
    for (const typed of ['abc', '1,5', '0x10', 'Infinity', '1 2', 'e3']) expect(parseNumber(typed)).toBeNaN();
  });
});

describe('issueSentence', () => {
  const say = (schema: z.ZodType, typed: string, optional = false) =>
    issueSentence(schema.safeParse(parseNumber(typed)).error!.issues[0]!, { typed, optional });
  it('says what would be right', () => {
    expect(say(z.number(), '')).toBe('Enter a number.');
    expect(say(z.number(), ' x ')).toBe('“x” is not a number.');
    expect(say(z.number().nullable(), 'x', true)).toBe('“x” is not a number. Leave it empty for none.');
    expect(say(z.int(), '1.5')).toBe('“1.5” is not a whole number.');
    expect(say(z.number().min(1000), '1')).toBe('At least 1,000.');
    expect(say(z.number().gt(0), '0')).toBe('More than 0.');
    expect(say(z.number().max(1), '2')).toBe('At most 1.');
    expect(say(z.number().lt(1), '1')).toBe('Less than 1.');
  });
  it('leaves a sentence of the schema alone', () => {
    expect(
      say(
        z.number().refine(() => false, 'Not today.'),
        '1',
      ),
    ).toBe('Not today.');
  });
});
