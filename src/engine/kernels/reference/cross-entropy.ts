import type { Tensor } from '../kernels.ts';
import { floats, tokenIds } from './tensor.ts';
import { row } from './vector.ts';

/**
 * loss += (Σ_n -ln p_n[target_n], number of targets), where p_n = softmax(logits_n); rows with target -1 are left out.
 *
 *     -ln p[y] = ln Σ_v e^(a_v - m) + m - a_y,   m = max a        (log-sum-exp: no overflow)
 *     d mean / da_v = (p_v - [v = y]) / number of targets
 *
 * With class weights w each term is multiplied by w[y], and the number of targets becomes Σ w[y]. `meanOver` replaces it in the derivative.
 *
 * logits [N,V], targets [N], loss [2], dLogits [N,V] or null; it may be the same memory as logits.
 */
export function softmaxCrossEntropy(
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  N: number,
  V: number,
  classWeights: Tensor | null = null,
  meanOver: number | null = null,
): void {
  const total = floats(loss, 2);
  const a = floats(logits, N * V);
  const da = dLogits && floats(dLogits, N * V);
  const ids = tokenIds(targets, N, V, true);
  const w = classWeights ? floats(classWeights, V) : new Float64Array(V).fill(1);
  let weight = 0; // of all targets
  for (let n = 0; n < N; n++) if (ids[n] >= 0) weight += w[ids[n]];
  const denominator = meanOver ?? weight;

  for (let n = 0; n < N; n++) {
    const y = ids[n];
    if (y < 0) {
      if (da) row(da, n, V).fill(0);
      continue;
    }
    const an = row(a, n, V);
    const m = an.reduce((largest, av) => Math.max(largest, av), -Infinity);
    const sum = an.reduce((partial, av) => partial + Math.exp(av - m), 0);
    total[0] += w[y] * (Math.log(sum) + m - an[y]);
    if (!da) continue;
    const dan = row(da, n, V);
    for (let v = 0; v < V; v++) {
      const p = Math.exp(an[v] - m) / sum;
      dan[v] = denominator === 0 ? 0 : (w[y] * (p - (v === y ? 1 : 0))) / denominator;
    }
  }
  total[1] += weight;
}
