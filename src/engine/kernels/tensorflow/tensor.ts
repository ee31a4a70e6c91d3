import type { HostArray, Tensor } from '../kernels.ts';
import type { Value } from './api.ts';
import type { Memory } from './memory.ts';
import { Storage } from './storage.ts';

/** Views start at multiples of this many elements. */
const VIEW_ALIGNMENT = 64;

/** A tensor of this device: a part of a storage, or all of it. */
export class TensorflowTensor implements Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
  readonly #storage: Storage;
  readonly #offset: number;
  readonly #parent: TensorflowTensor | null;
  #freed = false;

  constructor(label: string, shape: readonly number[], storage: Storage, offset = 0, parent?: TensorflowTensor) {
    this.label = label;
    this.shape = [...shape];
    this.size = elementCount(label, shape);
    this.dtype = storage.dtype;
    this.#storage = storage;
    this.#offset = offset;
    this.#parent = parent ?? null;
  }

  view(label: string, offset: number, shape: readonly number[]): TensorflowTensor {
    const count = elementCount(label, shape);
    if (offset % VIEW_ALIGNMENT !== 0 || offset < 0 || offset + count > this.size) {
      throw new RangeError(
        `view "${label}": ${count} elements at ${offset} of "${this.label}" (${this.size}); ` +
          `a view lies inside its parent and starts at a multiple of ${VIEW_ALIGNMENT}`,
      );
    }
    return new TensorflowTensor(label, shape, this.#storage, this.#offset + offset, this);
  }

  get memory(): Memory {
    return this.#storage.memory;
  }

  /** Elements from `offset` on, as many as `shape` says, in that shape. Inside Memory.run. */
  values(shape: readonly number[], offset = 0): Value {
    const count = elementCount(this.label, shape);
    this.#require(offset, count);
    return this.memory.tf.reshape(this.#storage.read(this.#offset + offset, count), [...shape]);
  }

  /** What the device computed takes the place of as many elements from `offset` on. Inside Memory.run. */
  write(offset: number, values: Value): void {
    this.#require(offset, values.size);
    this.#storage.write(this.#offset + offset, values);
  }

  /** The same with the host's numbers, which are copied. Inside Memory.run. */
  upload(offset: number, values: HostArray | readonly number[]): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > this.size) {
      throw new RangeError(
        `writing ${values.length} elements at ${offset} does not fit tensor "${this.label}" of ${this.size}`,
      );
    }
    this.#require(offset, values.length);
    if (values.length === 0) return;
    const { tf } = this.memory;
    if (this.dtype === 'int') {
      const ints = Int32Array.from(values);
      this.#storage.write(this.#offset + offset, tf.tensor1d(ints, 'int32'), ints);
    } else {
      this.#storage.write(this.#offset + offset, tf.tensor1d(Float32Array.from(values)));
    }
  }

  /** The first `count` elements of `source` take the place of as many here. Inside Memory.run. */
  copy(source: TensorflowTensor, count: number): void {
    const values = source.values([count]);
    this.#require(0, count);
    this.#storage.write(this.#offset, values, source.#host(count));
  }

  /** Inside Memory.run. */
  fill(value: number): void {
    if (this.dtype === 'int') this.upload(0, new Int32Array(this.size).fill(value));
    else this.write(0, this.memory.tf.fill([this.size], value));
  }

  /** The integers as the host wrote them. */
  host(count: number): Int32Array {
    this.#require(0, count);
    const host = this.#host(count);
    if (host === null)
      throw new TypeError(`tensor "${this.label}" holds what the device computed, expected tokens or lengths`);
    return host;
  }

  release(): void {
    if (!this.#freed && this.#parent === null) this.#storage.release();
    this.#freed = true;
  }

  #host(count: number): Int32Array | null {
    return this.#storage.host?.subarray(this.#offset, this.#offset + count) ?? null;
  }

  get #gone(): boolean {
    return this.#freed || (this.#parent !== null && this.#parent.#gone);
  }

  #require(offset: number, count: number): void {
    if (this.#gone) throw new Error(`tensor "${this.label}" is used after it was freed`);
    if (offset + count > this.size) {
      throw new RangeError(`tensor "${this.label}" has ${this.size} elements, the operation needs ${offset + count}`);
    }
  }
}

export function allocate(memory: Memory, label: string, shape: readonly number[], dtype: 'float' | 'int') {
  return new TensorflowTensor(label, shape, new Storage(memory, elementCount(label, shape), dtype));
}

/** Number of elements of a shape; throws RangeError unless every dimension is a positive integer. */
export function elementCount(label: string, shape: readonly number[]): number {
  if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(`tensor "${label}": dimensions must be positive integers, got [${shape.join(', ')}]`);
  }
  return shape.reduce((product, n) => product * n, 1);
}

/** A tensor of this device. */
export function own(tensor: Tensor): TensorflowTensor {
  if (tensor instanceof TensorflowTensor) return tensor;
  throw new TypeError(`tensor "${tensor.label}" belongs to another device, not to tensorflow`);
}

/** The first numbers of a float tensor, as many as `shape` says, in that shape. */
export function floats(tensor: Tensor, shape: readonly number[]): Value {
  return floatTensor(tensor).values(shape);
}

/** The numbers take the place of the tensor's first ones, or are added to them. */
export function assign(tensor: Tensor, values: Value, accumulate = false): void {
  const target = floatTensor(tensor);
  const { tf } = target.memory;
  target.write(0, accumulate ? tf.add(target.values(values.shape), values) : values);
}

export function floatTensor(tensor: Tensor): TensorflowTensor {
  if (tensor.dtype !== 'float') throw new TypeError(`tensor "${tensor.label}" holds integers, expected floats`);
  return own(tensor);
}

export function intTensor(tensor: Tensor): TensorflowTensor {
  if (tensor.dtype !== 'int') throw new TypeError(`tensor "${tensor.label}" holds floats, expected integers`);
  return own(tensor);
}

/** Token ids, checked: each one of 0 … V-1, or also -1 where `ignored` ones may stand. As the host knows them, and on the device, [N]. */
export function tokenIds(tensor: Tensor, N: number, V: number, ignored = false): { host: Int32Array; value: Value } {
  const ids = intTensor(tensor);
  const host = ids.host(N);
  const smallest = ignored ? -1 : 0;
  for (let n = 0; n < N; n++) {
    if (host[n] < smallest || host[n] >= V) {
      throw new RangeError(`"${tensor.label}"[${n}] is ${host[n]}, expected an id from ${smallest} to ${V - 1}`);
    }
  }
  return { host, value: ids.values([N]) };
}

/** The lengths of B sequences of T steps, checked; T for each where there are none. */
export function checkedLengths(tensor: Tensor | null, T: number, B: number): Int32Array {
  if (tensor === null) return new Int32Array(B).fill(T);
  const lengths = intTensor(tensor).host(B);
  for (let b = 0; b < B; b++) {
    if (lengths[b] < 0 || lengths[b] > T) {
      throw new RangeError(`"${tensor.label}"[${b}] is ${lengths[b]}, expected a length from 0 to ${T}`);
    }
  }
  return lengths;
}
