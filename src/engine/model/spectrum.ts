/** How much a recurrent matrix can stretch a gradient (Pascanu et al. 2013; Goodfellow et al. 2016, section 10.7). Pure module. */

/**
 * Spectral radius, the largest |eigenvalue|, by Gelfand's formula: ‖Aᵏ‖^(1/k) for k = 2⁶⁰, squaring again and again. The norm of each
 * power is taken out before the next squaring, so nothing overflows.
 * @param matrix [n,n], row-major
 */
export function spectralRadius(matrix: ArrayLike<number>, n: number): number {
  let power = Float64Array.from(matrix);
  let logarithm = 0; // ln ‖A^(2^m)‖ / 2^m
  for (let m = 0; m < 60; m++) {
    const norm = Math.hypot(...power);
    if (norm === 0) return 0;
    logarithm += Math.log(norm) / 2 ** m;
    const unit = power.map((x) => x / norm);
    power = product(unit, unit, n);
  }
  return Math.exp(logarithm);
}

/** Spectral norm, the largest singular value: the root of the spectral radius of AᵀA. @param matrix [n,n], row-major */
export function spectralNorm(matrix: ArrayLike<number>, n: number): number {
  const a = Float64Array.from(matrix);
  const transposed = a.map((_, i) => a[(i % n) * n + Math.floor(i / n)]);
  return Math.sqrt(spectralRadius(product(transposed, a, n), n));
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
    }
  }
  return c;
}
