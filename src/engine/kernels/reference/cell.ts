/** The parameters of a recurrent cell, or their gradients. G gates of H units each, gate by gate. */
export interface CellParameters {
  readonly W: Float64Array; // weight_ih [G*H,I]
  readonly U: Float64Array; // weight_hh [G*H,H]
  readonly b: Float64Array; // bias_ih   [G*H]
  readonly d: Float64Array; // bias_hh   [G*H]; [0] for gru_before
}

/** One step of one sequence. Each is a window on the memory it comes from. `c`, `cNext` are [0] unless the cell is an LSTM. */
export interface CellStep {
  readonly x: Float64Array; // [I]
  readonly h: Float64Array; // [H], state before the step
  readonly c: Float64Array; // [H]
  readonly hNext: Float64Array; // [H], state after it, out of the forward
  readonly cNext: Float64Array; // [H], out of the forward
  readonly saved: Float64Array; // [saved*H], out of the forward, read by the backward
}

/** Gradients of one step. In: dhNext, dcNext. Added to: dx, dh, dc. */
export interface CellStepGradient {
  readonly dhNext: Float64Array; // [H]
  readonly dcNext: Float64Array; // [H]
  readonly dx: Float64Array | null; // [I]; null where nobody needs it
  readonly dh: Float64Array; // [H]
  readonly dc: Float64Array; // [H]
}

/** A recurrent cell: its equations for one step of one sequence, and their derivatives. */
export interface CellEquations {
  /** What a step saves for its backward, in vectors of H numbers. */
  readonly saved: number;
  forward(step: CellStep, parameters: CellParameters): void;
  /** Adds to the gradients of the step's inputs and of the parameters. */
  backward(gradient: CellStepGradient, dParameters: CellParameters, step: CellStep, parameters: CellParameters): void;
}
