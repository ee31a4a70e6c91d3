import type { Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';

/**
 * Clipping by global norm (Pascanu et al. 2013): norm = ‖g‖₂, then g ← g min(1, maxNorm / (norm + epsilon)). A norm that is
 * not finite leaves g as it is. norm [1].
 */
export function clipByGlobalNorm(norm: Tensor, gradients: Tensor, maxNorm: number, epsilon: number): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: the largest norm is ${maxNorm}, expected more than 0`);
  const g = floats(gradients, gradients.size);
  const length = Math.sqrt(g.reduce((sum, gi) => sum + gi * gi, 0));
  floats(norm, 1)[0] = length;
  if (!Number.isFinite(length)) return;
  const scale = Math.min(1, maxNorm / (length + epsilon));
  for (let i = 0; i < g.length; i++) g[i] *= scale;
}
