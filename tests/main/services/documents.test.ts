/** Documents, imported by real engine processes. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Corpus, ImportEvent } from '../../../src/api/types.ts';
import { watched } from '../../../src/main/services/patience.ts';
import { epubFiles, pdf, zip } from '../../engine/documents/make.ts';
import { temporaryFolder } from '../temporary.ts';
import { openTestApp } from './harness.ts';

async function finish(events: AsyncIterable<ImportEvent>): Promise<Corpus> {
  for await (const event of events) if (event.type === 'done') return event.corpus;
  throw new Error('the import ended without a corpus');
}

function written(name: string, bytes: Uint8Array): { type: 'path'; path: string } {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return { type: 'path', path };
}

const whole = { encoding: null, name: null };

test('a book is previewed and imported as its text, under its title; the same text is the same corpus', async () => {
  const app = await openTestApp({ engine: 'real' });
  const { corpora } = app.services;
  const book = await zip(epubFiles({ 'a.xhtml': '<p>One.</p>', 'b.xhtml': '<p>Two.</p>' }, { title: 'Numbers' }));
  const source = written('pg1.epub', book);
  const document = { kind: 'epub', title: 'Numbers', parts: 2, leftOut: [], moreLeftOut: 0, classes: false };
  expect(await corpora.preview(source, null)).toEqual({
    ...{ text: 'One.\n\nTwo.\n', encoding: 'utf-8', encodingFrom: 'utf-8', candidates: ['utf-8'] },
    ...{ bytes: book.length, document },
  });
  const corpus = await finish(corpora.import({ source, ...whole }));
  expect(corpus).toMatchObject({ name: 'Numbers', source: source.path, bytes: 11, characters: 11, encoding: 'utf-8' });
  expect(readFileSync(join(app.workspace.corpora, `${corpus.sha256}.txt`), 'utf8')).toBe('One.\n\nTwo.\n');
  expect(readdirSync(app.workspace.uploads)).toEqual([]);
  const { upload, path } = app.uploads.create();
  writeFileSync(path, '<title>Numbers</title><p>One.<p>Two.');
  const page = { type: 'upload', upload, name: 'numbers.html' } as const;
  expect(await corpora.preview(page, null)).toMatchObject({ text: 'One.\n\nTwo.\n', document: { kind: 'html' } });
  expect(await finish(corpora.import({ source: page, ...whole }))).toEqual(corpus);
});

test('an archive may be read as files named by class', async () => {
  const { corpora } = (await openTestApp({ engine: 'real' })).services;
  const files = { 'names/Irish.txt': 'Duffy\n', 'names/Greek.txt': 'Pappas\n', 'names/map.png': 'x' };
  const source = written('names.zip', await zip(files));
  const { text, document } = await corpora.preview(source, null, { classes: true });
  expect(text).toBe('text,label\nPappas,Greek\nDuffy,Irish\n');
  expect(document).toMatchObject({ parts: 2, leftOut: ['names/map.png'], classes: true });
  const corpus = await finish(corpora.import({ source, ...whole, classes: true }));
  expect(corpus).toMatchObject({ name: 'names', lines: 3 });
});

test('what cannot be read says so and leaves nothing, in a preview and in an import', async () => {
  const app = await openTestApp({ engine: 'real' });
  const kept = () => [...readdirSync(app.workspace.corpora), ...readdirSync(app.workspace.uploads)];
  const before = kept();
  const source = written('scan.pdf', pdf([[]]));
  const refusal = { code: 'BAD_INPUT', message: expect.stringMatching(/holds no text: its page is a picture/) };
  await expect(app.services.corpora.preview(source, null)).rejects.toMatchObject(refusal);
  await expect(finish(app.services.corpora.import({ source, ...whole }))).rejects.toMatchObject(refusal);
  expect(kept()).toEqual(before);
});

test('what stands still is given up; what moves, and what never began, is not', async () => {
  const still = () => new Error('stood still');
  const ended = (signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await expect(watched(1, still, undefined, ({ signal, moved }) => (moved(), ended(signal)))).rejects.toThrow(
    'stood still',
  );
  const outer = new AbortController();
  const waiting = watched(1, still, outer.signal, ({ signal }) => ended(signal));
  outer.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  expect(await watched(60_000, still, undefined, async ({ moved }) => (moved(), 'done'))).toBe('done');
});
