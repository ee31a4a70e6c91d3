/** Runs in the browser: fixtures on its WebGPU, for conformance.spec.ts. */
import { runFixture, type ConformanceResult } from '../../src/engine/conformance/index.ts';
import { createWebGpuKernels, probeWebGpu } from '../../src/engine/kernels/webgpu/create.ts';

export interface ConformancePage {
  /** The adapter's name; null where the browser has none. */
  readonly adapter: Promise<string | null>;
  run(fixture: unknown): Promise<ConformanceResult>;
}

const { gpu } = navigator as { readonly gpu?: GPU };
const probe = gpu && probeWebGpu(gpu);
const kernels = gpu && createWebGpuKernels(gpu);
kernels?.catch(() => undefined);

const page: ConformancePage = {
  adapter: Promise.resolve(probe).then((found) => (found?.available ? (found.adapter ?? found.detail) : null)),
  async run(fixture) {
    if (!kernels) throw new Error('this browser has no WebGPU');
    return runFixture(await kernels, fixture);
  },
};
Object.assign(window, { conformance: page });
