/**
 * Products y = x Wᵀ of a few rows, as generation and prediction have them: a tile of 64 rows would be nearly empty, and its workgroups too
 * few. A workgroup computes one column: it reads one row of the weights, once, and sums with subgroups where the device has them.
 */
import type { GpuContext } from './context.ts';
import type { Matrix } from './matmul.ts';
import { sumOfAll } from './reductions.ts';
import { shader, variants } from './shader.ts';
import type { GpuTensor } from './tensor.ts';

/** Most rows that are computed this way. */
export const FEW = 4;
const SIZE = 64;

const kernel = variants((rows: number, vector: boolean) => {
  const each = (code: (m: number) => string) => Array.from({ length: rows }, (_, m) => code(m)).join('\n  ');
  const type = vector ? 'vec4f' : 'f32';
  const unit = vector ? '4u' : '1u';
  return shader({
    name: `product of ${rows} rows${vector ? ', vec4' : ''}`,
    // rows `c_stride` apart, rows `a_stride` apart, N rows `b_stride` apart, [N]
    tensors: { c: 'readwrite f32', a: `read ${type}`, b: `read ${type}`, bias: 'read f32' },
    params: [
      'N',
      'K',
      'a_offset',
      'a_stride',
      'b_offset',
      'b_stride',
      'c_offset',
      'c_stride',
      'has_bias',
      'accumulate',
    ],
    code: (has) => /* wgsl */ `${sumOfAll(SIZE, has)}
fn times(a: ${type}, b: ${type}) -> f32 { return ${vector ? 'dot(a, b)' : 'a * b'}; }
fn store(at: u32, n: u32, sum: f32) {
  var value = sum;
  if (p.has_bias != 0u) { value += bias[n]; }
  if (p.accumulate != 0u) { value += c[at]; }
  c[at] = value;
}
@compute @workgroup_size(${SIZE})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let n = linear_workgroup(id, groups);
  if (n >= p.N) { return; }
  let weights = (p.b_offset + n * p.b_stride) / ${unit};
  ${each((m) => `let row${m} = (p.a_offset + ${m}u * p.a_stride) / ${unit}; var sum${m} = 0.0;`)}
  for (var k = lane; k < p.K / ${unit}; k += ${SIZE}u) {
    let w = b[weights + k];
    ${each((m) => `sum${m} += times(a[row${m} + k], w);`)}
  }
  ${each((m) => `sum${m} = sum_of_all(sum${m}, lane);`)}
  if (lane == 0u) {
    ${each((m) => `store(p.c_offset + ${m}u * p.c_stride + n, n, sum${m});`)}
  }
}`,
  });
});

/** C = A Bᵀ + bias, or +=, with C [rows,N] and K products in each sum. @param vector A and B may be read in vec4s */
export function productOfFewRows(
  gpu: GpuContext,
  [rows, N, K]: readonly [number, number, number],
  [C, A, B]: readonly [Matrix, Matrix, Matrix],
  { bias, accumulate, vector }: { bias: GpuTensor | null; accumulate: boolean; vector: boolean },
): void {
  const places = [A, B, C].flatMap(({ offset = 0, stride }) => [offset, stride]);
  const params = [N, K, ...places, bias ? 1 : 0, accumulate ? 1 : 0];
  gpu.run(kernel(rows, vector), undefined, [C.tensor, A.tensor, B.tensor, bias ?? gpu.nothing], params, [N]);
}
