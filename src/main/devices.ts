/** The devices that Node and Electron's utility process can load, fastest first. */
import { cpus, totalmem } from 'node:os';
import type { DeviceLoader, DeviceProbe } from '../engine/kernels/devices.ts';
import { createNativeKernels, loadNative } from '../engine/kernels/native/load.ts';
import { createReferenceKernels } from '../engine/kernels/reference/index.ts';
import { createTensorflow, probeTensorflow } from '../engine/kernels/tensorflow/load.ts';
import { createWasmKernels, loadWasm } from '../engine/kernels/wasm/load.ts';
import { dawnDevice } from './webgpu.ts';

/** What the devices that compute on the processor have in common. */
const processor = (): Pick<DeviceProbe, 'adapter' | 'memoryBytes'> => ({
  adapter: cpus()[0]?.model.trim() ?? null,
  memoryBytes: totalmem(),
});

export function nodeDevices(): DeviceLoader[] {
  return [
    {
      name: 'native',
      precision: 'float32',
      automatic: 'always',
      probe: async () => {
        const native = loadNative();
        if (!native.addon) return { available: false, detail: native.reason };
        return { available: true, detail: native.detail, ...processor() };
      },
      create: async (options) => createNativeKernels(options),
    },
    {
      name: 'wasm',
      precision: 'float32',
      automatic: 'always',
      probe: async () => {
        const wasm = loadWasm();
        if (wasm.create === null) return { available: false, detail: wasm.reason };
        const faster = loadNative().addon ? '' : '; a C++ compiler makes it several times faster: npm run build:native';
        return { available: true, detail: wasm.detail + faster, ...processor() };
      },
      create: async (options) => createWasmKernels(options),
    },
    dawnDevice(),
    {
      name: 'tensorflow',
      precision: 'float32',
      automatic: 'measured',
      probe: () => probeTensorflow(),
      create: () => createTensorflow(),
    },
    {
      name: 'reference',
      precision: 'float64',
      automatic: 'never',
      probe: async () => ({
        available: true,
        detail: 'TypeScript, float64: slow; for checking the others and for very small models',
        ...processor(),
      }),
      create: async () => createReferenceKernels(),
    },
  ];
}
