// The few products of linear algebra that every layer is made of. Vectors are whole typed arrays (rows are subarrays);
// a matrix is row-major with as many rows as the output has elements.

/** y += W x. y [O], W [O,I], x [I]. */
export function addProduct(y: Float64Array, W: Float64Array, x: Float64Array): void {
  const O = y.length;
  const I = x.length;
  for (let o = 0; o < O; o++) {
    let sum = 0;
    for (let i = 0; i < I; i++) sum += W[o * I + i] * x[i];
    y[o] += sum;
  }
}

/** dx += Wᵀ dy. dx [I], W [O,I], dy [O]. */
export function addTransposedProduct(dx: Float64Array, W: Float64Array, dy: Float64Array): void {
  const O = dy.length;
  const I = dx.length;
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) dx[i] += W[o * I + i] * dy[o];
  }
}

/** dW += dy xᵀ. dW [O,I], dy [O], x [I]. */
export function addOuterProduct(dW: Float64Array, dy: Float64Array, x: Float64Array): void {
  const O = dy.length;
  const I = x.length;
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) dW[o * I + i] += dy[o] * x[i];
  }
}

/** y += x. */
export function add(y: Float64Array, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += x[i];
}

/** Row n of a matrix whose rows have `width` elements: a window on it, not a copy. */
export function row(matrix: Float64Array, n: number, width: number): Float64Array {
  return matrix.subarray(n * width, (n + 1) * width);
}

/** The logistic function σ(x) = 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
