import type { TensorFlow, Value } from './api.ts';
import { sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

/**
 * Gated recurrent unit with the reset gate applied before the recurrent product (Cho et al. 2014, arXiv:1406.1078v3; *Dive
 * into Deep Learning*, section 10.2). One bias. Gate order r, z, n:
 *
 *     r = σ(W_r x + b_r + U_r h)        z alike
 *     s = r h
 *     n = tanh(W_n x + b_n + U_n s)
 *     h' = (1 - z) n + z h
 */
export const gruBefore: CellEquations = {
  saved: 4, // r, z, n, s
  biasApart: false,

  forward(tf, fromX, { h }, { U }) {
    const [Urz, Un] = gates(tf, U, 0);
    const [xrz, xn] = gates(tf, fromX, 1);
    const rz = tf.sigmoid(tf.add(xrz, tf.matMul(h, Urz, false, true)));
    const [r, z] = tf.split(rz, 2, 1) as [Value, Value];
    const s = tf.mul(r, h);
    const n = tf.tanh(tf.add(xn, tf.matMul(s, Un, false, true)));
    return { h: tf.add(n, tf.mul(z, tf.sub(h, n))), c: null, saved: [r, z, n, s] };
  },

  factors(tf, { h, saved }) {
    const [r, z, n] = saved as [Value, Value, Value];
    return [
      // h' = (1 - z) n + z h: by the pre-activations of n and z, and by h
      tf.mul(tf.sub(1, z), tanhDerivative(tf, n)),
      tf.mul(tf.sub(h, n), sigmoidDerivative(tf, z)),
      z,
      // s = r h: by the pre-activation of r, and by h
      tf.mul(h, sigmoidDerivative(tf, r)),
      r,
    ];
  },

  backward(tf, { h: dhNext }, factors, { U }) {
    const [byN, byZ, z, byR, r] = factors as [Value, Value, Value, Value, Value];
    const [Urz, Un] = gates(tf, U, 0);
    const daN = tf.mul(dhNext, byN);
    // a_n = W_n x + b_n + U_n s
    const ds = tf.matMul(daN, Un);
    // a_r, a_z = W x + b + U h
    const daRZ = tf.concat([tf.mul(ds, byR), tf.mul(dhNext, byZ)], 1);
    const dh = tf.addN([tf.mul(dhNext, z), tf.mul(ds, r), tf.matMul(daRZ, Urz)]);
    const da = tf.concat([daRZ, daN], 1);
    return { dFromX: da, dFromH: da, dh, dc: null };
  },

  multiplied: ({ h, saved }) => [
    { gates: 2, by: h },
    { gates: 1, by: saved[3]! },
  ],
};

/** The gates r and z together, and n. */
function gates(tf: TensorFlow, values: Value, axis: 0 | 1): [rz: Value, n: Value] {
  const H = values.shape[axis]! / 3;
  return tf.split(values, [2 * H, H], axis) as [Value, Value];
}
