/** The engine behind a message port is to the app what an engine process is. */
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { servePort, type EnginePort } from '../../../src/engine/port-engine.ts';
import type { FromEngine } from '../../../src/engine/port.ts';
import { forkEngine, type EngineChannel, type EngineExit } from '../../../src/main/services/engine-channel.ts';
import { EngineExited, EngineProcesses } from '../../../src/main/services/engine-processes.ts';
import { channelTo } from '../../../src/main/services/port-channel.ts';

const gpu: DeviceLoader = {
  ...{ name: 'webgpu', precision: 'float32', automatic: 'measured' },
  probe: async () => ({ available: true, detail: 'made up', adapter: 'an adapter' }),
  create: async () => createReferenceKernels(),
};

/** An engine behind a port in this process. */
function openWindow(): EngineChannel {
  const { port1, port2 } = new MessageChannel();
  servePort(port2 as unknown as EnginePort, new Devices([gpu]), () => performance.now() / 1000);
  let exit: (how: EngineExit) => void = () => {};
  return channelTo({
    post: (message) => port1.postMessage(message),
    onMessage: (listener) => void port1.on('message', (message: FromEngine) => listener(message)),
    onExit: (listener) => (exit = listener),
    kill() {
      port1.close();
      exit({ code: 0, signal: null, stderr: '' });
    },
  });
}

function engines(window: () => EngineChannel): EngineProcesses {
  const process = () => forkEngine(join(import.meta.dirname, 'fake-engine.ts'));
  const started = new EngineProcesses({ process, window });
  onTestFinished(() => started.close());
  return started;
}

test('the devices of processes and of the window are listed together, each once', async () => {
  const devices = await engines(openWindow).devices();
  expect(devices.map(({ name, detail }) => [name, detail])).toEqual([
    ['reference', 'TypeScript'],
    ['webgpu', 'made up'],
  ]);
});

test('a window that cannot be opened is a device that cannot be used, with the reason', async () => {
  const [, webgpu] = await engines(() => {
    throw new Error('no display');
  }).devices();
  expect(webgpu).toMatchObject({ name: 'webgpu', available: false, detail: expect.stringContaining('no display') });
});

test('a job for webgpu is done in the window, and ends with it as with a process that died', async () => {
  const started = engines(openWindow);
  const engine = started.start('webgpu');
  const job = engine.run(
    { type: 'measure', device: 'webgpu' },
    { onEvent: ({ type }) => type === 'progress' && engine.close() },
  );
  await expect(job).rejects.toBeInstanceOf(EngineExited);
  expect(engine.alive).toBe(false);
});
