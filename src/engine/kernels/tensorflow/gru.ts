import type { Value } from './api.ts';
import { sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

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
  biasApart: true,

  forward(tf, fromX, { h }, { U, d }) {
    const [xr, xz, xn] = tf.split(fromX, 3, 1) as [Value, Value, Value];
    const fromH = tf.add(tf.matMul(h, U, false, true), d!);
    const [hr, hz, q] = tf.split(fromH, 3, 1) as [Value, Value, Value];
    const r = tf.sigmoid(tf.add(xr, hr));
    const z = tf.sigmoid(tf.add(xz, hz));
    const n = tf.tanh(tf.add(xn, tf.mul(r, q)));
    return { h: tf.add(n, tf.mul(z, tf.sub(h, n))), c: null, saved: [r, z, n, q] };
  },

  factors(tf, { h, saved }) {
    const [r, z, n, q] = saved as [Value, Value, Value, Value];
    return [
      // h' = (1 - z) n + z h: by the pre-activations of n and z, and by h
      tf.mul(tf.sub(1, z), tanhDerivative(tf, n)),
      tf.mul(tf.sub(h, n), sigmoidDerivative(tf, z)),
      z,
      // n = tanh(a_n + r q): by the pre-activation of r, and by q
      tf.mul(q, sigmoidDerivative(tf, r)),
      r,
    ];
  },

  backward(tf, { h: dhNext }, factors, { U }) {
    const [byN, byZ, z, byR, r] = factors as [Value, Value, Value, Value, Value];
    const daN = tf.mul(dhNext, byN);
    const daZ = tf.mul(dhNext, byZ);
    const daR = tf.mul(daN, byR);
    const dFromH = tf.concat([daR, daZ, tf.mul(daN, r)], 1);
    const dh = tf.add(tf.mul(dhNext, z), tf.matMul(dFromH, U));
    return { dFromX: tf.concat([daR, daZ, daN], 1), dFromH, dh, dc: null };
  },

  multiplied: ({ h }) => [{ gates: 3, by: h }],
};
