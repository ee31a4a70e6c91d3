/** The WebAssembly module as the other side of NativeContext: arguments are written where the module's node_api.h reads them. */
import type { NativeContext } from '../native/addon.ts';
import { LinearMemory } from './linear-memory.ts';

/** What another thread needs to run the same code on the same memory. */
export interface WasmThread {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the thread's own stack starts; it grows downwards. */
  readonly stackPointer: number;
}

/**
 * Starts a thread that instantiates the module with `memory`, and functions that never get called for the rest of its imports, sets
 * `__stack_pointer`, calls `serve` and ends when that returns. Without this thread's event loop, which may be blocked meanwhile.
 */
export type StartThread = (thread: WasmThread) => void;

type KernelName = Exclude<keyof NativeContext, 'threads' | 'dispose'>;

/** Every function of NativeContext that the module exports. */
const KERNELS: Readonly<Record<KernelName, true>> = {
  recurrentForward: true,
  recurrentBackward: true,
  recurrentWorkspaceFloats: true,
  linearForward: true,
  linearBackward: true,
  softmaxCrossEntropy: true,
  embeddingForward: true,
  embeddingBackward: true,
  dropout: true,
  attentionForward: true,
  attentionBackward: true,
  activation: true,
  copyBlock: true,
  pool: true,
  layerNormForward: true,
  layerNormBackward: true,
  elementLoss: true,
  clip: true,
  scale: true,
  update: true,
  math: true,
  multiplyAdds: true,
  scratchBytes: true,
  barriers: true,
};

type Exports = Readonly<Record<KernelName, () => void>> & {
  readonly __heap_base: WebAssembly.Global<'i32'>;
  readonly __stack_pointer: WebAssembly.Global<'i32'>;
  __wasm_call_ctors(): void;
  create(): void;
  call(): number;
  gather(threads: number): number;
  stop(): void;
};

/** Kinds of arguments, as napi.cpp numbers them. */
const [OTHER, NUMBER, BOOLEAN, NULL, FLOATS, INTS] = [0, 1, 2, 3, 4, 5];
/** Layout of napi_call: offsets in bytes. */
const [COUNT, ERROR, MESSAGE, MESSAGE_BYTES, RESULT, SLOTS, SLOT_BYTES] = [0, 4, 8, 496, 504, 520, 16];
const MOST_ARGUMENTS = 40;
/** Constructors of exceptions, as napi.cpp numbers them. */
const ERRORS = [Error, Error, TypeError, RangeError];

const STACK_BYTES = 256 * 1024;
export const MOST_THREADS = 256;

/** An instance of the module with its threads and its memory, where tensors have to be. */
export function createWasmContext(
  module: WebAssembly.Module,
  threads: number,
  startThread: StartThread,
): { context: NativeContext; heap: LinearMemory } {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`threads must be a whole number from 1 to ${MOST_THREADS}`);
  }
  const heap = new LinearMemory();
  const { memory } = heap;
  const { exports: all } = new WebAssembly.Instance(module, {
    env: { memory },
    host: {
      allocate: (bytes: number) => heap.allocateBytes('the kernels’ working memory', bytes >>> 0),
      release: (address: number) => heap.releaseBytes(address >>> 0),
      now: () => performance.now(),
    },
  });
  const exports = all as unknown as Exports;
  heap.manage(Math.ceil(exports.__heap_base.value / 64) * 64);
  exports.__wasm_call_ctors();
  exports.create();
  for (let i = 1; i < threads; i++) {
    const stack = heap.allocateBytes('a thread’s stack', STACK_BYTES);
    startThread({ module, memory, stackPointer: stack + STACK_BYTES });
  }
  const calls = new Calls(exports, heap);
  const kernels = Object.keys(KERNELS).map((name) => [
    name,
    (...args: readonly unknown[]) => calls.make(name as KernelName, args),
  ]);
  const context = {
    ...(Object.fromEntries(kernels) as Pick<NativeContext, KernelName>),
    threads: exports.gather(threads),
    dispose: () => calls.end(),
  };
  return { context, heap };
}

/** Makes calls into the module. */
class Calls {
  readonly #exports: Exports;
  readonly #heap: LinearMemory;
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;
  readonly #message: Uint8Array;
  #ended = false;

  constructor(exports: Exports, heap: LinearMemory) {
    this.#exports = exports;
    this.#heap = heap;
    const { buffer } = heap.memory;
    const [start, bytes] = [exports.call(), SLOTS + MOST_ARGUMENTS * SLOT_BYTES];
    this.#words = new Uint32Array(buffer, start, bytes / 4);
    this.#numbers = new Float64Array(buffer, start, bytes / 8);
    this.#message = new Uint8Array(buffer, start + MESSAGE, MESSAGE_BYTES);
  }

  /** @throws what the kernel threw; it has checked its arguments before touching anything */
  make(name: KernelName, args: readonly unknown[]): number {
    if (this.#ended) throw new TypeError(`${name}: these kernels were disposed`);
    const words = this.#words;
    words[COUNT / 4] = args.length;
    words[ERROR / 4] = 0;
    for (let i = 0; i < Math.min(args.length, MOST_ARGUMENTS); i++) this.#put(name, i, args[i]);
    const stack = this.#exports.__stack_pointer;
    const before = stack.value;
    try {
      this.#exports[name]();
    } finally {
      // An exception on the way, as when memory runs out, leaves the stack where it was thrown.
      stack.value = before;
    }
    const error = words[ERROR / 4]!;
    if (error !== 0) throw new ERRORS[error]!(this.#text());
    return this.#numbers[(RESULT + 8) / 8]!;
  }

  end(): void {
    if (!this.#ended) this.#exports.stop();
    this.#ended = true;
  }

  #put(name: KernelName, index: number, value: unknown): void {
    let [kind, length, number] = [OTHER, 0, 0];
    if (typeof value === 'number') [kind, number] = [NUMBER, value];
    else if (typeof value === 'boolean') [kind, number] = [BOOLEAN, Number(value)];
    else if (value === null) kind = NULL;
    else if (value instanceof Float32Array || value instanceof Int32Array) {
      if (!this.#heap.contains(value)) {
        throw new TypeError(`${name}: argument ${index + 1} lies outside this device’s memory`);
      }
      kind = value instanceof Float32Array ? FLOATS : INTS;
      [length, number] = [value.length, value.byteOffset];
    }
    const at = SLOTS + index * SLOT_BYTES;
    this.#words[at / 4] = kind!;
    this.#words[at / 4 + 1] = length!;
    this.#numbers[at / 8 + 1] = number!;
  }

  #text(): string {
    const end = this.#message.indexOf(0);
    return String.fromCharCode(...this.#message.subarray(0, end < 0 ? MESSAGE_BYTES : end));
  }
}
