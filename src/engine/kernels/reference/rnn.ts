import type { CellEquations } from './cell.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct, sigmoid } from './vector.ts';

/** A non-linearity, and its derivative written in terms of its value h = act(a). */
interface Activation {
  readonly value: (a: number) => number;
  readonly derivative: (h: number) => number;
}

const tanh: Activation = { value: Math.tanh, derivative: (h) => 1 - h * h };
const relu: Activation = { value: (a) => Math.max(a, 0), derivative: (h) => (h > 0 ? 1 : 0) };
const logistic: Activation = { value: sigmoid, derivative: (h) => h * (1 - h) };

/**
 * The vanilla recurrent network of Elman 1990, as torch.nn.RNN has it:
 *
 *     h' = act(W x + b + U h + d)
 */
function elman(act: Activation): CellEquations {
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

export const rnnTanh = elman(tanh);
export const rnnRelu = elman(relu);
export const rnnSigmoid = elman(logistic);
