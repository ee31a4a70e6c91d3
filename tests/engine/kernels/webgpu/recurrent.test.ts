import { describe, expect, it } from 'vitest';
import { createWebGpuKernels } from '../../../../src/engine/kernels/webgpu/create.ts';
import { rowsOfSequence } from '../../../../src/engine/kernels/webgpu/recurrent-sequence.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { recurrentCase } from '../reference/recurrent-case.ts';
import { useKernels } from '../suites/device.ts';
import { computeRecurrent, testRecurrent } from '../suites/recurrent.ts';
import { dawn, webgpu } from './device.ts';

/** What every device allows. */
const WORKGROUP_BYTES = 16 * 1024;

describe.skipIf(!dawn)('webgpu', () => {
  testRecurrent(webgpu);

  describe.each(['auto', 'step by step'] as const)('sequences that fit one dispatch, %s', (recurrence) => {
    const kernels = useKernels({ ...webgpu, create: () => createWebGpuKernels(dawn!, { recurrence }) });
    const reference = createReferenceKernels();

    it.each([
      { cell: 'lstm', H: 36, B: 6, reverse: true, lengths: [3, 0, 2, 3, 1, 3] },
      { cell: 'lstm', H: 100, B: 1, reverse: false, lengths: undefined },
      { cell: 'gru', H: 68, B: 3, reverse: true, lengths: undefined },
      { cell: 'gru', H: 4, B: 9, reverse: false, lengths: [1, 2, 3, 0, 1, 2, 3, 0, 1] },
      { cell: 'rnn_tanh', H: 264, B: 4, reverse: false, lengths: [3, 1, 0, 2] },
      { cell: 'rnn_relu', H: 12, B: 2, reverse: true, lengths: [1, 3] },
    ] as const)('equal the reference: $cell of $H units, $B sequences', async ({ lengths, ...sizes }) => {
      const size = { T: 3, I: 5, yWidth: 2 * sizes.H, yOffset: sizes.H, ...sizes, ...(lengths && { lengths }) };
      expect(rowsOfSequence(size, WORKGROUP_BYTES)).not.toBeNull();
      const options = { accumulate: true, initialState: true };
      const want = await computeRecurrent(reference, recurrentCase(reference, size), options);
      const got = await computeRecurrent(kernels(), recurrentCase(kernels(), size), options);
      for (const [name, numbers] of want) expectClose(got.get(name)!, numbers, { atol: 1e-4, rtol: 2e-4 }, name);
    });
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

describe('sequences are computed in one dispatch', () => {
  const shape = { cell: 'lstm', T: 35, B: 32, I: 100, H: 128 } as const;

  it.each<[string, Partial<Parameters<typeof rowsOfSequence>[0]>, number | null]>([
    ['where the weights are small', {}, 4],
    ['with fewer rows where there are few sequences', { B: 3 }, 2],
    ['not where every workgroup would read much at every step', { H: 512 }, null],
    ['not where vec4s would reach into the next block', { H: 127 }, null],
    ['not with two products a step', { cell: 'gru_before' }, null],
  ])('%s', (_, changes, rows) => {
    expect(rowsOfSequence({ ...shape, ...changes }, 32 * 1024)).toBe(rows);
  });

  it('with as many rows as fit in workgroup memory', () => {
    expect(rowsOfSequence(shape, 8 * 1024)).toBe(2);
    expect(rowsOfSequence(shape, 2 * 1024)).toBeNull();
  });
});
