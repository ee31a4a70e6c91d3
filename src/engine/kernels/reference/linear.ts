import type { Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct, row } from './vector.ts';

/** y = x Wᵀ + b, row by row. y [N,O], x [N,I], weight [O,I], bias [O] or null. */
export function linearForward(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  N: number,
  I: number,
  O: number,
): void {
  const out = floats(y, N * O);
  const input = floats(x, N * I);
  const W = floats(weight, O * I);
  const b = bias === null ? new Float64Array(O) : floats(bias, O).subarray(0, O);
  for (let n = 0; n < N; n++) {
    const yn = row(out, n, O);
    yn.set(b);
    addProduct(yn, W, row(input, n, I));
  }
}

/** dx = dy W; dW = Σ dy xᵀ; db = Σ dy. Each may be null; `accumulate` adds to dWeight and dBias. */
export function linearBackward(
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
  const dOut = floats(dy, N * O);
  const input = floats(x, N * I);
  const W = floats(weight, O * I);
  const dInput = dx && floats(dx, N * I);
  const dW = dWeight && floats(dWeight, O * I).subarray(0, O * I);
  const db = dBias && floats(dBias, O).subarray(0, O);
  dInput?.fill(0, 0, N * I);
  if (!accumulate) {
    dW?.fill(0);
    db?.fill(0);
  }
  for (let n = 0; n < N; n++) {
    const dyn = row(dOut, n, O);
    if (dInput) addTransposedProduct(row(dInput, n, I), W, dyn);
    if (dW) addOuterProduct(dW, dyn, row(input, n, I));
    if (db) add(db, dyn);
  }
}
