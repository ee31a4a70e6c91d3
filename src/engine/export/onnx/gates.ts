/** From PyTorch's order of gates to ONNX's. */
import { GATES, type Cell } from '../../kernels/kernels.ts';

/** Of each block of H rows in ONNX's order, which one it is in ours: LSTM i,f,g,o → i,o,f,g; GRU r,z,n → z,r,n. */
const blocks: Readonly<Record<Cell, readonly number[]>> = {
  rnn_tanh: [0],
  rnn_relu: [0],
  rnn_sigmoid: [0],
  lstm: [0, 3, 1, 2],
  gru: [1, 0, 2],
  gru_before: [1, 0, 2],
};

/** [G*H,width] (a bias is 1 wide) with its blocks in ONNX's order. */
export function reorderGates(cell: Cell, data: Float32Array): Float32Array {
  const size = data.length / GATES[cell];
  const reordered = new Float32Array(data.length);
  blocks[cell].forEach((from, to) => reordered.set(data.subarray(from * size, (from + 1) * size), to * size));
  return reordered;
}

/** Side by side, as ONNX stores directions and both biases. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
