import type { HostArray, Tensor } from '../kernels.ts';

/** A tensor of the reference device: a typed array. Views are subarrays of their parent's memory. */
export class ReferenceTensor implements Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
  #data: Float64Array | Int32Array | null;

  constructor(label: string, shape: readonly number[], data: Float64Array | Int32Array) {
    this.label = label;
    this.shape = [...shape];
    this.size = data.length;
    this.dtype = data instanceof Float64Array ? 'float' : 'int';
    this.#data = data;
  }

  /** The memory itself; throws once the tensor is freed. */
  get data(): Float64Array | Int32Array {
    if (this.#data === null) throw new Error(`tensor "${this.label}" is used after it was freed`);
    return this.#data;
  }

  release(): void {
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

/** The memory of a tensor of this device. */
export function memory(tensor: Tensor): Float64Array | Int32Array {
  if (tensor instanceof ReferenceTensor) return tensor.data;
  throw new TypeError(`tensor "${tensor.label}" belongs to another device, not to reference`);
}

/** The numbers of a float tensor that must hold at least `count`. */
export function floats(tensor: Tensor, count: number): Float64Array {
  const data = memory(tensor);
  if (!(data instanceof Float64Array)) throw new TypeError(`tensor "${tensor.label}" holds integers, expected floats`);
  requireSize(tensor, count);
  return data;
}

/** The numbers of an int tensor that must hold at least `count`. */
export function ints(tensor: Tensor, count: number): Int32Array {
  const data = memory(tensor);
  if (!(data instanceof Int32Array)) throw new TypeError(`tensor "${tensor.label}" holds floats, expected integers`);
  requireSize(tensor, count);
  return data;
}

/** Token ids, checked: each one of 0 … V-1, or also -1 where `ignored` ones may stand. */
export function tokenIds(tensor: Tensor, N: number, V: number, ignored = false): Int32Array {
  const ids = ints(tensor, N);
  const smallest = ignored ? -1 : 0;
  for (let n = 0; n < N; n++) {
    if (ids[n] < smallest || ids[n] >= V) {
      throw new RangeError(`"${tensor.label}"[${n}] is ${ids[n]}, expected an id from ${smallest} to ${V - 1}`);
    }
  }
  return ids;
}

/** The lengths of B sequences of T steps, checked. */
export function checkedLengths(tensor: Tensor, T: number, B: number): Int32Array {
  const lengths = ints(tensor, B);
  for (let b = 0; b < B; b++) {
    if (lengths[b] < 0 || lengths[b] > T) {
      throw new RangeError(`"${tensor.label}"[${b}] is ${lengths[b]}, expected a length from 0 to ${T}`);
    }
  }
  return lengths;
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

function requireSize(tensor: Tensor, count: number): void {
  if (tensor.size < count) {
    throw new RangeError(`tensor "${tensor.label}" has ${tensor.size} elements, the operation needs ${count}`);
  }
}
