import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bound } from '../../../../src/engine/conformance/compare.ts';
import type { Kernels, RecurrentInput, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { integers, normals } from '../../numbers.ts';
import { CELLS, recurrentCase, type RecurrentCaseSizes } from '../reference/recurrent-case.ts';
import { portion, useKernels, type TestDevice } from './device.ts';

export interface TokenInputSizes extends Omit<RecurrentCaseSizes, 'I'> {
  readonly V: number;
  /** Width of the table's rows; 0: one-hot vectors. */
  readonly E: number;
  /** Tokens below this occur, the others never. */
  readonly occurring: number;
  readonly accumulate: boolean;
  /** Keep what a backward needs; otherwise only the forward is compared. */
  readonly workspace: boolean;
}

/** float32 against float64, relative to a tensor's largest number: sums of numbers that large may cancel to small ones. */
function bound(want: ArrayLike<number>): Bound {
  const largest = Array.from(want).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return { atol: 2e-5 * largest, rtol: 2e-4 };
}

/** Everything that comes out of a layer that reads tokens, by name: through a TokenInput, or as vectors that were looked up before. */
export async function computeTokenInput(kernels: Kernels, sizes: TokenInputSizes, as: 'tokens' | 'vectors') {
  const { T, B, V, E, occurring, accumulate, workspace } = sizes;
  const I = E > 0 ? E : V;
  const { operands, gradients, guards } = recurrentCase(kernels, { ...sizes, I });
  const tokens = kernels.alloc('tokens', [T, B], 'int');
  kernels.write(tokens, integers(5, T * B, occurring));
  const table = E > 0 ? kernels.alloc('table', [V, E]) : null;
  if (table) kernels.write(table, normals(6, V * E));
  const dTable = table && guards.alloc('dTable', [V, E]);

  const vectors = operands.x;
  if (table) kernels.embeddingForward(vectors, tokens, table, T * B, V, E);
  else kernels.oneHot(vectors, tokens, T * B, V);
  const x: RecurrentInput = as === 'tokens' ? { tokens, table, V } : vectors;
  const layer = { ...operands, x, ...(workspace ? {} : { workspace: null }) };

  const { weightIh, weightHh, biasIh, biasHh } = gradients.parameters;
  const summed = [weightIh, weightHh, biasIh, ...(biasHh ? [biasHh] : []), ...(dTable ? [dTable] : [])];
  summed.forEach((tensor, i) => kernels.write(tensor, normals(70 + i, tensor.size)));
  kernels.recurrentForward(layer);
  if (workspace && as === 'tokens') {
    kernels.recurrentBackward(layer, { ...gradients, dx: dTable, accumulateDx: accumulate, accumulate });
  } else if (workspace) {
    kernels.recurrentBackward(layer, { ...gradients, accumulate });
    if (dTable) kernels.embeddingBackward(dTable, gradients.dx!, tokens, T * B, V, E, accumulate);
  }
  await guards.check();
  const given: (Tensor | null)[] = [gradients.dh0, gradients.dc0, ...summed];
  const results = new Map<string, ArrayLike<number>>();
  for (const tensor of [operands.y, operands.hn, operands.cn, ...(workspace ? given : [])]) {
    if (tensor) results.set(tensor.label, await kernels.read(tensor));
  }
  return results;
}

const sizes: fc.Arbitrary<TokenInputSizes> = fc
  .record({
    cell: fc.constantFrom(...CELLS),
    T: fc.integer({ min: 1, max: 12 }),
    B: fc.integer({ min: 1, max: 30 }),
    V: fc.integer({ min: 1, max: 60 }),
    E: fc.integer({ min: 0, max: 40 }),
    H: fc.integer({ min: 1, max: 40 }),
    share: fc.integer({ min: 1, max: 3 }),
    reverse: fc.boolean(),
    withLengths: fc.boolean(),
    accumulate: fc.boolean(),
    workspace: fc.boolean(),
  })
  .map(({ share, withLengths, ...rest }) => ({
    ...rest,
    occurring: Math.ceil(rest.V / share),
    ...(withLengths && { lengths: Array.from({ length: rest.B }, (_, b) => (b * 7 + 3) % (rest.T + 1)) }),
  }));

export const base: TokenInputSizes = {
  ...{ cell: 'lstm', T: 9, B: 20, V: 13, E: 21, H: 37, occurring: 13 },
  ...{ accumulate: false, workspace: true },
};
const named: [string, Partial<TokenInputSizes>][] = [
  ['few tokens, often', {}],
  ['few tokens, often, of a gru', { cell: 'gru' }],
  ['few tokens, often, of a gru with the reset before', { cell: 'gru_before' }],
  ['a vocabulary larger than the batch', { V: 500, occurring: 500 }],
  ['tokens that never occur', { V: 50, occurring: 3 }],
  ['one token only', { V: 1, occurring: 1 }],
  ['one-hot vectors', { E: 0 }],
  ['one-hot vectors of a vocabulary larger than the batch', { E: 0, V: 400, occurring: 400 }],
  ['lengths, right to left', { reverse: true, lengths: Array.from({ length: 20 }, (_, b) => b % 10) }],
  ['no real step at all', { lengths: Array.from({ length: 20 }, () => 0) }],
  ['no real step at all, one-hot', { E: 0, lengths: Array.from({ length: 20 }, () => 0) }],
  ['a gradient that is added to', { accumulate: true }],
  ['one token of one sequence, without a workspace', { T: 1, B: 1, workspace: false }],
  ['one one-hot token, without a workspace', { T: 1, B: 1, E: 0, workspace: false }],
  ['more rows than are projected at once', { T: 40, B: 30, V: 450, occurring: 450 }],
];

/** Tokens in place of vectors give what their vectors give on the reference. */
export function testTokenInput(device: TestDevice): void {
  const reference = createReferenceKernels();

  describe(`a layer that reads tokens, on ${device.name}`, () => {
    const kernels = useKernels(device);

    const expectSame = async (size: TokenInputSizes) => {
      const want = await computeTokenInput(reference, size, 'vectors');
      const got = await computeTokenInput(kernels(), size, 'tokens');
      expect([...got.keys()]).toEqual([...want.keys()]);
      for (const [name, numbers] of want) expectClose(got.get(name)!, numbers, bound(numbers), name);
    };

    it.each(named)('gives what their vectors give: %s', (_, changes) => expectSame({ ...base, ...changes }));

    it('gives what their vectors give, at any size', { timeout: 120_000 }, async () => {
      await fc.assert(fc.asyncProperty(sizes, expectSame), { numRuns: portion(device, 40) });
    });

    const small = (values: readonly number[]) => {
      const { operands, gradients } = recurrentCase(kernels(), { cell: 'gru', T: 2, B: 2, I: 3, H: 4 });
      const tokens = kernels().alloc('tokens', [2, 2], 'int');
      kernels().write(tokens, values);
      return { gradients, oneHot: (V: number) => ({ ...operands, x: { tokens, table: null, V } }) };
    };

    it('refuses tokens outside the table', () => {
      expect(() => kernels().recurrentForward(small([0, 1, 2, 3]).oneHot(3))).toThrow(/tokens"?\[3\] is 3, expected /);
      expect(() => kernels().recurrentForward(small([0, 1, -1, 2]).oneHot(3))).toThrow(
        /tokens"?\[2\] is -1, expected /,
      );
    });

    it('refuses a width that is not the vocabulary, and gradients of one-hot vectors', () => {
      const { gradients, oneHot } = small([0, 1, 2, 2]);
      expect(() => kernels().recurrentForward(oneHot(4))).toThrow('one-hot vectors');
      kernels().recurrentForward(oneHot(3));
      expect(() => kernels().recurrentBackward(oneHot(3), gradients)).toThrow('dx must be null');
    });
  });
}
