import type { GpuContext, GpuTensor } from './context.ts';
import { quadBytes, quadOf, TO_HALF } from './half.ts';
import { elementwise, groupsOf, variants } from './shader.ts';

/**
 * Recurrent weights as the recurrence's shaders read them: a matrix whose sums run over k, four k in a vec4, outputs side by side, so that
 * neighbouring invocations read neighbouring memory: element (k, n) is component k mod 4 of vec4 ⌊k/4⌋ N + n. Beyond K there are zeros. In
 * mixed precision a vec4 is four f16.
 */
export interface PackedWeights {
  readonly tensor: GpuTensor; // [⌈K/4⌉,N] of vec4, or of four f16
  readonly K: number;
  readonly N: number;
}

const pack = variants((half: boolean) =>
  elementwise(
    {
      name: `pack recurrent weights${half ? ' as f16' : ''}`,
      tensors: { packed: `write ${quadOf(half)}`, weights: 'read f32' },
      params: ['K', 'N', 'offset', 'k_stride', 'n_stride'],
      code: /* wgsl */ `
  let k = i / p.N * 4u;
  let at = p.offset + i % p.N * p.n_stride;
  var v = vec4f(0.0);
  for (var c = 0u; c < 4u; c++) {
    if (k + c < p.K) { v[c] = weights[at + (k + c) * p.k_stride]; }
  }
  packed[i] = ${half ? 'half_of(v)' : 'v'};`,
    },
    half ? TO_HALF : '',
  ),
);

/** weight_hh [G*H,H] for the products U h: N = G*H outputs, sums over K = H. */
export function packForward(gpu: GpuContext, weightHh: GpuTensor, GH: number, H: number): PackedWeights {
  return packed(gpu, 'recurrent weights', weightHh, { K: H, N: GH, offset: 0, kStride: 1, nStride: H });
}

/** Rows row … row+rows-1 of weight_hh for the products Uᵀ d: N = H outputs, sums over K = rows. */
export function packBackward(
  gpu: GpuContext,
  weightHh: GpuTensor,
  row: number,
  rows: number,
  H: number,
): PackedWeights {
  const label = `recurrent weights, transposed, from ${row === 0 ? 'the first row' : 'a later row'}`;
  return packed(gpu, label, weightHh, { K: rows, N: H, offset: row * H, kStride: H, nStride: 1 });
}

interface Layout {
  readonly K: number;
  readonly N: number;
  readonly offset: number;
  readonly kStride: number;
  readonly nStride: number;
}

function packed(
  gpu: GpuContext,
  label: string,
  weights: GpuTensor,
  { K, N, offset, kStride, nStride }: Layout,
): PackedWeights {
  const count = Math.ceil(K / 4) * N;
  const tensor = gpu.scratch(label, count * quadBytes(gpu.mixed));
  gpu.run(pack(gpu.mixed), undefined, [tensor, weights], [count, K, N, offset, kStride, nStride], groupsOf(count));
  return { tensor, K, N };
}
