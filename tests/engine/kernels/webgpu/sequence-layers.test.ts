import { describe, it } from 'vitest';
import { useKernels } from '../suites/device.ts';
import { expectSame } from '../suites/operands.ts';
import { testSequenceLayers } from '../suites/sequence-layers.ts';
import { dawn, webgpu } from './device.ts';

describe.skipIf(!dawn)('webgpu', () => {
  testSequenceLayers(webgpu);

  describe('sequence layers larger than a workgroup', () => {
    const kernels = useKernels(webgpu);

    it.each(['dot', 'additive'] as const)('attention by %s to many positions', (score) =>
      expectSame(kernels(), (b) => {
        const [B, Tx, A, F, first, steps] = [2, 150, 140, 133, 1, 40];
        const rows = first + steps;
        const additive = score === 'additive';
        const operands = {
          shape: { score, B, Tx, A, F, first, steps },
          queries: b.input([rows, B, A], 0.2),
          keys: b.input([Tx, B, A], 0.2),
          v: additive ? b.input([A], 0.2) : null,
          values: b.input([Tx, B, F]),
          lengths: b.lengths(B, 100, Tx),
          weights: b.output([rows, B, Tx]),
          context: b.output([rows, B, F]),
        };
        b.kernels.attentionForward(operands);
        b.kernels.attentionBackward(operands, {
          dContext: b.input([rows, B, F], 0.2),
          dQueries: b.output([rows, B, A]),
          dKeys: b.output([Tx, B, A]),
          dValues: b.output([Tx, B, F]),
          dV: additive ? b.output([A]) : null,
          accumulate: false,
        });
      }),
    );

    it.each([
      [1000, 7],
      [3, 600],
    ])('layer normalisation of %i rows of %i', (N, F) =>
      expectSame(
        kernels(),
        (b) => {
          const [statistics, x, gain] = [b.output([N, 2]), b.input([N, F]), b.input([F])];
          b.kernels.layerNormForward(b.output([N, F]), statistics, x, gain, b.input([F]), N, F);
          const [dx, dGain, dBias] = [b.output([N, F]), b.output([F]), b.output([F])];
          b.kernels.layerNormBackward(dx, dGain, dBias, b.input([N, F]), x, statistics, gain, N, F, true);
        },
        { atol: 1e-3, rtol: 1e-3 },
      ),
    );
  });
});
