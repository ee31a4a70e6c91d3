import type { Activation, Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';
import { sigmoid } from './vector.ts';

interface Equation {
  readonly value: (a: number) => number;
  /** The derivative by a, in terms of y = act(a). */
  readonly derivative: (y: number) => number;
}

export const ACTIVATIONS: Readonly<Record<Activation, Equation>> = {
  tanh: { value: Math.tanh, derivative: (y) => 1 - y * y },
  relu: { value: (a) => Math.max(a, 0), derivative: (y) => (y > 0 ? 1 : 0) },
  sigmoid: { value: sigmoid, derivative: (y) => y * (1 - y) },
};

/** y = act(x), element by element. */
export function activationForward(y: Tensor, x: Tensor, activation: Activation, count: number): void {
  const out = floats(y, count);
  const input = floats(x, count);
  const { value } = ACTIVATIONS[activation];
  for (let i = 0; i < count; i++) out[i] = value(input[i]);
}

/** dx = dy act'(x). */
export function activationBackward(dx: Tensor, dy: Tensor, y: Tensor, activation: Activation, count: number): void {
  const dInput = floats(dx, count);
  const dOut = floats(dy, count);
  const out = floats(y, count);
  const { derivative } = ACTIVATIONS[activation];
  for (let i = 0; i < count; i++) dInput[i] = dOut[i] * derivative(out[i]);
}
