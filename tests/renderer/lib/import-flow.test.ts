import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Corpus } from '../../../src/api/types.ts';
import { ClassFolder } from '../../../src/renderer/lib/class-folder.ts';
import { ImportFlow } from '../../../src/renderer/lib/import-flow.svelte.ts';
import { Workspace } from '../../../src/renderer/lib/workspace.svelte.ts';
import { FakeHost } from '../harness/fake-host.ts';

const open: Workspace[] = [];

async function start() {
  const host = new FakeHost({ runs: 0, corpora: 0, train: false, fail: null, slow: false });
  const workspace = new Workspace(host);
  open.push(workspace);
  await vi.waitUntil(() => workspace.loaded);
  const done: Corpus[] = [];
  const flow = new ImportFlow(workspace, (corpus) => done.push(corpus));
  const reaches = (type: string) => vi.waitUntil(() => flow.step.type === type);
  return { host, workspace, flow, done, reaches };
}

const file = (name: string, text: string) => new File([text], name);

afterEach(() => {
  for (const workspace of open.splice(0)) workspace.close();
});

describe('importing', () => {
  test('shows how the text reads, then imports it under the given name', async () => {
    const { workspace, flow, done, reaches } = await start();
    flow.start([file('play.txt', 'To be, or not to be')]);
    await reaches('preview');
    expect(flow.suggestedName).toBe('play.txt');
    expect(flow.step).toMatchObject({ preview: { text: 'To be, or not to be', encoding: 'utf-8' } });
    await flow.confirm('A play');
    expect(done.map((corpus) => corpus.name)).toEqual(['A play']);
    expect(workspace.corpora.map((corpus) => corpus.name)).toEqual(['A play']);
    expect(flow.open).toBe(false);
  });

  test('a document comes under its title; an archive may be read as files named by class', async () => {
    const { flow, reaches } = await start();
    flow.start([file('pg84.epub', 'text'), file('names.zip', 'text')]);
    await reaches('preview');
    expect(flow.suggestedName).toBe('Frankenstein; Or, The Modern Prometheus');
    expect(flow.step).toMatchObject({ preview: { document: { kind: 'epub', parts: 24 } } });
    await flow.skip();
    await reaches('preview');
    expect(flow.suggestedName).toBe('names.zip');
    await flow.readFilesAs(true);
    expect(flow.step).toMatchObject({ preview: { document: { kind: 'zip', classes: true } } });
  });

  test('several files come one after the other; one can be skipped', async () => {
    const { flow, done, reaches } = await start();
    flow.start([file('a.txt', 'a'), file('b.txt', 'b')]);
    await reaches('preview');
    expect(flow.count).toEqual({ at: 1, of: 2 });
    await flow.skip();
    await reaches('preview');
    expect(flow.count).toEqual({ at: 2, of: 2 });
    await flow.confirm('b');
    expect(done.map((corpus) => corpus.name)).toEqual(['b']);
  });

  test('files that come at once can be one corpus, each a class, before any of them is imported', async () => {
    const { flow, done, reaches } = await start();
    const files = [file('Irish.txt', 'Adam'), file('Greek.txt', 'Pappas\nZorba'), file('Scottish.txt', 'Ross')];
    flow.start(files);
    await reaches('preview');
    expect(flow.together).toBe(3);
    flow.takeTogether();
    await reaches('folder');
    expect(flow.step).toMatchObject({ contents: { files: 3, classes: [{ label: 'Greek', lines: 2 }, {}, {}] } });
    expect([flow.together, flow.count]).toEqual([null, { at: 1, of: 1 }]);
    void flow.confirmFolder();
    await reaches('preview');
    await flow.confirm('names');
    expect(done.map((corpus) => corpus.name)).toEqual(['names']);
    expect(flow.open).toBe(false);

    flow.start(files);
    await reaches('preview');
    await flow.confirm('one of them');
    await reaches('preview');
    expect(flow.together).toBeNull();
    flow.close();
    flow.start([files[0]!]);
    await reaches('preview');
    expect(flow.together).toBeNull();
  });

  test('what is dropped while another is looked at waits for its turn', async () => {
    const { flow, done, reaches } = await start();
    flow.start([file('a.txt', 'a')]);
    await reaches('preview');
    flow.start([file('b.txt', 'b')]);
    expect(flow.suggestedName).toBe('a.txt');
    expect(flow.count).toEqual({ at: 1, of: 2 });
    await flow.confirm('a');
    await reaches('preview');
    await flow.confirm('b');
    expect(done.map((corpus) => corpus.name)).toEqual(['a', 'b']);
    expect(flow.open).toBe(false);
  });

  test('another encoding can be tried, and what was found stays to go back to', async () => {
    const { flow, reaches } = await start();
    flow.start([file('a.txt', 'a')]);
    await reaches('preview');
    await flow.readAs('windows-1252');
    expect(flow.step).toMatchObject({ preview: { encoding: 'windows-1252', encodingFrom: 'chosen' } });
    expect(flow.found?.encoding).toBe('utf-8');
    await flow.readAs(null);
    expect(flow.step).toMatchObject({ preview: { encoding: 'utf-8', encodingFrom: 'utf-8' } });
  });

  test('cancelled in the middle keeps nothing', async () => {
    const { workspace, flow, done, reaches } = await start();
    flow.start([file('a.txt', 'a')]);
    await reaches('preview');
    const importing = flow.confirm('a');
    await vi.waitUntil(() => flow.step.type === 'importing' && flow.step.share !== null);
    flow.close();
    await importing;
    expect(flow.open).toBe(false);
    expect(done).toEqual([]);
    expect(workspace.corpora).toEqual([]);
  });

  test('what is no text is refused in the host’s words, and the next file follows', async () => {
    const { flow, reaches } = await start();
    flow.start([file('photo.jpg', '\0binary'), file('b.txt', 'b')]);
    await reaches('failed');
    expect(flow.step).toMatchObject({ message: expect.stringMatching(/photo.jpg.*is not text/) });
    await flow.skip();
    await reaches('preview');
    expect(flow.suggestedName).toBe('b.txt');
  });

  test('a folder says what is in it before it is sent', async () => {
    const { flow, done, reaches } = await start();
    flow.start([new ClassFolder('names', [file('Irish.txt', 'Adam'), file('Greek.txt', 'Pappas\nZorba')])]);
    await reaches('folder');
    expect(flow.step).toMatchObject({ contents: { files: 2, classes: [{ label: 'Greek', lines: 2 }, {}] } });
    void flow.confirmFolder();
    await reaches('preview');
    expect(flow.suggestedName).toBe('names');
    await flow.confirm('names');
    expect(done.map((corpus) => corpus.name)).toEqual(['names']);
  });

  test('a folder that is none of classes is refused, and what was dropped after it follows', async () => {
    const { flow, reaches } = await start();
    flow.start([new ClassFolder('x', [file('a.txt', 'a')]), file('b.txt', 'b')]);
    await reaches('failed');
    expect(flow.step).toMatchObject({ message: expect.stringMatching(/only one class/) });
    await flow.skip();
    await reaches('preview');
    expect(flow.suggestedName).toBe('b.txt');
  });

  test('what gzip has packed is named without it', async () => {
    const { flow, reaches } = await start();
    flow.start([file('train.en.gz', 'a'), { type: 'path', path: '/data/train.de.gz' }]);
    await reaches('preview');
    expect(flow.suggestedName).toBe('train.en');
    await flow.skip();
    await reaches('preview');
    expect(flow.suggestedName).toBe('train.de');
  });
});
