import type { PoolingShape, Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, checkedLengths, floats, intTensor } from './tensor.ts';

/**
 * One vector of a sequence's n real steps:
 *
 *     last:  y_j = x_(n-1),j, and x_0,j for the columns of a right-to-left direction
 *     mean:  y_j = Σ_t x_t,j / n
 *     max:   y_j = max_t x_t,j
 */
export function poolForward(
  tf: TensorFlow,
  shape: PoolingShape,
  y: Tensor,
  argmax: Tensor | null,
  x: Tensor,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F, D } = shape;
  const n = checkedLengths(lengths, T, B);
  if (kind !== 'max') {
    const w = shares(tf, shape, n);
    const terms = tf.mul(w, floats(x, [T, B, D, F / D]));
    assign(y, tf.sum(tf.where(tf.greater(w, 0), terms, 0), 0));
    return;
  }
  const steps = argmaxOf(argmax);
  const real = tf.greater(shares(tf, { ...shape, kind: 'mean', D: 1 }, n), 0);
  const inputs = tf.where(tf.reshape(real, [T, B, 1]), floats(x, [T, B, F]), -Infinity);
  const any = tf.tensor2d(
    Uint8Array.from(n, (length) => Number(length > 0)),
    [B, 1],
    'bool',
  );
  assign(y, tf.where(any, tf.max(inputs, 0), 0));
  steps.write(0, tf.where(any, tf.argMax(inputs, 0), tf.scalar(-1, 'int32')));
}

/** dy goes to the step it came from; of a mean, in equal parts to all. */
export function poolBackward(
  tf: TensorFlow,
  shape: PoolingShape,
  dx: Tensor,
  dy: Tensor,
  argmax: Tensor | null,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F, D } = shape;
  const n = checkedLengths(lengths, T, B);
  if (kind !== 'max') {
    const w = shares(tf, shape, n);
    const terms = tf.mul(w, floats(dy, [B, D, F / D]));
    assign(dx, tf.where(tf.greater(w, 0), terms, 0));
    return;
  }
  const from = argmaxOf(argmax).values([B, F]);
  const chosen = tf.equal(tf.reshape(tf.range(0, T, 1, 'int32'), [T, 1, 1]), from);
  assign(dx, tf.where(chosen, floats(dy, [B, F]), 0));
}

/** What step t gives to the vector of sequence b of n steps, for the columns of each direction: [T,B,D,1]. */
function shares(tf: TensorFlow, { kind, T, B, D }: PoolingShape, n: Int32Array): Value {
  const share = (t: number, b: number, direction: number) => {
    if (t >= n[b]) return 0;
    if (kind === 'mean') return 1 / n[b];
    return t === (direction === 0 ? n[b] - 1 : 0) ? 1 : 0;
  };
  const values = Float32Array.from({ length: T * B * D }, (_, i) =>
    share(Math.floor(i / (B * D)), Math.floor(i / D) % B, i % D),
  );
  return tf.tensor4d(values, [T, B, D, 1]);
}

function argmaxOf(argmax: Tensor | null) {
  if (argmax === null) throw new TypeError('pooling by maximum needs a tensor for the steps that the maxima are from');
  return intTensor(argmax);
}
