import { describe, expect, it } from 'vitest';
import { testLayers } from '../suites/layers.ts';
import { Operands } from '../suites/operands.ts';
import { createNative, targets } from './device.ts';

for (const name of targets) testLayers({ name, create: () => createNative(name, 2) });

describe('layers of the C++ kernels', () => {
  describe.each(targets)('%s', (target) => {
    it('gives the same bits whatever the number of threads', async () => {
      const runs = [];
      for (const threads of [1, 2, 3]) {
        const some = createNative(target, threads);
        const b = new Operands(some);
        const [N, I, O] = [150, 70, 333];
        const [y, x, W] = [b.output([N, O]), b.input([N, I]), b.input([O, I])];
        some.linearForward(y, x, W, null, N, I, O);
        some.softmaxCrossEntropy(b.output([2]), y, y, b.ids(N, O), N, O);
        const dW = b.output([O, I]);
        some.linearBackward(b.output([N, I]), dW, b.output([O]), y, x, W, N, I, O, false);
        some.embeddingBackward(b.output([20, I]), x, b.ids(N, 20), N, 20, I, false);
        some.clipByGlobalNorm(b.output([1]), dW, 0.01, 1e-6);
        some.updateParameters({ kind: 'rmsprop', learningRate: 0.1, alpha: 0.9, epsilon: 1e-8 }, W, dW, [
          b.output([O, I]),
        ]);
        runs.push(await b.results());
        some.dispose();
      }
      for (const other of runs.slice(1)) expect(other).toEqual(runs[0]);
    });
  });
});
