/** The real engine on a made-up GPU, which is lost after the step that LOSE_AFTER says (and is back in the next process). */
import { DeviceLostError, Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { serveEngine } from '../../../src/engine/process.ts';
import type { EngineCommand } from '../../../src/engine/protocol.ts';
import { nodeDevices } from '../../../src/main/devices.ts';
import { nodeFiles } from '../../../src/main/files.ts';

const lastStep = Number(process.env['LOSE_AFTER'] ?? Infinity);
/** Optimiser steps made; each takes a second of this machine's time. */
let updates = 0;

/** A device that computes until it is lost; from then on every call says so, as a GPU's do. */
function losingKernels(): Kernels {
  return new Proxy(createReferenceKernels(), {
    get(target, name: keyof Kernels) {
      if (name === 'name') return 'webgpu';
      if (name === 'detail') return 'a made-up GPU';
      if (name === 'losable') return true;
      const member = target[name];
      if (typeof member !== 'function' || name === 'free' || name === 'dispose') return member;
      const call = (member as (...args: readonly unknown[]) => unknown).bind(target);
      return (...args: readonly unknown[]) => {
        if (updates > lastStep) throw new DeviceLostError('The GPU is gone: its driver was reset.');
        if (name === 'updateParameters') updates++;
        return call(...args);
      };
    },
  });
}

const gpu: DeviceLoader = {
  ...{ name: 'webgpu', precision: 'float32', automatic: 'measured' },
  probe: async () => ({ available: true, detail: 'a made-up GPU' }),
  create: async () => losingKernels(),
};
const reference = nodeDevices().filter(({ name }) => name === 'reference');

const handle = serveEngine({
  files: nodeFiles(),
  devices: new Devices([gpu, ...reference]),
  clock: () => updates,
  send: (event) => void process.send!(event),
});
process.on('message', (command: EngineCommand) => handle(command));
process.on('disconnect', () => process.exit());
