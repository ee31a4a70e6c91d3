/** WebGPU for Node: the npm package `webgpu`, which is Dawn, Chromium's implementation. Loaded when it is first asked for. */
import { DeviceError, type DeviceLoader } from '../engine/kernels/devices.ts';
import { createWebGpuKernels, probeWebGpu } from '../engine/kernels/webgpu/create.ts';

type Loaded = { readonly gpu: GPU; readonly reason: null } | { readonly gpu: null; readonly reason: string };

let loading: Promise<Loaded> | undefined;

/** Dawn, or why there is none. The package is loaded once; adapters are asked for anew each time. */
export function loadDawn(): Promise<Loaded> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Loaded> {
  // Dawn's bindings hand out memory in a way that Electron forbids; there, Chromium's own WebGPU computes, in a hidden window.
  if (process.versions['electron']) {
    return {
      gpu: null,
      reason: 'In the desktop app the GPU is used through a hidden window, which could not be opened.',
    };
  }
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    // Times of dispatches are for profiles, not for pages that could spy with them.
    return { gpu: create(['disable-dawn-features=timestamp_quantization']), reason: null };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      gpu: null,
      reason: `The package "webgpu" cannot be loaded here: ${why}. "npm install" brings it for Windows, macOS and Linux.`,
    };
  }
}

/** The GPU of this machine, for Node hosts. */
export function dawnDevice(): DeviceLoader {
  return {
    name: 'webgpu',
    precision: 'float32',
    automatic: 'measured',
    probe: async () => {
      const { gpu, reason } = await loadDawn();
      return gpu ? probeWebGpu(gpu) : { available: false, detail: reason };
    },
    create: async ({ precision }) => {
      const { gpu, reason } = await loadDawn();
      if (!gpu) throw new DeviceError(reason);
      return createWebGpuKernels(gpu, { precision });
    },
  };
}
