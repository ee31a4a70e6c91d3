import { describe, expect, it } from 'vitest';
import { mutated } from '../../import-model/fuzz/mutate.ts';
import { attempt } from './attempt.ts';
import { goodCurves } from './seeds.ts';

/** `npm run fuzz:imports` tries many more. */
const count = 300;

describe('damaged files give curves or a sentence', () => {
  it.each(Object.entries(goodCurves()))('%s', async (name, bytes) => {
    expect(await attempt(bytes, name)).toBe('read');
    const found = new Set<string>();
    for (let seed = 1; seed <= count; seed++) found.add(await attempt(mutated(bytes, seed), name));
    expect(found).toContain('refused');
  });
});
