/** Models over HTTP: a real app with trained runs, a real server, and fetch. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createHttpApi, describeApi } from '../../../../src/main/hosts/serve/http-api.ts';
import { startServer } from '../../../../src/main/hosts/serve/server.ts';
import type { Run } from '../../../../src/api/types.ts';
import { exampleConfig, tableText } from '../../services/examples.ts';
import { importText, openTestApp, startRun, type TestApp, Watcher } from '../../services/harness.ts';
import { temporaryFolder } from '../../temporary.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Served {
  readonly app: TestApp;
  readonly watcher: Watcher;
  readonly errors: unknown[];
  ask(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

async function serveModels(): Promise<Served> {
  const app = await openTestApp({ engine: 'real' });
  const errors: unknown[] = [];
  const pages = join(temporaryFolder(), 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<!doctype html>');
  const server = await startServer({
    router: app.router,
    pages,
    newUpload: () => app.uploads.create(),
    takeDownload: (ticket) => app.downloads.take(ticket),
    api: createHttpApi(app.router, '1.2.3', (error) => errors.push(error)),
    port: 0,
    reportError: (error) => errors.push(error),
  });
  onTestFinished(() => server.close());
  return {
    app,
    watcher: new Watcher(app),
    errors,
    ask: (path, body, headers = { authorization: `Bearer ${server.token}` }) =>
      fetch(`http://127.0.0.1:${server.port}/api/v1${path}`, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      }),
  };
}

async function trainedOnText({ app, watcher }: Served): Promise<Run> {
  const { id } = await startRun(app, { training: { maxSteps: 4, evalEvery: 2 } });
  return watcher.status(id, 'finished');
}

describe('models over HTTP', () => {
  test('are listed, and write text that is the same for the same seed', async () => {
    const served = await serveModels();
    const run = await trainedOnText(served);
    const models = await (await served.ask('/models')).json();
    expect(models).toMatchObject([{ id: run.id, task: 'language-model', step: 4, loss: run.bestLoss }]);
    expect(models[0].perplexity).toBeCloseTo(Math.exp(run.bestLoss!), 10);

    const call = { prompt: 'the', length: 20, seed: 5, temperature: 1 };
    const first = await (await served.ask(`/models/${run.id}/generate`, call)).json();
    const again = await (await served.ask('/models/latest/generate', call)).json();
    expect([...first.text]).toHaveLength(20);
    expect(again).toMatchObject({ text: first.text, seed: 5, unknown: [] });

    const stream = await served.ask(`/models/${run.id}/generate/stream`, call);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const events = (await stream.text())
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice('data: '.length)));
    expect(events[0]).toEqual({ type: 'seed', seed: 5 });
    expect(events.at(-1)).toMatchObject({ type: 'done' });
    const text = events.filter((event) => event.type === 'text').map((event) => event.text);
    expect(text.join('')).toBe(first.text);
    expect(served.errors).toEqual([]);
  });

  test('answer with what the app answers', async () => {
    const served = await serveModels();
    const { app, watcher } = served;
    const corpus = await importText(app, tableText, 'reviews.csv');
    const { id } = await app.services.runs.create({
      config: exampleConfig('classification', corpus),
      name: 'reviews',
      tags: [],
    });
    await watcher.status(id, 'finished');
    const input = { kind: 'text' as const, text: 'good film' };
    const answer = await (await served.ask('/models/reviews/predict', { input })).json();
    expect(answer).toEqual(JSON.parse(JSON.stringify(await app.services.predict.predict(id, input))));
    expect(await (await served.ask('/models/reviews')).json()).toMatchObject({ labels: ['no', 'yes'] });
  });

  test('refuse with a status and a sentence', async () => {
    const served = await serveModels();
    const run = await trainedOnText(served);
    const refused = async (answer: Response) => [answer.status, (await answer.json()).message];
    expect(await refused(await served.ask('/models/nothing'))).toEqual([
      404,
      expect.stringContaining('There is no run "nothing"'),
    ]);
    expect(await refused(await served.ask(`/models/${run.id}/generate`, { length: -1 }))).toEqual([
      400,
      expect.stringContaining('length'),
    ]);
    expect(
      await refused(await served.ask(`/models/${run.id}/predict`, { input: { kind: 'text', text: 'a' } })),
    ).toEqual([400, expect.stringContaining('is a language model')]);
    const { id } = await startRun(served.app, { training: { maxSteps: 100_000, evalEvery: 100_000 } });
    expect(await refused(await served.ask(`/models/${id}/generate`, {}))).toEqual([
      409,
      expect.stringContaining('has no checkpoint yet'),
    ]);
    expect((await served.ask('/models/x/unheard-of')).status).toBe(404);
    const large = { prompt: 'x'.repeat(17 * 2 ** 20) };
    expect((await served.ask(`/models/${run.id}/generate`, large)).status).toBe(413);
    expect(served.errors).toEqual([]);
  });

  test('answer nobody without the token', async () => {
    const served = await serveModels();
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic dTpw' }]) {
      const answer = await served.ask('/models', undefined, headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('are described in OpenAPI, every call with its input and output', async () => {
    const served = await serveModels();
    const description = await (await served.ask('/openapi.json')).json();
    expect(description).toEqual(JSON.parse(JSON.stringify(await describeApi('1.2.3'))));
    expect(Object.keys(description.paths)).toEqual([
      '/v1/models',
      '/v1/models/{model}',
      '/v1/models/{model}/generate',
      '/v1/models/{model}/generate/stream',
      '/v1/models/{model}/predict',
    ]);
    const stream = description.paths['/v1/models/{model}/generate/stream'].post;
    expect(stream.responses[200].content).toHaveProperty('text/event-stream');
    const predict = description.paths['/v1/models/{model}/predict'].post;
    const answers = predict.responses[200].content['application/json'].schema;
    expect((answers.anyOf ?? answers.oneOf).length).toBe(10);
    expect(predict.responses).toHaveProperty('400');
  });
});
