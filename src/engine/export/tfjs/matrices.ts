/** Turning PyTorch's matrices into Keras'. */

/** [rows,columns] → [columns,rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = data[r * columns + c];
  return result;
}

/** Rows in blocks of `size` numbers, in another order: block i of the result is block order[i]. */
export function reordered(data: Float32Array, size: number, order: readonly number[]): Float32Array {
  const result = new Float32Array(data.length);
  for (const [to, from] of order.entries()) result.set(data.subarray(from * size, (from + 1) * size), to * size);
  return result;
}

/** a + b, rounded once. */
export function added(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}
