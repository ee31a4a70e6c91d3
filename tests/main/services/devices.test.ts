/** Devices in the app: speed tests and what `auto` makes of them, runs that change device, devices that are lost. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SpeedTestEvent } from '../../../src/api/types.ts';
import { openStore } from '../../../src/main/store/store.ts';
import { configFor } from './app-options.ts';
import { openTestApp, setFaults, type TestApp, Watcher } from './harness.ts';

async function measure(app: TestApp, device: string): Promise<SpeedTestEvent[]> {
  const events: SpeedTestEvent[] = [];
  for await (const event of app.services.speedTests.start(device)) events.push(event);
  return events;
}

const deviceOf = async (app: TestApp, name: string) =>
  (await app.services.info()).devices.find((one) => one.name === name)!;

describe('a speed test', () => {
  test('is kept for the machine as it is, told to watchers, and remembered', async () => {
    const app = await openTestApp();
    const watcher = new Watcher(app);
    expect((await deviceOf(app, 'reference')).speed).toBeNull();
    const events = await measure(app, 'reference');
    expect(events[0]).toEqual({ type: 'progress', done: 1, total: 5 });
    expect(events.at(-1)).toMatchObject({ type: 'done', device: { name: 'reference', speed: { small: 0.0125 } } });
    const told = await watcher.find((change) => change.type === 'devices');
    expect(told).toMatchObject({ auto: expect.stringContaining('13 ms a step') });
    await app.close();

    const again = await openTestApp({ folder: app.folder });
    expect((await deviceOf(again, 'reference')).speed).toMatchObject({ small: 0.0125, large: null });
    await again.close();

    // What was measured with another driver or number of threads says nothing about this machine.
    const store = openStore(app.folder);
    expect(store.deviceSpeeds.get('reference', 'TypeScript')).not.toBeNull();
    expect(store.deviceSpeeds.get('reference', 'another processor · TypeScript')).toBeNull();
    store.close();
  });

  test('that is left keeps nothing, and another can begin', async () => {
    const app = await openTestApp({ faults: { endless: true } });
    const first = app.services.speedTests.start('reference');
    await first.next();
    await expect(measure(app, 'reference')).rejects.toThrow('reference is being measured');
    await first.return();
    expect((await deviceOf(app, 'reference')).speed).toBeNull();

    // At once, as a person who cancels and measures again does: the one that was left takes a moment to end.
    const second = app.services.speedTests.start('reference');
    await second.next();
    setFaults({});
    const left = second.return();
    const again = measure(app, 'reference');
    await left;
    expect((await again).at(-1)).toMatchObject({ type: 'done' });
  });

  test('is refused of what is not here and while a run trains', async () => {
    const app = await openTestApp({ faults: { holdAfter: 5 } });
    await expect(measure(app, 'webgpu')).rejects.toThrow('"webgpu" cannot be used here: There is no GPU.');
    await expect(measure(app, 'abacus')).rejects.toThrow('There is no device called "abacus"');
    const watcher = new Watcher(app);
    const { id } = await app.services.runs.create({ config: configFor(app.corpus), name: null, tags: [] });
    await watcher.step(id, 5);
    await expect(measure(app, 'reference')).rejects.toThrow('A run is training or paused');
  });
});

test('a run on auto says in its log which device was taken and why', async () => {
  const app = await openTestApp();
  const watcher = new Watcher(app);
  const { id } = await app.services.runs.create({ config: configFor(app.corpus), name: null, tags: [] });
  await watcher.status(id, 'finished');
  const [line] = app.services.runs.get(id).log;
  expect(line?.message).toBe('auto takes reference: the fastest of those that work here.');
});

const tiny = { training: { maxSteps: 12, evalEvery: 6 } };

test('a run goes on on another device, and its log and its history say so', async () => {
  const app = await openTestApp({ engine: 'real' });
  const watcher = new Watcher(app);
  const { runs } = app.services;
  const config = configFor(app.corpus, {
    ...tiny,
    device: 'wasm',
    training: { ...tiny.training, maxSteps: 1_000_000 },
  });
  const { id } = await runs.create({ config, name: null, tags: [] });
  await watcher.step(id, 12);
  await runs.stop(id);
  const stopped = runs.get(id).run;
  await expect(runs.resume(id, 'abacus')).rejects.toThrow('There is no device called "abacus"');

  await runs.resume(id, 'reference');
  await watcher.step(id, stopped.step + 3, watcher.changes.length);
  await runs.stop(id);
  const { run, log, steps } = runs.get(id);
  expect(run).toMatchObject({ status: 'stopped', device: 'reference', config: { device: 'wasm' } });
  expect(run.deviceHistory).toMatchObject([
    { device: 'wasm', step: 0 },
    { device: 'reference', step: stopped.checkpointStep },
  ]);
  expect(log.some(({ message }) => /Resumed on reference.*written on wasm.*not bit for bit/.test(message))).toBe(true);
  // It goes on from what was learned.
  const first = steps.loss[0]!;
  expect(steps.loss[stopped.step]!).toBeLessThan(first);

  // Without being told otherwise it stays where it is now.
  await runs.resume(id);
  const resumed = await watcher.status(id, 'running', watcher.changes.length);
  expect(resumed.device).toBe('reference');
  expect(resumed.deviceHistory).toHaveLength(2);
});

test('a device that is lost interrupts the run, which goes on from what was copied off it in its last second', async () => {
  process.env['LOSE_AFTER'] = '8';
  onTestFinished(() => void delete process.env['LOSE_AFTER']);
  const app = await openTestApp({ engine: 'losing' });
  const watcher = new Watcher(app);
  const { runs } = app.services;
  const { id } = await runs.create({
    config: configFor(app.corpus, { ...tiny, device: 'webgpu' }),
    name: null,
    tags: [],
  });
  const lost = await watcher.status(id, 'interrupted');
  expect(lost.message).toBe('The GPU is gone: its driver was reset. Resume goes on from the checkpoint of step 8.');
  expect(lost).toMatchObject({ device: 'webgpu', checkpointStep: 8 });
  expect(runs.get(id).log.at(-1)).toMatchObject({ level: 'error', message: 'The GPU is gone: its driver was reset.' });

  // Back in a new process, it makes the steps that are left.
  await runs.resume(id);
  const finished = await watcher.status(id, 'finished', watcher.changes.length);
  expect(finished).toMatchObject({ device: 'webgpu', step: 12 });
  expect(runs.get(id).steps.step).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test('a run in mixed precision goes on in float32 where there is none, and its log says so', async () => {
  process.env['LOSE_AFTER'] = '8';
  onTestFinished(() => void delete process.env['LOSE_AFTER']);
  const app = await openTestApp({ engine: 'losing' });
  const watcher = new Watcher(app);
  const { runs } = app.services;
  const config = configFor(app.corpus, { ...tiny, device: 'webgpu', precision: 'mixed' });
  const { id } = await runs.create({ config, name: null, tags: [] });
  await watcher.status(id, 'interrupted');
  await runs.resume(id, 'reference');
  const finished = await watcher.status(id, 'finished', watcher.changes.length);
  expect(finished).toMatchObject({ device: 'reference', config: { precision: 'mixed' } });
  expect(runs.get(id).log.map(({ message }) => message)).toContain(
    'reference has no mixed precision: the run goes on in float32.',
  );
});
