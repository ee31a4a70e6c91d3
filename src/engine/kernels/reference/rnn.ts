import type { Activation } from '../kernels.ts';
import { ACTIVATIONS } from './activation.ts';
import type { CellEquations } from './cell.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct } from './vector.ts';

/**
 * The vanilla recurrent network of Elman 1990, as torch.nn.RNN has it:
 *
 *     h' = act(W x + b + U h + d)
 */
function elman(activation: Activation): CellEquations {
  const act = ACTIVATIONS[activation];
  return {
    saved: 0,

    forward({ x, h, hNext }, { W, U, b, d }) {
      hNext.set(b);
      add(hNext, d);
      addProduct(hNext, W, x);
      addProduct(hNext, U, h);
      for (let j = 0; j < hNext.length; j++) hNext[j] = act.value(hNext[j]);
    },

    backward({ dhNext, dx, dh }, dParameters, { x, h, hNext }, { W, U }) {
      // h' = act(a)
      const da = dhNext.map((dj, j) => dj * act.derivative(hNext[j]));
      // a = W x + b + U h + d
      add(dParameters.b, da);
      add(dParameters.d, da);
      addOuterProduct(dParameters.W, da, x);
      addOuterProduct(dParameters.U, da, h);
      if (dx) addTransposedProduct(dx, W, da);
      addTransposedProduct(dh, U, da);
    },
  };
}

export const rnnTanh = elman('tanh');
export const rnnRelu = elman('relu');
export const rnnSigmoid = elman('sigmoid');
