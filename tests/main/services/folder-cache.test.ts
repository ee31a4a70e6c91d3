import { existsSync, mkdirSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderCache } from '../../../src/main/services/folder-cache.ts';
import { Uploads } from '../../../src/main/services/uploads.ts';
import { temporaryFolder } from '../temporary.ts';

function setUp() {
  const folder = temporaryFolder();
  const [root, uploads] = [join(folder, 'cache'), join(folder, 'uploads')];
  for (const path of [root, uploads]) mkdirSync(path);
  const cache = new FolderCache(root, new Uploads(uploads));
  const isThere = async () => existsSync(join(cache.path('key'), 'whole'));
  return { cache, isThere, root, uploads };
}

/** Fills a folder when it is let, and counts how often it was asked to. */
function filler() {
  let open: () => void = () => {};
  const allowed = new Promise<void>((resolve) => (open = resolve));
  const fill = {
    begun: 0,
    allow: () => open(),
    run: async (folder: string) => {
      fill.begun++;
      await allowed;
      await writeFile(join(folder, 'whole'), String(fill.begun));
    },
  };
  return fill;
}

const never = new AbortController().signal;

describe('a folder that two ask for at once', () => {
  it('is made once, and is there for both', async () => {
    const { cache, isThere, root, uploads } = setUp();
    const fill = filler();
    const both = [1, 2].map(() => cache.make('key', fill.run, isThere, never).then(isThere));
    fill.allow();
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(fill.begun).toBe(1);
    expect(await readdir(root)).toEqual(['key']);
    expect(await readdir(uploads)).toEqual([]);
  });

  it('is made by the second if the first fails or gives up', async () => {
    const { cache, isThere, uploads } = setUp();
    const leave = new AbortController();
    const [given, second] = [filler(), filler()];
    const first = cache.make('key', given.run, isThere, leave.signal);
    const made = cache.make('key', second.run, isThere, never);
    leave.abort(new Error('left'));
    given.allow();
    second.allow();
    await expect(first).rejects.toThrow('left');
    await made;
    expect(second.begun).toBe(1);
    expect(await isThere()).toBe(true);
    expect(await readdir(uploads)).toEqual([]);
  });
});

describe('folders of different content', () => {
  it('do not wait for each other', async () => {
    const { cache, isThere } = setUp();
    const [slow, fast] = [filler(), filler()];
    const waiting = cache.make('other', slow.run, async () => false, never);
    fast.allow();
    await cache.make('key', fast.run, isThere, never);
    expect(await isThere()).toBe(true);
    slow.allow();
    await waiting;
  });
});
