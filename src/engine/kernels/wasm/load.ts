/** Finds the WebAssembly module, starts its threads. The only file of this device that knows Node. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { NativeKernels } from '../native/native-kernels.ts';
import { createWasmContext, MOST_THREADS, type WasmThread } from './context.ts';

const FILE = 'unroll.wasm';

export type WasmDevice =
  | {
      /** By default one thread for each physical core. */
      readonly create: (options?: { threads?: number | null }) => NativeKernels;
      readonly module: WebAssembly.Module;
      /** For people: "WebAssembly SIMD, 2 threads". */
      readonly detail: string;
      readonly reason: null;
    }
  | {
      readonly create: null;
      /** Why there is none. */
      readonly reason: string;
    };

let loaded: WasmDevice | undefined;

/** The WebAssembly device, or why there is none. Never throws; compiles once. */
export function loadWasm(): WasmDevice {
  loaded ??= load();
  return loaded;
}

/** @throws Error with the reason when the device cannot be had */
export function createWasmKernels(options: { threads?: number | null } = {}): NativeKernels {
  const device = loadWasm();
  if (device.create === null) throw new Error(device.reason);
  return device.create(options);
}

/** Starts a thread of the module (see context.ts). */
export function startThread(thread: WasmThread): void {
  // Without the process's own options, which may say that THREAD is a module.
  const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: thread });
  // The device works with the threads that come.
  worker.on('error', () => undefined);
  // Threads sleep until they have something to do; they are no reason for the process to stay.
  worker.unref();
}

/** What a thread runs: a text, so that it is no file of its own that a bundle or a packaged app could lose. */
const THREAD = `
const { workerData } = require('node:worker_threads');
const never = () => { throw new Error('only the first thread allocates'); };
const host = { allocate: never, release: never, now: never };
const { exports } = new WebAssembly.Instance(workerData.module, { env: { memory: workerData.memory }, host });
exports.__stack_pointer.value = workerData.stackPointer;
exports.serve();
`;

function load(): WasmDevice {
  const here = dirname(fileURLToPath(import.meta.url));
  // Beside this file in the source tree; in a build beside the entry, and this file may be in a folder of chunks below it.
  const file = [here, dirname(here)].map((folder) => join(folder, FILE)).find((path) => existsSync(path));
  if (!file) return { create: null, reason: `${FILE} is missing from this installation of Unroll: install it again.` };
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(readFileSync(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { create: null, reason: `This processor or Node cannot run the WebAssembly kernels: ${why}` };
  }
  const cores = Math.min(physicalCores(), availableParallelism(), MOST_THREADS);
  return {
    module,
    create: ({ threads } = {}) => {
      const { context, heap } = createWasmContext(module, threads ?? cores, startThread);
      return new NativeKernels({ name: 'wasm', instructions: 'WebAssembly SIMD', context, heap });
    },
    detail: `WebAssembly SIMD, ${cores} thread${cores === 1 ? '' : 's'}`,
    reason: null,
  };
}

/** Physical cores where Linux tells, else logical ones: two threads of a core compete for its vector units. */
function physicalCores(): number {
  const logical = availableParallelism();
  const cores = new Set<string>();
  for (let cpu = 0; cpu < logical; cpu++) {
    try {
      cores.add(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'));
    } catch {
      return logical;
    }
  }
  return Math.max(1, cores.size);
}
