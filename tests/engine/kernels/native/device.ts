/**
 * The C++ kernels for tests: every instruction set of this machine, and WebAssembly. Where the native device is not built, its part of
 * the tests is missing, which boundary.test.ts and math.test.ts report as skipped.
 */
import type { NativeContext } from '../../../../src/engine/kernels/native/addon.ts';
import type { NativeKernels } from '../../../../src/engine/kernels/native/native-kernels.ts';
import { loadNative } from '../../../../src/engine/kernels/native/load.ts';
import { createWasmContext } from '../../../../src/engine/kernels/wasm/context.ts';
import { createWasmKernels, loadWasm, startThread } from '../../../../src/engine/kernels/wasm/load.ts';

const device = loadNative();

export const haveNative = device.addon !== null;
export const instructionSets: readonly string[] = device.addon?.instructionSets ?? [];
export const addon = device.addon;

/** What the C++ kernels are compiled to. */
export const targets: readonly string[] = [...instructionSets, 'wasm'];

export function createNative(target?: string, threads = 2): NativeKernels {
  if (target === 'wasm') return createWasmKernels({ threads });
  if (device.addon === null) throw new Error(device.reason);
  return device.create({ threads, ...(target ? { instructionSet: target } : {}) });
}

/** The functions behind the kernels, and arrays that they take. */
export interface Bare {
  readonly context: NativeContext;
  floats(count: number): Float32Array;
  ints(count: number): Int32Array;
}

export function createBare(target: string, threads: number): Bare {
  if (target !== 'wasm') {
    const context = addon!.createContext(target, threads);
    return { context, floats: (count) => new Float32Array(count), ints: (count) => new Int32Array(count) };
  }
  const wasm = loadWasm();
  if (wasm.create === null) throw new Error(wasm.reason);
  const { context, heap } = createWasmContext(wasm.module, threads, startThread);
  return {
    context,
    floats: (count) => heap.allocate('test', count, 'float') as Float32Array,
    ints: (count) => heap.allocate('test', count, 'int') as Int32Array,
  };
}
