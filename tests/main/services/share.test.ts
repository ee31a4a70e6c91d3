import {
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import * as yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import type { Run, RunDetail } from '../../../src/api/types.ts';
import { ServiceError } from '../../../src/main/services/errors.ts';
import { workspaceAt } from '../../../src/main/store/workspace.ts';
import { temporaryFolder } from '../temporary.ts';
import { configFor } from './app-options.ts';
import { importText, openTestApp, textOf, Watcher, workspaceWithText, type TestApp } from './harness.ts';

/** A run trained by the real engine, with notes and tags. */
async function trained(app: TestApp): Promise<Run> {
  const watcher = new Watcher(app);
  const config = configFor(app.corpus, { device: 'reference' });
  const { id } = await app.services.runs.create({ config, name: 'to be shared', tags: ['lecture', 'lstm'] });
  await watcher.status(id, 'finished');
  return app.services.runs.update(id, { notes: 'It rhymes.' });
}

/** What has to be the same wherever the run is. */
function recorded({ run, ...rest }: RunDetail) {
  const { id: _id, color: _color, config, imported: _imported, ...same } = run;
  return { run: { ...same, config: { ...config, corpus: '' } }, ...rest };
}

async function textOfRun(app: TestApp, id: string): Promise<string> {
  const options = { prompt: 'the ', length: 60, temperature: 0.8, topK: null, topP: null, seed: 7 };
  let text = '';
  for await (const event of await app.services.generate.start(id, options))
    if (event.type === 'text') text += event.text;
  return text;
}

const elsewhere = (length: number) => openTestApp({ engine: 'real', folder: workspaceWithText(length) });

describe('a run that is shared', () => {
  test('is the same run in another workspace: its numbers, its text, and on with training where its corpus is', async () => {
    const here = await openTestApp({ engine: 'real' });
    const run = await trained(here);
    const path = join(temporaryFolder(), 'shared.unroll');
    const written = await here.services.share.write(run.id, path);
    expect(written).toEqual({ path, ticket: null, fileName: 'to be shared.unroll', bytes: statSync(path).size });

    const there = await elsewhere(500);
    const opened = await there.services.share.open({ type: 'path', path });
    expect(opened.id).not.toBe(run.id);
    expect(opened.imported).not.toBeNull();
    expect(recorded(there.services.runs.get(opened.id))).toEqual(recorded(here.services.runs.get(run.id)));
    expect(await textOfRun(there, opened.id)).toBe(await textOfRun(here, run.id));

    // Once more is the same run.
    expect((await there.services.share.open({ type: 'path', path })).id).toBe(opened.id);
    expect(there.services.runs.list()).toHaveLength(1);
  });

  test('resumes only where its corpus is', async () => {
    const here = await openTestApp({ engine: 'real' });
    const watcher = new Watcher(here);
    const config = configFor(here.corpus, { device: 'reference', training: { maxSteps: 100_000 } });
    const { id } = await here.services.runs.create({ config, name: null, tags: [] });
    await watcher.step(id, 5);
    await expect(here.services.share.write(id, null)).rejects.toThrow(/is running\. Stop it/);
    await here.services.runs.stop(id);
    const { step } = await watcher.status(id, 'stopped');
    const path = join(temporaryFolder(), 'stopped.unroll');
    await here.services.share.write(id, path);

    const there = await elsewhere(500);
    const opened = await there.services.share.open({ type: 'path', path });
    await expect(there.services.runs.resume(opened.id)).rejects.toThrow(
      /was trained elsewhere, on "a text", which is not/,
    );
    await importText(there, textOf(1_000));
    const thereWatcher = new Watcher(there);
    await there.services.runs.resume(opened.id);
    await thereWatcher.step(opened.id, step + 1);
    await there.services.runs.stop(opened.id);
  });
});

interface Entry {
  name: string;
  bytes: Buffer;
  pack: boolean;
}

async function unpacked(path: string): Promise<Entry[]> {
  const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false });
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    entries.push({ name: entry.fileName, bytes: Buffer.concat(chunks), pack: entry.compressionMethod !== 0 });
  }
  zip.close();
  return entries;
}

async function packed(entries: readonly Entry[]): Promise<string> {
  const path = join(temporaryFolder(), 'changed.unroll');
  const zip = new ZipFile();
  for (const { name, bytes, pack } of entries) zip.addBuffer(bytes, name, { compress: pack });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

describe('a file that is not as it should be is refused, and nothing is imported', () => {
  let entries: Entry[] = [];

  // Trained once, in whichever test comes first.
  beforeEach(async () => {
    if (entries.length > 0) return;
    const app = await openTestApp({ engine: 'real' });
    const path = join(temporaryFolder(), 'original.unroll');
    await app.services.share.write((await trained(app)).id, path);
    entries = await unpacked(path);
  });

  async function refused(path: string, why: RegExp): Promise<void> {
    const app = await openTestApp();
    const error: unknown = await app.services.share.open({ type: 'path', path }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).code).toBe('BAD_INPUT');
    expect((error as ServiceError).message).toMatch(why);
    expect(app.services.runs.list()).toEqual([]);
    const { runs, uploads } = workspaceAt(app.folder);
    expect(readdirSync(runs)).toEqual([]);
    expect(readdirSync(uploads)).toEqual([]);
  }

  const changed = (change: (entry: Entry) => Entry | Entry[]) => packed(entries.flatMap(change));
  /** The same with another name in the bytes themselves: no honest program writes it. */
  async function renamed(from: string, to: string): Promise<string> {
    const path = await packed(entries);
    const bytes = readFileSync(path).toString('latin1').replaceAll(from, to);
    writeFileSync(path, bytes, 'latin1');
    return path;
  }

  test('no file at all', () => refused(join(temporaryFolder(), 'none.unroll'), /There is no file/));

  test('something else', async () => {
    const path = join(temporaryFolder(), 'text.unroll');
    writeFileSync(path, 'Call me Ishmael.'.repeat(100));
    await refused(path, /not a whole ZIP archive/);
  });

  test('another archive', async () => {
    await refused(
      await packed([{ name: 'manifest.json', bytes: Buffer.from('{"name":"a web app"}'), pack: true }]),
      /no run shared by Unroll/,
    );
  });

  test.each([0.1, 0.5, 0.99])('cut off at %d of its length', async (share) => {
    const path = await packed(entries);
    truncateSync(path, Math.floor(statSync(path).size * share));
    await refused(path, /not a whole ZIP archive/);
  });

  test('a newer version', async () => {
    const path = await changed((entry) =>
      entry.name === 'manifest.json'
        ? { ...entry, bytes: Buffer.from(entry.bytes.toString().replace('"version": 1', '"version": 2')) }
        : entry,
    );
    await refused(path, /newer Unroll \(format 2; this one reads up to 1\)\. Update/);
  });

  test.each(['history.json', 'steps.csv', 'manifest.json', 'checkpoints/step-000000025.safetensors'])(
    'without %s',
    async (name) => {
      expect(entries.map((entry) => entry.name)).toContain(name);
      await refused(await changed((entry) => (entry.name === name ? [] : entry)), new RegExp(`has no "${name}"`));
    },
  );

  test('with something that does not belong', async () => {
    const extra = { name: 'run.js', bytes: Buffer.from('alert(1)'), pack: true };
    const others = entries.filter(({ name }) => !name.startsWith('checkpoints/step-000000020'));
    await refused(await packed([...others, extra]), /"(run.js)" does not belong|has no/);
  });

  test('with more entries than there are', async () => {
    const extra = Array.from({ length: 1_000 }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0), pack: false }));
    await refused(await packed([...entries, ...extra]), /at most 5/);
  });

  test.each(['../../../c', '/etc/pass', 'C:/x/y/z1', '..\\..\\..\\c'])('a path in a name: %s', async (name) => {
    await refused(await renamed('steps.csv', name.slice(0, 9).padEnd(9, 'x')), /damaged or was changed/);
  });

  test('a name twice', async () => {
    await refused(await changed((entry) => (entry.name === 'steps.csv' ? [entry, entry] : entry)), /twice|at most/);
  });

  test('an entry that unpacks to more than any run has', async () => {
    const path = await changed((entry) =>
      entry.name === 'manifest.json' ? { ...entry, bytes: Buffer.alloc(8 * 2 ** 20, ' ') } : entry,
    );
    expect(statSync(path).size).toBeLessThan(2 ** 20);
    await refused(path, /would unpack to 8,388,608 bytes/);
  });

  test('an entry that says it is small and is not', async () => {
    const path = await packed([{ name: 'manifest.json', bytes: Buffer.alloc(8 * 2 ** 20, ' '), pack: true }]);
    const bytes = readFileSync(path);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(8 * 2 ** 20);
    for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 1)) bytes.writeUInt32LE(100, at);
    writeFileSync(path, bytes);
    await refused(path, /cannot be unpacked/);
  });

  test('a packed checkpoint', async () => {
    await refused(
      await changed((entry) => (entry.name.startsWith('checkpoints/') ? { ...entry, pack: true } : entry)),
      /is packed, which it never is/,
    );
  });

  test.each(['history.json', 'steps.csv', 'checkpoints/step-000000025.safetensors'])('a changed %s', async (name) => {
    const path = await changed((entry) => {
      if (entry.name !== name) return entry;
      const bytes = Buffer.from(entry.bytes);
      bytes[bytes.length - 2]! ^= 1;
      return { ...entry, bytes };
    });
    await refused(path, /damaged or was changed/);
  });

  test('settings that are none', async () => {
    const path = await changed((entry) =>
      entry.name === 'manifest.json'
        ? { ...entry, bytes: Buffer.from(entry.bytes.toString().replace('"lstm"', '"shell"')) }
        : entry,
    );
    await refused(path, /"manifest.json" is not valid at "run.config/);
  });

  test('an upload is used up by it', async () => {
    const app = await openTestApp();
    const { upload, path } = app.uploads.create();
    writeFileSync(path, 'nothing');
    await expect(app.services.share.open({ type: 'upload', upload, name: 'x.unroll' })).rejects.toThrow(/whole ZIP/);
    expect(existsSync(path)).toBe(false);
  });
});
