/** Vectors and matrices of a step, and how they are written out: large ones by their first few numbers. */

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

/** More are not written out: the first few, and dots. */
const mostWritten = 4;
/** Of a longer vector, or row, or column. */
export const fewWritten = 3;
/** Of two numbers that a part has room for. */
const mostCharacters = 10;
/** Rounding leaves no less where something is to be zero. */
const nothing = 1e-12;

/** A number as it stands beside a part: three decimals, without zeros at the end; one that these would hide as a power of ten. */
export function written(value: number): string {
  const rounded = Number(value.toFixed(3));
  if (rounded !== 0) return String(rounded);
  return Math.abs(value) < nothing ? '0' : Number(value.toPrecision(2)).toExponential();
}

/** As much of it as has room beside a part of the drawing. */
export function beginning(v: Vector, between = '  '): string {
  if (v.length <= mostWritten) return v.map(written).join(between);
  const [first, second] = v.slice(0, 2).map((x) => written(Number(x.toPrecision(2))));
  return `${first!.length + second!.length <= mostCharacters ? `${first} ${second}` : first} …`;
}

/** As it stands in a formula. */
function numberTex(value: number): string {
  return written(value).replace(/e(.+)/, String.raw`\mathrm{e}{$1}`);
}

export function vectorTex(v: Vector): string {
  return bracketed(shortened(v, numberTex, String.raw`\vdots`).join(String.raw`\\`));
}

/** The vector as a row: what an outer product multiplies by. */
export function rowTex(v: Vector): string {
  return bracketed(shortened(v, numberTex, String.raw`\cdots`).join('&'));
}

export function matrixTex(m: Matrix): string {
  const columns = m[0]!.length;
  const below = (count: number) => Array<string>(count).fill(String.raw`\vdots`);
  const lastRow = columns > mostWritten ? [...below(fewWritten), String.raw`\ddots`] : below(columns);
  const row = (values: Vector) => shortened(values, numberTex, String.raw`\cdots`).join('&');
  return bracketed(shortened(m, row, lastRow.join('&')).join(String.raw`\\`));
}

function shortened<T>(all: readonly T[], write: (one: T) => string, dots: string): string[] {
  return all.length <= mostWritten ? all.map(write) : [...all.slice(0, fewWritten).map(write), dots];
}

function bracketed(content: string): string {
  return String.raw`\begin{bmatrix}${content}\end{bmatrix}`;
}
