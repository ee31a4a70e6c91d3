import type { AttentionGradients, AttentionOperands, AttentionShape, Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, checkedLengths, floats, floatTensor } from './tensor.ts';

/**
 * All steps t of all sequences b attend to the source positions s before the sequence's length:
 *
 *     e_s = q·k_s   or   v·tanh(q + k_s)
 *     w = softmax(e),   context = Σ_s w_s value_s
 */
export function attentionForward(tf: TensorFlow, operands: AttentionOperands): void {
  const { shape } = operands;
  const { query, keys, values, u, v, real } = read(tf, operands);
  const e = u && v ? tf.sum(tf.mul(u, v), 3) : tf.matMul(query, keys, false, true); // [B,steps,Tx]
  const m = tf.max(real ? tf.where(real, e, -Infinity) : e, 2, true);
  const p = tf.exp(tf.sub(e, m));
  const shares = real ? tf.where(real, p, 0) : p;
  // A sequence without real positions has shares 0 of a sum of 0, and weights of 0.
  const weights = tf.divNoNan(shares, tf.sum(shares, 2, true));
  writeSteps(tf, operands.weights, shape, weights);
  writeSteps(tf, operands.context, shape, tf.matMul(weights, values));
}

/** The derivatives of attentionForward, its lines in reverse. */
export function attentionBackward(tf: TensorFlow, operands: AttentionOperands, gradients: AttentionGradients): void {
  const { shape, v } = operands;
  const { Tx, A, F } = shape;
  const { accumulate, dV } = gradients;
  if ((v === null) !== (dV === null)) throw new TypeError('attentionBackward: dV goes with v');
  const { query, keys, values, u, v: vector } = read(tf, operands);
  const weights = readSteps(tf, operands.weights, shape, Tx);
  const dContext = readSteps(tf, gradients.dContext, shape, F);
  // context = Σ w_s value_s
  const dw = tf.matMul(dContext, values, false, true);
  const dValues = tf.matMul(weights, dContext, true, false);
  // w = softmax(e)
  const de = tf.mul(weights, tf.sub(dw, tf.sum(tf.mul(weights, dw), 2, true)));
  let dQueries: Value;
  let dKeys: Value;
  if (u && vector && dV) {
    // e = v·u, u = tanh(q + k)
    const d = tf.expandDims(de, 3);
    const da = tf.mul(tf.mul(d, vector), tf.sub(1, tf.square(u))); // [B,steps,Tx,A]
    [dQueries, dKeys] = [tf.sum(da, 2), tf.sum(da, 1)];
    assign(dV, tf.sum(tf.reshape(tf.mul(d, u), [-1, A]), 0), accumulate);
  } else {
    // e = q·k
    [dQueries, dKeys] = [tf.matMul(de, keys), tf.matMul(de, query, true, false)];
  }
  writeSteps(tf, gradients.dQueries, shape, dQueries);
  if (gradients.dKeys === gradients.dValues) {
    assign(gradients.dKeys, timeMajor(tf, tf.add(dKeys, dValues)), accumulate);
  } else {
    assign(gradients.dKeys, timeMajor(tf, dKeys), accumulate);
    assign(gradients.dValues, timeMajor(tf, dValues), accumulate);
  }
}

/** Operands sequence by sequence, so that products go over the whole batch at once. */
function read(tf: TensorFlow, operands: AttentionOperands) {
  const { shape, lengths } = operands;
  const { score, B, Tx, A, F } = shape;
  if ((score === 'additive') !== (operands.v !== null)) {
    throw new TypeError(`attention: a vector v goes with the additive score, and only with it; this one is ${score}`);
  }
  const real = lengths && realPositions(tf, checkedLengths(lengths, Tx, B), Tx); // [B,1,Tx]
  const source = (tensor: Tensor, width: number) => {
    const rows = tf.transpose(floats(tensor, [Tx, B, width]), [1, 0, 2]);
    // 0 · NaN would bring back what stands at padding.
    return real ? tf.where(tf.reshape(real, [B, Tx, 1]), rows, 0) : rows;
  };
  const query = readSteps(tf, operands.queries, shape, A);
  const keys = source(operands.keys, A);
  const v = operands.v && floats(operands.v, [A]);
  const u = v && tf.tanh(tf.add(tf.expandDims(query, 2), tf.expandDims(keys, 1))); // [B,steps,Tx,A]
  return { real, query, keys, values: source(operands.values, F), v, u };
}

function realPositions(tf: TensorFlow, lengths: Int32Array, Tx: number): Value {
  const real = Uint8Array.from({ length: lengths.length * Tx }, (_, i) => Number(i % Tx < lengths[Math.floor(i / Tx)]));
  return tf.tensor3d(real, [lengths.length, 1, Tx], 'bool');
}

/** The rows of the shape's steps of a [Ty,B,width], as [B,steps,width]. */
function readSteps(tf: TensorFlow, tensor: Tensor, { B, first, steps }: AttentionShape, width: number): Value {
  const rows = floatTensor(tensor).values([steps, B, width], first * B * width);
  return tf.transpose(rows, [1, 0, 2]);
}

function writeSteps(tf: TensorFlow, tensor: Tensor, { B, first }: AttentionShape, rows: Value): void {
  floatTensor(tensor).write(first * B * rows.shape[2]!, timeMajor(tf, rows));
}

/** [B,T,width] as [T,B,width]. */
function timeMajor(tf: TensorFlow, rows: Value): Value {
  return tf.transpose(rows, [1, 0, 2]);
}
