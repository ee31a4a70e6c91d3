import type { HostArray, RecurrentShape, RecurrentWorkspace, Tensor } from '../kernels.ts';
import type { NativeAddon } from './addon.ts';

const CACHE_LINE = 64;

export type Memory = Float32Array | Int32Array;

/** Where a compiled device's tensors live. */
export interface Heap {
  /** Zeroed memory that starts at a multiple of 64 bytes. Throws RangeError when there is not enough, and says for what. */
  allocate(label: string, count: number, dtype: 'float' | 'int'): Memory;
  /** Gives back what `allocate` gave, at once, not when the garbage collector comes by. Nobody uses it afterwards. */
  release(memory: Memory): void;
}

/** A tensor of a compiled device: a typed array that JavaScript owns. Views are subarrays of their parent's memory. */
export class NativeTensor implements Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
  readonly #owner: Heap | NativeTensor;
  #data: Memory | null;

  /** @param owner the heap that `data` came from, or the tensor that this is a view of */
  constructor(label: string, shape: readonly number[], data: Memory, owner: Heap | NativeTensor) {
    this.label = label;
    this.shape = [...shape];
    this.size = data.length;
    this.dtype = data instanceof Float32Array ? 'float' : 'int';
    this.#data = data;
    this.#owner = owner;
  }

  /** The memory itself; throws once the tensor, or the tensor it is a view of, is freed. */
  get data(): Memory {
    if (this.#data === null || this.#viewOfFreed) throw new Error(`tensor "${this.label}" is used after it was freed`);
    return this.#data;
  }

  get #viewOfFreed(): boolean {
    const owner = this.#owner;
    return owner instanceof NativeTensor && (owner.#data === null || owner.#viewOfFreed);
  }

  release(): void {
    if (this.#data !== null && !(this.#owner instanceof NativeTensor)) this.#owner.release(this.#data);
    this.#data = null;
  }
}

/** Activated gates, states and cell states between a recurrent forward and its backward. */
export class NativeWorkspace implements RecurrentWorkspace {
  readonly bytes: number;
  readonly shape: RecurrentShape;
  readonly #heap: Heap;
  #data: Float32Array | null;

  constructor(shape: RecurrentShape, data: Float32Array, heap: Heap) {
    this.shape = shape;
    this.bytes = data.byteLength;
    this.#data = data;
    this.#heap = heap;
  }

  get data(): Float32Array {
    if (this.#data === null) throw new Error('a recurrent workspace is used after it was freed');
    return this.#data;
  }

  release(): void {
    if (this.#data !== null) this.#heap.release(this.#data);
    this.#data = null;
  }
}

/** Number of elements of a shape; throws RangeError unless every dimension is a positive integer. */
export function elementCount(label: string, shape: readonly number[]): number {
  if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(`tensor "${label}": dimensions must be positive integers, got [${shape.join(', ')}]`);
  }
  return shape.reduce((product, n) => product * n, 1);
}

/** The native device's heap: a buffer for each tensor. */
export class BufferHeap implements Heap {
  readonly #addon: NativeAddon;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /** The memory starts at a multiple of a cache line, so that no vector straddles two. */
  allocate(label: string, count: number, dtype: 'float' | 'int'): Memory {
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(count * 4 + CACHE_LINE);
    } catch {
      throw new RangeError(`There is not enough memory for "${label}": it needs ${Math.ceil(count / 262144)} MB.`);
    }
    const start = (CACHE_LINE - this.#addon.misalignment(buffer)) % CACHE_LINE;
    return dtype === 'int' ? new Int32Array(buffer, start, count) : new Float32Array(buffer, start, count);
  }

  release(memory: Memory): void {
    (memory.buffer as ArrayBuffer).transfer(0);
  }
}

/** The memory of a tensor of this device. */
export function memory(tensor: Tensor): Memory {
  if (tensor instanceof NativeTensor) return tensor.data;
  throw new TypeError(`tensor "${tensor.label}" belongs to another device`);
}

/** The numbers of a float tensor. */
export function floats(tensor: Tensor): Float32Array {
  const data = memory(tensor);
  if (data instanceof Float32Array) return data;
  throw new TypeError(`tensor "${tensor.label}" holds integers, expected floats`);
}

export function floatsOrNull(tensor: Tensor | null): Float32Array | null {
  return tensor && floats(tensor);
}

/** The numbers of an int tensor. */
export function ints(tensor: Tensor): Int32Array {
  const data = memory(tensor);
  if (data instanceof Int32Array) return data;
  throw new TypeError(`tensor "${tensor.label}" holds floats, expected integers`);
}

export function intsOrNull(tensor: Tensor | null): Int32Array | null {
  return tensor && ints(tensor);
}

/** Copies host numbers into a tensor, from element `offset`. */
export function writeTensor(target: Tensor, values: HostArray | readonly number[], offset: number): void {
  const data = memory(target);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > data.length) {
    throw new RangeError(
      `writing ${values.length} elements at ${offset} does not fit tensor "${target.label}" of ${data.length}`,
    );
  }
  data.set(values, offset);
}
