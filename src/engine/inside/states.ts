/**
 * The states and gates of a recurrent layer at every step, after a forward. A device gives h; what it keeps of gates and cell states is
 * its own. They are computed anew: with h known at all steps, everything in front of a gate's non-linearity is two products over all
 * steps at once, on the device, and only the LSTM's c goes from step to step. Equations and gate orders: docs/conventions.md.
 */
import { GATES, isTokenInput, type Kernels, type RecurrentOperands, type Tensor } from '../kernels/kernels.ts';
import { sigmoid } from '../metrics/outputs.ts';
import type { Quantity } from './looks/neurons.ts';

/**
 * [T,H], of one sequence (B = 1).
 * @param operands of the last forward, whose tensors still hold what it read and wrote
 * @throws RangeError for what this cell does not have
 */
export async function readStates(
  kernels: Kernels,
  operands: RecurrentOperands,
  quantity: Quantity,
): Promise<Float64Array> {
  const { shape } = operands;
  if (shape.B !== 1) throw new RangeError('States are read of one sequence at a time');
  if (quantity === 'h') return readOutputs(kernels, operands);
  if (shape.cell === 'lstm' && 'cifgo'.includes(quantity)) return lstmStates(kernels, operands, quantity);
  if ((shape.cell === 'gru' || shape.cell === 'gru_before') && 'rzn'.includes(quantity)) {
    return gruStates(kernels, operands, quantity);
  }
  throw new RangeError(`A ${shape.cell} has no ${quantity}`);
}

async function lstmStates(kernels: Kernels, operands: RecurrentOperands, quantity: Quantity): Promise<Float64Array> {
  const { T, H } = operands.shape;
  const [fromX, fromH] = await preActivations(kernels, operands);
  const block = { i: 0, f: 1, g: 2, o: 3 };
  const gate = (letter: keyof typeof block, t: number, j: number) => {
    const at = t * 4 * H + block[letter] * H + j;
    const a = fromX[at] + fromH[at];
    return letter === 'g' ? Math.tanh(a) : sigmoid(a);
  };
  const found = new Float64Array(T * H);
  if (quantity !== 'c') {
    for (let t = 0; t < T; t++) {
      for (let j = 0; j < H; j++) found[t * H + j] = gate(quantity as keyof typeof block, t, j);
    }
    return found;
  }
  const c = operands.c0 ? Float64Array.from(await kernels.read(operands.c0, H)) : new Float64Array(H);
  for (const t of order(operands)) {
    for (let j = 0; j < H; j++) {
      c[j] = gate('f', t, j) * c[j] + gate('i', t, j) * gate('g', t, j);
      found[t * H + j] = c[j];
    }
  }
  return found;
}

async function gruStates(kernels: Kernels, operands: RecurrentOperands, quantity: Quantity): Promise<Float64Array> {
  const { T, H, cell } = operands.shape;
  const [fromX, fromH] = await preActivations(kernels, operands);
  const at = (t: number, block: number, j: number) => t * 3 * H + block * H + j;
  const each = (value: (t: number, j: number) => number) => {
    const found = new Float64Array(T * H);
    for (let t = 0; t < T; t++) for (let j = 0; j < H; j++) found[t * H + j] = value(t, j);
    return found;
  };
  const r = (t: number, j: number) => sigmoid(fromX[at(t, 0, j)] + fromH[at(t, 0, j)]);
  if (quantity === 'r') return each(r);
  if (quantity === 'z') return each((t, j) => sigmoid(fromX[at(t, 1, j)] + fromH[at(t, 1, j)]));
  if (cell === 'gru') return each((t, j) => Math.tanh(fromX[at(t, 2, j)] + r(t, j) * fromH[at(t, 2, j)]));
  const old = await statesBefore(kernels, operands);
  const fromReset = await product(
    kernels,
    operands,
    each((t, j) => r(t, j) * old[t * H + j]),
  );
  return each((t, j) => Math.tanh(fromX[at(t, 2, j)] + fromReset[at(t, 2, j)]));
}

/** W x + b and U h + d of all steps, [T,G*H] each. */
async function preActivations(
  kernels: Kernels,
  operands: RecurrentOperands,
): Promise<[fromX: Float64Array, fromH: Float64Array]> {
  const { weightIh, biasIh } = operands.parameters;
  const { T, I, H, cell } = operands.shape;
  const x = vectors(kernels, operands);
  try {
    const fromX = await linear(kernels, x.tensor, weightIh, biasIh, T, I, GATES[cell] * H);
    return [fromX, await product(kernels, operands, await statesBefore(kernels, operands))];
  } finally {
    x.free();
  }
}

/** U s + d of states [T,H]. */
async function product(kernels: Kernels, operands: RecurrentOperands, states: Float64Array): Promise<Float64Array> {
  const { weightHh, biasHh } = operands.parameters;
  const { T, H, cell } = operands.shape;
  const tensor = kernels.alloc('states', [T, H]);
  try {
    kernels.write(tensor, states);
    return await linear(kernels, tensor, weightHh, biasHh, T, H, GATES[cell] * H);
  } finally {
    kernels.free(tensor);
  }
}

async function linear(
  kernels: Kernels,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  N: number,
  I: number,
  O: number,
): Promise<Float64Array> {
  const y = kernels.alloc('products', [N, O]);
  try {
    kernels.linearForward(y, x, weight, bias, N, I, O);
    return Float64Array.from(await kernels.read(y, N * O));
  } finally {
    kernels.free(y);
  }
}

/** What the layer read, as vectors [T,I] of one sequence (B = 1). */
export async function readInputs(kernels: Kernels, operands: RecurrentOperands): Promise<Float64Array> {
  const { T, I } = operands.shape;
  const x = vectors(kernels, operands);
  try {
    return Float64Array.from(await kernels.read(x.tensor, T * I));
  } finally {
    x.free();
  }
}

/** What the layer read, as vectors [T,I]. */
function vectors(kernels: Kernels, { x, shape: { T, I } }: RecurrentOperands): { tensor: Tensor; free(): void } {
  if (!isTokenInput(x)) return { tensor: x, free: () => {} };
  const tensor = kernels.alloc('vectors', [T, I]);
  if (x.table) kernels.embeddingForward(tensor, x.tokens, x.table, T, x.V, I);
  else kernels.oneHot(tensor, x.tokens, T, x.V);
  return { tensor, free: () => kernels.free(tensor) };
}

/** [T,H]: this direction's columns of y. */
async function readOutputs(kernels: Kernels, { y, yOffset, yWidth, shape }: RecurrentOperands): Promise<Float64Array> {
  const { T, H } = shape;
  const all = await kernels.read(y, T * yWidth);
  const found = new Float64Array(T * H);
  for (let t = 0; t < T; t++) found.set(all.subarray(t * yWidth + yOffset, t * yWidth + yOffset + H), t * H);
  return found;
}

/** [T,H]: the state that each step began with. */
export async function statesBefore(kernels: Kernels, operands: RecurrentOperands): Promise<Float64Array> {
  const { h0, shape, reverse } = operands;
  const { T, H } = shape;
  const after = await readOutputs(kernels, operands);
  const before = new Float64Array(T * H);
  if (h0) before.set(await kernels.read(h0, H), (reverse ? T - 1 : 0) * H);
  if (reverse) before.set(after.subarray(H), 0);
  else before.set(after.subarray(0, (T - 1) * H), H);
  return before;
}

/** The steps in the order that they are computed in. */
function order({ shape: { T }, reverse }: RecurrentOperands): number[] {
  return Array.from({ length: T }, (_, s) => (reverse ? T - 1 - s : s));
}
