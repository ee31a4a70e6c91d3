import type { Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, floats, intTensor } from './tensor.ts';

/**
 * loss += (Σ, number of elements) of binary cross-entropy from logits a, with ln σ(a) = -softplus(-a):
 *
 *     w y softplus(-a) + (1 - y) softplus(a)
 *     derivative by a:  (1 - y) σ(a) - w y (1 - σ(a))
 *
 * logits, targets [N,K]; mask [N] or null; positive weights w [K] or null (all 1). The targets are on the device: that they lie
 * between 0 and 1 is not checked.
 */
export function sigmoidCrossEntropy(
  tf: TensorFlow,
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
  positiveWeights: Tensor | null,
): void {
  const [a, y] = [floats(logits, [N, K]), floats(targets, [N, K])];
  const wy = positiveWeights ? tf.mul(floats(positiveWeights, [K]), y) : y;
  const no = tf.sub(1, y);
  const values = tf.add(tf.mul(wy, softplus(tf, tf.neg(a))), tf.mul(no, softplus(tf, a)));
  const derivatives = tf.sub(tf.mul(no, tf.sigmoid(a)), tf.mul(wy, tf.sigmoid(tf.neg(a))));
  addMean(tf, loss, dLogits, values, derivatives, mask);
}

/** loss += (Σ (y - target)², number of elements); derivative 2 (y - target). outputs, targets [N,K]; mask [N] or null. */
export function squaredError(
  tf: TensorFlow,
  loss: Tensor,
  dOutputs: Tensor | null,
  outputs: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
): void {
  const difference = tf.sub(floats(outputs, [N, K]), floats(targets, [N, K]));
  addMean(tf, loss, dOutputs, tf.square(difference), tf.mul(2, difference), mask);
}

/** A loss that is a mean over the elements [N,K] of the rows that count; the gradient is that of this call's mean. */
function addMean(
  tf: TensorFlow,
  loss: Tensor,
  gradient: Tensor | null,
  values: Value,
  derivatives: Value,
  mask: Tensor | null,
): void {
  const [N, K] = values.shape as [number, number];
  const rows = mask ? Uint8Array.from(intTensor(mask).host(N), (m) => Number(m !== 0)) : new Uint8Array(N).fill(1);
  const elements = K * rows.reduce((sum, row) => sum + row, 0);
  const counts = tf.tensor2d(rows, [N, 1], 'bool');
  assign(loss, tf.stack([tf.sum(tf.where(counts, values, 0)), tf.scalar(elements)]), true);
  if (gradient) assign(gradient, tf.where(counts, tf.div(derivatives, Math.max(elements, 1)), 0));
}

/** ln(1 + eᵃ), without overflow. */
function softplus(tf: TensorFlow, a: Value): Value {
  return tf.add(tf.relu(a), tf.log1p(tf.exp(tf.neg(tf.abs(a)))));
}
