import type { Value } from './api.ts';
import { sigmoidDerivative, tanhDerivative, type CellEquations } from './cell.ts';

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
  biasApart: false,

  forward(tf, fromX, { h, c }, { U }) {
    const a = tf.add(fromX, tf.matMul(h, U, false, true));
    const [ai, af, ag, ao] = tf.split(a, 4, 1) as [Value, Value, Value, Value];
    const [i, f, g, o] = [tf.sigmoid(ai), tf.sigmoid(af), tf.tanh(ag), tf.sigmoid(ao)];
    const cNext = tf.add(tf.mul(f, c!), tf.mul(i, g));
    const tanhC = tf.tanh(cNext);
    return { h: tf.mul(o, tanhC), c: cNext, saved: [i, f, g, o, tanhC] };
  },

  factors(tf, { c, saved }) {
    const [i, f, g, o, tanhC] = saved as [Value, Value, Value, Value, Value];
    return [
      // h' = o tanh(c'): by c', and by the pre-activation of o
      tf.mul(o, tanhDerivative(tf, tanhC)),
      tf.mul(tanhC, sigmoidDerivative(tf, o)),
      // c' = f c + i g: by the pre-activations of i, f, g, and by c
      tf.mul(g, sigmoidDerivative(tf, i)),
      tf.mul(c!, sigmoidDerivative(tf, f)),
      tf.mul(i, tanhDerivative(tf, g)),
      f,
    ];
  },

  backward(tf, { h: dhNext, c: dcNext }, factors, { U }) {
    const [byC, byO, byI, byF, byG, f] = factors as [Value, Value, Value, Value, Value, Value];
    const dc = tf.add(dcNext!, tf.mul(dhNext, byC));
    const da = tf.concat([tf.mul(dc, byI), tf.mul(dc, byF), tf.mul(dc, byG), tf.mul(dhNext, byO)], 1);
    // a = W x + b + U h + d
    return { dFromX: da, dFromH: da, dh: tf.matMul(da, U), dc: tf.mul(dc, f) };
  },

  multiplied: ({ h }) => [{ gates: 4, by: h }],
};
