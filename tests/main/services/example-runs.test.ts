/** What is recorded of runs on examples, and what they need. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/api/types.ts';
import { checkpointFileName } from '../../../src/engine/training/checkpoint-files.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { configFor } from './app-options.ts';
import { exampleConfig, pairs, pairsText, tableText } from './examples.ts';
import { importText, openTestApp, setFaults, Watcher, type TestApp } from './harness.ts';

const create = (app: TestApp, config: RunConfig): Promise<Run> =>
  app.services.runs.create({ config, name: null, tags: [] });
const refusalOf = (app: TestApp, config: RunConfig): Promise<string> =>
  create(app, config).then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );
const long = { maxSteps: 25, evalEvery: 10 };

describe('the figures of evaluations', () => {
  test('are in the row of the run: the last, the best and those of a test', async () => {
    const app = await openTestApp();
    const corpus = await importText(app, tableText, 'reviews');
    const watcher = new Watcher(app);
    const { id } = await create(app, exampleConfig('classification', corpus, { training: long }));
    const run = await watcher.status(id, 'finished');
    const figures = { accuracy: 20 / 30 };
    expect(run).toMatchObject({ validFigures: figures, bestFigures: figures, bestStep: 20, testFigures: null });
    expect(app.services.runs.get(id).evals).toMatchObject([
      { step: 10, figures: { accuracy: 10 / 20 }, metrics: null },
      { step: 20, figures, metrics: { kind: 'classification', accuracy: 20 / 30 } },
    ]);
  });

  test('go back with a run that goes back, to everything that was measured then', async () => {
    const app = await openTestApp({ faults: { exitAfter: 23 } });
    const corpus = await importText(app, tableText, 'reviews');
    const watcher = new Watcher(app);
    const { id } = await create(app, exampleConfig('classification', corpus, { training: long }));
    await watcher.status(id, 'interrupted');
    rmSync(join(app.workspace.runs, id, checkpointFileName(20)));
    setFaults({ holdAfter: 12 });
    const since = watcher.changes.length;
    await app.services.runs.resume(id);
    await watcher.step(id, 12, since);
    const { run, evals } = app.services.runs.get(id);
    const figures = { accuracy: 10 / 20 };
    expect(run).toMatchObject({ validFigures: figures, bestFigures: figures, bestStep: 10 });
    expect(evals).toMatchObject([{ step: 10, figures, metrics: { kind: 'classification', accuracy: 10 / 20 } }]);
    await app.services.runs.stop(id);
  });

  test('that never reached the database come from the checkpoint', async () => {
    const app = await openTestApp({ faults: { holdAfter: 12 } });
    const corpus = await importText(app, tableText, 'reviews');
    const watcher = new Watcher(app);
    const { id } = await create(app, exampleConfig('classification', corpus, { training: long }));
    await watcher.step(id, 12);
    await app.close();
    rmSync(join(app.workspace.runs, id, checkpointFileName(12)));
    const database = new Database(app.workspace.database);
    database.exec(`
      DELETE FROM evals;
      UPDATE runs SET status = 'running', best_step = NULL, best_loss = NULL, best_figures = NULL, valid_figures = NULL`);
    database.close();

    const again = await openTestApp({ folder: app.folder });
    const figures = { accuracy: 10 / 20 };
    expect(again.services.runs.get(id)).toMatchObject({
      run: { status: 'interrupted', validFigures: figures, bestFigures: figures, bestStep: 10 },
      evals: [{ step: 10, figures, metrics: { kind: 'classification' } }],
    });
  });
});

describe('the texts of a run', () => {
  async function aligned() {
    const app = await openTestApp();
    const side = (name: 'source' | 'target') => pairs.map((pair) => pair[name]).join('\n');
    const corpus = await importText(app, side('source'), 'sources');
    const target = await importText(app, side('target'), 'targets');
    return { app, corpus, target, watcher: new Watcher(app) };
  }

  test('are kept while it is, though their corpora are deleted, and go with it', async () => {
    const { app, corpus, target, watcher } = await aligned();
    const { id } = await create(app, exampleConfig('translation', corpus, { data: { targetCorpus: target.id } }));
    await watcher.status(id, 'finished');
    app.services.corpora.remove([corpus.id, target.id]);
    await app.close();

    const later = await openTestApp({ folder: app.folder });
    const file = join(later.workspace.corpora, `${target.sha256}.txt`);
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(later.workspace.tokens)).toHaveLength(1);
    later.services.runs.remove([id]);
    await later.close();

    const atLast = await openTestApp({ folder: app.folder });
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(atLast.workspace.tokens)).toEqual([]);
  });

  test('are all needed to go on', async () => {
    const { app, corpus, target, watcher } = await aligned();
    setFaults({ holdAfter: 3 });
    const { id } = await create(app, exampleConfig('translation', corpus, { data: { targetCorpus: target.id } }));
    await watcher.step(id, 3);
    await app.services.runs.stop(id);
    rmSync(join(app.workspace.corpora, `${target.sha256}.txt`));
    await expect(app.services.runs.resume(id)).rejects.toThrow(/is not in the workspace any more/);
  });

  test.each([
    ['sources without targets', { targetCorpus: 'target' }, 'valid', /^The validation corpus has the sources only/],
    ['targets without sources', { validTargetCorpus: 'target' }, null, /^There are validation targets but no/],
    ['targets twice', { validTargetCorpus: 'target' }, 'valid', /^The targets are a column of the corpus/],
  ])('do not go together: %s', async (_what, data, validCorpus, message) => {
    const { app, target } = await aligned();
    const corpus = await importText(app, pairsText, 'pairs');
    const named = Object.fromEntries(Object.keys(data).map((key) => [key, target.id]));
    const rest = { validCorpus: validCorpus && corpus.id };
    expect(await refusalOf(app, exampleConfig('translation', corpus, { data: named, rest }))).toMatch(message);
  });
});

test('early stopping needs a validation part of examples too', async () => {
  const app = await openTestApp();
  const corpus = await importText(app, tableText, 'reviews');
  const config = exampleConfig('classification', corpus, {
    training: { earlyStopping: 2 },
    rest: { split: { valid: 0, test: 0.2 } },
  });
  expect(await refusalOf(app, config)).toMatch(/^Early stopping needs validation: keep a part of the data for it/);
});

test('a fold and a corpus cannot both be the test part', async () => {
  const app = await openTestApp();
  const corpus = await importText(app, tableText, 'reviews');
  const config = exampleConfig('classification', corpus, {
    data: { folds: { count: 5, index: 1 } },
    rest: { testCorpus: corpus.id },
  });
  expect(await refusalOf(app, config)).toMatch(/^Cross-validation makes one fold the test part/);
});

test('a language model is not asked for predictions', async () => {
  const app = await openTestApp();
  const { id } = await create(app, configFor(app.corpus));
  const asking = app.services.predict.predict(id, { kind: 'text', text: 'x' });
  await expect(asking).rejects.toMatchObject({ code: 'BAD_INPUT', message: /generate with it instead/ });
});
