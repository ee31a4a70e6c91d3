import type { Activation } from '../kernels.ts';
import { ACTIVATIONS } from './activation.ts';
import type { Value } from './api.ts';
import type { CellEquations } from './cell.ts';

/**
 * The vanilla recurrent network of Elman 1990, as torch.nn.RNN has it:
 *
 *     h' = act(W x + b + U h + d)
 */
function elman(activation: Activation): CellEquations {
  const act = ACTIVATIONS[activation];
  return {
    saved: 1, // h'
    biasApart: false,

    forward(tf, fromX, { h }, { U }) {
      const next = act.value(tf, tf.add(fromX, tf.matMul(h, U, false, true)));
      return { h: next, c: null, saved: [next] };
    },

    factors: (tf, { saved: [hNext] }) => [act.derivative(tf, hNext!)],

    backward(tf, { h: dhNext }, factors, { U }) {
      const [derivative] = factors as [Value];
      const da = tf.mul(dhNext, derivative);
      return { dFromX: da, dFromH: da, dh: tf.matMul(da, U), dc: null };
    },

    multiplied: ({ h }) => [{ gates: 1, by: h }],
  };
}

export const rnnTanh = elman('tanh');
export const rnnRelu = elman('relu');
export const rnnSigmoid = elman('sigmoid');
