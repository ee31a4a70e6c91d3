import type { Activation } from '../kernels.ts';
import { ACTIVATIONS } from './activation.ts';
import { product, type CellEquations } from './cell.ts';

/**
 * The vanilla recurrent network of Elman 1990, as torch.nn.RNN has it:
 *
 *     h' = act(W x + b + U h + d)
 */
function elman(activation: Activation): CellEquations {
  const act = ACTIVATIONS[activation];
  return {
    saved: 1, // h'

    forward(tf, fromX, { h }, { U, d }) {
      const next = act.value(tf, tf.add(fromX, product(tf, h, U, d)));
      return { h: next, c: null, saved: [next] };
    },

    backward(tf, { h: dhNext }, { saved: [hNext] }, { U }) {
      const da = tf.mul(dhNext, act.derivative(tf, hNext!));
      return { dFromX: da, dFromH: da, dh: tf.matMul(da, U), dc: null };
    },

    factors: ({ h }) => [{ gates: 1, vector: h }],
  };
}

export const rnnTanh = elman('tanh');
export const rnnRelu = elman('relu');
export const rnnSigmoid = elman('sigmoid');
