/** The whole app killed in the middle of a run: the next start finds it interrupted, whole, and able to go on. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FakeFaults } from './fake-engine.ts';
import { openTestApp, Watcher, type TestApp } from './harness.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Opens the app in another process, trains, and kills it when it says `what`. */
async function killedAfter(what: string, faults: FakeFaults): Promise<{ app: TestApp; id: string }> {
  const first = await openTestApp();
  await first.close();
  const child = fork(
    join(import.meta.dirname, 'app-process.ts'),
    [first.folder, join(import.meta.dirname, 'fake-engine.ts')],
    {
      env: { ...process.env, FAKE_ENGINE: JSON.stringify(faults) },
    },
  );
  let id = '';
  child.on('message', (message: { id: string; what: string }) => {
    id = message.id;
    if (message.what === what) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return { app: await openTestApp({ folder: first.folder }), id };
}

test('a run is interrupted, keeps what was recorded, and goes on from its checkpoint', async () => {
  const { app, id } = await killedAfter('step 15', { holdAfter: 15 });
  const { run, steps } = app.services.runs.get(id);
  expect(run).toMatchObject({ status: 'interrupted', checkpointStep: 10 });
  expect(run.message).toBe('Unroll ended while it trained. Resume goes on from the checkpoint of step 10.');
  expect(steps.step).toEqual(upTo(run.step));
  expect(run.step).toBeGreaterThanOrEqual(10);

  const watcher = new Watcher(app);
  await app.services.runs.resume(id);
  await watcher.status(id, 'finished');
  expect(app.services.runs.get(id).steps.step).toEqual(upTo(25));
});

test('a checkpoint that was written but not recorded counts, with what it remembers', async () => {
  const { app, id } = await killedAfter('saved 20', { holdAfter: 20, silentCheckpoints: true });
  const { run, steps, evals } = app.services.runs.get(id);
  expect(run).toMatchObject({ status: 'interrupted', checkpointStep: 20, step: 20, bestStep: 20, bestLoss: 2 / 20 });
  expect(steps.step.at(-1)).toBe(20);
  expect(evals.at(-1)).toMatchObject({ step: 20, loss: 2 / 20 });
});

test('an unfinished or damaged checkpoint is passed over', async () => {
  const { app, id } = await killedAfter('saved 20', { holdAfter: 20 });
  const folder = join(app.workspace.runs, id);
  writeFileSync(join(folder, 'step-000000020.safetensors'), 'cut off');
  writeFileSync(join(folder, 'step-000000025.safetensors.unfinished'), '');
  const watcher = new Watcher(app);
  await app.services.runs.resume(id);
  expect(await watcher.find((one) => one.type === 'rewound')).toMatchObject({ step: 10 });
  await watcher.status(id, 'finished');
});
