/** From a WebGPU implementation (a browser's, Dawn's in Node) to kernels. */
import { DeviceError, type DeviceProbe } from '../devices.ts';
import { adapterName, type ContextOptions, GpuContext } from './context.ts';
import type { Recurrence } from './recurrent.ts';
import { WebGpuKernels } from './webgpu-kernels.ts';

/** An adapter may be there only a moment after the first question, on Windows some 50 ms. */
const ATTEMPTS = 4;
const PAUSE_MS = 60;

export interface AdapterOptions {
  /** Waits between questions. */
  readonly pause?: (ms: number) => Promise<void>;
}

export interface WebGpuOptions extends AdapterOptions, ContextOptions {
  readonly recurrence?: Recurrence;
}

const NONE =
  'No graphics adapter that WebGPU can use was found. A driver for Direct3D 12, Metal or Vulkan that is up to date brings one.';

/** Adapters that the processor plays. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;

/** The most capable adapter, or null; asked for again when first there is none, and nothing is remembered. */
export async function findAdapter(gpu: GPU, { pause = sleep }: AdapterOptions = {}): Promise<GPUAdapter | null> {
  for (let attempt = 1; ; attempt++) {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter || attempt === ATTEMPTS) return adapter;
    await pause(PAUSE_MS);
  }
}

/** Whether there is an adapter, and which. */
export async function probeWebGpu(gpu: GPU, options?: AdapterOptions): Promise<DeviceProbe> {
  const adapter = await findAdapter(gpu, options);
  if (!adapter) return { available: false, detail: NONE };
  const name = adapterName(adapter.info);
  const software = adapter.info.isFallbackAdapter || SOFTWARE.test(`${name} ${adapter.info.architecture}`);
  const detail = software ? 'WebGPU, but the processor plays the graphics adapter: slow' : 'WebGPU';
  return { available: true, detail, adapter: name, software };
}

/**
 * Kernels on the most capable adapter, with a device of their own.
 * @throws DeviceError when there is none
 */
export async function createWebGpuKernels(gpu: GPU, options?: WebGpuOptions): Promise<WebGpuKernels> {
  const adapter = await findAdapter(gpu, options);
  if (!adapter) throw new DeviceError(NONE);
  return new WebGpuKernels(await GpuContext.create(adapter, options), options);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
