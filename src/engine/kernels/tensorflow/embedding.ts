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
  assign(y, tf.oneHot(tokenIds(tokens, N, V).value, V, 1, 0, 'float32'));
}

/** Row v of the result is the sum of the rows n of which tokens[n] = v. rows [N,E], tokens [N], result [V,E]. */
export function sumByToken(tf: TensorFlow, tokens: Value, rows: Value, V: number): Value {
  const [N, E] = rows.shape as [number, number];
  return tf.scatterND(tf.reshape(tokens, [N, 1]), rows, [V, E]);
}
