import type { Kernels, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { Guards, integers, normals } from '../../numbers.ts';

/** float32 against float64, for sums of up to a few hundred products of standard-normal numbers. */
export const SINGLE = { atol: 1e-4, rtol: 1e-4 };

/** Operands on one device; outputs stand between guards and are filled with numbers that must not shine through. */
export class Operands {
  readonly kernels: Kernels;
  readonly #guards: Guards;
  readonly #outputs: Tensor[] = [];
  #seed = 1;

  constructor(kernels: Kernels) {
    this.kernels = kernels;
    this.#guards = new Guards(kernels);
  }

  input(shape: readonly number[], scale = 1): Tensor {
    const tensor = this.kernels.alloc('input', shape);
    this.kernels.write(tensor, Float32Array.from(normals(this.#seed++, tensor.size, scale)));
    return tensor;
  }

  ids(count: number, below: number, ignoreEvery = 0): Tensor {
    const tensor = this.kernels.alloc('ids', [count], 'int');
    const values = integers(this.#seed++, count, below);
    this.kernels.write(
      tensor,
      values.map((id, i) => (ignoreEvery > 0 && i % ignoreEvery === 0 ? -1 : id)),
    );
    return tensor;
  }

  output(shape: readonly number[]): Tensor {
    const tensor = this.#guards.alloc('output', shape);
    this.kernels.write(tensor, Float32Array.from(normals(this.#seed++, tensor.size)));
    this.#outputs.push(tensor);
    return tensor;
  }

  /** Real steps of sequences: from `least` to `most`, some of each. */
  lengths(count: number, least: number, most: number): Tensor {
    const tensor = this.kernels.alloc('lengths', [count], 'int');
    const values = integers(this.#seed++, count, most - least + 1);
    this.kernels.write(
      tensor,
      values.map((length) => least + length),
    );
    return tensor;
  }

  async results(): Promise<ArrayLike<number>[]> {
    await this.#guards.check();
    return Promise.all(this.#outputs.map((tensor) => this.kernels.read(tensor)));
  }
}

export type Run = (operands: Operands) => void;

const reference = createReferenceKernels();

/** Runs the same calls on the reference and on `kernels`; every output must agree. */
export async function expectSame(kernels: Kernels, run: Run, bound = SINGLE): Promise<void> {
  const [want, got] = [new Operands(reference), new Operands(kernels)];
  run(want);
  run(got);
  const wanted = await want.results();
  for (const [i, numbers] of (await got.results()).entries()) expectClose(numbers, wanted[i]!, bound, `output ${i}`);
}
