import type { CellEquations } from './cell.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct, sigmoid } from './vector.ts';

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

  forward({ x, h, hNext, saved }, { W, U, b, d }) {
    const H = h.length;
    const fromX = Float64Array.from(b);
    addProduct(fromX, W, x);
    const fromH = Float64Array.from(d);
    addProduct(fromH, U, h);
    for (let j = 0; j < H; j++) {
      const r = (saved[j] = sigmoid(fromX[j] + fromH[j]));
      const z = (saved[H + j] = sigmoid(fromX[H + j] + fromH[H + j]));
      const q = (saved[3 * H + j] = fromH[2 * H + j]);
      const n = (saved[2 * H + j] = Math.tanh(fromX[2 * H + j] + r * q));
      hNext[j] = (1 - z) * n + z * h[j];
    }
  },

  backward({ dhNext, dx, dh }, dParameters, { x, h, saved }, { W, U }) {
    const H = h.length;
    const dFromX = new Float64Array(3 * H); // gradient of W x + b
    const dFromH = new Float64Array(3 * H); // gradient of U h + d
    for (let j = 0; j < H; j++) {
      const r = saved[j];
      const z = saved[H + j];
      const n = saved[2 * H + j];
      const q = saved[3 * H + j];
      // h' = (1 - z) n + z h
      const dN = dhNext[j] * (1 - z);
      const dZ = dhNext[j] * (h[j] - n);
      dh[j] += dhNext[j] * z;
      // n = tanh(a_n + r q)
      const dan = dN * (1 - n * n);
      const dR = dan * q;
      const dQ = dan * r;
      // through σ
      dFromX[j] = dFromH[j] = dR * r * (1 - r);
      dFromX[H + j] = dFromH[H + j] = dZ * z * (1 - z);
      dFromX[2 * H + j] = dan;
      dFromH[2 * H + j] = dQ;
    }
    add(dParameters.b, dFromX);
    add(dParameters.d, dFromH);
    addOuterProduct(dParameters.W, dFromX, x);
    addOuterProduct(dParameters.U, dFromH, h);
    if (dx) addTransposedProduct(dx, W, dFromX);
    addTransposedProduct(dh, U, dFromH);
  },
};
