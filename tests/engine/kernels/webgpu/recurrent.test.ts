import { describe, expect, it } from 'vitest';
import type { Kernels, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createWebGpuKernels } from '../../../../src/engine/kernels/webgpu/create.ts';
import { rowsTogether } from '../../../../src/engine/kernels/webgpu/recurrent-choice.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { recurrentCase } from '../reference/recurrent-case.ts';
import { useKernels } from '../suites/device.ts';
import { computeRecurrent, testRecurrent } from '../suites/recurrent.ts';
import { dawn, webgpu } from './device.ts';

/** What every device allows. */
const WORKGROUP_BYTES = 16 * 1024;

/** The first three are computed in mixed precision, too. */
const CASES = [
  { cell: 'lstm', H: 36, B: 6, reverse: true, lengths: [3, 0, 2, 3, 1, 3] },
  { cell: 'gru', H: 256, B: 1, reverse: false, lengths: undefined },
  { cell: 'rnn_relu', H: 12, B: 2, reverse: true, lengths: [1, 3] },
  { cell: 'lstm', H: 100, B: 1, reverse: false, lengths: undefined },
  { cell: 'gru', H: 68, B: 3, reverse: true, lengths: undefined },
  { cell: 'gru', H: 4, B: 9, reverse: false, lengths: [1, 2, 3, 0, 1, 2, 3, 0, 1] },
  { cell: 'rnn_tanh', H: 264, B: 4, reverse: false, lengths: [3, 1, 0, 2] },
] as const;

/** Numbers that f16 has: then mixed precision, too, has to give what float32 does. */
async function roundToHalf(kernels: Kernels, tensor: Tensor): Promise<void> {
  const numbers = await kernels.read(tensor);
  kernels.write(
    tensor,
    Array.from(numbers, (x) => Math.f16round(Math.fround(x))),
  );
}

describe.skipIf(!dawn)('webgpu', () => {
  testRecurrent(webgpu);

  describe.each([
    ['auto', 'float32'],
    ['step by step', 'float32'],
    ['auto', 'mixed'],
    ['step by step', 'mixed'],
  ] as const)('sequences that fit one dispatch, %s, %s', (recurrence, precision) => {
    const kernels = useKernels({ ...webgpu, create: () => createWebGpuKernels(dawn!, { recurrence, precision }) });
    const reference = createReferenceKernels();

    it.each(precision === 'mixed' ? CASES.slice(0, 3) : CASES)(
      'equal the reference: $cell of $H units, $B sequences',
      async ({ lengths, ...sizes }) => {
        const size = { T: 3, I: 5, yWidth: 2 * sizes.H, yOffset: sizes.H, ...sizes, ...(lengths && { lengths }) };
        expect(rowsTogether(size, WORKGROUP_BYTES, false)).not.toBeNull();
        const compute = async (on: Kernels) => {
          const case_ = recurrentCase(on, size);
          await roundToHalf(on, case_.operands.parameters.weightHh);
          return computeRecurrent(on, case_, { accumulate: true, initialState: true });
        };
        const want = await compute(reference);
        const got = await compute(kernels());
        for (const [name, numbers] of want) expectClose(got.get(name)!, numbers, { atol: 1e-4, rtol: 2e-4 }, name);
      },
    );
  });
});

describe.skipIf(!dawn).each(['auto', 'step by step'] as const)('padding, %s', (recurrence) => {
  const kernels = useKernels({ ...webgpu, create: () => createWebGpuKernels(dawn!, { recurrence }) });

  it.each([
    ['lstm', 8],
    ['gru', 12],
    ['gru_before', 5],
  ] as const)('is ignored, whatever stands there: %s', async (cell, H) => {
    const [T, B, I] = [3, 4, 8];
    const lengths = [2, 3, 0, 1];
    const results = [];
    for (const padding of [0, NaN]) {
      const case_ = recurrentCase(kernels(), { cell, T, B, I, H, lengths });
      for (const [tensor, width] of [
        [case_.operands.x, I],
        [case_.gradients.dy, H],
      ] as const) {
        for (let n = 0; n < T * B; n++) {
          if (Math.floor(n / B) >= lengths[n % B]!)
            kernels().write(tensor, new Array<number>(width).fill(padding), n * width);
        }
      }
      results.push(await computeRecurrent(kernels(), case_, { accumulate: false, initialState: true }));
    }
    expect(results[1]).toEqual(results[0]);
    expect([...results[0]!.values()].every((numbers) => Array.from(numbers).every(Number.isFinite))).toBe(true);
  });
});
