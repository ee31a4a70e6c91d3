/** Spectra of large matrices, by the products of a device: as model/spectrum.ts, for networks that people train. */
import type { HostArray, Kernels, Tensor } from '../kernels/kernels.ts';

/** ‖Aᵏ‖^(1/k) is within n^(1/k) of the spectral radius where A is well conditioned: with k = 2²⁴ closer than float32. */
const closest = 24;
/** The power method stops when a round changes the norm by less, and after this many rounds in any case. */
const enough = 1e-9;
const mostRounds = 300;

export class DeviceSpectrum {
  readonly #kernels: Kernels;
  readonly #n: number;
  readonly #squarings: number;
  readonly #power: Tensor; // [n,n], Aᵏ / ‖Aᵏ‖
  readonly #transposed: Tensor; // [n,n]
  readonly #square: Tensor; // [n,n]

  /** For matrices [n,n]. @param squarings m, of which k = 2ᵐ */
  constructor(kernels: Kernels, n: number, squarings = closest) {
    this.#kernels = kernels;
    this.#n = n;
    this.#squarings = squarings;
    this.#power = kernels.alloc('power', [n, n]);
    this.#transposed = kernels.alloc('transposed power', [n, n]);
    this.#square = kernels.alloc('square', [n, n]);
  }

  /** Largest |eigenvalue|, by Gelfand's formula. @param matrix [n,n], row-major */
  async radius(matrix: HostArray): Promise<number> {
    const n = this.#n;
    let power = matrix;
    let logarithm = 0; // ln ‖A^(2^m)‖ / 2^m
    for (let m = 0; m < this.#squarings; m++) {
      const norm = frobenius(power);
      if (norm === 0) return 0;
      logarithm += Math.log(norm) / 2 ** m;
      const unit = power.map((x) => x / norm);
      this.#kernels.write(this.#power, unit);
      this.#kernels.write(
        this.#transposed,
        unit.map((_, i) => unit[(i % n) * n + Math.floor(i / n)]!),
      );
      // y = x Wᵀ, with W = Pᵀ.
      this.#kernels.linearForward(this.#square, this.#power, this.#transposed, null, n, n, n);
      power = await this.#kernels.read(this.#square);
    }
    return Math.exp(logarithm);
  }

  dispose(): void {
    for (const tensor of [this.#power, this.#transposed, this.#square]) this.#kernels.free(tensor);
  }
}

/** Largest singular value, by the power method on AᵀA from a vector that is nowhere zero. @param matrix [n,n], row-major */
export function largestSingularValue(matrix: HostArray, n: number): number {
  let v = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i + 1) / 2);
  let sigma = 0;
  for (let round = 0; round < mostRounds; round++) {
    const size = Math.hypot(...v);
    if (size === 0) return 0;
    const Av = new Float64Array(n);
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) Av[i]! += matrix[i * n + j]! * (v[j]! / size);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) next[j]! += matrix[i * n + j]! * Av[i]!;
    const before = sigma;
    sigma = Math.hypot(...Av);
    if (Math.abs(sigma - before) <= enough * sigma) break;
    v = next;
  }
  return sigma;
}

function frobenius(matrix: HostArray): number {
  let sum = 0;
  for (const x of matrix) sum += x * x;
  return Math.sqrt(sum);
}
