import type { TensorFlow, Value } from './api.ts';

/** A step of all B sequences at once. */
export interface CellStep {
  readonly h: Value; // [B,H], state before the step
  readonly c: Value | null; // [B,H]; lstm only
  /** What the forward keeps for the backward, each [B,H]; every cell says what. */
  readonly saved: readonly Value[];
}

export interface CellStates {
  readonly h: Value; // [B,H]
  readonly c: Value | null; // [B,H]; lstm only
}

/** The recurrent parameters. The input's, and their bias, are in `fromX`. */
export interface CellParameters {
  readonly U: Value; // weight_hh [G*H,H]
  readonly d: Value | null; // bias_hh [G*H]; null for gru_before
}

/** Gradients that a step's backward gives: of W x + b, of the product with U and d, and of the states before the step. */
export interface CellStepGradient {
  readonly dFromX: Value; // [B,G*H]
  readonly dFromH: Value; // [B,G*H]
  readonly dh: Value; // [B,H]
  readonly dc: Value | null; // [B,H]; lstm only
}

/** A recurrent cell: its equations for one step, and their derivatives. */
export interface CellEquations {
  /** How many vectors [B,H] a step saves. */
  readonly saved: number;
  /** The states after a step, and what is saved. fromX = W x + b [B,G*H]. */
  forward(
    tf: TensorFlow,
    fromX: Value,
    states: CellStates,
    parameters: CellParameters,
  ): CellStates & { readonly saved: readonly Value[] };
  /** From the gradients of the states after the step. */
  backward(tf: TensorFlow, next: CellStates, step: CellStep, parameters: CellParameters): CellStepGradient;
  /** What U is multiplied with, gate by gate: how many gates' rows of U, with which vector. */
  factors(step: CellStep): readonly { readonly gates: number; readonly vector: Value }[];
}

/** h Uᵀ + d. h [B,H], U [R,H], d [R]. */
export function product(tf: TensorFlow, h: Value, U: Value, d: Value | null): Value {
  const result = tf.matMul(h, U, false, true);
  return d ? tf.add(result, d) : result;
}

/** σ'(a) in terms of s = σ(a). */
export function sigmoidDerivative(tf: TensorFlow, s: Value): Value {
  return tf.mul(s, tf.sub(1, s));
}

/** tanh'(a) in terms of y = tanh a. */
export function tanhDerivative(tf: TensorFlow, y: Value): Value {
  return tf.sub(1, tf.square(y));
}
