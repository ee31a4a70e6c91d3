import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/api/types.ts';
import { configFor, type ConfigChanges } from './app-options.ts';
import { importText, openTestApp, refusal, setFaults, startRun, Watcher, type TestApp } from './harness.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const stepsOf = (app: TestApp, id: string) => app.services.runs.get(id).steps.step;

describe('a run', () => {
  test('is queued, prepared, trained and finished, and everything is kept', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const { corpus } = app;
    const created = await app.services.runs.create({ config: configFor(corpus), name: null, tags: ['b', 'a'] });
    expect(created).toMatchObject({ name: 'lstm 2×8 on a text', tags: ['a', 'b'], appVersion: '1.2.3', color: 0 });

    const finished = await watcher.status(created.id, 'finished');
    expect(watcher.statusesOf(created.id)).toEqual(['queued', 'preparing', 'running', 'finished']);
    expect(finished).toMatchObject({
      message: null,
      step: 25,
      trainLoss: 1 / 25,
      validLoss: 2 / 20,
      bestStep: 20,
      bestLoss: 2 / 20,
      checkpointStep: 25,
      device: 'reference',
      parameters: 5,
      memoryBytes: 6,
      vocabularySize: 10,
      stepsPerEpoch: 100,
      totalSteps: 25,
      corpusHash: corpus.sha256,
      secondsLeft: null,
    });

    const { run, steps, evals, samples } = app.services.runs.get(created.id);
    expect(run).toEqual(finished);
    expect(steps.step).toEqual(upTo(25));
    expect(evals.map(({ step, split, loss }) => ({ step, split, loss }))).toEqual([
      { step: 10, split: 'valid', loss: 2 / 10 },
      { step: 20, split: 'valid', loss: 2 / 20 },
    ]);
    expect(samples).toEqual([
      { step: 10, text: 'sample 10', detail: null },
      { step: 20, text: 'sample 20', detail: null },
    ]);
  });

  test('tells watchers every step and every evaluation once', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.status(id, 'finished');
    expect(watcher.changes.flatMap((one) => (one.type === 'steps' ? one.steps.step : []))).toEqual(upTo(25));
    expect(watcher.changes.flatMap((one) => (one.type === 'eval' ? [one.eval.step] : []))).toEqual([10, 20]);
  });

  test('tokenises a text once for runs that cut it the same way', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const { corpus } = app;
    for (const split of [0.1, 0.1, 0.2]) {
      const config = configFor(corpus, { split: { valid: split, test: 0 } });
      const { id } = await app.services.runs.create({ config, name: null, tags: [] });
      await watcher.status(id, 'finished');
    }
    expect(readdirSync(app.workspace.tokens)).toHaveLength(2);
  });

  test('can be renamed, noted, tagged and archived', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.status(id, 'finished');
    app.services.runs.update(id, { name: 'better', notes: 'it **works**', tags: ['x', 'x', 'a'] });
    app.services.runs.archive([id], true);
    expect(app.services.runs.get(id).run).toMatchObject({
      name: 'better',
      notes: 'it **works**',
      tags: ['a', 'x'],
      archived: true,
    });
    app.services.runs.update(id, { tags: [] });
    expect(app.services.runs.get(id).run).toMatchObject({ name: 'better', tags: [] });
  });
});

describe('while it trains, a run', () => {
  test('lets others wait in line', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const first = await startRun(app);
    await watcher.step(first.id, 5);
    const second = await startRun(app);
    const third = await startRun(app);
    expect(app.services.runs.list().map(({ status }) => status)).toEqual(['queued', 'queued', 'running']);

    await app.services.runs.stop(third.id);
    setFaults({});
    await app.services.runs.stop(first.id);
    await watcher.status(second.id, 'finished');
    expect(app.services.runs.list().map(({ status }) => status)).toEqual(['stopped', 'finished', 'stopped']);
  });

  test('can be paused, stands still, and goes on', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 5);
    await app.services.runs.pause(id);
    expect(app.services.runs.get(id).run).toMatchObject({ status: 'paused', step: 5, checkpointStep: 5 });
    await app.services.runs.pause(id); // twice is as good as once
    await app.services.runs.resume(id);
    expect(app.services.runs.get(id).run.status).toBe('running');
    await app.services.runs.stop(id);
  });

  test('can be stopped, is checkpointed there, and resumes there', async () => {
    const app = await openTestApp({ faults: { holdAfter: 15 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 15);
    await app.services.runs.stop(id);
    expect(app.services.runs.get(id).run).toMatchObject({
      status: 'stopped',
      step: 15,
      checkpointStep: 15,
      message: null,
    });

    setFaults({});
    await app.services.runs.resume(id);
    const finished = await watcher.status(id, 'finished');
    expect(finished).toMatchObject({ step: 25, checkpointStep: 25 });
    expect(stepsOf(app, id)).toEqual(upTo(25));
    expect(watcher.changes.flatMap((one) => (one.type === 'steps' ? one.steps.step : []))).toEqual(upTo(25));
  });

  test('can be stopped while its text is prepared', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    setFaults({ endless: true });
    const watcher = new Watcher(app);
    const { id } = await app.services.runs.create({ config: configFor(corpus), name: null, tags: [] });
    const preparing = await watcher.find(
      (one) => one.type === 'run' && one.run.id === id && one.run.message === 'Splitting into tokens: 50 %',
    );
    expect(preparing).toMatchObject({ run: { status: 'preparing' } });
    await app.services.runs.stop(id);
    expect(app.services.runs.get(id).run).toMatchObject({ status: 'stopped', message: null });
    expect(readdirSync(app.workspace.tokens)).toEqual([]);
    expect(readdirSync(app.workspace.uploads)).toEqual([]);
  });
});

describe('when the engine process ends in the middle, a run', () => {
  test('is interrupted with a sentence, and resumes from its checkpoint: what came after did not happen', async () => {
    const app = await openTestApp({ faults: { exitAfter: 15 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    const interrupted = await watcher.status(id, 'interrupted');
    expect(interrupted.message).toBe(
      'The engine process ended unexpectedly (exit code 7). Resume goes on from the checkpoint of step 10.',
    );
    expect(interrupted).toMatchObject({ step: 15, checkpointStep: 10 });
    expect(
      app.services.runs
        .get(id)
        .log.map(({ message }) => message)
        .join('\n'),
    ).toContain('a last word');

    setFaults({ holdAfter: 12 });
    const before = watcher.changes.length;
    await app.services.runs.resume(id);
    const rewound = await watcher.find((one) => one.type === 'rewound');
    expect(rewound).toMatchObject({ id, step: 10 });
    await watcher.step(id, 12, before);
    await app.services.runs.stop(id);
    const { run, steps, evals, samples } = app.services.runs.get(id);
    expect(run).toMatchObject({ status: 'stopped', step: 12, validLoss: 2 / 10, bestStep: 10 });
    expect(steps.step).toEqual(upTo(12));
    expect(evals.map(({ step }) => step)).toEqual([10]);
    expect(samples.map(({ step }) => step)).toEqual([10]);
  });

  test('starts over where there is no checkpoint', async () => {
    const app = await openTestApp({ faults: { exitAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    const interrupted = await watcher.status(id, 'interrupted');
    expect(interrupted.message).toMatch(/There is no checkpoint yet: Resume starts over\.$/);
    setFaults({});
    await app.services.runs.resume(id);
    await watcher.status(id, 'finished');
    expect(await watcher.find((one) => one.type === 'rewound')).toMatchObject({ step: 0 });
    expect(stepsOf(app, id)).toEqual(upTo(25));
  });

  test('says so when it was killed', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 5);
    app.channels.at(-1)!.kill();
    expect((await watcher.status(id, 'interrupted')).message).toMatch(/^The engine process was killed \(SIGKILL\)/);
  });

  test('does not hold up the next in line', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const first = await startRun(app);
    await watcher.step(first.id, 5);
    const training = app.channels.at(-1)!;
    const second = await startRun(app);
    setFaults({});
    training.kill();
    await watcher.status(second.id, 'finished');
    expect(app.services.runs.get(first.id).run.status).toBe('interrupted');
  });
});

test('a loss that is no number fails the run, and the last good checkpoint stays', async () => {
  const app = await openTestApp({ faults: { divergeAt: 13 } });
  const watcher = new Watcher(app);
  const { id } = await startRun(app);
  const failed = await watcher.status(id, 'failed');
  expect(failed).toMatchObject({ message: 'The loss is not a number at step 13.', step: 12, checkpointStep: 10 });
  expect(existsSync(join(app.workspace.runs, id, 'step-000000010.safetensors'))).toBe(true);
});

test('a run of which nothing can be recorded any more ends as interrupted, and resumes once that is mended', async () => {
  const app = await openTestApp({ faults: { holdAfter: 12 } });
  const watcher = new Watcher(app);
  const database = new Database(app.workspace.database);
  database.exec("CREATE TRIGGER refuse BEFORE INSERT ON metrics BEGIN SELECT RAISE(ABORT, 'no room'); END");
  const { id } = await startRun(app);
  const interrupted = await watcher.status(id, 'interrupted');
  expect(interrupted.message).toMatch(/^Nothing can be recorded any more: no room\. Resume goes on/);
  expect(app.services.runs.list()[0]).toMatchObject({ id, status: 'interrupted' });

  database.exec('DROP TRIGGER refuse');
  database.close();
  setFaults({});
  await app.services.runs.resume(id);
  await watcher.status(id, 'finished');
  expect(stepsOf(app, id)).toEqual(upTo(25));
});

test('tokens that were cut off on the disk are made again', async () => {
  const app = await openTestApp();
  const watcher = new Watcher(app);
  await watcher.status((await startRun(app)).id, 'finished');
  const [key] = readdirSync(app.workspace.tokens);
  truncateSync(join(app.workspace.tokens, key!, 'tokens.bin'), 100);
  const again = await startRun(app);
  const prepared = await watcher.find(
    (one) => one.type === 'run' && one.run.id === again.id && one.run.message === 'Splitting into tokens: 50 %',
  );
  expect(prepared).toMatchObject({ run: { status: 'preparing' } });
  await watcher.status(again.id, 'finished');
});

describe('closing the app', () => {
  test('interrupts what trains, with a checkpoint, and what waits', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const first = await startRun(app);
    await watcher.step(first.id, 5);
    const second = await startRun(app);
    await app.close();

    const again = await openTestApp({ folder: app.folder });
    expect(again.services.runs.get(first.id).run).toMatchObject({ status: 'interrupted', step: 5, checkpointStep: 5 });
    expect(again.services.runs.get(first.id).run.message).toMatch(/Unroll was closed while it trained/);
    expect(again.services.runs.get(second.id).run).toMatchObject({ status: 'interrupted' });

    const rewatched = new Watcher(again);
    await again.services.runs.resume(first.id);
    await rewatched.status(first.id, 'finished');
    expect(stepsOf(again, first.id)).toEqual(upTo(25));
  });

  test('ends every engine process', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 5);
    const ended = new Promise((resolve) => app.channels.at(-1)!.onExit(resolve));
    await app.close();
    await ended;
  });
});

describe('deleting', () => {
  async function finishedRun(app: TestApp): Promise<Run> {
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    return watcher.status(id, 'finished');
  }

  test('can be undone', async () => {
    const app = await openTestApp();
    const run = await finishedRun(app);
    app.services.runs.remove([run.id]);
    expect(app.services.runs.list()).toEqual([]);
    expect(() => app.services.runs.get(run.id)).toThrow(/no longer exists/);
    app.services.runs.restore([run.id]);
    expect(app.services.runs.list()).toEqual([run]);
  });

  test('is for good at the next start, with checkpoints and tokens; the corpus and its text stay', async () => {
    const app = await openTestApp();
    const run = await finishedRun(app);
    app.services.runs.remove([run.id]);
    await app.close();
    expect(existsSync(join(app.workspace.runs, run.id))).toBe(true);

    const again = await openTestApp({ folder: app.folder });
    expect(() => again.services.runs.restore([run.id])).toThrow(/gone for good/);
    expect(readdirSync(again.workspace.runs)).toEqual([]);
    expect(readdirSync(again.workspace.tokens)).toEqual([]);
    expect(readdirSync(again.workspace.corpora)).toEqual([`${run.corpusHash}.txt`]);
  });

  test('takes folders along that no run has: what a death between the files and the database leaves', async () => {
    const app = await openTestApp();
    const run = await finishedRun(app);
    await app.close();
    const orphan = join(app.workspace.runs, '0f8fad5b-d9cb-469f-a165-70867728950e');
    const foreign = join(app.workspace.runs, 'my notes');
    for (const folder of [orphan, foreign]) mkdirSync(folder);
    writeFileSync(join(orphan, 'step-000000025.safetensors'), 'half');

    const reader = await openTestApp({ folder: app.folder, readOnly: true });
    expect(existsSync(orphan)).toBe(true);
    await reader.close();
    await openTestApp({ folder: app.folder });
    expect(readdirSync(app.workspace.runs).sort()).toEqual([run.id, 'my notes'].sort());
  });

  test('leaves tokens that another run uses', async () => {
    const app = await openTestApp();
    const run = await finishedRun(app);
    await finishedRun(app);
    app.services.runs.remove([run.id]);
    await app.close();
    const again = await openTestApp({ folder: app.folder });
    expect(readdirSync(again.workspace.tokens)).toHaveLength(1);
    expect(readdirSync(again.workspace.runs)).toHaveLength(1);
  });

  test('is refused while it trains', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 5);
    expect(() => app.services.runs.remove([id])).toThrow(/is training\. Stop it first/);
    await app.services.runs.stop(id);
  });

  test('takes one that waits out of the line', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const first = await startRun(app);
    await watcher.step(first.id, 5);
    const second = await startRun(app);
    app.services.runs.remove([second.id]);
    await app.services.runs.stop(first.id);
    app.services.runs.restore([second.id]);
    expect(app.services.runs.get(second.id).run.status).toBe('interrupted');
  });
});

describe('what cannot be run is refused with a sentence:', () => {
  test('parts too short for one batch, with the numbers', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    const config = configFor(corpus, { split: { valid: 0.1, test: 0.05 }, training: { batch: 10, steps: 20 } });
    const error = await refusal(app.services.runs.create({ config, name: null, tags: [] }));
    expect(error.code).toBe('BAD_INPUT');
    expect(error.message).toMatch(/^The validation part has 100 tokens, but one batch .* needs 201 tokens: /);
    expect(error.message).toMatch(/The test part has 50 tokens, but one batch .* needs 201 tokens: /);
    expect(app.services.runs.list()).toEqual([]);
  });

  test('a corpus that is gone, or whose file is', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    const create = (changes: ConfigChanges) =>
      app.services.runs.create({ config: configFor(corpus, changes), name: null, tags: [] });
    expect((await refusal(create({ validCorpus: 'nothing' }))).message).toMatch(
      /^The validation corpus cannot be used\. .*no longer exists/,
    );
    app.services.corpora.remove([corpus.id]);
    expect((await refusal(create({}))).message).toMatch(/^The corpus cannot be used\. .*no longer exists/);
  });

  test('settings that need a validation part where there is none', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    const config = configFor(corpus, {
      split: { valid: 0, test: 0 },
      training: { earlyStopping: 3, schedule: { kind: 'plateau', factor: 0.5, patience: 1 } },
    });
    const { message } = await refusal(app.services.runs.create({ config, name: null, tags: [] }));
    expect(message).toMatch(/Early stopping needs validation/);
    expect(message).toMatch(/"reduce on plateau" needs validation/);
  });

  test('devices that are not there, or cannot be used', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    const create = (device: string) =>
      app.services.runs.create({ config: configFor(corpus, { device }), name: null, tags: [] });
    expect((await refusal(create('abacus'))).message).toBe(
      'There is no device "abacus". Choose one of auto, reference.',
    );
    expect((await refusal(create('webgpu'))).message).toBe(
      'The device "webgpu" cannot be used here: There is no GPU. Choose one of auto, reference.',
    );
  });

  test('a configuration that contradicts itself', async () => {
    const app = await openTestApp();
    const { corpus } = app;
    const config = configFor(corpus);
    const contradiction = { ...config, architecture: { ...config.architecture, tie: true } };
    expect((await refusal(app.services.runs.create({ config: contradiction, name: null, tags: [] }))).message).toMatch(
      /^Tying uses one matrix/,
    );
  });
});

describe('what a state does not allow is a conflict:', () => {
  test('pausing, stopping or resuming what is finished', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.status(id, 'finished');
    const { runs } = app.services;
    for (const [act, message] of [
      [runs.pause(id), /only a run that is training can be paused/],
      [runs.stop(id), /nothing to stop/],
      [runs.resume(id), /nothing left to do.*Duplicate it/],
    ] as const) {
      const error = await refusal(act);
      expect(error.code).toBe('CONFLICT');
      expect(error.message).toMatch(message);
    }
  });

  test('a run that is not there is not found', async () => {
    const app = await openTestApp();
    expect((await refusal(app.services.runs.stop('nothing'))).code).toBe('NOT_FOUND');
  });
});

describe('reading only, beside the writer,', () => {
  test('shows runs as they are and changes nothing', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    const watcher = new Watcher(app);
    const { id } = await startRun(app);
    await watcher.step(id, 5);
    const reader = await openTestApp({ folder: app.folder, readOnly: true });
    expect(reader.services.runs.list().map(({ status }) => status)).toEqual(['running']);
    await expect(async () => reader.services.runs.archive([id], true)).rejects.toThrow(/opened for reading only/);
    await expect(importText(reader)).rejects.toThrow(/opened for reading only/);
    await app.services.runs.stop(id);
    expect(reader.services.runs.list().map(({ status }) => status)).toEqual(['stopped']);
  });
});
