/**
 * A model's parameters. One list says what they are; allocation, initialisation, optimisers, checkpoints, export and screens all
 * read it. They live in one flat tensor (and their gradients in another), so that clipping and an optimiser are one call each.
 */
import type { HostArray, Kernels, Tensor } from '../kernels/kernels.ts';
import { Random, STREAM } from '../random.ts';
import { elements } from './buffers.ts';

/** How a parameter starts. */
export type Initialisation =
  | { readonly kind: 'uniform'; readonly bound: number } // U(-bound, bound)
  | { readonly kind: 'normal' } // N(0, 1)
  | { readonly kind: 'constant'; readonly value: number };

export interface ParameterSpec {
  /** PyTorch's name in the state dict. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialisation: Initialisation;
}

/** A parameter on a device. Both tensors are windows on the flat ones. */
export interface Parameter extends ParameterSpec {
  /** First element in the flat tensors. */
  readonly offset: number;
  readonly value: Tensor;
  readonly gradient: Tensor | null; // null unless the set was made for training
}

/** One parameter's share of a flat tensor: its value, its gradient or an optimiser's slot. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** Parameters start at multiples of this many elements: what `Kernels.view` needs. */
export const PARAMETER_ALIGNMENT = 64;

/** Where each parameter starts in the flat tensors, and their size. What lies between parameters stays zero. */
export function layOut(specs: readonly ParameterSpec[]): {
  readonly offsets: readonly number[];
  readonly size: number;
} {
  let size = 0;
  const offsets = specs.map((spec) => {
    const offset = size;
    size += Math.ceil(elements(spec.shape) / PARAMETER_ALIGNMENT) * PARAMETER_ALIGNMENT;
    return offset;
  });
  return { offsets, size };
}

export class ParameterSet {
  readonly list: readonly Parameter[];
  readonly values: Tensor; // [size], all parameters
  readonly gradients: Tensor | null; // [size], all gradients; null unless for training
  /** Number of parameters, alignment not counted. */
  readonly count: number;
  readonly #kernels: Kernels;
  readonly #byName: ReadonlyMap<string, Parameter>;

  /** Allocates the parameters, all zero, and with `training` their gradients. */
  constructor(kernels: Kernels, specs: readonly ParameterSpec[], training: boolean) {
    const { offsets, size } = layOut(specs);
    this.#kernels = kernels;
    this.values = kernels.alloc('parameters', [size]);
    this.gradients = training ? kernels.alloc('gradients', [size]) : null;
    kernels.fill(this.values, 0);
    if (this.gradients) kernels.fill(this.gradients, 0);
    this.list = specs.map((spec, i) => ({
      ...spec,
      offset: offsets[i],
      value: kernels.view(this.values, spec.name, offsets[i], spec.shape),
      gradient: this.gradients && kernels.view(this.gradients, `d ${spec.name}`, offsets[i], spec.shape),
    }));
    this.count = this.list.reduce((sum, parameter) => sum + parameter.value.size, 0);
    this.#byName = new Map(this.list.map((parameter) => [parameter.name, parameter]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws RangeError naming the parameters that there are */
  get(name: string): Parameter {
    const parameter = this.#byName.get(name);
    if (!parameter) {
      const names = this.list.map((known) => known.name).join(', ');
      throw new RangeError(`There is no parameter "${name}"; this model has ${names}.`);
    }
    return parameter;
  }

  /** Draws all parameters anew. Each has random numbers of its own: the same seed gives the same model on every device. */
  initialise(seed: number): void {
    const flat = new Float64Array(this.values.size);
    for (const [i, { offset, value, initialisation }] of this.list.entries()) {
      const random = new Random(seed, STREAM.initialisation, i);
      for (let j = 0; j < value.size; j++) flat[offset + j] = drawInitial(initialisation, random);
    }
    this.#kernels.write(this.values, flat);
  }

  /** The share of every parameter, in order, of a flat tensor: `values`, `gradients`, or an optimiser's slot laid out alike. */
  async read(flat: Tensor): Promise<NamedArray[]> {
    const all = await this.#kernels.read(flat);
    return this.list.map(({ name, shape, offset, value }) => ({
      name,
      shape,
      data: all.slice(offset, offset + value.size),
    }));
  }

  /**
   * Writes every parameter's share of a flat tensor from what `find` gives for its name.
   * @throws RangeError when a shape is not the parameter's
   */
  write(
    flat: Tensor,
    find: (name: string) => { readonly shape: readonly number[]; readonly data: HostArray | readonly number[] },
  ): void {
    const all = new Float64Array(this.values.size);
    for (const { name, shape, offset } of this.list) {
      const source = find(name);
      if (source.shape.join() !== shape.join() || source.data.length !== elements(shape)) {
        throw new RangeError(
          `"${name}" has shape [${source.shape.join(', ')}] with ${source.data.length} numbers, this model needs [${shape.join(', ')}]`,
        );
      }
      all.set(source.data, offset);
    }
    this.#kernels.write(flat, all);
  }

  /**
   * Overwrites rows of a matrix and leaves the others: pre-trained word vectors in an embedding.
   * @param rows row index → its numbers
   * @throws RangeError when there is no such row, or it has another width
   */
  async writeRows(name: string, rows: ReadonlyMap<number, ArrayLike<number>>): Promise<void> {
    const { value, shape } = this.get(name);
    const [count, width] = shape;
    const all = Float64Array.from(await this.#kernels.read(value));
    for (const [row, numbers] of rows) {
      if (!Number.isInteger(row) || row < 0 || row >= count) {
        throw new RangeError(`"${name}" has rows 0 to ${count - 1}, not ${row}.`);
      }
      if (numbers.length !== width) {
        throw new RangeError(`Row ${row} of "${name}" has ${width} numbers; these are ${numbers.length}.`);
      }
      all.set(Array.from(numbers), row * width);
    }
    this.#kernels.write(value, all);
  }

  dispose(): void {
    for (const { value, gradient } of this.list) {
      this.#kernels.free(value);
      if (gradient) this.#kernels.free(gradient);
    }
    this.#kernels.free(this.values);
    if (this.gradients) this.#kernels.free(this.gradients);
  }
}

function drawInitial(initialisation: Initialisation, random: Random): number {
  switch (initialisation.kind) {
    case 'normal':
      return random.normal();
    case 'constant':
      return initialisation.value;
    case 'uniform':
      return (2 * random.uniform() - 1) * initialisation.bound;
  }
}
