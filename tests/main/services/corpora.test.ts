import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Corpus, ImportEvent } from '../../../src/api/types.ts';
import type { ImportRequest } from '../../../src/main/services/corpora.ts';
import { CorpusTexts } from '../../../src/main/services/corpus-texts.ts';
import { temporaryFolder } from '../temporary.ts';
import { configFor } from './app-options.ts';
import { addSample, importText, openTestApp, setFaults, Watcher, type TestApp } from './harness.ts';

const importOf = (app: TestApp, request: Partial<ImportRequest> & Pick<ImportRequest, 'source'>) =>
  app.services.corpora.import({ encoding: null, name: null, ...request });

async function finish(events: AsyncIterable<ImportEvent>): Promise<Corpus> {
  for await (const event of events) if (event.type === 'done') return event.corpus;
  throw new Error('the import ended without a corpus');
}

function filesOf(app: TestApp): string[] {
  return [...readdirSync(app.workspace.corpora), ...readdirSync(app.workspace.uploads)];
}

describe('importing', () => {
  test('from a path stores the text by its content, and says where it came from', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const path = join(temporaryFolder(), 'Alice in Wonderland.txt');
    writeFileSync(path, 'Alice was beginning');
    const corpus = await finish(importOf(app, { source: { type: 'path', path } }));
    expect(corpus).toMatchObject({
      name: 'Alice in Wonderland',
      source: path,
      bytes: 19,
      encoding: 'utf-8',
      missing: false,
    });
    expect(existsSync(join(app.workspace.corpora, `${corpus.sha256}.txt`))).toBe(true);
    expect(readdirSync(app.workspace.uploads)).toEqual([]);
    expect(app.services.corpora.list()).toContainEqual(corpus);
    expect(await watcher.find((one) => one.type === 'corpus')).toEqual({ type: 'corpus', corpus });
  });

  test('from an upload uses it up', async () => {
    const app = await openTestApp();
    const { upload, path } = app.uploads.create();
    writeFileSync(path, 'bytes from a browser');
    const source = { type: 'upload', upload, name: 'C:\\texts\\war.and.peace.txt' } as const;
    expect((await app.services.corpora.preview(source, null)).text).toBe('bytes from a browser');
    const corpus = await finish(importOf(app, { source }));
    expect(corpus).toMatchObject({ name: 'war.and.peace', source: 'C:\\texts\\war.and.peace.txt' });
    expect(readdirSync(app.workspace.uploads)).toEqual([]);
    await expect(finish(importOf(app, { source }))).rejects.toThrow(/no longer here\. Choose or drop it again/);
  });

  test('of an upload that is a path into somewhere else finds nothing', async () => {
    const app = await openTestApp();
    const source = { type: 'upload', upload: '../workspace.db', name: 'x' } as const;
    await expect(finish(importOf(app, { source }))).rejects.toThrow(/no longer here/);
    await expect(app.services.corpora.preview(source, null)).rejects.toThrow(/no longer here/);
  });

  test('of the bundled sample', async () => {
    const app = await openTestApp();
    addSample(app, 'The Time Traveller');
    const corpus = await finish(importOf(app, { source: { type: 'sample' } }));
    expect(corpus).toMatchObject({ name: 'The Time Machine', source: 'sample' });
  });

  test('takes the name and the encoding that the person chose', async () => {
    const app = await openTestApp();
    const source = { type: 'text', text: 'abc', name: 'pasted text' } as const;
    const corpus = await finish(importOf(app, { source, name: ' mine ', encoding: 'windows-1252' }));
    expect(corpus).toMatchObject({ name: 'mine', encoding: 'windows-1252', encodingFrom: 'chosen' });
  });

  test('the same text under the same name twice gives one corpus, under another name a second one', async () => {
    const app = await openTestApp();
    const first = await importText(app, 'abc', 'one');
    expect(await importText(app, 'abc', 'one')).toEqual(first);
    const second = await importText(app, 'abc', 'two');
    expect(second.id).not.toBe(first.id);
    expect(second.sha256).toBe(first.sha256);
  });

  test('shows progress, the newest if nobody looked', async () => {
    const app = await openTestApp();
    const events: ImportEvent[] = [];
    for await (const event of importOf(app, { source: { type: 'text', text: 'abc', name: 'x' } })) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['progress', 'done']);
  });

  test.each([
    ['leaving the stream', { endless: true }],
    ['leaving the stream of an engine that does not hear', { endless: true, deaf: true }],
  ])('is cancelled by %s and leaves nothing', async (_, faults) => {
    const app = await openTestApp();
    const before = filesOf(app);
    setFaults(faults);
    const { upload, path } = app.uploads.create();
    writeFileSync(path, 'abc');
    const events = importOf(app, { source: { type: 'upload', upload, name: 'x' } });
    expect((await events.next()).value).toMatchObject({ type: 'progress' });
    await events.return();
    expect(filesOf(app)).toEqual(before);
    expect(app.services.corpora.list()).toEqual([app.corpus]);
  });

  test('is cancelled by a signal', async () => {
    const app = await openTestApp();
    setFaults({ endless: true });
    const abort = new AbortController();
    const source = { type: 'text', text: 'abc', name: 'x' } as const;
    const events = app.services.corpora.import({ source, encoding: null, name: null }, abort.signal);
    await events.next();
    abort.abort(new Error('the window was closed'));
    await expect(events.next()).rejects.toThrow('the window was closed');
  });

  test('that fails says why and leaves nothing', async () => {
    const app = await openTestApp();
    const before = filesOf(app);
    await expect(importText(app, '', 'nothing')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The file is empty.',
    });
    setFaults({ endless: true });
    const events = importOf(app, { source: { type: 'text', text: 'abc', name: 'x' } });
    await events.next();
    app.channels.at(-1)!.kill();
    await expect(events.next()).rejects.toThrow(/engine process was killed/);
    expect(filesOf(app)).toEqual(before);
  });

  test.each([
    [
      'nothing there',
      (folder: string) => join(folder, 'none.txt'),
      /^There is no file .*none\.txt\. Check the path\.$/,
    ],
    [
      'a folder',
      (folder: string) => folder,
      /is a folder without files\. Choose a file, or a folder of files named by class/,
    ],
  ])('refuses %s', async (_, pathIn, message) => {
    const app = await openTestApp();
    const source = { type: 'path', path: pathIn(temporaryFolder()) } as const;
    await expect(finish(importOf(app, { source }))).rejects.toThrow(message);
    await expect(app.services.corpora.preview(source, null)).rejects.toThrow(message);
  });
});

describe('previewing', () => {
  test('decodes with the encoding found, or the one given, and keeps nothing', async () => {
    const app = await openTestApp();
    const before = filesOf(app);
    const path = join(temporaryFolder(), 'latin.txt');
    writeFileSync(path, Buffer.from('caf\xe9 cr\xe8me', 'latin1'));
    const found = await app.services.corpora.preview({ type: 'path', path }, null);
    expect(found).toMatchObject({ text: 'café crème', bytes: 10, encodingFrom: 'detected' });
    const chosen = await app.services.corpora.preview({ type: 'path', path }, 'iso-8859-5');
    expect(chosen).toMatchObject({ text: 'cafщ crшme', encodingFrom: 'chosen' });
    expect(filesOf(app)).toEqual(before);
  });

  test('says what is wrong with what is no text', async () => {
    const app = await openTestApp();
    const source = { type: 'text', text: '', name: 'x' } as const;
    await expect(app.services.corpora.preview(source, null)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a stored text', () => {
  test('is read in slices of whole characters that join to the text', async () => {
    const folder = temporaryFolder();
    const texts = new CorpusTexts(folder);
    const characters = fc.array(fc.constantFrom('a', 'é', '€', '𝄞', '\u0301', '\n'), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(characters, fc.integer({ min: 1, max: 9 }), async (parts, length) => {
        const text = parts.join('');
        writeFileSync(texts.path('t'), text);
        let joined = '';
        for (let offset = 0; offset < Buffer.byteLength(text);) {
          const slice = await texts.slice('t', offset, length);
          expect(slice.offset).toBe(offset);
          expect(slice.total).toBe(Buffer.byteLength(text));
          expect(slice.text).not.toBe('');
          joined += slice.text;
          offset += Buffer.byteLength(slice.text);
        }
        expect(joined).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  test('read from the middle of a character begins with the next one', async () => {
    const texts = new CorpusTexts(temporaryFolder());
    writeFileSync(texts.path('t'), '€uro');
    expect(await texts.slice('t', 1, 2)).toEqual({ text: 'u', offset: 3, total: 6 });
    expect(await texts.slice('t', 5, 100)).toEqual({ text: 'o', offset: 5, total: 6 });
    expect(await texts.slice('t', 6, 1)).toEqual({ text: '', offset: 6, total: 6 });
    expect(await texts.slice('t', 99, 1)).toMatchObject({ text: '', total: 6 });
  });

  test('that changed on disk is said to be missing', async () => {
    const app = await openTestApp();
    truncateSync(join(app.workspace.corpora, `${app.corpus.sha256}.txt`), 10);
    expect(app.services.corpora.get(app.corpus.id).missing).toBe(true);
    await expect(app.services.corpora.text(app.corpus.id, 0, 10)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The stored text of "a text" is missing or was changed on disk. Import the file again.',
    });
  });
});

describe('a corpus', () => {
  test('can be renamed', async () => {
    const app = await openTestApp();
    expect(app.services.corpora.rename(app.corpus.id, 'better').name).toBe('better');
    expect(app.services.corpora.get(app.corpus.id).name).toBe('better');
    expect(() => app.services.corpora.rename('nothing', 'x')).toThrow(/no longer exists/);
  });

  test('can be removed, restored, and is gone for good with its text at the next start', async () => {
    const app = await openTestApp();
    const { id } = app.corpus;
    expect(app.services.corpora.remove([id])).toEqual({ undo: [id] });
    expect(app.services.corpora.list()).toEqual([]);
    app.services.corpora.restore([id]);
    expect(app.services.corpora.list()).toEqual([app.corpus]);
    app.services.corpora.remove([id]);
    await app.close();

    const again = await openTestApp({ folder: app.folder });
    expect(() => again.services.corpora.restore([id])).toThrow(/gone for good/);
    expect(readdirSync(again.workspace.corpora)).toEqual([]);
  });

  test('that is gone leaves its text to the runs that need it: they can still be resumed', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await app.services.runs.create({ config: configFor(app.corpus), name: null, tags: [] });
    await watcher.step(id, 5);
    await app.services.runs.stop(id);
    app.services.corpora.remove([app.corpus.id]);
    await app.close();

    const again = await openTestApp({ folder: app.folder });
    expect(again.services.corpora.list()).toEqual([]);
    expect(readdirSync(again.workspace.corpora)).toEqual([`${app.corpus.sha256}.txt`]);
    const rewatched = new Watcher(again);
    await again.services.runs.resume(id);
    await rewatched.status(id, 'finished');
    again.services.runs.remove([id]);
    await again.close();

    const last = await openTestApp({ folder: app.folder });
    expect(readdirSync(last.workspace.corpora)).toEqual([]);
  });

  test('whose text another one shares leaves it to that', async () => {
    const app = await openTestApp();
    const one = await importText(app, 'abc', 'one');
    await importText(app, 'abc', 'two');
    app.services.corpora.remove([one.id]);
    await app.close();
    const again = await openTestApp({ folder: app.folder });
    expect(again.services.corpora.list().find(({ name }) => name === 'two')).toMatchObject({ missing: false });
  });
});
