/**
 * Real training in real engine processes, killed at random moments: what comes out after resuming is, bit for bit, what an
 * uninterrupted run gives. `UNROLL_KILLS=20` kills that often.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunDetail } from '../../../src/api/types.ts';
import { decodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { checkpointFileName } from '../../../src/engine/training/checkpoint-files.ts';
import { openApp } from '../../../src/main/app.ts';
import { forkEngine, type EngineChannel } from '../../../src/main/services/engine-channel.ts';
import { appOptions, realTraining } from './app-options.ts';
import { Watcher, workspaceWithText, type TestApp } from './harness.ts';

const kills = Number(process.env['UNROLL_KILLS'] ?? 3);
const engineProcess = join(import.meta.dirname, '../../../src/main/engine-process.ts');
const { maxSteps } = realTraining;

async function openRealApp(folder = workspaceWithText(6_000)): Promise<TestApp> {
  const channels: EngineChannel[] = [];
  const app = await openApp(
    appOptions(folder, () => {
      const channel = forkEngine(engineProcess);
      channels.push(channel);
      return channel;
    }),
  );
  onTestFinished(() => app.close());
  return { ...app, folder, channels, corpus: app.services.corpora.list()[0]! };
}

const start = (app: TestApp) =>
  app.services.runs.create({ config: realTraining.config(app.corpus), name: null, tags: [] });

/** Everything that must not depend on interruptions: losses and evaluations, samples, and the last checkpoint's tensors. */
function outcome(app: TestApp, { run, steps, evals, samples }: RunDetail) {
  const file = join(app.workspace.runs, run.id, checkpointFileName(maxSteps));
  const { tensors, state } = decodeCheckpoint(readFileSync(file));
  return {
    status: run.status,
    steps: steps.step,
    loss: steps.loss,
    gradNorm: steps.gradNorm,
    evals: evals.map(({ step, split, loss }) => ({ step, split, loss })),
    samples,
    tensors: [...tensors].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]),
    position: state.position,
  };
}

async function uninterrupted(): Promise<ReturnType<typeof outcome>> {
  const app = await openRealApp();
  const watcher = new Watcher(app);
  const { id } = await start(app);
  await watcher.status(id, ['finished', 'failed']);
  return outcome(app, app.services.runs.get(id));
}

describe('killed and resumed', () => {
  test('the engine process', { timeout: 60_000 + kills * 15_000 }, async () => {
    const wanted = await uninterrupted();
    const app = await openRealApp();
    const watcher = new Watcher(app);
    const { id } = await start(app);
    let since = 0;
    for (let kill = 0; kill < kills; kill++) {
      const reached = app.services.runs.get(id).run.checkpointStep ?? 0;
      const moment = reached + 1 + Math.floor(Math.random() * (maxSteps / kills));
      const running = await watcher.find(
        (one) =>
          watcher.changes.indexOf(one) >= since &&
          ((one.type === 'steps' && one.id === id && one.steps.step.at(-1)! >= moment) ||
            (one.type === 'run' && one.run.id === id && one.run.status === 'finished')),
      );
      if (running.type === 'run') break; // it was quicker
      app.channels.at(-1)!.kill();
      since = watcher.changes.length;
      await watcher.status(id, ['interrupted', 'finished'], since);
      since = watcher.changes.length;
      if (app.services.runs.get(id).run.status === 'interrupted') await app.services.runs.resume(id);
    }
    await watcher.status(id, 'finished');
    expect(outcome(app, app.services.runs.get(id))).toEqual(wanted);
  });

  test('the whole app', { timeout: 60_000 + kills * 15_000 }, async () => {
    const wanted = await uninterrupted();
    const folder = workspaceWithText(6_000);
    for (let kill = 0; kill < kills; kill++) {
      const child = fork(join(import.meta.dirname, 'app-process.ts'), [folder, engineProcess]);
      const moment = 1 + Math.floor((Math.random() * (kill + 1) * maxSteps) / kills);
      child.on('message', ({ what }: { what: string }) => {
        const step = /^step (\d+)$/.exec(what)?.[1];
        if ((step && Number(step) >= moment) || what === 'finished') child.kill('SIGKILL');
      });
      await once(child, 'close');
    }
    const app = await openRealApp(folder);
    const watcher = new Watcher(app);
    const { id, status } = app.services.runs.list()[0]!;
    if (status === 'interrupted') {
      await app.services.runs.resume(id);
      await watcher.status(id, 'finished');
    }
    expect(outcome(app, app.services.runs.get(id))).toEqual(wanted);
  });
});
