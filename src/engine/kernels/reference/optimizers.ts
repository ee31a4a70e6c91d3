import { OPTIMIZER_SLOTS } from '../kernels.ts';
import type { OptimizerUpdate, Tensor } from '../kernels.ts';
import { floats } from './tensor.ts';

/** p ← p - lr g. */
function sgd(p: Float64Array, g: Float64Array, lr: number): void {
  for (let i = 0; i < p.length; i++) p[i] -= lr * g[i];
}

/** v ← μ v + g; p ← p - lr v. The heavy ball of Polyak 1964, as torch.optim.SGD writes it. */
function momentum(p: Float64Array, g: Float64Array, v: Float64Array, lr: number, mu: number): void {
  for (let i = 0; i < p.length; i++) {
    v[i] = mu * v[i] + g[i];
    p[i] -= lr * v[i];
  }
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1); with weightDecay λ > 0 AdamW (Loshchilov & Hutter 2019, algorithm 2), which first
 * shrinks every parameter:
 *
 *     p ← p (1 - lr λ)
 *     m ← β₁ m + (1 - β₁) g;   v ← β₂ v + (1 - β₂) g²
 *     p ← p - lr (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
 */
function adam(
  p: Float64Array,
  g: Float64Array,
  m: Float64Array,
  v: Float64Array,
  { learningRate, beta1, beta2, epsilon, weightDecay, step }: Extract<OptimizerUpdate, { kind: 'adam' }>,
): void {
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  for (let i = 0; i < p.length; i++) {
    p[i] *= 1 - learningRate * weightDecay;
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    p[i] -= (learningRate * (m[i] / correction1)) / (Math.sqrt(v[i] / correction2) + epsilon);
  }
}

/** v ← α v + (1 - α) g²; p ← p - lr g / (√v + ε). Tieleman & Hinton 2012, lecture 6e. */
function rmsprop(p: Float64Array, g: Float64Array, v: Float64Array, lr: number, alpha: number, epsilon: number): void {
  for (let i = 0; i < p.length; i++) {
    v[i] = alpha * v[i] + (1 - alpha) * g[i] * g[i];
    p[i] -= (lr * g[i]) / (Math.sqrt(v[i]) + epsilon);
  }
}

/** s ← s + g²; p ← p - lr g / (√s + ε). Duchi, Hazan & Singer 2011, diagonal. */
function adagrad(p: Float64Array, g: Float64Array, s: Float64Array, lr: number, epsilon: number): void {
  for (let i = 0; i < p.length; i++) {
    s[i] += g[i] * g[i];
    p[i] -= (lr * g[i]) / (Math.sqrt(s[i]) + epsilon);
  }
}

/** One update of all parameters in place. */
export function updateParameters(
  update: OptimizerUpdate,
  parameters: Tensor,
  gradients: Tensor,
  slots: readonly Tensor[],
): void {
  if (slots.length !== OPTIMIZER_SLOTS[update.kind]) {
    throw new RangeError(`${update.kind} keeps ${OPTIMIZER_SLOTS[update.kind]} slots, got ${slots.length}`);
  }
  for (const other of [gradients, ...slots]) {
    if (other.size !== parameters.size) {
      throw new RangeError(`"${other.label}" has ${other.size} elements, the parameters have ${parameters.size}`);
    }
  }
  const p = floats(parameters, parameters.size);
  const g = floats(gradients, parameters.size);
  const [first, second] = slots.map((slot) => floats(slot, parameters.size));
  switch (update.kind) {
    case 'sgd':
      return sgd(p, g, update.learningRate);
    case 'momentum':
      return momentum(p, g, first, update.learningRate, update.momentum);
    case 'adam':
      return adam(p, g, first, second, update);
    case 'rmsprop':
      return rmsprop(p, g, first, update.learningRate, update.alpha, update.epsilon);
    case 'adagrad':
      return adagrad(p, g, first, update.learningRate, update.epsilon);
  }
}
