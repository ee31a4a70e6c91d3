import type { Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { NONLINEARITIES } from './nonlinearities.ts';
import { sumOfAll } from './reductions.ts';
import { shader, variants, WORKGROUP } from './shader.ts';
import { floats, ints } from './tensor.ts';
import { addToLoss, countElements } from './totals.ts';

/** Workgroups that share the elements. */
const PARTS = 256;

type Gradient = 'none' | 'apart' | 'in place';

/** WGSL of `value` and `derivative`, of an output `a`, its target `y` and the weight `w` of its column. */
const EQUATIONS = {
  'binary cross-entropy': {
    functions: /* wgsl */ `${NONLINEARITIES}
// ln(1 + e^a), without overflow, and with its digits where e^a is small
fn softplus(a: f32) -> f32 {
  let e = exp_of(-abs(a));
  return max(a, 0.0) + select(log(1.0 + e), e * (1.0 - e * (0.5 - e / 3.0)), e < 0.01);
}`,
    code: /* wgsl */ `
    let value = select(w * y * softplus(-a) + (1.0 - y) * softplus(a), a, is_nan(a));
    let derivative = (1.0 - y) * sigmoid_of(a) - w * y * sigmoid_of(-a);`,
  },
  'squared error': {
    functions: '',
    code: /* wgsl */ `
    let value = (a - y) * (a - y);
    let derivative = 2.0 * (a - y);`,
  },
};

/** Invocations stride through all elements; each workgroup leaves a part of the loss. */
const kernel = variants((name: keyof typeof EQUATIONS, gradient: Gradient, masked: boolean, weighted: boolean) => {
  const store = `${gradient === 'apart' ? 'd_outputs' : 'outputs'}[i] =`;
  const derivative = `${store} select(0.0, derivative / total[0], counted);`;
  return shader({
    name: `${name}, gradient ${gradient}${masked ? ', masked' : ''}${weighted ? ', weighted' : ''}`,
    tensors: {
      parts: 'write f32', // [parts]
      outputs: gradient === 'in place' ? 'readwrite f32' : 'read f32', // [count] = [N,K]
      wanted: 'read f32', // [N,K]
      mask: masked && 'read i32', // [N]
      weights: weighted && 'read f32', // [K]
      total: gradient !== 'none' && 'read f32', // [1]
      d_outputs: gradient === 'apart' && 'write f32', // [N,K]
    },
    params: ['count', 'K', 'parts'],
    code: (has) => /* wgsl */ `${sumOfAll(WORKGROUP, has)}
${EQUATIONS[name].functions}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = id.x * ${WORKGROUP}u + lane; i < p.count; i += p.parts * ${WORKGROUP}u) {
    let a = outputs[i];
    let y = wanted[i];
    let w = ${weighted ? 'weights[i % p.K]' : '1.0'};
    let counted = ${masked ? 'mask[i / p.K] != 0' : 'true'};
    ${EQUATIONS[name].code}
    if (counted) { sum += value; }
    ${gradient === 'none' ? '' : derivative}
  }
  let all = sum_of_all(sum, lane);
  if (lane == 0u) { parts[id.x] = all; }
}`,
  });
});

interface ElementLoss {
  readonly loss: Tensor; // [2]
  readonly dOutputs: Tensor | null; // [N,K]; may be outputs
  readonly outputs: Tensor; // [N,K]
  readonly targets: Tensor; // [N,K]
  readonly mask: Tensor | null; // int [N]
  readonly weights: Tensor | null; // [K]
}

function elementLoss(gpu: GpuContext, name: keyof typeof EQUATIONS, of: ElementLoss, N: number, K: number): void {
  const { dOutputs, outputs } = of;
  const mask = of.mask && ints(of.mask, N);
  const count = N * K;
  const parts = Math.min(PARTS, Math.ceil(count / WORKGROUP));
  const total = countElements(gpu, mask, N, K);
  const partial = gpu.scratch('losses', parts * 4);
  const gradient = dOutputs === null ? 'none' : dOutputs === outputs ? 'in place' : 'apart';
  const tensors = [partial, floats(outputs, count), floats(of.targets, count)];
  if (mask) tensors.push(mask);
  if (of.weights) tensors.push(floats(of.weights, K));
  if (dOutputs) tensors.push(total);
  if (dOutputs && gradient === 'apart') tensors.push(floats(dOutputs, count));
  const made = kernel(name, gradient, mask !== null, of.weights !== null);
  gpu.run(made, undefined, tensors, [count, K, parts], [parts]);
  addToLoss(gpu, floats(of.loss, 2), partial, parts, total);
}

/** loss += (Σ binary cross-entropy of σ(logits), number of elements); the equations are in reference/losses.ts. */
export function sigmoidCrossEntropy(
  gpu: GpuContext,
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
  positiveWeights: Tensor | null,
): void {
  const of = { loss, dOutputs: dLogits, outputs: logits, targets, mask, weights: positiveWeights };
  elementLoss(gpu, 'binary cross-entropy', of, N, K);
}

/** loss += (Σ (y - target)², number of elements). */
export function squaredError(
  gpu: GpuContext,
  loss: Tensor,
  dOutputs: Tensor | null,
  outputs: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  N: number,
  K: number,
): void {
  elementLoss(gpu, 'squared error', { loss, dOutputs, outputs, targets, mask, weights: null }, N, K);
}
