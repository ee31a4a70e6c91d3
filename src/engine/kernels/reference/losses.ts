import type { Tensor } from '../kernels.ts';
import { floats, ints } from './tensor.ts';
import { sigmoid } from './vector.ts';

/**
 * loss += (Σ, number of elements) of binary cross-entropy from logits a, with ln σ(a) = -softplus(-a):
 *
 *     w y softplus(-a) + (1 - y) softplus(a)
 *     derivative by a:  (1 - y) σ(a) - w y (1 - σ(a))
 *
 * logits, targets [N,K]; mask [N] or null; positive weights w [K] or null (all 1).
 */
export function sigmoidCrossEntropy(
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
  positiveWeights: Tensor | null,
): void {
  const w = positiveWeights ? floats(positiveWeights, K) : new Float64Array(K).fill(1);
  elementwise(loss, dLogits, logits, targets, mask, N, K, (a, y, k) => {
    if (!(y >= 0 && y <= 1)) {
      throw new RangeError(`"${targets.label}" has a ${y}, expected a number from 0 (no) to 1 (yes)`);
    }
    const p = sigmoid(a);
    return {
      value: w[k] * y * softplus(-a) + (1 - y) * softplus(a),
      derivative: (1 - y) * p - w[k] * y * sigmoid(-a),
    };
  });
}

/** loss += (Σ (y - target)², number of elements); derivative 2 (y - target). outputs, targets [N,K]; mask [N] or null. */
export function squaredError(
  loss: Tensor,
  dOutputs: Tensor | null,
  outputs: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
): void {
  elementwise(loss, dOutputs, outputs, targets, mask, N, K, (y, target) => ({
    value: (y - target) ** 2,
    derivative: 2 * (y - target),
  }));
}

/** A loss that is a mean over elements; the gradient is that of this call's mean. */
function elementwise(
  loss: Tensor,
  dOutputs: Tensor | null,
  outputs: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
  of: (output: number, target: number, k: number) => { readonly value: number; readonly derivative: number },
): void {
  const total = floats(loss, 2);
  const out = floats(outputs, N * K);
  const want = floats(targets, N * K);
  const dOut = dOutputs && floats(dOutputs, N * K);
  const counts = mask && ints(mask, N);
  let elements = 0;
  for (let n = 0; n < N; n++) if (!counts || counts[n] !== 0) elements += K;
  for (let n = 0; n < N; n++) {
    const counted = !counts || counts[n] !== 0;
    for (let k = 0; k < K; k++) {
      const i = n * K + k;
      const { value, derivative } = counted ? of(out[i], want[i], k) : { value: 0, derivative: 0 };
      total[0] += value;
      if (dOut) dOut[i] = counted ? derivative / elements : 0;
    }
  }
  total[1] += elements;
}

/** ln(1 + eᵃ), without overflow. */
function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}
