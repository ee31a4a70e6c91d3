import type { Tensor } from '../kernels.ts';
import { f32, type GpuContext } from './context.ts';
import { sumOfAll } from './reductions.ts';
import { elementwise, FINITE, groupsOf, shader, WORKGROUP } from './shader.ts';
import { floats } from './tensor.ts';

/** Workgroups of the first pass: enough for the largest GPU, few enough for one workgroup to add up. */
const PARTS = 1024;
/** Elements that a workgroup should have at least. */
const PART = 16 * WORKGROUP;

/**
 * Squares in three sums, by how large the numbers are, so that none overflows or vanishes (Blue 1978; LAPACK's nrm2 with its constants for
 * 32 bits): those above 2^52 times 2^-76, those below 2^-63 times 2^75, the others as they are.
 */
const SQUARES = /* wgsl */ `
fn squares_of(x: f32) -> vec3f {
  let a = abs(x);
  if (a > 0x1p+52) { return vec3f(0.0, 0.0, (a * 0x1p-76) * (a * 0x1p-76)); }
  if (a < 0x1p-63) { return vec3f((a * 0x1p+75) * (a * 0x1p+75), 0.0, 0.0); }
  return vec3f(0.0, a * a, 0.0); // of a NaN, NaN
}
fn norm_of(sums: vec3f) -> f32 {
  let small = sqrt(sums.x) * 0x1p-75;
  let middle = sqrt(sums.y);
  if (!(sums.z == 0.0)) {
    let rest = middle * 0x1p-76;
    return sqrt(sums.z + rest * rest) * 0x1p+76;
  }
  return select(sqrt(sums.y + small * small), small, middle == 0.0);
}`;

/** parts[k] = Σ g², over every p.parts-th stretch of a workgroup's width. */
const squares = shader({
  name: 'squares',
  tensors: { parts: 'write f32', g: 'read f32' }, // [p.parts,3], [p.count]
  params: ['count', 'parts'],
  code: (has) => /* wgsl */ `${SQUARES}${sumOfAll(WORKGROUP, has)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sums = vec3f();
  for (var i = id.x * ${WORKGROUP}u + lane; i < p.count; i += p.parts * ${WORKGROUP}u) { sums += squares_of(g[i]); }
  for (var k = 0u; k < 3u; k++) {
    let total = sum_of_all(sums[k], lane);
    if (lane == 0u) { parts[id.x * 3u + k] = total; }
  }
}`,
});

/** norm[0] = ‖g‖₂, from its parts. */
const root = shader({
  name: 'norm',
  tensors: { norm: 'write f32', parts: 'read f32' }, // [1], [p.parts,3]
  params: ['parts'],
  code: (has) => /* wgsl */ `${SQUARES}${sumOfAll(WORKGROUP, has)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(local_invocation_index) lane: u32) {
  var totals = vec3f();
  for (var k = 0u; k < 3u; k++) {
    var sum = 0.0;
    for (var i = lane; i < p.parts; i += ${WORKGROUP}u) { sum += parts[i * 3u + k]; }
    totals[k] = sum_of_all(sum, lane);
  }
  if (lane == 0u) { norm[0] = norm_of(totals); }
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
  const partial = gpu.scratch('parts of the norm', PARTS * 3 * 4);
  gpu.run(squares, undefined, [partial, g], [count, parts], [parts]);
  gpu.run(root, undefined, [length, partial], [parts], [1]);
  if (Math.fround(maxNorm) === Infinity) return;
  gpu.run(scale, undefined, [g, length], [count, f32(maxNorm), f32(epsilon)], groupsOf(count));
}
