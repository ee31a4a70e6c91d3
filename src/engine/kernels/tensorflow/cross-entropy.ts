import type { Tensor } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { oneHotRows } from './embedding.ts';
import { assign, floats, tokenIds } from './tensor.ts';

/**
 * loss += (Σ_n -ln p_n[target_n], number of targets), where p_n = softmax(logits_n); rows with target -1 are left out.
 *
 *     -ln p[y] = ln Σ_v e^(a_v - m) + m - a_y,   m = max a        (log-sum-exp: no overflow)
 *     d mean / da_v = (p_v - [v = y]) / number of targets
 *
 * With class weights w each term is multiplied by w[y], and the number of targets becomes Σ w[y].
 *
 * logits [N,V], targets [N], loss [2], dLogits [N,V] or null; it may be the same memory as logits.
 */
export function softmaxCrossEntropy(
  tf: TensorFlow,
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  N: number,
  V: number,
  classWeights: Tensor | null = null,
  meanOver: number | null = null,
): void {
  const { host, value: y } = tokenIds(targets, N, V, true);
  const a = floats(logits, [N, V]);
  const counts = tf.tensor1d(
    Uint8Array.from(host, (id) => Number(id >= 0)),
    'bool',
  ); // [N]
  const classes = tf.maximum(y, tf.scalar(0, 'int32'));
  const w = classWeights ? tf.gather(floats(classWeights, [V]), classes) : tf.ones([N]);
  const weights = tf.where(counts, w, 0); // [N], 0 at ignored rows
  const weight = tf.sum(weights); // of all targets

  const shifted = tf.sub(a, tf.max(a, 1, true)); // a - m
  const e = tf.exp(shifted);
  const sums = tf.sum(e, 1, true); // [N,1]
  const places = tf.tensor1d(
    host.map((id, n) => n * V + Math.max(id, 0)),
    'int32',
  );
  const ofTarget = tf.gather(tf.reshape(shifted, [N * V]), places);
  const values = tf.mul(weights, tf.sub(tf.log(tf.reshape(sums, [N])), ofTarget));
  const sum = tf.sum(tf.where(counts, values, 0));
  assign(loss, tf.stack([sum, weight]), true);
  if (!dLogits) return;

  const error = tf.sub(tf.div(e, sums), oneHotRows(tf, y, V));
  const share = tf.reshape(tf.divNoNan(weights, meanOver === null ? weight : tf.scalar(meanOver)), [N, 1]);
  assign(dLogits, tf.where(tf.reshape(counts, [N, 1]), tf.mul(share, error), 0));
}
