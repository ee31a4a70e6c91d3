import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OptimizerUpdate } from '../../../../src/engine/kernels/kernels.ts';
import { expectClose } from '../../../compare.ts';
import { normals } from '../../numbers.ts';
import { portion, useKernels, type TestDevice } from './device.ts';
import { expectSame, Operands, SINGLE, type Run } from './operands.ts';

const EXACT = { atol: 0, rtol: 0 };

/** Products, losses, embedding, dropout, clipping and updates equal the reference's. */
export function testLayers(device: TestDevice): void {
  describe(`layers on ${device.name}`, () => {
    const kernels = useKernels(device);
    const size = (max: number) => fc.integer({ min: 1, max });

    const check = (property: (n: number, i: number, o: number, flag: boolean, other: boolean) => Run, bound = SINGLE) =>
      fc.assert(
        fc.asyncProperty(size(40), size(40), size(100), fc.boolean(), fc.boolean(), async (n, i, o, flag, other) =>
          expectSame(kernels(), property(n, i, o, flag, other), bound),
        ),
        { numRuns: portion(device, 20) },
      );

    it('linear forward', () =>
      check((N, I, O, bias) => (b) => {
        b.kernels.linearForward(
          b.output([N, O]),
          b.input([N, I]),
          b.input([O, I]),
          bias ? b.input([O]) : null,
          N,
          I,
          O,
        );
      }));

    it('linear backward', () =>
      check((N, I, O, accumulate, all) => (b) => {
        const [dx, dW, db] = [b.output([N, I]), b.output([O, I]), b.output([O])];
        const [dy, x, W] = [b.input([N, O]), b.input([N, I]), b.input([O, I])];
        b.kernels.linearBackward(all ? dx : null, dW, all ? db : null, dy, x, W, N, I, O, accumulate);
      }));

    it('linear, with every dimension in turn larger than a block', () =>
      expectSame(
        kernels(),
        (b) => {
          const forward = (N: number, I: number, O: number) =>
            b.kernels.linearForward(b.output([N, O]), b.input([N, I], 0.1), b.input([O, I], 0.1), null, N, I, O);
          const backward = (N: number, I: number, O: number) => {
            const [dx, dW, db] = [b.output([N, I]), b.output([O, I]), b.output([O])];
            const [dy, x, W] = [b.input([N, O], 0.1), b.input([N, I], 0.1), b.input([O, I], 0.1)];
            b.kernels.linearBackward(dx, dW, db, dy, x, W, N, I, O, true);
          };
          forward(9, 1100, 1300);
          forward(600, 530, 5);
          backward(20, 17, 1300);
          backward(1050, 9, 21);
          backward(520, 600, 3);
        },
        { atol: 1e-3, rtol: 1e-4 },
      ));

    it('softmax with cross-entropy', () =>
      check((N, _, V, gradient, inPlace) => (b) => {
        const loss = b.output([2]);
        const logits = b.output([N, V]);
        const dLogits = gradient ? (inPlace ? logits : b.output([N, V])) : null;
        const weights = N % 2 === 0 ? b.input([V]) : null;
        b.kernels.softmaxCrossEntropy(loss, dLogits, logits, b.ids(N, V, 3), N, V, weights);
      }));

    it('softmax with cross-entropy of a part of a batch', () =>
      expectSame(kernels(), (b) => {
        const [loss, logits] = [b.output([2]), b.output([5, 40])];
        b.kernels.softmaxCrossEntropy(loss, logits, logits, b.ids(5, 40, 3), 5, 40, b.input([40]), 12.5);
      }));

    it('softmax of large logits does not overflow, and of a NaN is NaN', async () => {
      await expectSame(kernels(), (b) => {
        const [loss, logits] = [b.output([2]), b.output([2, 21])];
        b.kernels.fill(loss, 0);
        b.kernels.fill(logits, -1e30);
        b.kernels.write(logits, [1e4, 9.99e3, -1e4], 20);
        b.kernels.softmaxCrossEntropy(loss, logits, logits, b.ids(2, 1), 2, 21);
      });
      const bench = new Operands(kernels());
      const [loss, logits] = [bench.output([2]), bench.input([1, 40])];
      kernels().write(logits, [NaN], 39);
      kernels().softmaxCrossEntropy(loss, null, logits, bench.ids(1, 30), 1, 40);
      expect((await kernels().read(loss))[0]).toBeNaN();
    });

    it('embedding', () =>
      check((N, E, V, accumulate) => (b) => {
        const tokens = b.ids(N, V);
        b.kernels.embeddingForward(b.output([N, E]), tokens, b.input([V, E]), N, V, E);
        b.kernels.embeddingBackward(b.output([V, E]), b.input([N, E]), tokens, N, V, E, accumulate);
        b.kernels.oneHot(b.output([N, V]), tokens, N, V);
      }));

    it('dropout draws the same numbers', () =>
      check(
        (N, I, p, inPlace) => (b) => {
          const count = N * I;
          const at = { seed: 4294967295 - N, stream: I, counter: 2 ** 40 + p };
          const y = b.output([count]);
          const period = p % 2 === 0 ? N : count;
          b.kernels.dropout(y, inPlace ? y : b.input([count]), count, p / 101, at, period);
        },
        { atol: 1e-6, rtol: 1e-6 },
      ));

    it('clipping by global norm', async () => {
      for (const maxNorm of [1, 1e6, Infinity]) {
        await expectSame(kernels(), (b) => {
          const gradients = b.output([40_001]);
          b.kernels.clipByGlobalNorm(b.output([1]), gradients, maxNorm, 1e-6);
        });
      }
      const bench = new Operands(kernels());
      const [norm, gradients] = [bench.output([1]), bench.input([50])];
      kernels().write(gradients, [Infinity], 49);
      kernels().clipByGlobalNorm(norm, gradients, 1, 1e-6);
      expect((await kernels().read(norm))[0]).toBe(Infinity);
      expect((await kernels().read(gradients))[49]).toBe(Infinity);
      expectClose(
        (await kernels().read(gradients)).slice(0, 49),
        Float32Array.from(normals(2, 50)).slice(0, 49),
        EXACT,
      );
    });

    const updates: OptimizerUpdate[] = [
      { kind: 'sgd', learningRate: 0.1 },
      { kind: 'momentum', learningRate: 0.1, momentum: 0.9 },
      { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: 1 },
      { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, step: 7 },
      { kind: 'rmsprop', learningRate: 0.01, alpha: 0.99, epsilon: 1e-8 },
      { kind: 'adagrad', learningRate: 0.01, epsilon: 1e-10 },
    ];
    it.each(updates)('update by $kind, after clipping and without', async (update) => {
      for (const count of [1, 37, 20_003]) {
        for (const clip of [true, false]) {
          await expectSame(kernels(), (b) => {
            const [parameters, gradients] = [b.output([count]), b.output([count])];
            const slotCount = { sgd: 0, momentum: 1, adam: 2, rmsprop: 1, adagrad: 1 }[update.kind];
            const slots = Array.from({ length: slotCount }, () => b.output([count]));
            for (const slot of slots) b.kernels.write(slot, normals(9, count).map(Math.abs));
            if (clip) b.kernels.clipByGlobalNorm(b.output([1]), gradients, 0.5, 1e-6);
            b.kernels.updateParameters(update, parameters, gradients, slots);
          });
        }
      }
    });
  });
}
