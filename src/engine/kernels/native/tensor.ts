import type { HostArray, RecurrentShape, RecurrentWorkspace, Tensor } from '../kernels.ts';
import type { NativeAddon } from './addon.ts';

const CACHE_LINE = 64;

type Memory = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A tensor of the native device: a typed array that JavaScript owns. Views are subarrays of their parent's memory. */
export class NativeTensor implements Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
  readonly #ownsMemory: boolean;
  #data: Memory;

  constructor(label: string, shape: readonly number[], data: Memory, ownsMemory: boolean) {
    this.label = label;
    this.shape = [...shape];
    this.size = data.length;
    this.dtype = data instanceof Float32Array ? 'float' : 'int';
    this.#data = data;
    this.#ownsMemory = ownsMemory;
  }

  /** The memory itself; throws once the tensor, or the tensor it is a view of, is freed. */
  get data(): Memory {
    if (this.#data.length === 0) throw new Error(`tensor "${this.label}" is used after it was freed`);
    return this.#data;
  }

  /** Gives the memory back at once, not when the garbage collector comes by. */
  release(): void {
    if (this.#ownsMemory && this.#data.length > 0) this.#data.buffer.transfer(0);
    this.#data = new Float32Array(0);
  }
}

/** Activated gates, states and cell states between a recurrent forward and its backward. */
export class NativeWorkspace implements RecurrentWorkspace {
  readonly bytes: number;
  readonly shape: RecurrentShape;
  #data: Float32Array<ArrayBuffer>;

  constructor(shape: RecurrentShape, data: Float32Array<ArrayBuffer>) {
    this.shape = shape;
    this.bytes = data.byteLength;
    this.#data = data;
  }

  get data(): Float32Array<ArrayBuffer> {
    if (this.#data.length === 0) throw new Error('a recurrent workspace is used after it was freed');
    return this.#data;
  }

  release(): void {
    if (this.#data.length > 0) this.#data.buffer.transfer(0);
  }
}

/** Number of elements of a shape; throws RangeError unless every dimension is a positive integer. */
export function elementCount(label: string, shape: readonly number[]): number {
  if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(`tensor "${label}": dimensions must be positive integers, got [${shape.join(', ')}]`);
  }
  return shape.reduce((product, n) => product * n, 1);
}

/** Zeroed memory that starts at a multiple of a cache line, so that no vector straddles two. */
export function allocate(addon: NativeAddon, label: string, count: number, dtype: 'float' | 'int'): Memory {
  let buffer: ArrayBuffer;
  try {
    buffer = new ArrayBuffer(count * 4 + CACHE_LINE);
  } catch {
    throw new RangeError(`There is not enough memory for "${label}": it needs ${Math.ceil(count / 262144)} MB.`);
  }
  const start = (CACHE_LINE - addon.misalignment(buffer)) % CACHE_LINE;
  return dtype === 'int' ? new Int32Array(buffer, start, count) : new Float32Array(buffer, start, count);
}

/** The memory of a tensor of this device. */
export function memory(tensor: Tensor): Memory {
  if (tensor instanceof NativeTensor) return tensor.data;
  throw new TypeError(`tensor "${tensor.label}" belongs to another device, not to native`);
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
