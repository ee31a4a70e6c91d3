import type { CellEquations } from './cell.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct, sigmoid } from './vector.ts';

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000, no peepholes), as
 * torch.nn.LSTM has it. Gate order i, f, g, o:
 *
 *     i = σ(W_i x + b_i + U_i h + d_i)        f, o alike        g = tanh(W_g x + b_g + U_g h + d_g)
 *     c' = f c + i g
 *     h' = o tanh(c')
 */
export const lstm: CellEquations = {
  saved: 4, // i, f, g, o

  forward({ x, h, c, hNext, cNext, saved }, { W, U, b, d }) {
    const H = h.length;
    saved.set(b);
    add(saved, d);
    addProduct(saved, W, x);
    addProduct(saved, U, h);
    for (let j = 0; j < H; j++) {
      const i = (saved[j] = sigmoid(saved[j]));
      const f = (saved[H + j] = sigmoid(saved[H + j]));
      const g = (saved[2 * H + j] = Math.tanh(saved[2 * H + j]));
      const o = (saved[3 * H + j] = sigmoid(saved[3 * H + j]));
      cNext[j] = f * c[j] + i * g;
      hNext[j] = o * Math.tanh(cNext[j]);
    }
  },

  backward({ dhNext, dcNext, dx, dh, dc }, dParameters, { x, h, c, cNext, saved }, { W, U }) {
    const H = h.length;
    const da = new Float64Array(4 * H); // gradient of the four pre-activations
    for (let j = 0; j < H; j++) {
      const i = saved[j];
      const f = saved[H + j];
      const g = saved[2 * H + j];
      const o = saved[3 * H + j];
      const tanhC = Math.tanh(cNext[j]);
      // h' = o tanh(c')
      const dO = dhNext[j] * tanhC;
      const dcj = dcNext[j] + dhNext[j] * o * (1 - tanhC * tanhC);
      // c' = f c + i g
      const dI = dcj * g;
      const dF = dcj * c[j];
      const dG = dcj * i;
      dc[j] += dcj * f;
      // through σ and tanh
      da[j] = dI * i * (1 - i);
      da[H + j] = dF * f * (1 - f);
      da[2 * H + j] = dG * (1 - g * g);
      da[3 * H + j] = dO * o * (1 - o);
    }
    // a = W x + b + U h + d
    add(dParameters.b, da);
    add(dParameters.d, da);
    addOuterProduct(dParameters.W, da, x);
    addOuterProduct(dParameters.U, da, h);
    if (dx) addTransposedProduct(dx, W, da);
    addTransposedProduct(dh, U, da);
  },
};
