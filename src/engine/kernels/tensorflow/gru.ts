import type { Value } from './api.ts';
import { product, sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

/**
 * Gated recurrent unit with the reset gate applied after the recurrent product (Cho et al. 2014, arXiv:1406.1078v1; cuDNN and
 * torch.nn.GRU). Gate order r, z, n:
 *
 *     r = σ(W_r x + b_r + U_r h + d_r)        z alike
 *     q = U_n h + d_n
 *     n = tanh(W_n x + b_n + r q)
 *     h' = (1 - z) n + z h
 */
export const gru: CellEquations = {
  saved: 4, // r, z, n, q

  forward(tf, fromX, { h }, { U, d }) {
    const [xr, xz, xn] = tf.split(fromX, 3, 1) as [Value, Value, Value];
    const [hr, hz, q] = tf.split(product(tf, h, U, d), 3, 1) as [Value, Value, Value];
    const r = tf.sigmoid(tf.add(xr, hr));
    const z = tf.sigmoid(tf.add(xz, hz));
    const n = tf.tanh(tf.add(xn, tf.mul(r, q)));
    return { h: tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, h)), c: null, saved: [r, z, n, q] };
  },

  backward(tf, { h: dhNext }, { h, saved }, { U }) {
    const [r, z, n, q] = saved as [Value, Value, Value, Value];
    // h' = (1 - z) n + z h
    const daN = tf.mul(tf.mul(dhNext, tf.sub(1, z)), tanhDerivative(tf, n));
    const daZ = tf.mul(tf.mul(dhNext, tf.sub(h, n)), sigmoidDerivative(tf, z));
    // n = tanh(a_n + r q)
    const daR = tf.mul(tf.mul(daN, q), sigmoidDerivative(tf, r));
    const dFromH = tf.concat([daR, daZ, tf.mul(daN, r)], 1);
    const dh = tf.add(tf.mul(dhNext, z), tf.matMul(dFromH, U));
    return { dFromX: tf.concat([daR, daZ, daN], 1), dFromH, dh, dc: null };
  },

  factors: ({ h }) => [{ gates: 3, vector: h }],
};
