/** Runs on data of examples, from the file to the answer, in real engine processes. */
import { createRouterClient } from '@orpc/server';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunDetail } from '../../../src/api/types.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { exampleConfig, pairs, seriesText, tableText, taggedText } from './examples.ts';
import { importText, openTestApp, Watcher, type TestApp } from './harness.ts';

const minute = { timeout: 60_000 };

async function open() {
  const app = await openTestApp({ engine: 'real' });
  return { app, client: createRouterClient(app.router), watcher: new Watcher(app) };
}

async function train(app: TestApp, watcher: Watcher, config: RunConfig): Promise<RunDetail> {
  const { id } = await createRouterClient(app.router).runs.create({ config, name: null, tags: [] });
  const { status, message } = await watcher.status(id, ['finished', 'failed', 'interrupted']);
  expect(message).toBeNull();
  expect(status).toBe('finished');
  return createRouterClient(app.router).runs.get({ id });
}

test('a tagging run records its figures, and tags what it is given', minute, async () => {
  const { app, client, watcher } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const { run, evals, samples } = await train(app, watcher, exampleConfig('tagging', corpus));

  expect(run).toMatchObject({ name: 'bidirectional lstm 1×8 on sentences', charactersPerToken: null, bestStep: 12 });
  expect(run.vocabularySize).toBe(1 + 7 + 5); // <unk>, dogs, runs
  const valid = evals.filter(({ split }) => split === 'valid');
  expect(valid.map(({ step }) => step)).toEqual([6, 12]);
  expect(valid.map(({ metrics }) => metrics?.kind ?? null)).toEqual([null, 'tagging']);
  expect(run.validFigures).toEqual(valid[1]!.figures);
  expect(run.bestFigures).toEqual(valid[1]!.figures);
  expect(run.testFigures).toEqual(evals.find(({ split }) => split === 'test')!.figures);
  expect(Object.keys(run.testFigures!)).toContain('tokenAccuracy');
  expect(samples.at(-1)?.detail?.kind).toBe('answers');

  expect(await client.runs.predict({ id: run.id, input: { kind: 'text', text: 'dog1 runs1 here' } })).toMatchObject({
    kind: 'tags',
    tokens: [
      { token: 'dog1', known: true },
      { token: 'runs1', known: true },
      { token: 'here', known: false },
    ],
  });
  const asked = await client.runs.modelInput({ id: run.id });
  expect(asked).toMatchObject({ labels: ['NOUN', 'VERB'], inputColumns: [], window: 0, rows: [] });
  expect(asked.texts).toHaveLength(5);
  const wrong = client.runs.predict({ id: run.id, input: { kind: 'rows', rows: [[1]] } });
  await expect(wrong).rejects.toMatchObject({ code: 'BAD_INPUT', message: /reads a text/ });
});

test('a translation of line-aligned files with files of their own for validation', minute, async () => {
  const { app, client, watcher } = await open();
  const lines = (side: 'source' | 'target', from: number, to: number) =>
    pairs
      .slice(from, to)
      .map((pair) => pair[side])
      .join('\n');
  const corpus = await importText(app, lines('source', 0, 45), 'sources');
  const target = await importText(app, lines('target', 0, 45), 'targets');
  const valid = await importText(app, lines('source', 45, 60), 'valid sources');
  const validTarget = await importText(app, lines('target', 45, 60), 'valid targets');
  const config = exampleConfig('translation', corpus, {
    data: { targetCorpus: target.id, validTargetCorpus: validTarget.id },
    rest: { validCorpus: valid.id },
  });
  const { run } = await train(app, watcher, config);
  expect(run.config.split).toEqual({ valid: 0, test: 0.2 });
  expect(run.bestFigures).toHaveProperty('bleu');
  const translate = { width: 3, best: 2, maxLength: 10 };
  const answer = await client.runs.predict({ id: run.id, input: { kind: 'text', text: 'a b', translate } });
  expect(answer).toMatchObject({ kind: 'translations', translations: [{}, {}] });
  const sources = new Set(pairs.slice(45).map(({ source }) => source));
  const { texts } = await client.runs.modelInput({ id: run.id });
  expect(texts.every((text) => sources.has(text))).toBe(true);

  await client.corpora.remove({ ids: [validTarget.id] });
  const again = client.runs.create({ config, name: null, tags: [] });
  await expect(again).rejects.toThrow(/The corpus of the validation targets cannot be used/);
});

test('a forecast, with the last rows to begin with', minute, async () => {
  const { app, client, watcher } = await open();
  const corpus = await importText(app, seriesText, 'waves');
  const config = exampleConfig('forecasting', corpus, { architecture: { horizon: 3 } });
  const { run, samples } = await train(app, watcher, config);
  expect(run).toMatchObject({ vocabularySize: null, unknownRate: null });
  expect(run.testFigures).toHaveProperty('rmseToNaive');
  expect(samples.at(-1)?.detail).toMatchObject({ kind: 'forecast', columns: ['wave'] });
  const asked = await client.runs.modelInput({ id: run.id });
  const lastRows = Array.from({ length: 8 }, (_, i) => [Number(Math.sin((192 + i) / 5).toFixed(6))]);
  expect(asked).toEqual({
    ...{ labels: null, inputColumns: ['wave'], targetColumns: ['wave'], window: 8, horizon: 3, texts: [] },
    rows: lastRows,
  });
  const forecast = await client.runs.predict({ id: run.id, input: { kind: 'rows', rows: asked.rows } });
  expect(forecast).toMatchObject({ kind: 'forecast', steps: [[expect.any(Number)], {}, {}] });
});

test('what a label was learned to mean stays known when text and prepared data are gone', minute, async () => {
  const { app, client, watcher } = await open();
  const corpus = await importText(app, tableText, 'reviews');
  const { run } = await train(app, watcher, exampleConfig('conditional-generation', corpus));
  const input = { labels: ['no', 'yes'], texts: [], rows: [] };
  expect(await client.runs.modelInput({ id: run.id })).toMatchObject(input);
  await rm(join(app.folder, 'tokens'), { recursive: true });
  await rm(join(app.folder, 'corpora', `${corpus.sha256}.txt`));
  expect(await client.runs.modelInput({ id: run.id })).toMatchObject(input);
  const ask = { kind: 'label' as const, label: 'yes', generate: { count: 2, length: 5 } };
  expect(await client.runs.predict({ id: run.id, input: ask })).toMatchObject({ kind: 'generated', samples: [{}, {}] });
});

test('killed and resumed, a run ends with the bits of one that was not', minute, async () => {
  const { app, client, watcher } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const config = exampleConfig('tagging', corpus, { training: { maxSteps: 120, evalEvery: 20 } });
  const whole = await train(app, watcher, config);

  const { id } = await client.runs.create({ config, name: null, tags: [] });
  await watcher.find((one) => one.type === 'eval' && one.id === id && one.eval.step === 60);
  app.channels.forEach((channel) => channel.kill());
  await watcher.status(id, 'interrupted');
  const since = watcher.changes.length;
  await client.runs.resume({ id });
  await watcher.status(id, 'finished', since);
  const resumed = await client.runs.get({ id });
  const withoutTime = ({ elapsed: _, ...rest }: RunDetail['evals'][number]) => rest;
  expect(resumed.evals.map(withoutTime)).toEqual(whole.evals.map(withoutTime));
  expect(resumed.samples).toEqual(whole.samples);
  expect(resumed.steps.loss).toEqual(whole.steps.loss);
  const { bestFigures, testFigures, validFigures } = whole.run;
  expect(resumed.run).toMatchObject({ bestFigures, testFigures, validFigures });
});

test('a run on data with problems fails with the line that has one', minute, async () => {
  const { app, client, watcher } = await open();
  const corpus = await importText(app, `${tableText}\nno label here`, 'reviews');
  const { id } = await client.runs.create({ config: exampleConfig('classification', corpus), name: null, tags: [] });
  const { message } = await watcher.status(id, 'failed');
  expect(message).toMatch(/^The data have 1 bad row\. Line 62: /);
  const skipping = exampleConfig('classification', corpus, { data: { skipBadRows: true } });
  await train(app, watcher, skipping);
});

test('a workspace that was moved finds its prepared data again', minute, async () => {
  const { app, watcher } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const config = exampleConfig('tagging', corpus);
  await train(app, watcher, config);
  await app.close();
  const moved = `${app.folder}-moved`;
  await rename(app.folder, moved);

  const there = await openTestApp({ folder: moved, engine: 'real' });
  const watching = new Watcher(there);
  // Were it prepared again, the missing text would stop it.
  await writeFile(join(moved, 'corpora', `${corpus.sha256}.txt`), 'x'.repeat(corpus.bytes));
  await train(there, watching, config);
});
