/** The devices that Node and Electron's utility process can load, fastest first. */
import type { DeviceLoader } from '../engine/kernels/devices.ts';
import { createReferenceKernels } from '../engine/kernels/reference/index.ts';

export function nodeDevices(): DeviceLoader[] {
  return [
    {
      name: 'reference',
      precision: 'float64',
      automatic: false,
      probe: async () => ({
        available: true,
        detail: 'TypeScript, float64: exact and slow, for checking the others and for very small models',
      }),
      create: async () => createReferenceKernels(),
    },
  ];
}
