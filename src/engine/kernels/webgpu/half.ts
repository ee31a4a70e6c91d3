/**
 * Weights in mixed precision: copies as f16, made anew from the float32 weights at every call, multiplied and added up as f32. Only
 * weights: they are read again and again (at every step, for every tile of rows), and lie around 1. Activations keep their range, and
 * gradients, which f16 would lose below 6e-8, theirs; so no loss has to be scaled.
 *
 * Four numbers are a vec2u. Packing and unpacking are in every WebGPU; the feature `shader-f16` is not needed.
 */
import type { GpuContext, GpuTensor } from './context.ts';
import { elementwise, groupsOf, variants } from './shader.ts';

/** `half_of`: what is too large becomes the largest f16, ±65504; what is not finite becomes NaN, so that nobody overlooks it. */
export const TO_HALF = /* wgsl */ `
fn half_of(v: vec4f) -> vec2u {
  let fits = clamp(v, vec4f(-65504.0), vec4f(65504.0));
  let infinite = (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
  let nan = select(vec4u(), vec4u(0x7e00u), infinite);
  return vec2u(pack2x16float(fits.xy) | nan.x | (nan.y << 16u), pack2x16float(fits.zw) | nan.z | (nan.w << 16u));
}`;

/** `float_of`: four numbers of weights that are f16, or f32 already. */
export const fromHalf = (half: boolean) =>
  half
    ? 'fn float_of(v: vec2u) -> vec4f { return vec4f(unpack2x16float(v.x), unpack2x16float(v.y)); }'
    : 'fn float_of(v: vec4f) -> vec4f { return v; }';

/** The type of four such weights. */
export const quadOf = (half: boolean): 'vec2u' | 'vec4f' => (half ? 'vec2u' : 'vec4f');

/** Bytes of four such weights. */
export const quadBytes = (half: boolean) => (half ? 8 : 16);

/** Rows of a matrix, each in whole quads; zeros beyond its width. */
const packRows = variants((wide: boolean) =>
  elementwise(
    {
      name: `weights as f16${wide ? ', quads' : ''}`,
      tensors: { halves: 'write vec2u', weights: wide ? 'read vec4f' : 'read f32' }, // [rows,⌈width/4⌉], rows of `stride`
      params: ['quads', 'width', 'offset', 'stride'],
      code: wide
        ? 'halves[i] = half_of(weights[(p.offset + i / p.quads * p.stride) / 4u + i % p.quads]);'
        : /* wgsl */ `
  let column = i % p.quads * 4u;
  let at = p.offset + i / p.quads * p.stride + column;
  var v = vec4f();
  for (var c = 0u; c < 4u; c++) {
    if (column + c < p.width) { v[c] = weights[at + c]; }
  }
  halves[i] = half_of(v);`,
    },
    TO_HALF,
  ),
);

/** A matrix of weights [rows,width] as f16: rows of ⌈width/4⌉ quads, until the next call. */
export function halvesOf(
  gpu: GpuContext,
  { tensor, offset = 0, stride }: { readonly tensor: GpuTensor; readonly offset?: number; readonly stride: number },
  rows: number,
  width: number,
): GpuTensor {
  const quads = Math.ceil(width / 4);
  const halves = gpu.scratch('weights as f16', rows * quads * quadBytes(true));
  const wide = [offset, stride, width].every((n) => n % 4 === 0);
  const params = [rows * quads, quads, width, offset, stride];
  gpu.run(packRows(wide), undefined, [halves, tensor], params, groupsOf(rows * quads));
  return halves;
}
