/** Numbers for tests: reproducible random ones, numerical gradients, and output buffers with guards around them. */
import { expect } from 'vitest';
import type { Kernels, Tensor } from '../../src/engine/kernels/kernels.ts';
import { Random } from '../../src/engine/random.ts';

/** A stream that nothing in the engine uses. */
const TEST_STREAM = 999_999;

/** `count` normal numbers; the same for the same seed. */
export function normals(seed: number, count: number, scale = 1): Float64Array {
  const random = new Random(seed, TEST_STREAM);
  return Float64Array.from({ length: count }, () => scale * random.normal());
}

/** `count` integers below `n`; the same for the same seed. */
export function integers(seed: number, count: number, n: number): Int32Array {
  const random = new Random(seed, TEST_STREAM, 1);
  return Int32Array.from({ length: count }, () => random.below(n));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Central differences of `f` by every element of a tensor: (f(x+ε) - f(x-ε)) / 2ε. In float64 with ε = 1e-5 the error is about
 * 1e-10. The tensor ends as it began.
 */
export async function numericalGradient(kernels: Kernels, x: Tensor, f: () => Promise<number>): Promise<Float64Array> {
  const epsilon = 1e-5;
  const values = await kernels.read(x);
  const gradient = new Float64Array(x.size);
  for (let i = 0; i < x.size; i++) {
    kernels.write(x, [values[i] + epsilon], i);
    const above = await f();
    kernels.write(x, [values[i] - epsilon], i);
    gradient[i] = (above - (await f())) / (2 * epsilon);
    kernels.write(x, [values[i]], i);
  }
  return gradient;
}

/** What numericalGradient is good for. */
export const GRADIENT_BOUND = { atol: 1e-8, rtol: 1e-6 };

/** Output tensors inside larger ones, filled with a number that no kernel writes, to catch stray writes. */
export class Guards {
  readonly #kernels: Kernels;
  readonly #parents: { readonly parent: Tensor; readonly size: number }[] = [];
  static readonly #margin = 64;
  static readonly #mark = 12345.0625;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  alloc(label: string, shape: readonly number[]): Tensor {
    const size = shape.reduce((product, n) => product * n, 1);
    const parent = this.#kernels.alloc(`guards of ${label}`, [size + 2 * Guards.#margin]);
    this.#kernels.fill(parent, Guards.#mark);
    this.#parents.push({ parent, size });
    return this.#kernels.view(parent, label, Guards.#margin, shape);
  }

  /** Fails if anything around the tensors changed. */
  async check(): Promise<void> {
    for (const { parent, size } of this.#parents) {
      const all = await this.#kernels.read(parent);
      const outside = [...all.slice(0, Guards.#margin), ...all.slice(Guards.#margin + size)];
      expect(
        outside.every((x) => x === Guards.#mark),
        `${parent.label} were overwritten`,
      ).toBe(true);
    }
  }
}
