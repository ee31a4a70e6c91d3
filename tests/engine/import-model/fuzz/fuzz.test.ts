import { describe, expect, it } from 'vitest';
import { attempt } from './attempt.ts';
import { mutated } from './mutate.ts';
import { goodFiles } from './seeds.ts';

/** `npm run fuzz:imports` tries many more. */
const count = 60;

describe('damaged files give a model or a sentence', async () => {
  it.each(Object.entries(await goodFiles()))('%s', { timeout: 60_000 }, async (_format, bytes) => {
    expect(await attempt(bytes)).toBe('model');
    const found = new Set<string>();
    for (let seed = 1; seed <= count; seed++) found.add(await attempt(mutated(bytes, seed)));
    expect(found).toContain('refused');
  });
});
