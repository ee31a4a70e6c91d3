import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { forkEngine, type EngineChannel } from '../../../src/main/services/engine-channel.ts';
import {
  EngineExited,
  EngineFailure,
  EngineProcesses,
  type JobEvent,
} from '../../../src/main/services/engine-processes.ts';
import { temporaryFolder } from '../temporary.ts';
import { setFaults } from './harness.ts';

function fakeEngines(entry = join(import.meta.dirname, 'fake-engine.ts')) {
  const channels: EngineChannel[] = [];
  const engines = new EngineProcesses({
    window: null,
    process: () => {
      const channel = forkEngine(entry);
      channels.push(channel);
      return channel;
    },
  });
  onTestFinished(() => engines.close());
  return { engines, channels };
}

const generation = (length: number) =>
  ({
    type: 'generate',
    checkpointPath: '',
    device: 'auto',
    options: { prompt: '', length, temperature: 1, topK: null, topP: null, seed: 1 },
  }) as const;

test('a job gives its events, then its result', async () => {
  const { engines } = fakeEngines();
  const events: JobEvent[] = [];
  const result = await engines.run(generation(3), { onEvent: (event) => events.push(event) });
  expect(result).toMatchObject({ type: 'generate', text: 'xxx' });
  expect(events.map((event) => event.type === 'token' && event.count)).toEqual([1, 2, 3]);
});

test('short jobs share a process, one after the other; two at once do not', async () => {
  const { engines, channels } = fakeEngines();
  await engines.runSoon(generation(1));
  await engines.runSoon(generation(1));
  expect(channels).toHaveLength(1);
  await Promise.all([engines.runSoon(generation(1)), engines.runSoon(generation(1))]);
  expect(channels).toHaveLength(2);
});

test('a cancelled job leaves its process fit for the next', async () => {
  const { engines, channels } = fakeEngines();
  const abort = new AbortController();
  const endless = engines.runSoon(generation(1_000_000), {
    signal: abort.signal,
    onEvent: () => abort.abort(new Error('enough')),
  });
  await expect(endless).rejects.toThrow('enough');
  await engines.runSoon(generation(1));
  expect(channels).toHaveLength(1);
});

test('what is cancelled before it began does not begin', async () => {
  const { engines, channels } = fakeEngines();
  await expect(engines.run(generation(1), { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
    'too late',
  );
  expect(channels).toHaveLength(0);
});

test('one that does not hear is ended by force, with the reason of who cancelled', async () => {
  setFaults({ endless: true, deaf: true });
  const { engines } = fakeEngines();
  const folder = temporaryFolder();
  const abort = new AbortController();
  const job = engines.run(
    { type: 'import-text', sourcePath: import.meta.filename, targetDir: folder, encoding: null },
    { signal: abort.signal, onEvent: () => abort.abort(new Error('enough')) },
  );
  await expect(job).rejects.toThrow('enough');
});

describe('a process that ends says why:', () => {
  async function exitOf(entry: string): Promise<EngineExited> {
    const error = await fakeEngines(entry)
      .engines.run(generation(1))
      .then(
        () => new Error('it did not end'),
        (reason: unknown) => reason,
      );
    if (error instanceof EngineExited) return error;
    throw error;
  }

  test('killed', async () => {
    const { engines, channels } = fakeEngines();
    const job = engines.run(generation(1_000_000), { onEvent: () => channels[0]!.kill() });
    await expect(job).rejects.toThrow('The engine process was killed (SIGKILL)');
  });

  test('an entry that is not there', async () => {
    const error = await exitOf(join(temporaryFolder(), 'none.js'));
    expect(error.message).toMatch(/ended unexpectedly \(exit code 1\)/);
    expect(error.exit.stderr).toMatch(/Cannot find module/);
  });

  test('closed with the app, and nothing starts after', async () => {
    const { engines } = fakeEngines();
    const job = engines.run(generation(1_000_000), { onEvent: () => engines.close() });
    await expect(job).rejects.toThrow(EngineExited);
    await expect(engines.run(generation(1))).rejects.toThrow('the app is closing');
  });
});

test('what the engine refuses comes with its kind and sentence', async () => {
  const { engines } = fakeEngines();
  const missing = { type: 'import-text', sourcePath: '/nowhere', targetDir: '/nowhere', encoding: null } as const;
  const failure = await engines.run(missing).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EngineFailure);
  expect(failure).toMatchObject({ kind: 'internal', message: expect.stringContaining('ENOENT') });
});

test('a device that takes its process down when it is tried out is listed as one that cannot be used', async () => {
  const { engines, channels } = fakeEngines(join(import.meta.dirname, 'crashing-engine.ts'));
  const devices = await engines.devices();
  expect(devices.map(({ name, available }) => [name, available])).toEqual([
    ['wasm', true],
    ['reference', true],
    ['webgpu', false],
  ]);
  expect(devices[2]!.detail).toContain('The engine process crashed (SIGSEGV) when it was tried out');
  expect(channels).toHaveLength(2);
});
