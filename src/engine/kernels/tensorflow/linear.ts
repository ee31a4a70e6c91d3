import type { Tensor } from '../kernels.ts';
import type { TensorFlow } from './api.ts';
import { assign, floats } from './tensor.ts';

/** y = x Wᵀ + b. y [N,O], x [N,I], weight [O,I], bias [O] or null. */
export function linearForward(
  tf: TensorFlow,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  N: number,
  I: number,
  O: number,
): void {
  const product = tf.matMul(floats(x, [N, I]), floats(weight, [O, I]), false, true);
  assign(y, bias ? tf.add(product, floats(bias, [O])) : product);
}

/** dx = dy W; dW = dyᵀ x; db = Σ dy. Each may be null; `accumulate` adds to dWeight and dBias. */
export function linearBackward(
  tf: TensorFlow,
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
  const dOut = floats(dy, [N, O]);
  const [input, W] = [floats(x, [N, I]), floats(weight, [O, I])];
  if (dx) assign(dx, tf.matMul(dOut, W));
  if (dWeight) assign(dWeight, tf.matMul(dOut, input, true, false), accumulate);
  if (dBias) assign(dBias, tf.sum(dOut, 0), accumulate);
}
