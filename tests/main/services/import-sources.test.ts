/** Folders of classes and compressed files, imported by real engine processes. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Corpus, ImportSource } from '../../../src/api/types.ts';
import { temporaryFolder } from '../temporary.ts';
import { openTestApp, type TestApp } from './harness.ts';

async function importOf(app: TestApp, source: ImportSource): Promise<{ corpus: Corpus; text: string }> {
  for await (const event of app.services.corpora.import({ source, encoding: null, name: null })) {
    if (event.type !== 'done') continue;
    const { corpus } = event;
    return { corpus, text: readFileSync(join(app.workspace.corpora, `${corpus.sha256}.txt`), 'utf8') };
  }
  throw new Error('the import ended without a corpus');
}

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = join(temporaryFolder(), 'surnames.by language');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const classes = { 'Italian.txt': 'Rossi\nBianchi\n', 'Czech.txt': 'Novák\n', '.DS_Store': '\0' };
const table = 'text,label\nNovák,Czech\nRossi,Italian\nBianchi,Italian\n';

describe('a folder of files named by class', () => {
  test('becomes a table, by a path', async () => {
    const app = await openTestApp({ engine: 'real' });
    const path = folderOf(classes);
    expect(await app.services.corpora.preview({ type: 'path', path }, null)).toMatchObject({
      ...{ text: table, encoding: 'utf-8', bytes: 21 },
    });
    const { corpus, text } = await importOf(app, { type: 'path', path });
    expect(text).toBe(table);
    expect(corpus).toMatchObject({ name: basename(path), source: path });
  });

  test('becomes a table, by uploads, which are used up', async () => {
    const app = await openTestApp({ engine: 'real' });
    const files = Object.entries({ 'Italian.txt': classes['Italian.txt'], 'Czech.txt.gz': gzipSync('Novák\n') });
    const source: ImportSource = {
      type: 'uploads',
      name: 'names',
      files: files.map(([name, content]) => {
        const { upload, path } = app.uploads.create();
        writeFileSync(path, content);
        return { upload, name: `names/${name.replace(/\.gz$/, '')}` };
      }),
    };
    const lines = 'text,label\nRossi,Italian\nBianchi,Italian\nNovák,Czech\n';
    expect((await app.services.corpora.preview(source, null)).text).toBe(lines);
    const { corpus, text } = await importOf(app, source);
    expect(text).toBe(lines);
    expect(corpus).toMatchObject({ name: 'names', source: 'names' });
    expect(readdirSync(app.workspace.uploads)).toEqual([]);
  });

  test('is previewed by whole lines of every class, however long the files are', async () => {
    const app = await openTestApp();
    const long = (word: string) => `${word}\n`.repeat(10_000);
    const path = folderOf({ 'A.txt': long('aaaa'), 'B.txt': long('bbbb') });
    const { text } = await app.services.corpora.preview({ type: 'path', path }, null);
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(text).toMatch(/^text,label\n(aaaa,A\n){300,}(bbbb,B\n){100,}/);
  });

  test.each([
    ['one class', { 'A.txt': 'x' }, /needs two classes at least, and this one has 1\.$/],
    ['an empty class', { 'A.txt': 'x', 'B.txt': '' }, /^B\.txt: The file is empty/],
    ['a class that is no text', { 'A.txt': 'x\n', 'B.bin': Buffer.alloc(5000) }, /^B\.bin: /],
    ['hidden files only', { '.hidden': 'x' }, /is a folder without files/],
  ])('with %s is refused', async (_what, files, message) => {
    const app = await openTestApp({ engine: 'real' });
    const source = { type: 'path', path: folderOf(files) } as const;
    await expect(app.services.corpora.preview(source, null)).rejects.toMatchObject({ code: 'BAD_INPUT', message });
    await expect(importOf(app, source)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  test('with a link that leads nowhere, or to a folder, is refused with its path', async () => {
    const app = await openTestApp();
    const [nowhere, elsewhere] = [folderOf(classes), folderOf(classes)];
    symlinkSync(join(nowhere, 'gone'), join(nowhere, 'link.txt'));
    symlinkSync(temporaryFolder(), join(elsewhere, 'link.txt'));
    await expect(importOf(app, { type: 'path', path: nowhere })).rejects.toThrow(/There is no file .*link\.txt/);
    await expect(importOf(app, { type: 'path', path: elsewhere })).rejects.toThrow(/link\.txt links to a folder/);
  });
});

describe('a compressed file', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `line ${(i * 7919) % 60_000}`).join('\n');

  test.each([
    ['short', 'Ein Hund läuft.\n'],
    ['longer than a preview', lines],
  ])('is imported as what is in it: %s', async (_what, content) => {
    const app = await openTestApp({ engine: 'real' });
    const path = join(temporaryFolder(), 'train.de.gz');
    const packed = gzipSync(content);
    writeFileSync(path, packed);
    const preview = await app.services.corpora.preview({ type: 'path', path }, null);
    expect(preview).toMatchObject({ text: content.slice(0, 4000), bytes: packed.length });
    const { corpus, text } = await importOf(app, { type: 'path', path });
    expect(text).toBe(content);
    expect(corpus).toMatchObject({ name: 'train.de', bytes: Buffer.byteLength(content) });
  });

  test('that was cut off is refused', async () => {
    const app = await openTestApp({ engine: 'real' });
    const path = join(temporaryFolder(), 'cut.gz');
    const packed = gzipSync(lines);
    writeFileSync(path, packed.subarray(0, packed.length / 2));
    await expect(importOf(app, { type: 'path', path })).rejects.toThrow(/damaged or cut off/);
    expect(readdirSync(app.workspace.uploads)).toEqual([]);
  });
});
