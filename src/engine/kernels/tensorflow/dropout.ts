import { philox } from '../../random.ts';
import type { RandomPosition, Tensor } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { assign, floats } from './tensor.ts';

/**
 * Inverted dropout (Srivastava et al. 2014): y[i] = x[i] / (1 - p) where kept, else 0. Element i is dropped when its random
 * word, number i mod 4 of Philox block i div 4, is below p 2³². The derivative is the same map, so the backward is the same call.
 * With a period, i counts from 0 again after every `period` elements: one mask for all steps (Gal & Ghahramani 2016).
 *
 * TensorFlow.js has no 32-bit unsigned arithmetic, so the mask is drawn here and uploaded, a byte for each element.
 */
export function dropout(
  tf: TensorFlow,
  y: Tensor,
  x: Tensor,
  count: number,
  p: number,
  at: RandomPosition,
  period = count,
): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropout: the probability of dropping is ${p}, expected 0 ≤ p < 1`);
  if (!Number.isSafeInteger(period) || period < 1) {
    throw new RangeError(`dropout: the period of the mask is ${period}, expected a number of elements`);
  }
  const kept = new Uint8Array(count);
  const words = new Uint32Array(4);
  const drawn = Math.min(period, count);
  for (let i = 0; i < drawn; i++) {
    if (i % 4 === 0) philox(at.seed, at.stream, at.counter, i / 4, words);
    kept[i] = Number(words[i % 4]! / 2 ** 32 >= p);
  }
  for (let i = drawn; i < count; i++) kept[i] = kept[i - period]!;
  assign(y, tf.where(tf.tensor1d(kept, 'bool'), tf.div(floats(x, [count]), 1 - p), 0));
}
