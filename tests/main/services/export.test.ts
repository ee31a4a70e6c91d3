import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../../src/api/export.ts';
import { temporaryFolder } from '../temporary.ts';
import { openTestApp, refusal, startRun, Watcher, type TestApp } from './harness.ts';

let app: TestApp;
let folder: string;
beforeEach(async () => {
  app = await openTestApp();
  folder = temporaryFolder();
});

async function finished(name = 'a run'): Promise<string> {
  const watcher = new Watcher(app);
  const { id } = await startRun(app);
  await watcher.status(id, 'finished');
  app.services.runs.update(id, { name });
  return id;
}

const write = (format: ExportFormat, path: string | null, ...ids: string[]) =>
  app.services.export.export({ ids, format, path });

function inArchive(path: string): Record<string, string> {
  const entries = Object.entries(unzipSync(readFileSync(path)));
  return Object.fromEntries(entries.map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('a model', () => {
  test('becomes a folder, whose own files stay, and nothing is left beside it', async () => {
    const id = await finished();
    const path = join(folder, 'model');
    const first = await write('safetensors', path, id);
    writeFileSync(join(path, 'mine.txt'), 'mine');
    await write('safetensors', path, id);
    expect(readFileSync(join(path, 'notes/README.md'), 'utf8')).toBe('# Model\n');
    expect(readdirSync(path).sort()).toEqual(['mine.txt', 'model.safetensors', 'notes']);
    expect(readdirSync(folder)).toEqual(['model']);
    const size = readFileSync(join(path, 'model.safetensors')).length + '# Model\n'.length;
    expect(first).toEqual({ path, ticket: null, fileName: 'a run safetensors.zip', bytes: size });
  });

  test('becomes an archive where the name says so', async () => {
    const id = await finished();
    const path = join(folder, 'model.ZIP');
    const { bytes } = await write('safetensors', path, id);
    expect(bytes).toBe(readFileSync(path).length);
    const contents = inArchive(path);
    expect(Object.keys(contents)).toEqual(['model.safetensors', 'notes/README.md']);
    expect(JSON.parse(contents['model.safetensors']!)).toMatchObject({
      format: 'safetensors',
      provenance: { name: 'a run', corpusName: 'a text', trainedWith: expect.stringMatching(/^Unroll \d/) as string },
    });
  });

  test('is the file of its parameters alone where the name says so', async () => {
    const id = await finished();
    const path = join(folder, 'model.safetensors');
    expect(await write('safetensors', path, id)).toMatchObject({ fileName: 'a run.safetensors' });
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  test('of several runs stands in a folder for each, whatever they are called', async () => {
    const ids = [await finished('Same'), await finished('same'), await finished('a/b')];
    const { ticket } = await write('safetensors', null, ...ids);
    const { fileName, path } = app.downloads.take(ticket!)!;
    expect(fileName).toBe('Same and 2 more safetensors.zip');
    expect(new Set(Object.keys(inArchive(path)).map(dirname))).toEqual(
      new Set(['Same', 'Same/notes', 'same 2', 'same 2/notes', 'a-b', 'a-b/notes']),
    );
    expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  });

  test('that is not there, or damaged, is refused by name before anything is written', async () => {
    const id = await finished();
    const missing = join(folder, 'missing');
    for (const file of readdirSync(join(app.workspace.runs, id))) truncateSync(join(app.workspace.runs, id, file), 50);
    const error = await refusal(write('safetensors', missing, id));
    expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/^Damaged: /) as string });
    rmSync(join(app.workspace.runs, id), { recursive: true });
    expect((await refusal(write('safetensors', missing, id))).message).toMatch(/^"a run" has no checkpoint yet\./);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is refused where it cannot be written', async () => {
    const id = await finished();
    const to = async (path: string) => (await refusal(write('safetensors', path, id))).message;
    expect(await to('model')).toMatch(/not a full path/);
    expect(await to(join(folder, 'none', 'model'))).toMatch(/^There is no folder .*none\./);
    writeFileSync(join(folder, 'taken'), '');
    expect(await to(join(folder, 'taken'))).toMatch(/taken cannot be written/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('what was measured', () => {
  test('of several runs is one table, with a row for each step and evaluation', async () => {
    const ids = [await finished('=1+1'), await finished('b')];
    const path = join(folder, 'curves.csv');
    await write('metrics-csv', path, ...ids);
    const [header, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    expect(header).toMatch(/^run,split,step,epoch,loss,gradient_norm,/);
    const { evals } = app.services.runs.get(ids[0]!);
    expect(rows).toHaveLength(2 * (25 + evals.length));
    expect(rows[0]).toBe(`'=1+1,train,1,0.01,1,1,1,9,1${','.repeat(header!.split(',').length - 9)}`);
    expect(rows.at(-1)).toMatch(/^b,valid,20,/);
  });

  test('needs no model, and is JSON too', async () => {
    const id = await finished();
    for (const file of readdirSync(join(app.workspace.runs, id))) truncateSync(join(app.workspace.runs, id, file), 0);
    const { ticket } = await write('metrics-json', null, id);
    const { fileName, path } = app.downloads.take(ticket!)!;
    expect(fileName).toBe('a run metrics.json');
    const { evals, run } = app.services.runs.get(id);
    const { format, runs } = JSON.parse(readFileSync(path, 'utf8')) as { format: string; runs: { steps: object[] }[] };
    expect(format).toBe('unroll-metrics/1');
    expect(runs).toMatchObject([{ id, name: 'a run', config: run.config, evaluations: evals }]);
    expect(runs[0]!.steps).toHaveLength(25);
    expect(runs[0]!.steps[0]).toMatchObject({ step: 1, loss: 1, gradNorm: 1 });
  });
});
