import type { Value } from './api.ts';
import { product, sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000, no peepholes), as
 * torch.nn.LSTM has it. Gate order i, f, g, o:
 *
 *     i = σ(W_i x + b_i + U_i h + d_i)        f, o alike        g = tanh(W_g x + b_g + U_g h + d_g)
 *     c' = f c + i g
 *     h' = o tanh(c')
 */
export const lstm: CellEquations = {
  saved: 5, // i, f, g, o, tanh(c')

  forward(tf, fromX, { h, c }, { U, d }) {
    const [ai, af, ag, ao] = tf.split(tf.add(fromX, product(tf, h, U, d)), 4, 1) as [Value, Value, Value, Value];
    const [i, f, g, o] = [tf.sigmoid(ai), tf.sigmoid(af), tf.tanh(ag), tf.sigmoid(ao)];
    const cNext = tf.add(tf.mul(f, c!), tf.mul(i, g));
    const tanhC = tf.tanh(cNext);
    return { h: tf.mul(o, tanhC), c: cNext, saved: [i, f, g, o, tanhC] };
  },

  backward(tf, { h: dhNext, c: dcNext }, { c, saved }, { U }) {
    const [i, f, g, o, tanhC] = saved as [Value, Value, Value, Value, Value];
    // h' = o tanh(c')
    const dO = tf.mul(dhNext, tanhC);
    const dc = tf.add(dcNext!, tf.mul(tf.mul(dhNext, o), tanhDerivative(tf, tanhC)));
    // c' = f c + i g, through σ and tanh
    const da = tf.concat(
      [
        tf.mul(tf.mul(dc, g), sigmoidDerivative(tf, i)),
        tf.mul(tf.mul(dc, c!), sigmoidDerivative(tf, f)),
        tf.mul(tf.mul(dc, i), tanhDerivative(tf, g)),
        tf.mul(dO, sigmoidDerivative(tf, o)),
      ],
      1,
    );
    // a = W x + b + U h + d
    return { dFromX: da, dFromH: da, dh: tf.matMul(da, U), dc: tf.mul(dc, f) };
  },

  factors: ({ h }) => [{ gates: 4, vector: h }],
};
