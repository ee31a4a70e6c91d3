import type { Tensor } from '../kernels.ts';
import { f32, type GpuContext } from './context.ts';
import { elementwise, FINITE, groupsOf, shader, sumOfAll, WORKGROUP } from './shader.ts';
import { floats } from './tensor.ts';

/** Workgroups of the first pass: enough for the largest GPU, few enough for one workgroup to add up. */
const PARTS = 1024;
/** Elements that a workgroup should have at least. */
const PART = 16 * WORKGROUP;

/** parts[k] = Σ g², over every p.parts-th stretch of a workgroup's width. */
const squares = shader({
  name: 'squares',
  tensors: { parts: 'write f32', g: 'read f32' }, // [p.parts], [p.count]
  params: ['count', 'parts'],
  code: /* wgsl */ `${sumOfAll(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = id.x * ${WORKGROUP}u + lane; i < p.count; i += p.parts * ${WORKGROUP}u) { sum += g[i] * g[i]; }
  let total = sum_of_all(sum, lane);
  if (lane == 0u) { parts[id.x] = total; }
}`,
});

/** norm[0] = √ Σ parts. */
const root = shader({
  name: 'norm',
  tensors: { norm: 'write f32', parts: 'read f32' }, // [1], [p.parts]
  params: ['parts'],
  code: /* wgsl */ `${sumOfAll(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < p.parts; i += ${WORKGROUP}u) { sum += parts[i]; }
  let total = sum_of_all(sum, lane);
  if (lane == 0u) { norm[0] = sqrt(total); }
}`,
});

/** g ← g largest / length where the length is more than the largest. */
const scale = elementwise(
  {
    name: 'clip',
    tensors: { g: 'readwrite f32', norm: 'read f32' }, // [p.count], [1]
    params: ['largest: f32', 'epsilon: f32'],
    code: /* wgsl */ `
  let length = norm[0] + p.epsilon;
  if (length > p.largest && finite(length)) { g[i] *= p.largest / length; }`,
  },
  FINITE,
);

/** norm[0] = ‖g‖₂, then g ← g min(1, maxNorm / (norm + epsilon)); a norm that is not finite leaves g as it is. */
export function clipByGlobalNorm(
  gpu: GpuContext,
  norm: Tensor,
  gradients: Tensor,
  maxNorm: number,
  epsilon: number,
): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: the largest norm is ${maxNorm}, expected more than 0`);
  const count = gradients.size;
  const g = floats(gradients, count);
  const length = floats(norm, 1);
  const parts = Math.min(PARTS, Math.ceil(count / PART));
  const partial = gpu.scratch('parts of the norm', PARTS * 4);
  gpu.run(squares, undefined, [partial, g], [count, parts], [parts]);
  gpu.run(root, undefined, [length, partial], [parts], [1]);
  if (Math.fround(maxNorm) === Infinity) return;
  gpu.run(scale, undefined, [g, length], [count, f32(maxNorm), f32(epsilon)], groupsOf(count));
}
