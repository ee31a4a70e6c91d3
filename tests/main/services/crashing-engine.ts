/** The real engine on a machine whose graphics driver takes every process down that asks for it. */
import { Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import { serveEngine } from '../../../src/engine/process.ts';
import type { EngineCommand } from '../../../src/engine/protocol.ts';
import { nodeDevices } from '../../../src/main/devices.ts';
import { nodeFiles } from '../../../src/main/files.ts';

const faulty: DeviceLoader = {
  ...{ name: 'webgpu', precision: 'float32', automatic: 'measured' },
  probe: async () => process.kill(process.pid, 'SIGSEGV') as never,
  create: async () => {
    throw new Error('nobody gets here');
  },
};
const others = nodeDevices().filter(({ name }) => ['wasm', 'reference'].includes(name));

const handle = serveEngine({
  files: nodeFiles(),
  devices: new Devices([faulty, ...others]),
  clock: () => performance.now() / 1000,
  send: (event) => void process.send!(event),
});
process.on('message', (command: EngineCommand) => handle(command));
process.on('disconnect', () => process.exit());
