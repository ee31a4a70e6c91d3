import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bound } from '../../../../src/engine/conformance/compare.ts';
import type { Kernels, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { normals } from '../../numbers.ts';
import { CELLS, recurrentCase, type RecurrentCaseSizes } from '../reference/recurrent-case.ts';
import { portion, useKernels, type TestDevice } from './device.ts';

/** float32 against float64, relative to a tensor's largest number: sums of numbers that large may cancel to small ones. */
function bound(want: ArrayLike<number>): Bound {
  const largest = Array.from(want).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return { atol: 2e-5 * largest, rtol: 2e-4 };
}

type Case = ReturnType<typeof recurrentCase>;

interface Options {
  readonly accumulate: boolean;
  readonly initialState: boolean;
}

const sizes: fc.Arbitrary<RecurrentCaseSizes> = fc
  .record({
    cell: fc.constantFrom(...CELLS),
    T: fc.integer({ min: 1, max: 12 }),
    B: fc.integer({ min: 1, max: 40 }),
    I: fc.integer({ min: 1, max: 40 }),
    H: fc.integer({ min: 1, max: 40 }),
    reverse: fc.boolean(),
    second: fc.boolean(),
    wide: fc.boolean(),
    withLengths: fc.boolean(),
    lengthSeed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ second, wide, withLengths, lengthSeed, ...rest }) => ({
    ...rest,
    yWidth: wide ? 2 * rest.H : rest.H,
    yOffset: wide && second ? rest.H : 0,
    // From 0 to T, some of each.
    ...(withLengths && { lengths: Array.from({ length: rest.B }, (_, b) => (b * 7 + lengthSeed) % (rest.T + 1)) }),
  }));

const options: fc.Arbitrary<Options> = fc.record({ accumulate: fc.boolean(), initialState: fc.boolean() });

/** Forward and backward; everything that came out, by name. */
export async function computeRecurrent(kernels: Kernels, case_: Case, { accumulate, initialState }: Options) {
  const operands = initialState ? case_.operands : { ...case_.operands, h0: null, c0: null };
  const { T, B, H } = operands.shape;
  const dh = case_.guards.alloc('dh', [T, B, H]);
  const gradients = { ...case_.gradients, accumulate, accumulateDx: accumulate, dh };
  const { weightIh, weightHh, biasIh, biasHh } = gradients.parameters;
  const summed = [gradients.dx!, weightIh, weightHh, biasIh, ...(biasHh ? [biasHh] : [])];
  summed.forEach((tensor, i) => kernels.write(tensor, normals(70 + i, tensor.size)));
  kernels.recurrentForward(operands);
  kernels.recurrentBackward(operands, gradients);
  await case_.guards.check();
  const tensors: (Tensor | null)[] = [operands.hn, operands.cn, gradients.dh0, gradients.dc0, dh, ...summed];
  const results = new Map<string, ArrayLike<number>>();
  for (const tensor of tensors) if (tensor) results.set(tensor.label, await kernels.read(tensor));
  results.set('y', ownColumns(await kernels.read(operands.y), case_.operands));
  return results;
}

/** The columns of y that this direction owns. */
function ownColumns(y: ArrayLike<number>, { yOffset, yWidth, shape }: Case['operands']): number[] {
  return Array.from(y).filter((_, i) => i % yWidth >= yOffset && i % yWidth < yOffset + shape.H);
}

/** Every cell at any size, both directions, with lengths and without, equals the reference. */
export function testRecurrent(device: TestDevice): void {
  const reference = createReferenceKernels();

  describe(`recurrent sequences on ${device.name}`, () => {
    const kernels = useKernels(device);

    it('equal the reference at any size', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(sizes, options, async (size, option) => {
          const want = await computeRecurrent(reference, recurrentCase(reference, size), option);
          const got = await computeRecurrent(kernels(), recurrentCase(kernels(), size), option);
          for (const [name, numbers] of want) expectClose(got.get(name)!, numbers, bound(numbers), name);
        }),
        { numRuns: portion(device, 40) },
      );
    });

    it.each(CELLS)('of %s without a workspace equal those with one', async (cell) => {
      for (const [T, B] of [
        [1, 1],
        [2, 2],
        [1, 4],
        [9, 1],
        [cell === 'rnn_relu' ? 5 : portion(device, 300), 3], // ReLU with these weights doubles h at every step
        [7, 41],
      ] as const) {
        for (const lengths of [undefined, Array.from({ length: B }, (_, b) => (b * 5 + 1) % (T + 1))]) {
          for (const reverse of [false, true]) {
            const { operands, guards } = recurrentCase(kernels(), { cell, T, B, I: 21, H: 37, reverse, lengths });
            const outputs = [operands.y, operands.hn, ...(operands.cn ? [operands.cn] : [])];
            kernels().recurrentForward(operands);
            const want = await Promise.all(outputs.map((tensor) => kernels().read(tensor)));
            for (const tensor of outputs) kernels().fill(tensor, NaN);
            kernels().recurrentForward({ ...operands, workspace: null });
            await guards.check();
            for (const [i, tensor] of outputs.entries()) {
              expectClose(
                await kernels().read(tensor),
                want[i]!,
                { atol: 1e-4, rtol: 1e-4 },
                `${tensor.label} T=${T} B=${B}`,
              );
            }
          }
        }
      }
    });

    it.each(CELLS)('of %s hand on NaN and infinity', async (cell) => {
      for (const bad of [NaN, Infinity]) {
        const { operands } = recurrentCase(kernels(), { cell, T: 3, B: 2, I: 3, H: 20 });
        kernels().write(operands.parameters.weightIh, [bad]);
        kernels().write(operands.x, [0], 0);
        kernels().recurrentForward(operands);
        const y = await kernels().read(operands.y);
        // 0 · bad is NaN in unit 0 of sequence 0, and from the next step on it is in every unit of that sequence.
        expect(y[0]).toBeNaN();
        expect([...y.slice(2 * 20, 3 * 20)].every((x) => Number.isNaN(x))).toBe(true);
      }
    });

    it('a workspace that was used for something larger does no harm', async () => {
      const { operands, gradients } = recurrentCase(kernels(), { cell: 'lstm', T: 6, B: 9, I: 5, H: 21 });
      kernels().fill(operands.x, NaN);
      kernels().recurrentForward(operands);
      kernels().recurrentBackward(operands, gradients);
      const small = recurrentCase(kernels(), { cell: 'lstm', T: 2, B: 3, I: 5, H: 21 });
      const option = { accumulate: false, initialState: true };
      const want = await computeRecurrent(kernels(), small, option);
      const reused = { ...small, operands: { ...small.operands, workspace: operands.workspace } };
      expect(await computeRecurrent(kernels(), reused, option)).toEqual(want);
    });
  });
}
