import type { PoolingShape, Tensor } from '../kernels.ts';
import { checkedLengths, floats, ints } from './tensor.ts';
import { row } from './vector.ts';

/**
 * One vector of a sequence's n real steps:
 *
 *     last:  y_j = x_(n-1),j, and x_0,j for the columns of a right-to-left direction
 *     mean:  y_j = Σ_t x_t,j / n
 *     max:   y_j = max_t x_t,j
 */
export function poolForward(
  shape: PoolingShape,
  y: Tensor,
  argmax: Tensor | null,
  x: Tensor,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F } = shape;
  const out = floats(y, B * F);
  const input = floats(x, T * B * F);
  const n = lengthsOf(lengths, T, B);
  const from = argmaxOf(shape, argmax);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < F; j++) {
      const at = (t: number) => input[(t * B + b) * F + j];
      const i = b * F + j;
      if (kind === 'last') {
        out[i] = n[b] > 0 ? at(lastStep(shape, n[b], j)) : 0;
      } else if (kind === 'mean') {
        let sum = 0;
        for (let t = 0; t < n[b]; t++) sum += at(t);
        out[i] = n[b] > 0 ? sum / n[b] : 0;
      } else {
        let best = -1;
        for (let t = 0; t < n[b]; t++) if (best < 0 || at(t) > at(best)) best = t;
        out[i] = best < 0 ? 0 : at(best);
        from[i] = best;
      }
    }
  }
}

/** dy goes to the step it came from; of a mean, in equal parts to all. */
export function poolBackward(
  shape: PoolingShape,
  dx: Tensor,
  dy: Tensor,
  argmax: Tensor | null,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F } = shape;
  const dInput = floats(dx, T * B * F);
  const dOut = floats(dy, B * F);
  const n = lengthsOf(lengths, T, B);
  const from = argmaxOf(shape, argmax);
  dInput.fill(0, 0, T * B * F);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < F && n[b] > 0; j++) {
      const d = row(dOut, b, F)[j];
      const give = (t: number, share: number) => (dInput[(t * B + b) * F + j] = share);
      if (kind === 'last') give(lastStep(shape, n[b], j), d);
      else if (kind === 'max') give(from[b * F + j], d);
      else for (let t = 0; t < n[b]; t++) give(t, d / n[b]);
    }
  }
}

/** The step that column j is computed at last, of a sequence of n steps. */
function lastStep({ D, F }: PoolingShape, n: number, j: number): number {
  return D === 2 && j >= F / 2 ? 0 : n - 1;
}

function lengthsOf(lengths: Tensor | null, T: number, B: number): Int32Array {
  return lengths ? checkedLengths(lengths, T, B) : new Int32Array(B).fill(T);
}

function argmaxOf({ kind, B, F }: PoolingShape, argmax: Tensor | null): Int32Array {
  if (kind !== 'max') return new Int32Array(0);
  if (argmax === null) throw new TypeError('pooling by maximum needs a tensor for the steps that the maxima are from');
  return ints(argmax, B * F);
}
