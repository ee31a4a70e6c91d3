/** What stands in for parts of the app does what they do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateForLabelSchema, generateOptionsSchema, translateOptionsSchema } from '../../src/api/types.ts';
import { CharacterIds as AppCharacterIds } from '../../src/engine/corpus/characters.ts';
import { WordIds as AppWordIds } from '../../src/engine/corpus/words.ts';
import { generateForLabelLimits, generateLimits, schemaOf, translateLimits } from '../../src/standalone/limits.ts';
import { CharacterIds } from '../../src/standalone/replacements/characters.ts';
import { WordIds } from '../../src/standalone/replacements/words.ts';
import { text, utf8 } from '../engine/corpus/texts.ts';

const known = ['the', "don't", '\n', 'é', '.', '--', '42', 'I', '中', '😀'];

describe('texts become the ids that they become in the app', () => {
  it.each([false, true])('words, prepared: %s', (prepared) => {
    const [app, page] = [new AppWordIds(prepared, known), new WordIds(prepared, known)];
    const read = (ids: typeof app | typeof page, bytes: Uint8Array) => {
      const found = new Int32Array(bytes.length);
      const { consumed, count } = ids.encode(bytes, bytes.length, bytes.length, true, found);
      return [consumed, ...found.subarray(0, count)];
    };
    const property = fc.property(text, (string) => {
      const bytes = utf8.encode(string);
      expect(read(page, bytes)).toEqual(read(app, bytes));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('characters', () => {
    const characters = known.filter((one) => [...one].length === 1);
    const [app, page] = [new AppCharacterIds(characters), new CharacterIds(characters)];
    const read = (ids: typeof app | typeof page, bytes: Uint8Array) => {
      const found = new Int32Array(bytes.length);
      return [...found.subarray(0, ids.encode(bytes, bytes.length, found))];
    };
    const property = fc.property(text, (string) => {
      const bytes = utf8.encode(string);
      expect(read(page, bytes)).toEqual(read(app, bytes));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('settings are refused as the app refuses them', () => {
  const value = fc.oneof(
    fc.constantFrom(
      null,
      NaN,
      -1,
      0,
      0.5,
      1,
      10,
      11,
      100,
      101,
      1000,
      1001,
      10_000,
      10_001,
      1e5,
      1e6,
      2 ** 32 - 1,
      2 ** 32,
    ),
    fc.double({ min: -10, max: 1e7, noNaN: true }),
    fc.integer({ min: -5, max: 2 ** 33 }),
  );
  const cases = [
    ['a text', generateOptionsSchema.omit({ prompt: true }), generateLimits],
    ['texts for a label', generateForLabelSchema, generateForLabelLimits],
    ['translations', translateOptionsSchema, translateLimits],
  ] as const;

  it.each(cases)('of %s', (_, schema, limits) => {
    const page = schemaOf<Record<string, number | null>>(limits);
    const names = Object.keys(limits);
    const settings = fc.record(Object.fromEntries(names.map((name) => [name, value])));
    const told = (issues: readonly { path: readonly PropertyKey[]; code?: string }[] = []) =>
      issues.map(({ path, code }) => `${String(path[0])}: ${code}`).sort();
    const property = fc.property(settings, (given) => {
      const [want, got] = [schema.safeParse(given), page.safeParse(given)];
      expect(told(got.error?.issues)).toEqual(told(want.error?.issues));
      if (want.success) expect(got.data).toEqual(want.data);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
