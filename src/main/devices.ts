/** The devices that Node and Electron's utility process can load, fastest first. */
import type { DeviceLoader } from '../engine/kernels/devices.ts';
import { createNativeKernels, loadNative } from '../engine/kernels/native/load.ts';
import { createReferenceKernels } from '../engine/kernels/reference/index.ts';
import { createWasmKernels, loadWasm } from '../engine/kernels/wasm/load.ts';

export function nodeDevices(): DeviceLoader[] {
  return [
    {
      name: 'native',
      precision: 'float32',
      automatic: true,
      probe: async () => {
        const native = loadNative();
        return native.addon ? { available: true, detail: native.detail } : { available: false, detail: native.reason };
      },
      create: async (options) => createNativeKernels(options),
    },
    {
      name: 'wasm',
      precision: 'float32',
      automatic: true,
      probe: async () => {
        const wasm = loadWasm();
        if (wasm.create === null) return { available: false, detail: wasm.reason };
        const faster = loadNative().addon ? '' : '; a C++ compiler makes it several times faster: npm run build:native';
        return { available: true, detail: wasm.detail + faster };
      },
      create: async (options) => createWasmKernels(options),
    },
    {
      name: 'reference',
      precision: 'float64',
      automatic: false,
      probe: async () => ({
        available: true,
        detail: 'TypeScript, float64: slow; for checking the others and for very small models',
      }),
      create: async () => createReferenceKernels(),
    },
  ];
}
