/** A device that the suites of this folder are run on. */
import { afterAll, beforeAll } from 'vitest';
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';

export interface TestDevice {
  readonly name: string;
  create(): Kernels | Promise<Kernels>;
  /** Of the random cases, and of the longest sequences: 1, or less where the device is played by something slow. */
  readonly share?: number;
}

/** Kernels for the tests of the describe that this is called in. Call the result inside tests only. */
export function useKernels(device: TestDevice): () => Kernels {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await device.create();
  });
  afterAll(() => kernels.dispose());
  return () => kernels;
}

/** How many of `full` cases, or how long, on this device. */
export function portion(device: TestDevice, full: number): number {
  return Math.ceil(full * (device.share ?? 1));
}
