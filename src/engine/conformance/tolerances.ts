import type { Kernels } from '../kernels/kernels.ts';
import type { Bound } from './compare.ts';

/** What a number is decides how close it has to be. */
export type Quantity =
  /** Outputs and gradients. */
  | 'value'
  /** Parameters after optimiser steps: Adam is ill-conditioned where a gradient is near its epsilon. */
  | 'stepped parameter'
  /** Gradient norms of family E: they span nine orders of magnitude, so only the relative error means something. */
  | 'gradient flow norm'
  /** Counts. */
  | 'integer';

/** float64 differs from PyTorch only in the order of summation: a comfortable margin over that. */
const FLOAT64: Bound = { atol: 1e-12, rtol: 1e-9 };

/** The table of the fixtures' TOLERANCES.md. */
const TOLERANCES: Readonly<Record<Kernels['precision'], Readonly<Record<Quantity, Bound>>>> = {
  float64: {
    value: FLOAT64,
    'stepped parameter': FLOAT64,
    'gradient flow norm': FLOAT64,
    integer: { atol: 0, rtol: 0 },
  },
  float32: {
    // 5e-4 (|want| + 1e-2): four times what PyTorch's own float32 deviates
    value: { atol: 5e-6, rtol: 5e-4 },
    'stepped parameter': { atol: 2e-4, rtol: 0 },
    'gradient flow norm': { atol: 0, rtol: 1e-3 },
    integer: { atol: 0, rtol: 0 },
  },
  // Weights rounded to 11 bits, that is by up to 2^-11 of themselves. What is added up from them is as far off, relative to the largest
  // addend; where addends cancel, and over many steps, it is more. Steps of Adam differ by as much as a step where a gradient changes its sign.
  // Gradients that explode (two fixtures of family E) multiply what they are off by at every step, and are not held to this.
  mixed: {
    value: { atol: 2e-3, rtol: 2e-2 },
    'stepped parameter': { atol: 2e-2, rtol: 0 },
    'gradient flow norm': { atol: 0, rtol: 5e-2 },
    integer: { atol: 0, rtol: 0 },
  },
};

export function tolerance(precision: Kernels['precision'], quantity: Quantity): Bound {
  return TOLERANCES[precision][quantity];
}
