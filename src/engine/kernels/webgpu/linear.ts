import type { Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { columnSums, product } from './matmul.ts';
import { floats } from './tensor.ts';

/** y = x Wᵀ + b. y [N,O], x [N,I], weight [O,I], bias [O] or null. */
export function linearForward(
  gpu: GpuContext,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  N: number,
  I: number,
  O: number,
): void {
  const Y = { tensor: floats(y, N * O), stride: O };
  const X = { tensor: floats(x, N * I), stride: I };
  const W = { tensor: floats(weight, O * I), stride: I };
  product(gpu, 'nt', [N, O, I], Y, X, W, { bias: bias && floats(bias, O), weights: true });
}

/** dx = dy W; dW = dyᵀ x; db = Σ dy. Each may be null; `accumulate` adds to dWeight and dBias. */
export function linearBackward(
  gpu: GpuContext,
  dx: Tensor | null,
  dWeight: Tensor | null,
  dBias: Tensor | null,
  dy: Tensor,
  x: Tensor,
  weight: Tensor,
  N: number,
  I: number,
  O: number,
  accumulate: boolean,
): void {
  const dY = { tensor: floats(dy, N * O), stride: O };
  const X = { tensor: floats(x, N * I), stride: I };
  const W = { tensor: floats(weight, O * I), stride: I };
  if (dx) product(gpu, 'nn', [N, I, O], { tensor: floats(dx, N * I), stride: I }, dY, W, { weights: true });
  if (dWeight) product(gpu, 'tn', [O, I, N], { tensor: floats(dWeight, O * I), stride: I }, dY, X, { accumulate });
  if (dBias) columnSums(gpu, floats(dBias, O), dY, N, O, { accumulate });
}
