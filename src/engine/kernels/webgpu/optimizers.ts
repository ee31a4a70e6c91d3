import { OPTIMIZER_SLOTS, type OptimizerUpdate, type Tensor } from '../kernels.ts';
import { f32, type GpuContext, type GpuKernel, type Param } from './context.ts';
import { elementwise, groupsOf } from './shader.ts';
import { floats } from './tensor.ts';

type Kind = OptimizerUpdate['kind'];
type Of<K extends Kind> = Extract<OptimizerUpdate, { kind: K }>;

/** The equations are those of reference/optimizers.ts; w are the parameters, g their gradients. */
function optimizer(name: Kind, slots: readonly string[], params: readonly string[], code: string): GpuKernel {
  const tensors = { w: 'readwrite f32', g: 'read f32' } as const;
  const state = Object.fromEntries(slots.map((slot) => [slot, 'readwrite f32' as const]));
  return elementwise({
    name,
    tensors: { ...tensors, ...state },
    params: params.map((param) => `${param}: f32`),
    code,
  });
}

const KERNELS: Readonly<Record<Kind, GpuKernel>> = {
  sgd: optimizer('sgd', [], ['rate'], 'w[i] -= p.rate * g[i];'),
  momentum: optimizer(
    'momentum',
    ['v'],
    ['rate', 'mu'],
    /* wgsl */ `
  let velocity = p.mu * v[i] + g[i];
  v[i] = velocity;
  w[i] -= p.rate * velocity;`,
  ),
  adam: optimizer(
    'adam',
    ['m', 'v'],
    ['rate', 'keep', 'beta1', 'rest1', 'beta2', 'rest2', 'root_correction2', 'epsilon'],
    /* wgsl */ `
  let gradient = g[i];
  let mean = p.beta1 * m[i] + p.rest1 * gradient;
  let square = p.beta2 * v[i] + p.rest2 * gradient * gradient;
  m[i] = mean;
  v[i] = square;
  w[i] = w[i] * p.keep - p.rate * mean / (sqrt(square) * p.root_correction2 + p.epsilon);`,
  ),
  rmsprop: optimizer(
    'rmsprop',
    ['v'],
    ['rate', 'alpha', 'rest', 'epsilon'],
    /* wgsl */ `
  let gradient = g[i];
  let square = p.alpha * v[i] + p.rest * gradient * gradient;
  v[i] = square;
  w[i] -= p.rate * gradient / (sqrt(square) + p.epsilon);`,
  ),
  adagrad: optimizer(
    'adagrad',
    ['s'],
    ['rate', 'epsilon'],
    /* wgsl */ `
  let gradient = g[i];
  let sum = s[i] + gradient * gradient;
  s[i] = sum;
  w[i] -= p.rate * gradient / (sqrt(sum) + p.epsilon);`,
  ),
};

/**
 * What the shader multiplies by, computed in float64: 1 - β in float32 would have an error of 6e-5 of itself at β₂ = 0.999. Adam's
 * m / (1 - β₁ᵗ) is in its rate, √(v / (1 - β₂ᵗ)) = √v times root_correction2.
 */
const FACTORS: { readonly [K in Kind]: (update: Of<K>) => readonly number[] } = {
  sgd: ({ learningRate }) => [learningRate],
  momentum: ({ learningRate, momentum }) => [learningRate, momentum],
  adam: ({ learningRate, beta1, beta2, epsilon, weightDecay, step }) => [
    ...[learningRate / (1 - beta1 ** step), 1 - learningRate * weightDecay],
    ...[beta1, 1 - beta1, beta2, 1 - beta2, 1 / Math.sqrt(1 - beta2 ** step), epsilon],
  ],
  rmsprop: ({ learningRate, alpha, epsilon }) => [learningRate, alpha, 1 - alpha, epsilon],
  adagrad: ({ learningRate, epsilon }) => [learningRate, epsilon],
};

/** One update of all parameters in place. */
export function updateParameters(
  gpu: GpuContext,
  update: OptimizerUpdate,
  parameters: Tensor,
  gradients: Tensor,
  slots: readonly Tensor[],
): void {
  if (slots.length !== OPTIMIZER_SLOTS[update.kind]) {
    throw new RangeError(`${update.kind} keeps ${OPTIMIZER_SLOTS[update.kind]} slots, got ${slots.length}`);
  }
  const count = parameters.size;
  for (const other of [gradients, ...slots]) {
    if (other.size !== count) {
      throw new RangeError(`"${other.label}" has ${other.size} elements, the parameters have ${count}`);
    }
  }
  const factors = (FACTORS[update.kind] as (update: OptimizerUpdate) => readonly number[])(update);
  const tensors = [parameters, gradients, ...slots].map((tensor) => floats(tensor, count));
  const params: Param[] = [count, ...factors.map(f32)];
  gpu.run(KERNELS[update.kind], undefined, tensors, params, groupsOf(count));
}
