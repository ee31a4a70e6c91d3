import type { RandomPosition, Tensor } from '../kernels.ts';
import { f32, type GpuContext } from './context.ts';
import { elementwise, groupsOf, variants } from './shader.ts';
import { floats } from './tensor.ts';

const TWO_32 = 2 ** 32;

/** Philox 4x32-10, word for word as in src/engine/random.ts; WGSL has no 64-bit product, so it is made of 16-bit halves. */
const PHILOX = /* wgsl */ `
fn mulhi(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let mid = ah * bl + ((al * bl) >> 16u);
  let mid2 = al * bh + (mid & 0xffffu);
  return ah * bh + (mid >> 16u) + (mid2 >> 16u);
}
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    c = vec4u(
      mulhi(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
      mulhi(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;

/** Invocation i has one block of random words, and so up to four elements of one period. */
const kernel = variants((inPlace: boolean) =>
  elementwise(
    {
      name: `dropout${inPlace ? ', in place' : ''}`,
      tensors: { y: inPlace ? 'readwrite f32' : 'write f32', x: !inPlace && 'read f32' }, // [size]
      params: ['size', 'period', 'blocks', 'threshold', 'scale: f32', 'seed', 'stream', 'counter_low', 'counter_high'],
      code: /* wgsl */ `
  let block = i % p.blocks;
  let words = philox(vec4u(block, 0u, p.counter_low, p.counter_high), vec2u(p.seed, p.stream));
  let start = i / p.blocks * p.period;
  for (var k = 0u; k < 4u; k++) {
    let j = block * 4u + k; // in the period
    if (j < p.period && start + j < p.size) {
      y[start + j] = select(${inPlace ? 'y' : 'x'}[start + j] * p.scale, 0.0, words[k] < p.threshold);
    }
  }`,
    },
    PHILOX,
  ),
);

/** y[i] = x[i] / (1 - p) where kept, else 0; element i is dropped when its random word is below p 2³². y may be x. */
export function dropout(
  gpu: GpuContext,
  y: Tensor,
  x: Tensor,
  count: number,
  p: number,
  at: RandomPosition,
  period = count,
): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropout: the probability of dropping is ${p}, expected 0 ≤ p < 1`);
  if (!Number.isSafeInteger(period) || period < 1) {
    throw new RangeError(`dropout: the period of the mask is ${period}, expected a number of elements`);
  }
  const inPlace = y === x;
  const tensors = inPlace ? [floats(y, count)] : [floats(y, count), floats(x, count)];
  const length = Math.min(period, count);
  const blocks = Math.ceil(length / 4);
  const invocations = blocks * Math.ceil(count / length);
  // word / 2³² < p, in integers: word < ⌈p 2³²⌉
  const threshold = Math.min(Math.ceil(p * TWO_32), TWO_32 - 1);
  gpu.run(
    kernel(inPlace),
    undefined,
    tensors,
    [
      ...[invocations, count, length, blocks, threshold, f32(1 / (1 - p)), at.seed, at.stream],
      ...[at.counter % TWO_32, Math.floor(at.counter / TWO_32)],
    ],
    groupsOf(invocations),
  );
}
