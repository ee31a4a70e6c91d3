import { LAYER_NORM_EPSILON, type Tensor } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { assign, floats } from './tensor.ts';

/** y = gain (x - μ) r + bias, row by row; r = 1/√(variance + ε). x, y [N,F], gain, bias [F], statistics [N,2] = (μ, r). */
export function layerNormForward(
  tf: TensorFlow,
  y: Tensor,
  statistics: Tensor,
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  N: number,
  F: number,
): void {
  const input = floats(x, [N, F]);
  const mean = tf.mean(input, 1, true);
  const centred = tf.sub(input, mean);
  const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), LAYER_NORM_EPSILON));
  assign(y, tf.add(tf.mul(floats(gain, [F]), tf.mul(centred, r)), floats(bias, [F])));
  assign(statistics, tf.concat([mean, r], 1));
}

/** With x̂ = (x - μ) r and g = dy gain: dx = r (g - mean(g) - x̂ mean(g x̂)); dGain = Σ dy x̂; dBias = Σ dy. */
export function layerNormBackward(
  tf: TensorFlow,
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
  const dOut = floats(dy, [N, F]);
  const [mean, r] = tf.split(floats(statistics, [N, 2]), 2, 1);
  const normal = tf.mul(tf.sub(floats(x, [N, F]), mean!), r!); // x̂
  const g = tf.mul(dOut, floats(gain, [F]));
  const meanG = tf.mean(g, 1, true);
  const meanGX = tf.mean(tf.mul(g, normal), 1, true);
  assign(dGain, tf.sum(tf.mul(dOut, normal), 0), accumulate);
  assign(dBias, tf.sum(dOut, 0), accumulate);
  assign(dx, tf.mul(r!, tf.sub(tf.sub(g, meanG), tf.mul(normal, meanGX))));
}
