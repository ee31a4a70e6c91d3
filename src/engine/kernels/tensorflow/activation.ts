import type { Activation, Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, floats } from './tensor.ts';

interface Equation {
  readonly value: (tf: TensorFlow, a: Value) => Value;
  /** The derivative by a, in terms of y = act(a). */
  readonly derivative: (tf: TensorFlow, y: Value) => Value;
}

export const ACTIVATIONS: Readonly<Record<Activation, Equation>> = {
  tanh: { value: (tf, a) => tf.tanh(a), derivative: (tf, y) => tf.sub(1, tf.square(y)) },
  relu: { value: (tf, a) => tf.relu(a), derivative: (tf, y) => tf.step(y) },
  sigmoid: { value: (tf, a) => tf.sigmoid(a), derivative: (tf, y) => tf.mul(y, tf.sub(1, y)) },
};

/** y = act(x), element by element. */
export function activationForward(tf: TensorFlow, y: Tensor, x: Tensor, activation: Activation, count: number): void {
  assign(y, ACTIVATIONS[activation].value(tf, floats(x, [count])));
}

/** dx = dy act'(x). */
export function activationBackward(
  tf: TensorFlow,
  dx: Tensor,
  dy: Tensor,
  y: Tensor,
  activation: Activation,
  count: number,
): void {
  assign(dx, tf.mul(floats(dy, [count]), ACTIVATIONS[activation].derivative(tf, floats(y, [count]))));
}
