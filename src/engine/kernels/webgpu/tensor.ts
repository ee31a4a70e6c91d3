import type { Tensor } from '../kernels.ts';

/** Views start at multiples of this many elements: 256 bytes, the largest alignment of a storage binding. */
export const VIEW_ALIGNMENT = 64;

/** Storage is rounded up to whole vec4s, so that a shader may read it as array<vec4<f32>>; what lies beyond `size` is 0. */
const VEC4_BYTES = 16;

/** One GPU buffer; tensors are windows on it. */
export interface GpuMemory {
  readonly buffer: GPUBuffer;
  /** Tells buffers apart in cache keys. */
  readonly id: number;
  /** Cached bind groups that name this buffer, so that they end with it. */
  readonly bindGroups: Set<string>;
  /**
   * What stands in a tensor of ints, as the host wrote, filled or copied it: ids and lengths are checked without reading them back. What
   * a shader writes (the steps of maxima) is not in it.
   */
  readonly integers: Int32Array | null;
  freed: boolean;
}

/** A tensor in GPU memory: f32 or i32 elements from `byteOffset` of `buffer`. */
export interface GpuTensor extends Tensor {
  readonly buffer: GPUBuffer;
  /** A multiple of 256. */
  readonly byteOffset: number;
  /** Bytes that a binding covers: `size` elements, rounded up to whole vec4s. */
  readonly byteLength: number;
}

/** The GpuTensor of this device, with what the context needs to know of its memory. */
export class DeviceTensor implements GpuTensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly memory: GpuMemory;
  /** False for views: freeing them frees nothing. */
  readonly owner: boolean;
  /** The binding, as text: two tensors with the same key are bound alike. */
  readonly key: string;

  constructor(
    label: string,
    shape: readonly number[],
    dtype: 'float' | 'int',
    memory: GpuMemory,
    place: { readonly byteOffset: number; readonly owner: boolean },
  ) {
    this.label = label;
    this.shape = [...shape];
    this.size = elementCount(label, shape);
    this.dtype = dtype;
    this.memory = memory;
    this.byteOffset = place.byteOffset;
    this.owner = place.owner;
    this.byteLength = paddedBytes(this.size);
    this.key = `${memory.id}@${this.byteOffset}+${this.byteLength}`;
  }

  get buffer(): GPUBuffer {
    return this.memory.buffer;
  }
}

/** Bytes of `count` elements, rounded up to whole vec4s. */
export function paddedBytes(count: number): number {
  return Math.ceil((count * 4) / VEC4_BYTES) * VEC4_BYTES;
}

/** Number of elements of a shape; throws RangeError unless every dimension is a positive integer. */
export function elementCount(label: string, shape: readonly number[]): number {
  if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(`tensor "${label}": dimensions must be positive integers, got [${shape.join(', ')}]`);
  }
  return shape.reduce((product, n) => product * n, 1);
}

/** A part of `parent`, sharing its memory, from element `offset`. */
export function viewOf(parent: DeviceTensor, label: string, offset: number, shape: readonly number[]): DeviceTensor {
  const count = elementCount(label, shape);
  if (offset % VIEW_ALIGNMENT !== 0 || offset < 0 || offset + count > parent.size) {
    throw new RangeError(
      `view "${label}": ${count} elements at ${offset} of "${parent.label}" (${parent.size}); ` +
        `a view lies inside its parent and starts at a multiple of ${VIEW_ALIGNMENT}`,
    );
  }
  const byteOffset = parent.byteOffset + offset * 4;
  return new DeviceTensor(label, shape, parent.dtype, parent.memory, { byteOffset, owner: false });
}

/**
 * The GPU tensor behind a tensor of the engine.
 * @param count elements that the caller needs
 * @throws TypeError when it is another device's, of the other type or freed; RangeError when it is too small
 */
export function gpuTensor(tensor: Tensor, dtype: 'float' | 'int', count: number): GpuTensor {
  const found = deviceTensor(tensor);
  if (found.dtype !== dtype) {
    throw new TypeError(`tensor "${tensor.label}" holds ${found.dtype}s, expected ${dtype}s`);
  }
  if (found.size < count) {
    throw new RangeError(`tensor "${tensor.label}" has ${found.size} elements, ${count} are needed`);
  }
  return found;
}

/** @throws TypeError unless it is a tensor of this device that still has its memory */
export function deviceTensor(tensor: Tensor): DeviceTensor {
  if (!(tensor instanceof DeviceTensor)) throw new TypeError(`tensor "${tensor.label}" belongs to another device`);
  if (tensor.memory.freed) throw new Error(`tensor "${tensor.label}" is used after it was freed`);
  return tensor;
}

/** A float tensor of at least `count` elements. */
export const floats = (tensor: Tensor, count: number): GpuTensor => gpuTensor(tensor, 'float', count);

/** An int tensor of at least `count` elements. */
export const ints = (tensor: Tensor, count: number): GpuTensor => gpuTensor(tensor, 'int', count);

/**
 * Ids or lengths that the host has written: `count` ints from `least` to `most`.
 * @throws RangeError that names the first one outside
 */
export function checkedInts(tensor: Tensor, count: number, least: number, most: number): GpuTensor {
  const found = ints(tensor, count);
  const { memory, byteOffset } = deviceTensor(found);
  const start = byteOffset / 4;
  for (let i = 0; i < count; i++) {
    const value = memory.integers![start + i]!;
    if (value < least || value > most) {
      throw new RangeError(`"${tensor.label}"[${i}] is ${value}, expected a whole number from ${least} to ${most}`);
    }
  }
  return found;
}

/** Ids of tokens of a vocabulary of V. */
export const tokenIds = (tensor: Tensor, N: number, V: number): GpuTensor => checkedInts(tensor, N, 0, V - 1);

/** Real steps of B sequences of up to T. */
export const checkedLengths = (tensor: Tensor, B: number, T: number): GpuTensor => checkedInts(tensor, B, 0, T);

export const floatsOrNull = (tensor: Tensor | null, count: number): GpuTensor | null => tensor && floats(tensor, count);
