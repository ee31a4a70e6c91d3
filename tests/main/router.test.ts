import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient, ORPCError } from '@orpc/server';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Contract } from '../../src/api/contract.ts';
import type { Change, GenerateEvent, ImportEvent } from '../../src/api/types.ts';
import { configFor } from './services/app-options.ts';
import { openTestApp, setFaults, Watcher, type TestApp } from './services/harness.ts';
import { temporaryFolder } from './temporary.ts';

type Client = ContractRouterClient<Contract>;

async function open(): Promise<{ app: TestApp; client: Client }> {
  const app = await openTestApp();
  return { app, client: createRouterClient(app.router) };
}

async function trained({ app, client }: { app: TestApp; client: Client }): Promise<string> {
  const watcher = new Watcher(app);
  const { id } = await client.runs.create({ config: configFor(app.corpus), name: 'a: run/1', tags: [] });
  await watcher.status(id, 'finished');
  return id;
}

async function errorOf(promise: Promise<unknown>): Promise<ORPCError<string, unknown>> {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof ORPCError) return error;
  throw error;
}

const generation = { prompt: 'é', length: 5, temperature: 1, topK: null, topP: null, seed: 1 };

test('says what the app is', async () => {
  const { app, client } = await open();
  expect(await client.app.info()).toMatchObject({
    version: '1.2.3',
    workspace: app.folder,
    host: 'cli',
    capabilities: { filePaths: true },
    devices: [
      { name: 'reference', available: true },
      { name: 'webgpu', available: false },
    ],
  });
});

test('shows runs whose configuration would be refused today', async () => {
  const { app, client } = await open();
  const id = await trained({ app, client });
  const { config } = await client.runs.get({ id }).then(({ run }) => run);
  const refused = { ...config, training: { ...config.training, classWeights: 'balanced' as const } };
  const database = new Database(app.workspace.database);
  database.prepare('UPDATE runs SET config = ? WHERE id = ?').run(JSON.stringify(refused), id);
  database.close();
  await expect(client.runs.create({ config: refused, name: null, tags: [] })).rejects.toThrow('Class weights are for');
  expect((await client.runs.list()).map((run) => run.config.training.classWeights)).toEqual(['balanced']);
});

test('carries the whole path: import, train, list, generate, export', async () => {
  const { app, client } = await open();
  const imported: ImportEvent[] = [];
  const source = { type: 'text', text: 'some text', name: 'pasted' } as const;
  for await (const event of await client.corpora.import({ source, encoding: null, name: null })) imported.push(event);
  expect(imported.at(-1)).toMatchObject({ type: 'done', corpus: { name: 'pasted' } });
  expect(await client.corpora.list()).toHaveLength(2);

  const id = await trained({ app, client });
  expect(await client.runs.list()).toMatchObject([{ id, status: 'finished' }]);
  expect((await client.runs.get({ id })).steps.step).toHaveLength(25);

  const generated: GenerateEvent[] = [];
  for await (const event of await client.runs.generate({ id, options: generation })) generated.push(event);
  expect(generated.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe('xxxxx');
  expect(generated[0]).toEqual({ type: 'unknown', characters: ['é'] });
  expect(generated.at(-1)).toEqual({ type: 'done', tokensPerSecond: 100 });

  const path = join(temporaryFolder(), 'model.safetensors');
  const exported = await client.runs.export({ ids: [id], format: 'safetensors', path });
  expect(exported).toMatchObject({
    path,
    ticket: null,
    fileName: 'a- run-1.safetensors',
    bytes: readFileSync(path).length,
  });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    format: 'safetensors',
    provenance: { name: 'a: run/1', corpusName: 'a text' },
  });
});

test('an export without a path waits for one download', async () => {
  const { app, client } = await open();
  const id = await trained({ app, client });
  const { ticket, path, fileName } = await client.runs.export({ ids: [id], format: 'safetensors', path: null });
  expect(path).toBeNull();
  const download = app.downloads.take(ticket!);
  expect(download?.fileName).toBe(fileName);
  expect(existsSync(download!.path)).toBe(true);
  expect(app.downloads.take(ticket!)).toBeNull();
});

test('tells what changes, until the watcher leaves', async () => {
  const { app, client } = await open();
  const changes = await client.app.watch();
  const first = changes.next();
  await client.corpora.rename({ id: app.corpus.id, name: 'renamed' });
  expect(await first).toMatchObject({
    value: { type: 'corpus', corpus: { name: 'renamed' } } satisfies Partial<Change> | object,
  });
  const waiting = changes.next();
  await changes.return?.();
  expect(await waiting).toMatchObject({ done: true });
});

test('a plan is given at once, with the measured part when asked again', async () => {
  const { app, client } = await open();
  const { tokenizer, architecture } = configFor(app.corpus);
  const request = {
    corpus: app.corpus.id,
    tokenizer,
    architecture,
    batch: 2,
    steps: 4,
    valid: 0.1,
    test: 0,
    device: 'auto',
    threads: null,
  };
  const first = await client.runs.plan(request);
  expect(first).toMatchObject({
    vocabularyExact: false,
    trainTokens: 900,
    validTokens: 100,
    testTokens: 0,
    secondsPerStep: null,
    device: 'reference',
    problems: [],
  });
  expect(first.firstTokens.slice(0, 5)).toEqual(['t', 'h', 'e', '␣', 'q']);
  expect(first.stepsPerEpoch).toBe(Math.ceil(Math.floor(899 / 2) / 4));
  expect((await client.runs.plan(request)).secondsPerStep).toBe(0.25);
  const random = await client.runs.plan({ ...request, partition: 'random', optimizer: { kind: 'sgd' } });
  expect(random.stepsPerEpoch).toBe(Math.floor(Math.floor((900 - 4) / 4) / 2));
  expect(random.memoryBytes).toBeLessThan(first.memoryBytes); // no moments beside the parameters
  const crowded = await client.runs.plan({ ...request, batch: 100 });
  expect(crowded.problems).toEqual([
    expect.stringMatching(/^The validation part has 100 tokens, but one batch .* needs 401 tokens: /),
  ]);
});

describe('what cannot be done is a declared error with its sentence:', () => {
  test('input that the contract refuses', async () => {
    const { app, client } = await open();
    const config = configFor(app.corpus);
    const error = await errorOf(
      client.runs.create({ config: { ...config, training: { ...config.training, batch: 0 } }, name: null, tags: [] }),
    );
    expect(error).toMatchObject({ defined: true, code: 'BAD_INPUT' });
    expect(error.message).toMatch(/^"config\.training\.batch" is not valid: too small: expected number to be >=1\.$/);
  });

  test('settings that contradict each other, in our own words', async () => {
    const { app, client } = await open();
    const config = configFor(app.corpus);
    const architecture = { ...config.architecture, tie: true };
    const error = await errorOf(client.runs.create({ config: { ...config, architecture }, name: null, tags: [] }));
    expect(error).toMatchObject({
      defined: true,
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^Tying uses one matrix/),
    });
  });

  test('a setting that does not exist', async () => {
    const { app, client } = await open();
    const config = { ...configFor(app.corpus), learning: 1 };
    const error = await errorOf(client.runs.create({ config, name: null, tags: [] }));
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: '"config" is not valid: unrecognized key: "learning".' });
  });

  test('what is not there', async () => {
    const { client } = await open();
    expect(await errorOf(client.runs.get({ id: 'nothing' }))).toMatchObject({ defined: true, code: 'NOT_FOUND' });
  });

  test('what the state does not allow', async () => {
    const { app, client } = await open();
    const id = await trained({ app, client });
    expect(await errorOf(client.runs.pause({ id }))).toMatchObject({ defined: true, code: 'CONFLICT' });
  });

  test('also when it comes in the middle of a stream', async () => {
    const { app, client } = await open();
    const text = await client.corpora.import({
      source: { type: 'text', text: '', name: 'x' },
      encoding: null,
      name: null,
    });
    expect(await errorOf(text.next())).toMatchObject({
      defined: true,
      code: 'BAD_INPUT',
      message: 'The file is empty.',
    });

    setFaults({ endless: true });
    const { id } = await client.runs.create({ config: configFor(app.corpus), name: 'fresh', tags: [] });
    const generated = await client.runs.generate({ id, options: generation });
    expect(await errorOf(generated.next())).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/^"fresh" has no checkpoint yet\./),
    });
  });

  test('an export to where no file can be', async () => {
    const { app, client } = await open();
    const id = await trained({ app, client });
    const to = (path: string) => errorOf(client.runs.export({ ids: [id], format: 'safetensors', path }));
    expect((await to('model.safetensors')).message).toMatch(/not a full path/);
    expect((await to(join(temporaryFolder(), 'none', 'model.safetensors'))).message).toMatch(
      /^There is no folder .*none\./,
    );
  });
});

test('a fault of ours is not dressed up as the person’s', async () => {
  const { app, client } = await open();
  await app.close();
  const error = await client.runs.list().then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
});
