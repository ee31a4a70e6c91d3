/** How much a loss is the mean of, and the sum that is added to it. */
import { f32, type GpuContext, type GpuTensor } from './context.ts';
import { fill } from './fill.ts';
import { sumOfAll } from './reductions.ts';
import { shader, variants, WORKGROUP } from './shader.ts';

/** What counts: targets that are not -1, their class weights, or rows that a mask does not leave out. */
type Counted = 'targets' | 'weights' | 'rows';

const TERMS: Readonly<Record<Counted, string>> = {
  targets: 'select(0.0, 1.0, ids[n] >= 0)',
  weights: 'select(0.0, weights[max(ids[n], 0)], ids[n] >= 0)',
  rows: 'select(0.0, p.width, ids[n] != 0)',
};

/** total[0] = Σ_n of what counts at n. One workgroup. */
const count = variants((counted: Counted) =>
  shader({
    name: `count of ${counted}`,
    // [1], [N], [V]
    tensors: { total: 'write f32', ids: 'read i32', weights: counted === 'weights' && 'read f32' },
    params: ['N', 'width: f32'],
    code: (has) => /* wgsl */ `${sumOfAll(WORKGROUP, has)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var n = lane; n < p.N; n += ${WORKGROUP}u) { sum += ${TERMS[counted]}; }
  let all = sum_of_all(sum, lane);
  if (lane == 0u) { total[0] = all; }
}`,
  }),
);

/** loss += (Σ parts, total). One workgroup. */
const add = shader({
  name: 'add to loss',
  tensors: { loss: 'readwrite f32', parts: 'read f32', total: 'read f32' }, // [2], [count], [1]
  params: ['count'],
  code: (has) => /* wgsl */ `${sumOfAll(WORKGROUP, has)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < p.count; i += ${WORKGROUP}u) { sum += parts[i]; }
  let all = sum_of_all(sum, lane);
  if (lane == 0u) {
    loss[0] += all;
    loss[1] += total[0];
  }
}`,
});

/** The number of targets, or with class weights the sum of theirs, in a tensor [1]. */
export function countTargets(gpu: GpuContext, targets: GpuTensor, weights: GpuTensor | null, N: number): GpuTensor {
  const total = gpu.scratch('total of a loss', 4);
  const tensors = weights ? [total, targets, weights] : [total, targets];
  gpu.run(count(weights ? 'weights' : 'targets'), undefined, tensors, [N, f32(1)], [1]);
  return total;
}

/** The number of elements in the rows of width K that a mask does not leave out, in a tensor [1]. */
export function countElements(gpu: GpuContext, mask: GpuTensor | null, N: number, K: number): GpuTensor {
  const total = gpu.scratch('total of a loss', 4);
  if (mask) gpu.run(count('rows'), undefined, [total, mask], [N, f32(K)], [1]);
  else fill(gpu, total, N * K, 1);
  return total;
}

/** loss += (the sum of `count` parts, total). */
export function addToLoss(gpu: GpuContext, loss: GpuTensor, parts: GpuTensor, count: number, total: GpuTensor): void {
  gpu.run(add, undefined, [loss, parts, total], [count], [1]);
}
