import { OPTIMIZER_SLOTS } from '../kernels.ts';
import type { OptimizerUpdate, Tensor } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { assign, floats } from './tensor.ts';

type Update<Kind extends OptimizerUpdate['kind']> = Extract<OptimizerUpdate, { kind: Kind }>;

/** Parameters and slots after an update. */
type Updated = readonly [p: Value, ...slots: Value[]];

/** p ← p - lr g. */
function sgd(tf: TensorFlow, p: Value, g: Value, { learningRate }: Update<'sgd'>): Updated {
  return [tf.sub(p, tf.mul(learningRate, g))];
}

/** v ← μ v + g; p ← p - lr v. The heavy ball of Polyak 1964, as torch.optim.SGD writes it. */
function momentum(tf: TensorFlow, p: Value, g: Value, v: Value, update: Update<'momentum'>): Updated {
  const velocity = tf.add(tf.mul(update.momentum, v), g);
  return [tf.sub(p, tf.mul(update.learningRate, velocity)), velocity];
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
  tf: TensorFlow,
  p: Value,
  g: Value,
  m: Value,
  v: Value,
  { learningRate, beta1, beta2, epsilon, weightDecay, step }: Update<'adam'>,
): Updated {
  const shrunk = weightDecay > 0 ? tf.mul(p, 1 - learningRate * weightDecay) : p;
  const mean = tf.add(tf.mul(beta1, m), tf.mul(1 - beta1, g));
  const variance = tf.add(tf.mul(beta2, v), tf.mul(1 - beta2, tf.square(g)));
  const root = tf.add(tf.sqrt(tf.div(variance, 1 - beta2 ** step)), epsilon);
  const change = tf.div(tf.mul(learningRate / (1 - beta1 ** step), mean), root);
  return [tf.sub(shrunk, change), mean, variance];
}

/** v ← α v + (1 - α) g²; p ← p - lr g / (√v + ε). Tieleman & Hinton 2012, lecture 6e. */
function rmsprop(
  tf: TensorFlow,
  p: Value,
  g: Value,
  v: Value,
  { learningRate, alpha, epsilon }: Update<'rmsprop'>,
): Updated {
  const variance = tf.add(tf.mul(alpha, v), tf.mul(1 - alpha, tf.square(g)));
  return [tf.sub(p, tf.div(tf.mul(learningRate, g), tf.add(tf.sqrt(variance), epsilon))), variance];
}

/** s ← s + g²; p ← p - lr g / (√s + ε). Duchi, Hazan & Singer 2011, diagonal. */
function adagrad(tf: TensorFlow, p: Value, g: Value, s: Value, { learningRate, epsilon }: Update<'adagrad'>): Updated {
  const sum = tf.add(s, tf.square(g));
  return [tf.sub(p, tf.div(tf.mul(learningRate, g), tf.add(tf.sqrt(sum), epsilon))), sum];
}

/** One update of all parameters. */
export function updateParameters(
  tf: TensorFlow,
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
  const all = (tensor: Tensor) => floats(tensor, [parameters.size]);
  const updated = compute(tf, update, all(parameters), all(gradients), slots.map(all));
  [parameters, ...slots].forEach((tensor, i) => assign(tensor, updated[i]!));
}

function compute(tf: TensorFlow, update: OptimizerUpdate, p: Value, g: Value, slots: readonly Value[]): Updated {
  const [first, second] = slots as [Value, Value];
  switch (update.kind) {
    case 'sgd':
      return sgd(tf, p, g, update);
    case 'momentum':
      return momentum(tf, p, g, first, update);
    case 'adam':
      return adam(tf, p, g, first, second, update);
    case 'rmsprop':
      return rmsprop(tf, p, g, first, update);
    case 'adagrad':
      return adagrad(tf, p, g, first, update);
  }
}
