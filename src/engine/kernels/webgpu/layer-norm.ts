import { LAYER_NORM_EPSILON, type Tensor } from '../kernels.ts';
import { f32, type GpuContext } from './context.ts';
import { sumOfAll } from './reductions.ts';
import { rowMain, rowWorkgroup, shader, variants } from './shader.ts';
import { sumSlices } from './sum-slices.ts';
import { floats } from './tensor.ts';

const forwardKernel = variants((size: 64 | 256) =>
  shader({
    name: `layer norm forward, ${size}`,
    // [rows,F], [rows,2], [rows,F], [F], [F]
    tensors: { y: 'write f32', statistics: 'write f32', x: 'read f32', gain: 'read f32', bias: 'read f32' },
    params: ['rows', 'F', 'epsilon: f32'],
    code: (has) => /* wgsl */ `${sumOfAll(size, has)}
${rowMain(size)}
  let start = row * p.F;
  var sum = 0.0;
  for (var j = lane; j < p.F; j += ${size}u) { sum += x[start + j]; }
  let mean = sum_of_all(sum, lane) / f32(p.F);
  sum = 0.0;
  for (var j = lane; j < p.F; j += ${size}u) {
    let centred = x[start + j] - mean;
    sum += centred * centred;
  }
  let r = 1.0 / sqrt(sum_of_all(sum, lane) / f32(p.F) + p.epsilon);
  for (var j = lane; j < p.F; j += ${size}u) { y[start + j] = gain[j] * (x[start + j] - mean) * r + bias[j]; }
  if (lane == 0u) {
    statistics[row * 2u] = mean;
    statistics[row * 2u + 1u] = r;
  }
}`,
  }),
);

/** With x̂ = (x - μ) r and g = dy gain: dx = r (g - mean(g) - x̂ mean(g x̂)). */
const backwardKernel = variants((size: 64 | 256, inPlace: boolean) =>
  shader({
    name: `layer norm backward, ${size}${inPlace ? ', in place' : ''}`,
    tensors: {
      dx: inPlace ? 'readwrite f32' : 'write f32', // [rows,F]
      x: 'read f32', // [rows,F]
      statistics: 'read f32', // [rows,2]
      gain: 'read f32', // [F]
      dy: !inPlace && 'read f32', // [rows,F]
    },
    params: ['rows', 'F'],
    code: (has) => /* wgsl */ `${sumOfAll(size, has)}
${rowMain(size)}
  let start = row * p.F;
  let mean = statistics[row * 2u];
  let r = statistics[row * 2u + 1u];
  var sum = vec2f();
  for (var j = lane; j < p.F; j += ${size}u) {
    let g = ${inPlace ? 'dx' : 'dy'}[start + j] * gain[j];
    sum += vec2f(g, g * (x[start + j] - mean) * r);
  }
  let mean_g = sum_of_all(sum.x, lane) / f32(p.F);
  let mean_gx = sum_of_all(sum.y, lane) / f32(p.F);
  for (var j = lane; j < p.F; j += ${size}u) {
    let g = ${inPlace ? 'dx' : 'dy'}[start + j] * gain[j];
    dx[start + j] = r * (g - mean_g - (x[start + j] - mean) * r * mean_gx);
  }
}`,
  }),
);

/** A workgroup adds up COLUMNS columns of a slice of the rows, with LANES invocations for each. */
const COLUMNS = 32;
const LANES = 8;
/** Rows that a slice should have. */
const SLICE = 128;
const MOST_SLICES = 64;

/** sums[slice] = (Σ dy x̂, Σ dy) over the slice's rows. */
const parameterKernel = shader({
  name: 'layer norm backward: parameters',
  tensors: { sums: 'write f32', dy: 'read f32', x: 'read f32', statistics: 'read f32' }, // [slices,2,F], [N,F], [N,F], [N,2]
  params: ['N', 'F', 'slice'],
  code: /* wgsl */ `
var<workgroup> addends: array<vec2f, ${COLUMNS * LANES}>;
@compute @workgroup_size(${COLUMNS}, ${LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let j = id.x * ${COLUMNS}u + lane.x;
  let begin = id.y * p.slice;
  let end = min(begin + p.slice, p.N);
  var sum = vec2f();
  if (j < p.F) {
    for (var n = begin + lane.y; n < end; n += ${LANES}u) {
      let d = dy[n * p.F + j];
      sum += vec2f(d * (x[n * p.F + j] - statistics[n * 2u]) * statistics[n * 2u + 1u], d);
    }
  }
  addends[lane.y * ${COLUMNS}u + lane.x] = sum;
  workgroupBarrier();
  if (lane.y == 0u && j < p.F) {
    for (var k = 1u; k < ${LANES}u; k++) { sum += addends[k * ${COLUMNS}u + lane.x]; }
    sums[id.y * 2u * p.F + j] = sum.x;
    sums[id.y * 2u * p.F + p.F + j] = sum.y;
  }
}`,
});

/** y = gain (x - μ) r + bias, row by row; statistics = (μ, r). x, y [N,F], gain, bias [F], statistics [N,2]. */
export function layerNormForward(
  gpu: GpuContext,
  y: Tensor,
  statistics: Tensor,
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  N: number,
  F: number,
): void {
  const tensors = [floats(y, N * F), floats(statistics, N * 2), floats(x, N * F), floats(gain, F), floats(bias, F)];
  gpu.run(forwardKernel(rowWorkgroup(F)), undefined, tensors, [N, F, f32(LAYER_NORM_EPSILON)], [N]);
}

/** dx, which may be dy, and dGain = Σ dy x̂, dBias = Σ dy. */
export function layerNormBackward(
  gpu: GpuContext,
  dx: Tensor,
  dGain: Tensor,
  dBias: Tensor,
  dy: Tensor,
  x: Tensor,
  statistics: Tensor,
  gain: Tensor,
  N: number,
  F: number,
  accumulate: boolean,
): void {
  const given = floats(dy, N * F);
  const input = floats(x, N * F);
  const saved = floats(statistics, N * 2);
  const slice = Math.max(SLICE, Math.ceil(N / MOST_SLICES));
  const slices = Math.ceil(N / slice);
  const sums = gpu.scratch('slices of layer norm', slices * 2 * F * 4);
  const grid = [Math.ceil(F / COLUMNS), slices] as const;
  gpu.run(parameterKernel, undefined, [sums, given, input, saved], [N, F, slice], grid);
  sumSlices(gpu, floats(dGain, F), { x: sums, slices, stride: 2 * F, offset: 0 }, F, accumulate);
  sumSlices(gpu, floats(dBias, F), { x: sums, slices, stride: 2 * F, offset: F }, F, accumulate);

  const inPlace = dx === dy;
  const tensors = [floats(dx, N * F), input, saved, floats(gain, F)];
  if (!inPlace) tensors.push(given);
  gpu.run(backwardKernel(rowWorkgroup(F), inPlace), undefined, tensors, [N, F], [N]);
}
