/** Vectors and matrices of a step small enough to be written out. */

export type Vector = readonly number[];
/** Row after row. */
export type Matrix = readonly Vector[];

/** W v. */
export function product(W: Matrix, v: Vector): Vector {
  return W.map((row) => row.reduce((sum, w, k) => sum + w * v[k]!, 0));
}

/** Wᵀ v. */
export function transposedProduct(W: Matrix, v: Vector): Vector {
  return W[0]!.map((_, k) => W.reduce((sum, row, j) => sum + row[k]! * v[j]!, 0));
}

/** a bᵀ. */
export function outerProduct(a: Vector, b: Vector): Matrix {
  return a.map((x) => b.map((y) => x * y));
}

export function sum(first: Vector, ...others: readonly Vector[]): Vector {
  return first.map((x, j) => others.reduce((total, other) => total + other[j]!, x));
}

/** Element by element. */
export function times(first: Vector, ...others: readonly Vector[]): Vector {
  return first.map((x, j) => others.reduce((all, other) => all * other[j]!, x));
}

export const oneMinus = (v: Vector): Vector => v.map((x) => 1 - x);
export const square = (v: Vector): Vector => v.map((x) => x * x);
export const minus = (a: Vector, b: Vector): Vector => a.map((x, j) => x - b[j]!);

/** A non-linearity, with its derivative written in terms of its value y. */
export interface NonLinearity {
  readonly tex: string;
  value(a: number): number;
  derivative(y: number): number;
  /** The derivative as TeX, of y as TeX. */
  derivativeTex(y: string): string;
}

export const sigmoid: NonLinearity = {
  tex: String.raw`\sigma`,
  value: (a) => 1 / (1 + Math.exp(-a)),
  derivative: (y) => y * (1 - y),
  derivativeTex: (y) => String.raw`${y} \odot (1 - ${y})`,
};

export const tanh: NonLinearity = {
  tex: String.raw`\tanh`,
  value: Math.tanh,
  derivative: (y) => 1 - y * y,
  derivativeTex: (y) => `(1 - ${squared(y)})`,
};

export const relu: NonLinearity = {
  tex: String.raw`\operatorname{ReLU}`,
  value: (a) => Math.max(0, a),
  derivative: (y) => (y > 0 ? 1 : 0),
  derivativeTex: (y) => `[${y} > 0]`,
};

/** y², the exponent beside what y already has below it. */
export function squared(y: string): string {
  return `{${y}}^2`;
}

/** A number as it stands in a formula: three decimals, without zeros at the end. */
export function written(value: number): string {
  const rounded = Number(value.toFixed(3));
  return String(rounded === 0 ? 0 : rounded);
}

export function vectorTex(v: Vector): string {
  return String.raw`\begin{bmatrix}${v.map(written).join(String.raw`\\`)}\end{bmatrix}`;
}

/** The vector as a row: what an outer product multiplies by. */
export function rowTex(v: Vector): string {
  return String.raw`\begin{bmatrix}${v.map(written).join('&')}\end{bmatrix}`;
}

export function matrixTex(m: Matrix): string {
  return String.raw`\begin{bmatrix}${m.map((row) => row.map(written).join('&')).join(String.raw`\\`)}\end{bmatrix}`;
}
