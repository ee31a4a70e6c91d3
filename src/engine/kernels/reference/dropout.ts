import { philox } from '../../random.ts';
import type { RandomPosition, Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';

/**
 * Inverted dropout (Srivastava et al. 2014): y[i] = x[i] / (1 - p) where kept, else 0. Element i is dropped when its random
 * word, number i mod 4 of Philox block i div 4, is below p 2³². The derivative is the same map, so the backward is the same call.
 */
export function dropout(y: Tensor, x: Tensor, count: number, p: number, at: RandomPosition): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropout: the probability of dropping is ${p}, expected 0 ≤ p < 1`);
  const out = floats(y, count);
  const input = floats(x, count);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) philox(at.seed, at.stream, at.counter, i / 4, words);
    out[i] = words[i % 4] / 2 ** 32 < p ? 0 : input[i] / (1 - p);
  }
}
