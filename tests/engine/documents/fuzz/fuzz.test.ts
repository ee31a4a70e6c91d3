import { describe, expect, it } from 'vitest';
import { mutated } from '../../import-model/fuzz/mutate.ts';
import { attempt } from './attempt.ts';
import { goodDocuments } from './seeds.ts';

/** `npm run fuzz:imports` tries many more. */
const count = 60;

describe('damaged documents give a text or a sentence', async () => {
  it.each(Object.entries(await goodDocuments()))('%s', { timeout: 60_000 }, async (name, bytes) => {
    expect(await attempt(bytes, name)).toBe('read');
    const found = new Set<string>();
    for (let seed = 1; seed <= count; seed++) found.add(await attempt(mutated(bytes, seed), name));
    // Of HTML, whatever there is has a meaning.
    if (name !== 'page.html') expect(found).toContain('refused');
  });
});
