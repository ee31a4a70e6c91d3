import { LAYER_NORM_EPSILON, type Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';
import { row } from './vector.ts';

/** y = gain (x - μ) r + bias, row by row; r = 1/√(variance + ε). x, y [N,F], gain, bias [F], statistics [N,2] = (μ, r). */
export function layerNormForward(
  y: Tensor,
  statistics: Tensor,
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  N: number,
  F: number,
): void {
  const out = floats(y, N * F);
  const saved = floats(statistics, N * 2);
  const input = floats(x, N * F);
  const g = floats(gain, F);
  const b = floats(bias, F);
  for (let n = 0; n < N; n++) {
    const xn = row(input, n, F);
    const yn = row(out, n, F);
    const mean = xn.reduce((sum, xj) => sum + xj, 0) / F;
    const variance = xn.reduce((sum, xj) => sum + (xj - mean) ** 2, 0) / F;
    const r = 1 / Math.sqrt(variance + LAYER_NORM_EPSILON);
    for (let j = 0; j < F; j++) yn[j] = g[j] * (xn[j] - mean) * r + b[j];
    saved.set([mean, r], n * 2);
  }
}

/** With x̂ = (x - μ) r and g = dy gain: dx = r (g - mean(g) - x̂ mean(g x̂)); dGain = Σ dy x̂; dBias = Σ dy. */
export function layerNormBackward(
  dx: Tensor,
  dGain: Tensor,
  dBias: Tensor,
  dy: Tensor,
  x: Tensor,
  statistics: Tensor,
  gain: Tensor,
  N: number,
  F: number,
  accumulate: boolean,
): void {
  const dInput = floats(dx, N * F);
  const dG = floats(dGain, F);
  const db = floats(dBias, F);
  const dOut = floats(dy, N * F);
  const input = floats(x, N * F);
  const saved = floats(statistics, N * 2);
  const weight = floats(gain, F);
  if (!accumulate) {
    dG.fill(0, 0, F);
    db.fill(0, 0, F);
  }
  for (let n = 0; n < N; n++) {
    const [mean, r] = row(saved, n, 2);
    const normal = row(input, n, F).map((xj) => (xj - mean) * r); // x̂
    const dyn = row(dOut, n, F);
    const g = dyn.map((dj, j) => dj * weight[j]);
    const meanG = g.reduce((sum, gj) => sum + gj, 0) / F;
    const meanGX = g.reduce((sum, gj, j) => sum + gj * normal[j], 0) / F;
    for (let j = 0; j < F; j++) {
      dG[j] += dyn[j] * normal[j];
      db[j] += dyn[j];
    }
    row(dInput, n, F).set(g.map((gj, j) => r * (gj - meanG - normal[j] * meanGX)));
  }
}
