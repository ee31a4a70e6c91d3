import type { TensorFlow, Value } from './api.ts';
import { product, sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

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

  forward(tf, fromX, { h }, { U }) {
    const [Urz, Un] = gates(tf, U, 0);
    const [xrz, xn] = gates(tf, fromX, 1);
    const [r, z] = tf.split(tf.sigmoid(tf.add(xrz, product(tf, h, Urz, null))), 2, 1) as [Value, Value];
    const s = tf.mul(r, h);
    const n = tf.tanh(tf.add(xn, product(tf, s, Un, null)));
    return { h: tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, h)), c: null, saved: [r, z, n, s] };
  },

  backward(tf, { h: dhNext }, { h, saved }, { U }) {
    const [r, z, n] = saved as [Value, Value, Value];
    const [Urz, Un] = gates(tf, U, 0);
    // h' = (1 - z) n + z h
    const daN = tf.mul(tf.mul(dhNext, tf.sub(1, z)), tanhDerivative(tf, n));
    const daZ = tf.mul(tf.mul(dhNext, tf.sub(h, n)), sigmoidDerivative(tf, z));
    // a_n = W_n x + b_n + U_n s,  s = r h
    const ds = tf.matMul(daN, Un);
    const daR = tf.mul(tf.mul(ds, h), sigmoidDerivative(tf, r));
    // a_r, a_z = W x + b + U h
    const daRZ = tf.concat([daR, daZ], 1);
    const dh = tf.addN([tf.mul(dhNext, z), tf.mul(ds, r), tf.matMul(daRZ, Urz)]);
    const da = tf.concat([daRZ, daN], 1);
    return { dFromX: da, dFromH: da, dh, dc: null };
  },

  factors: ({ h, saved }) => [
    { gates: 2, vector: h },
    { gates: 1, vector: saved[3]! },
  ],
};

/** The gates r and z, and n. */
function gates(tf: TensorFlow, values: Value, axis: 0 | 1): [rz: Value, n: Value] {
  const H = values.shape[axis]! / 3;
  return tf.split(values, [2 * H, H], axis) as [Value, Value];
}
