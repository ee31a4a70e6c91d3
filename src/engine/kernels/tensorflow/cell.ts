import type { TensorFlow, Value } from './api.ts';

/** Of a step [B,H], or its gradients. */
export interface CellStates {
  readonly h: Value;
  readonly c: Value | null; // lstm only
}

/** What the forward keeps of all steps for the backward: the states before each step, and what the cell saves; each [T*B,H]. */
export interface CellHistory extends CellStates {
  readonly saved: readonly Value[];
}

/** The recurrent parameters. The input's, and their bias, are in `fromX`. */
export interface CellParameters {
  readonly U: Value; // weight_hh [G*H,H]
  readonly d: Value | null; // bias_hh [G*H]; null where it is in fromX already, and for gru_before, which has none
}

/** Gradients that a step's backward gives: of W x + b, of the product with U and d, and of the states before the step. */
export interface CellStepGradient {
  readonly dFromX: Value; // [B,G*H]
  readonly dFromH: Value; // [B,G*H]
  readonly dh: Value; // [B,H]
  readonly dc: Value | null; // [B,H]; lstm only
}

/**
 * A recurrent cell: its equations for one step of all sequences, and their derivatives. An operation costs TensorFlow far more than the
 * numbers of one step do, so what the derivatives multiply with is computed for all steps at once, before the steps back.
 */
export interface CellEquations {
  /** How many vectors [B,H] a step saves. */
  readonly saved: number;
  /** bias_hh has a product of its own (gru), and is not just added to bias_ih. */
  readonly biasApart: boolean;
  /** The states after a step, and what is saved. fromX = W x + b [B,G*H]. */
  forward(
    tf: TensorFlow,
    fromX: Value,
    states: CellStates,
    parameters: CellParameters,
  ): CellStates & { readonly saved: readonly Value[] };
  /** What `backward` multiplies with: for all steps at once, each [T*B,H]. */
  factors(tf: TensorFlow, history: CellHistory): readonly Value[];
  /** From the gradients of the states after the step. factors: those of this step, each [B,H]. */
  backward(tf: TensorFlow, next: CellStates, factors: readonly Value[], parameters: CellParameters): CellStepGradient;
  /** What U was multiplied with in all steps: how many gates' rows of U, gate by gate, with which vectors [T*B,H]. */
  multiplied(history: CellHistory): readonly { readonly gates: number; readonly by: Value }[];
}

/** σ'(a) in terms of s = σ(a). */
export function sigmoidDerivative(tf: TensorFlow, s: Value): Value {
  return tf.mul(s, tf.sub(1, s));
}

/** tanh'(a) in terms of y = tanh a. */
export function tanhDerivative(tf: TensorFlow, y: Value): Value {
  return tf.sub(1, tf.square(y));
}
