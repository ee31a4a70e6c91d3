import type { GpuContext, GpuTensor } from './context.ts';
import { sumOfAll } from './reductions.ts';
import { elementwise, groupsOf, shader, variants } from './shader.ts';

/** Slices that one invocation adds up on its own. */
const FEW = 64;
const WIDTH = 64;

const few = variants((accumulate: boolean) =>
  elementwise({
    name: `sum of slices${accumulate ? ', accumulate' : ''}`,
    tensors: { y: accumulate ? 'readwrite f32' : 'write f32', x: 'read f32' }, // [count], [slices,stride]
    params: ['slices', 'stride', 'offset'],
    code: /* wgsl */ `
  var sum = 0.0;
  for (var s = 0u; s < p.slices; s++) { sum += x[s * p.stride + p.offset + i]; }
  y[i] ${accumulate ? '+=' : '='} sum;`,
  }),
);

/** A workgroup adds up one element. */
const many = variants((accumulate: boolean) =>
  shader({
    name: `sum of many slices${accumulate ? ', accumulate' : ''}`,
    tensors: { y: accumulate ? 'readwrite f32' : 'write f32', x: 'read f32' }, // [count], [slices,stride]
    params: ['count', 'slices', 'stride', 'offset'],
    code: (has) => /* wgsl */ `${sumOfAll(WIDTH, has)}
@compute @workgroup_size(${WIDTH})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let i = linear_workgroup(id, groups);
  if (i >= p.count) { return; }
  var sum = 0.0;
  for (var s = lane; s < p.slices; s += ${WIDTH}u) { sum += x[s * p.stride + p.offset + i]; }
  let total = sum_of_all(sum, lane);
  if (lane == 0u) { y[i] ${accumulate ? '+=' : '='} total; }
}`,
  }),
);

/** Where slices of a sum lie: slice s of element i is x[s * stride + offset + i]. */
export interface Slices {
  readonly x: GpuTensor;
  readonly slices: number;
  readonly stride: number;
  readonly offset: number;
}

/** y[i] = Σ_s slice s of element i, or +=, for `count` elements; always in the same order. */
export function sumSlices(
  gpu: GpuContext,
  y: GpuTensor,
  { x, slices, stride, offset }: Slices,
  count: number,
  accumulate: boolean,
): void {
  if (slices <= FEW) {
    gpu.run(few(accumulate), undefined, [y, x], [count, slices, stride, offset], groupsOf(count));
  } else {
    gpu.run(many(accumulate), undefined, [y, x], [count, slices, stride, offset], [count]);
  }
}
