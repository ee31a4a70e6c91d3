import { describe, expect, it } from 'vitest';
import { GpuContext } from '../../../../src/engine/kernels/webgpu/context.ts';
import { createWebGpuKernels, findAdapter } from '../../../../src/engine/kernels/webgpu/create.ts';
import { largestOfAll, sumOfAll } from '../../../../src/engine/kernels/webgpu/reductions.ts';
import { shader } from '../../../../src/engine/kernels/webgpu/shader.ts';
import { normals } from '../../numbers.ts';
import { useKernels } from '../suites/device.ts';
import { expectSame } from '../suites/operands.ts';
import { dawn } from './device.ts';

const adapter = dawn && (await findAdapter(dawn));

describe.skipIf(!adapter).each([
  ['with subgroups', []],
  ['without subgroups', ['subgroups']],
] as const)('over a workgroup, %s', (_, without) => {
  it.skipIf(without.length === 0 && !adapter?.features.has('subgroups')).each([8, 64, 256])(
    'every one of %i invocations gets the sum and the largest number of all, again and again',
    async (size) => {
      const gpu = await GpuContext.create((await findAdapter(dawn!))!, { without });
      expect(gpu.has.subgroups).toBe(without.length === 0);
      const kernel = shader({
        name: 'both',
        tensors: { results: 'write vec4f', x: 'read f32' },
        params: [],
        code: (has) => `${sumOfAll(size, has)}${largestOfAll(size, has)}
@compute @workgroup_size(${size})
fn main(@builtin(local_invocation_index) lane: u32) {
  let sum = sum_of_all(x[lane], lane);
  let largest = largest_of_all(x[lane], lane);
  results[lane] = vec4f(sum, largest, sum_of_all(f32(lane), lane), largest_of_all(-x[lane], lane));
}`,
      });
      const [results, x] = [gpu.alloc('results', [size, 4], 'float'), gpu.alloc('x', [size], 'float')];
      // Quarters, so that sums are exact in any order.
      const values = Array.from(normals(size, size), (value) => Math.round(4 * value) / 4 - 10);
      gpu.write(x, values, 0);
      gpu.run(kernel, undefined, [results, x], [], [1]);
      const one = [
        values.reduce((a, b) => a + b),
        Math.max(...values),
        (size * (size - 1)) / 2,
        Math.max(...values.map((value) => -value)),
      ];
      expect(Array.from(await gpu.read(results, 4 * size))).toEqual(Array.from({ length: size }, () => one).flat());
      gpu.dispose();
    },
  );
});

// With them these layers are computed in the suites of all devices.
describe.skipIf(!dawn)('without subgroups', () => {
  const create = () => createWebGpuKernels(dawn!, { without: ['subgroups'] });
  const kernels = useKernels({ name: 'without subgroups', create });

  it.each([
    ['in vec4s', 1, 132],
    ['number by number', 3, 37],
  ])('products of few rows, %s, equal the reference', (_, N, I) =>
    expectSame(kernels(), (b) => {
      for (const bias of [null, b.input([70])]) {
        b.kernels.linearForward(b.output([N, 70]), b.input([N, I]), b.input([70, I]), bias, N, I, 70);
      }
    }),
  );

  it.each([
    [70, 65],
    [3, 700],
  ])('softmax, layer normalisation and losses of %i rows of %i equal the reference', (N, F) =>
    expectSame(
      kernels(),
      (b) => {
        const logits = b.output([N, F]);
        b.kernels.softmaxCrossEntropy(b.output([2]), logits, logits, b.ids(N, F, 5), N, F);
        const [statistics, x, gain] = [b.output([N, 2]), b.input([N, F]), b.input([F])];
        b.kernels.layerNormForward(b.output([N, F]), statistics, x, gain, b.input([F]), N, F);
        const dx = b.output([N, F]);
        b.kernels.layerNormBackward(dx, b.output([F]), b.output([F]), x, x, statistics, gain, N, F, false);
        b.kernels.squaredError(b.output([2]), b.output([N, F]), b.input([N, F], 0.1), b.input([N, F], 0.1), null, N, F);
        b.kernels.clipByGlobalNorm(b.output([1]), b.output([N * F]), 1, 1e-6);
      },
      { atol: 1e-3, rtol: 1e-3 },
    ),
  );
});
