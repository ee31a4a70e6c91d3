import type { Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, floats, tokenIds } from './tensor.ts';

/** y[n,:] = table[tokens[n],:]. y [N,E], tokens [N], table [V,E]. */
export function embeddingForward(
  tf: TensorFlow,
  y: Tensor,
  tokens: Tensor,
  table: Tensor,
  N: number,
  V: number,
  E: number,
): void {
  assign(y, tf.gather(floats(table, [V, E]), tokenIds(tokens, N, V).value));
}

/** dTable[tokens[n],:] += dy[n,:]. dTable [V,E], dy [N,E], tokens [N]. */
export function embeddingBackward(
  tf: TensorFlow,
  dTable: Tensor,
  dy: Tensor,
  tokens: Tensor,
  N: number,
  V: number,
  E: number,
  accumulate: boolean,
): void {
  assign(dTable, sumByToken(tf, tokenIds(tokens, N, V).value, floats(dy, [N, E]), V), accumulate);
}

/** y[n,v] = 1 if v = tokens[n], else 0. y [N,V], tokens [N]. */
export function oneHot(tf: TensorFlow, y: Tensor, tokens: Tensor, N: number, V: number): void {
  assign(y, oneHotRows(tf, tokenIds(tokens, N, V).value, V));
}

/** Row n is 1 at tokens[n] and 0 elsewhere; all 0 where tokens[n] is -1. tokens [N], result [N,V]; tf.oneHot refuses V = 1. */
export function oneHotRows(tf: TensorFlow, tokens: Value, V: number): Value {
  return tf.cast(tf.equal(tf.expandDims(tokens, 1), tf.range(0, V, 1, 'int32')), 'float32');
}

/** Row v of the result is the sum of the rows n of which tokens[n] = v. rows [N,E], tokens [N], result [V,E]. */
export function sumByToken(tf: TensorFlow, tokens: Value, rows: Value, V: number): Value {
  const [N, E] = rows.shape as [number, number];
  return tf.scatterND(tf.reshape(tokens, [N, 1]), rows, [V, E]);
}
