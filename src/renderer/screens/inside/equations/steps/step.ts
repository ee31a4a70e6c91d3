/** One time step of a cell, cut into pieces that each compute one thing. */
import type { Term } from '../terms.ts';
import {
  matrixTex,
  outerProduct,
  rowTex,
  vectorTex,
  type Matrix,
  type NonLinearity,
  type Vector,
} from './arithmetic.ts';

/** A formula and its numbers: `left = formula = numbers[0] = numbers[1] …`; the last one is the value. All TeX. */
export interface Calculation {
  readonly left: string;
  readonly formula: string;
  readonly numbers: readonly string[];
}

export interface Step {
  readonly phase: 'forward' | 'backward';
  /** What it computes, and where in the drawing; messages name it. */
  readonly of: Term;
  readonly calculations: readonly Calculation[];
  /** Parts of the drawing whose value is known from now on; in the backward phase the gradients by them. */
  readonly shown: Readonly<Partial<Record<Term, Vector>>>;
  /** Everything it computed, by name: `i`, `da_i`, `dW_i`, `dx` … */
  readonly computed: Readonly<Record<string, Vector | Matrix>>;
}

/** Weights of one gate, or of what stands for one. */
export interface GateWeights {
  readonly W: Matrix; // [H,I], on the input
  readonly U: Matrix; // [H,H], on the state
  readonly b: Vector; // [H]
}

/** What a step begins with, and what comes back to it from the steps after. */
export interface Given {
  readonly x: Vector; // [I]
  readonly h: Vector; // [H], state before
  readonly c: Vector; // [H], cell state before; lstm only
  readonly dh: Vector; // [H], gradient of the loss by the state after
  readonly dc: Vector; // [H], by the cell state after, past h; lstm only
}

/** A cell whose step is walked through. */
export interface CellSetting {
  readonly given: Given;
  /** By gate; of a plain cell by `h`. */
  readonly weights: Readonly<Record<string, GateWeights>>;
  /** b_hn of a reset after the product; null of all others. */
  readonly recurrentBias: Vector | null; // [H]
}

/** The gradient of something: conventions.md writes dX. */
export function d(of: string): string {
  return String.raw`\mathrm{d}${of}`;
}

export function forward(
  of: Term,
  value: Vector,
  calculations: readonly Calculation[],
  more: Step['computed'] = {},
): Step {
  return { phase: 'forward', of, calculations, shown: { [of]: value }, computed: { [of]: value, ...more } };
}

/** δ = dy ⊙ act'(y): the gradient by what went into the non-linearity. */
export function throughActivation(
  letter: string,
  dy: Vector,
  y: Vector,
  act: NonLinearity,
): { da: Vector; calculation: Calculation } {
  const da = dy.map((g, j) => g * act.derivative(y[j]!));
  return {
    da,
    calculation: {
      left: String.raw`\delta_${letter}`,
      formula: String.raw`${d(`${letter}_t`)} \odot ${act.derivativeTex(`${letter}_t`)}`,
      numbers: [String.raw`${vectorTex(dy)} \odot ${vectorTex(y.map((v) => act.derivative(v)))}`, vectorTex(da)],
    },
  };
}

/** dW = δ xᵀ, for one matrix. */
export function weightGradient(name: string, delta: string, da: Vector, input: string, value: Vector): Calculation {
  return {
    left: d(name),
    formula: String.raw`${delta}\, ${input}^\top`,
    numbers: [`${vectorTex(da)} ${rowTex(value)}`, matrixTex(outerProduct(da, value))],
  };
}
