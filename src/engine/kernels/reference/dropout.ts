import { philox } from '../../random.ts';
import type { RandomPosition, Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';

/**
 * Inverted dropout (Srivastava et al. 2014): y[i] = x[i] / (1 - p) where kept, else 0. Element i is dropped when its random
 * word, number i mod 4 of Philox block i div 4, is below p 2³². The derivative is the same map, so the backward is the same call.
 * With a period, i counts from 0 again after every `period` elements: one mask for all steps (Gal & Ghahramani 2016).
 */
export function dropout(y: Tensor, x: Tensor, count: number, p: number, at: RandomPosition, period = count): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropout: the probability of dropping is ${p}, expected 0 ≤ p < 1`);
  const out = floats(y, count);
  const input = floats(x, count);
  if (!Number.isSafeInteger(period) || period < 1) {
    throw new RangeError(`dropout: the period of the mask is ${period}, expected a number of elements`);
  }
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i++) {
    const j = i % period;
    if (j % 4 === 0) philox(at.seed, at.stream, at.counter, j / 4, words);
    out[i] = words[j % 4] / 2 ** 32 < p ? 0 : input[i] / (1 - p);
  }
}
