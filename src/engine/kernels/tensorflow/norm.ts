import type { Tensor } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { assign, floats } from './tensor.ts';

/**
 * Clipping by global norm (Pascanu et al. 2013): norm = ‖g‖₂, then g ← g min(1, maxNorm / (norm + epsilon)). A norm that is
 * not finite leaves g as it is. norm [1]. The norm stays on the device: nothing waits for it.
 */
export function clipByGlobalNorm(
  tf: TensorFlow,
  norm: Tensor,
  gradients: Tensor,
  maxNorm: number,
  epsilon: number,
): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: the largest norm is ${maxNorm}, expected more than 0`);
  const g = floats(gradients, [gradients.size]);
  const length = tf.sqrt(tf.sum(tf.square(g)));
  assign(norm, tf.reshape(length, [1]));
  if (maxNorm === Infinity) return;
  const scale = tf.minimum(1, tf.div(maxNorm, tf.add(length, epsilon)));
  assign(gradients, tf.mul(g, tf.where(tf.isFinite(length), scale, 1)));
}
