/** The native device for tests: every instruction set of this machine. Where it is not built, its tests are skipped, visibly. */
import type { NativeKernels } from '../../../../src/engine/kernels/native/native-kernels.ts';
import { loadNative } from '../../../../src/engine/kernels/native/load.ts';

const device = loadNative();

export const haveNative = device.addon !== null;
export const instructionSets: readonly string[] = device.addon?.instructionSets ?? [];
export const addon = device.addon;

export function createNative(instructionSet?: string, threads = 2): NativeKernels {
  if (device.addon === null) throw new Error(device.reason);
  return device.create({ threads, ...(instructionSet ? { instructionSet } : {}) });
}
