import fc from 'fast-check';
import { describe, it } from 'vitest';
import { portion, useKernels, type TestDevice } from './device.ts';
import { expectSame, SINGLE, type Run } from './operands.ts';

/** Attention, pooling, normalisation and the losses of single numbers equal the reference's. */
export function testSequenceLayers(device: TestDevice): void {
  describe(`attention, pooling and other small layers on ${device.name}`, () => {
    const kernels = useKernels(device);
    const size = (max: number) => fc.integer({ min: 1, max });

    const check = (property: (n: number, f: number, t: number, flag: boolean, other: boolean) => Run, bound = SINGLE) =>
      fc.assert(
        fc.asyncProperty(size(40), size(50), size(12), fc.boolean(), fc.boolean(), async (n, f, t, flag, other) =>
          expectSame(kernels(), property(n, f, t, flag, other), bound),
        ),
        { numRuns: portion(device, 20) },
      );

    it.each(['dot', 'additive'] as const)('attention by %s', (score) =>
      check((B, A, Tx, accumulate, withLengths) => (b) => {
        const [F, first, steps] = [A + 3, 1, 3];
        const rows = first + steps;
        const shape = { score, B, Tx, A, F, first, steps };
        const weights = b.output([rows, B, Tx]);
        const operands = {
          shape,
          queries: b.input([rows, B, A], 0.3),
          keys: b.input([Tx, B, A], 0.3),
          v: score === 'additive' ? b.input([A]) : null,
          values: b.input([Tx, B, F]),
          lengths: withLengths ? b.lengths(B, 0, Tx) : null,
          weights,
          context: b.output([rows, B, F]),
        };
        b.kernels.attentionForward(operands);
        b.kernels.attentionBackward(operands, {
          dContext: b.input([rows, B, F]),
          dQueries: b.output([rows, B, A]),
          dKeys: b.output([Tx, B, A]),
          dValues: b.output([Tx, B, F]),
          dV: score === 'additive' ? b.output([A]) : null,
          accumulate,
        });
      }),
    );

    it('attention whose keys are its values', () =>
      check((B, A, Tx, accumulate) => (b) => {
        const dKeys = b.output([Tx, B, A]);
        const keys = b.input([Tx, B, A], 0.3);
        const shape = { score: 'dot', B, Tx, A, F: A, first: 0, steps: 2 } as const;
        const operands = {
          shape,
          queries: b.input([2, B, A], 0.3),
          keys,
          v: null,
          values: keys,
          lengths: null,
          weights: b.output([2, B, Tx]),
          context: b.output([2, B, A]),
        };
        b.kernels.attentionForward(operands);
        const gradients = { dContext: b.input([2, B, A]), dQueries: b.output([2, B, A]), dKeys, dValues: dKeys };
        b.kernels.attentionBackward(operands, { ...gradients, dV: null, accumulate });
      }));

    it.each(['last', 'mean', 'max'] as const)('pooling: %s', (kind) =>
      check((B, half, T, both, withLengths) => (b) => {
        const F = 2 * half;
        const shape = { kind, T, B, F, D: both ? 2 : 1 } as const;
        const lengths = withLengths ? b.lengths(B, 0, T) : null;
        const argmax = b.kernels.alloc('argmax', [B, F], 'int');
        b.kernels.poolForward(shape, b.output([B, F]), argmax, b.input([T, B, F]), lengths);
        b.kernels.poolBackward(shape, b.output([T, B, F]), b.input([B, F]), argmax, lengths);
      }),
    );

    it('layer normalisation', () =>
      check(
        (N, F, _, accumulate, inPlace) => (b) => {
          const [statistics, x, gain] = [b.output([N, 2]), b.input([N, F + 1]), b.input([F + 1])];
          b.kernels.layerNormForward(b.output([N, F + 1]), statistics, x, gain, b.input([F + 1]), N, F + 1);
          const dy = b.output([N, F + 1]);
          const dx = inPlace ? dy : b.output([N, F + 1]);
          const [dGain, dBias] = [b.output([F + 1]), b.output([F + 1])];
          b.kernels.layerNormBackward(dx, dGain, dBias, dy, x, statistics, gain, N, F + 1, accumulate);
        },
        { atol: 2e-3, rtol: 1e-3 },
      ));

    it.each(['tanh', 'relu', 'sigmoid'] as const)('activation %s', (activation) =>
      check((N, F, _, inPlace) => (b) => {
        const x = b.output([N * F]);
        const y = inPlace ? x : b.output([N * F]);
        b.kernels.activationForward(y, x, activation, N * F);
        const dy = b.output([N * F]);
        b.kernels.activationBackward(inPlace ? dy : b.output([N * F]), dy, y, activation, N * F);
      }),
    );

    it('blocks of matrices', () =>
      check((rows, columns, offset, accumulate) => (b) => {
        const target = b.output([rows, columns + offset]);
        const source = b.input([rows + 1, columns + 2]);
        const to = { tensor: target, offset, stride: columns + offset };
        b.kernels.copyBlock(to, { tensor: source, offset: 1, stride: columns + 2 }, rows, columns, accumulate);
      }));

    it('binary cross-entropy and squared error', () =>
      check((N, K, _, masked, inPlace) => (b) => {
        const mask = masked ? b.ids(N, 2) : null;
        const targets = b.input([N, K]);
        b.kernels.activationForward(targets, targets, 'sigmoid', N * K);
        const logits = b.output([N, K]);
        const d = inPlace ? logits : b.output([N, K]);
        b.kernels.sigmoidCrossEntropy(b.output([2]), d, logits, targets, mask, N, K, masked ? b.input([K]) : null);
        b.kernels.squaredError(b.output([2]), inPlace ? null : d, targets, logits, mask, N, K);
      }));
  });
}
