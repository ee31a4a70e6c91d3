import type { CellEquations } from './cell.ts';
import { add, addOuterProduct, addProduct, addTransposedProduct, sigmoid } from './vector.ts';

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
  saved: 3, // r, z, n

  forward({ x, h, hNext, saved }, { W, U, b }) {
    const H = h.length;
    const rz = saved.subarray(0, 2 * H);
    const n = saved.subarray(2 * H);
    saved.set(b);
    addProduct(saved, W, x);
    addProduct(rz, U.subarray(0, 2 * H * H), h);
    for (let j = 0; j < 2 * H; j++) rz[j] = sigmoid(rz[j]);
    const s = h.map((hj, j) => rz[j] * hj);
    addProduct(n, U.subarray(2 * H * H), s);
    for (let j = 0; j < H; j++) {
      const z = rz[H + j];
      n[j] = Math.tanh(n[j]);
      hNext[j] = (1 - z) * n[j] + z * h[j];
    }
  },

  backward({ dhNext, dx, dh }, dParameters, { x, h, saved }, { W, U }) {
    const H = h.length;
    const r = saved.subarray(0, H);
    const z = saved.subarray(H, 2 * H);
    const n = saved.subarray(2 * H);
    const da = new Float64Array(3 * H); // gradient of the three pre-activations
    const daRZ = da.subarray(0, 2 * H);
    const daN = da.subarray(2 * H);
    // h' = (1 - z) n + z h
    for (let j = 0; j < H; j++) {
      const dZ = dhNext[j] * (h[j] - n[j]);
      daRZ[H + j] = dZ * z[j] * (1 - z[j]);
      daN[j] = dhNext[j] * (1 - z[j]) * (1 - n[j] * n[j]);
      dh[j] += dhNext[j] * z[j];
    }
    // a_n = W_n x + b_n + U_n s
    const s = h.map((hj, j) => r[j] * hj);
    const ds = new Float64Array(H);
    addOuterProduct(dParameters.U.subarray(2 * H * H), daN, s);
    addTransposedProduct(ds, U.subarray(2 * H * H), daN);
    // s = r h
    for (let j = 0; j < H; j++) {
      daRZ[j] = ds[j] * h[j] * r[j] * (1 - r[j]);
      dh[j] += ds[j] * r[j];
    }
    // a_r, a_z = W x + b + U h
    addOuterProduct(dParameters.U.subarray(0, 2 * H * H), daRZ, h);
    addTransposedProduct(dh, U.subarray(0, 2 * H * H), daRZ);
    add(dParameters.b, da);
    addOuterProduct(dParameters.W, da, x);
    if (dx) addTransposedProduct(dx, W, da);
  },
};
