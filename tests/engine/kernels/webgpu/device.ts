/** The WebGPU device for tests: Dawn in Node, on a GPU or on a software adapter such as the SwiftShader that Chromium brings. */
import { vi } from 'vitest';
import { createWebGpuKernels, findAdapter } from '../../../../src/engine/kernels/webgpu/create.ts';
import { loadDawn } from '../../../../src/main/webgpu.ts';
import type { TestDevice } from '../suites/device.ts';

// Where the processor plays the GPU, compiling shaders takes most of the time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const { gpu } = await loadDawn();

/** Dawn where it has an adapter; null otherwise. */
export const dawn: GPU | null = gpu && (await findAdapter(gpu)) ? gpu : null;

export const webgpu: TestDevice = {
  name: 'webgpu',
  share: 0.1,
  create: () => createWebGpuKernels(dawn!),
};
