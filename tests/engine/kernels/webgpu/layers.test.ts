import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { expectClose } from '../../../compare.ts';
import { normals } from '../../numbers.ts';
import { useKernels } from '../suites/device.ts';
import { testLayers } from '../suites/layers.ts';
import { expectSame, Operands } from '../suites/operands.ts';
import { dawn, webgpu } from './device.ts';

describe.skipIf(!dawn)('webgpu', () => {
  testLayers(webgpu);

  describe('layers larger than a workgroup', () => {
    const kernels = useKernels(webgpu);

    it.each([
      ['few rows that occur often', 1300, 5, 300],
      ['more rows than tokens', 600, 700, 3],
    ])('embedding: %s', (_, N, V, E) =>
      expectSame(
        kernels(),
        (b) => {
          const [tokens, dy] = [b.ids(N, V), b.input([N, E])];
          for (const accumulate of [false, true]) {
            b.kernels.embeddingBackward(b.output([V, E]), dy, tokens, N, V, E, accumulate);
          }
        },
        { atol: 1e-3, rtol: 1e-4 },
      ),
    );

    it('embedding gives the same bits every time', async () => {
      const [N, V, E] = [1300, 7, 40];
      const runs = [];
      for (let i = 0; i < 3; i++) {
        const b = new Operands(kernels());
        kernels().embeddingBackward(b.output([V, E]), b.input([N, E]), b.ids(N, V), N, V, E, false);
        runs.push((await b.results())[0]);
      }
      for (const other of runs.slice(1)) expect(other).toEqual(runs[0]);
    });

    it.each([
      [1, 132],
      [4, 37],
      [5, 64],
    ])('products of %i rows of %i', (N, I) =>
      expectSame(kernels(), (b) => {
        for (const bias of [null, b.input([70])]) {
          b.kernels.linearForward(b.output([N, 70]), b.input([N, I]), b.input([70, I]), bias, N, I, 70);
        }
      }),
    );

    it.each([
      [70_000, 3],
      [5, 1500],
    ])('softmax of %i rows of %i', (N, V) =>
      expectSame(
        kernels(),
        (b) => {
          const logits = b.output([N, V]);
          b.kernels.softmaxCrossEntropy(b.output([2]), logits, logits, b.ids(N, V, 5), N, V);
        },
        { atol: 1e-4, rtol: 1e-4 },
      ),
    );

    it('more elements than one dimension of a grid has workgroups for', async () => {
      const count = 65_535 * 256 + 1000;
      const [x, norm] = [kernels().alloc('many', [count]), kernels().alloc('norm', [1])];
      kernels().fill(x, 2);
      kernels().clipByGlobalNorm(norm, x, 1, 0);
      const [before] = await kernels().read(norm);
      kernels().clipByGlobalNorm(norm, x, Infinity, 0);
      expectClose([before!, (await kernels().read(norm))[0]!], [2 * Math.sqrt(count), 1], { rtol: 1e-4 });
      kernels().free(x);
    });
  });

  describe('single numbers', () => {
    const kernels = useKernels(webgpu);

    it('tanh and sigmoid keep their digits near 0, neither overflow nor lose NaN', async () => {
      const values = [0, 1e-30, -1e-6, 1e-3, 0.6249, -0.6251, 3, -20, 90, -1000, 1e30, NaN];
      for (const [name, act] of [
        ['tanh', Math.tanh],
        ['sigmoid', (a: number) => 1 / (1 + Math.exp(-a))],
      ] as const) {
        const x = kernels().alloc('x', [values.length]);
        kernels().write(x, values);
        kernels().activationForward(x, x, name, values.length);
        const got = await kernels().read(x);
        expect(got.at(-1)).toBeNaN();
        expectClose(got.slice(0, -1), values.slice(0, -1).map(act), { atol: 1e-37, rtol: 1e-6 });
      }
    });

    it('binary cross-entropy of large logits is finite, and of a NaN is NaN', async () => {
      await expectSame(kernels(), (b) => {
        const [loss, logits, targets] = [b.output([2]), b.output([4]), b.input([4])];
        b.kernels.write(logits, [200, -200, 200, -30]);
        b.kernels.write(targets, [1, 0, 0, 0]);
        b.kernels.sigmoidCrossEntropy(loss, logits, logits, targets, null, 1, 4, null);
      });
      const b = new Operands(kernels());
      const [loss, logits, targets] = [b.output([2]), b.output([2]), b.input([2])];
      kernels().write(logits, [NaN, 1]);
      kernels().fill(targets, 1);
      kernels().sigmoidCrossEntropy(loss, null, logits, targets, null, 2, 1, null);
      expect((await kernels().read(loss))[0]).toBeNaN();
    });

    it('a loss without any target leaves no gradient', () =>
      expectSame(kernels(), (b) => {
        const [N, V] = [3, 5];
        const [dLogits, ids] = [b.output([N, V]), b.ids(N, 1)];
        b.kernels.fill(ids, -1);
        b.kernels.softmaxCrossEntropy(b.output([2]), dLogits, b.input([N, V]), ids, N, V);
        b.kernels.fill(ids, 0);
        b.kernels.squaredError(b.output([2]), b.output([N, V]), b.input([N, V]), b.input([N, V]), ids, N, V);
      }));

    it('blocks of one and the same tensor', () =>
      expectSame(kernels(), (b) => {
        const tensor = b.output([6, 10]);
        for (const accumulate of [false, true]) {
          b.kernels.copyBlock({ tensor, offset: 5, stride: 10 }, { tensor, offset: 20, stride: 10 }, 2, 5, accumulate);
        }
      }));

    it('the norm of gradients whose squares overflow, or vanish, is theirs', async () => {
      for (const largest of [3e37, 1e20, 1e-20]) {
        const [norm, gradients] = [kernels().alloc('norm', [1]), kernels().alloc('gradients', [300])];
        const values = normals(7, 300).map((x, i) => (i % 3 === 0 ? 1e-3 : 1) * x * largest * 0.1);
        kernels().write(gradients, values);
        kernels().clipByGlobalNorm(norm, gradients, 1e-6 * largest, 0);
        const want = Math.hypot(...Float32Array.from(values));
        expectClose(await kernels().read(norm), [want], { rtol: 1e-5 });
        const clipped = values.map((x) => (x * 1e-6 * largest) / want);
        expectClose(await kernels().read(gradients), clipped, { atol: 1e-37, rtol: 1e-4 });
      }
    });

    it('refuses targets and lengths that cannot be, by what the host wrote, filled or copied', () => {
      const b = new Operands(kernels());
      const loss = (targets: Tensor) =>
        kernels().softmaxCrossEntropy(b.output([2]), null, b.input([3, 5]), targets, 3, 5);
      const targets = kernels().alloc('targets', [3], 'int');
      kernels().write(targets, [4, -1, 5]);
      expect(() => loss(targets)).toThrow('"targets"[2] is 5, expected a whole number from -1 to 4');
      kernels().fill(targets, 3);
      loss(targets);
      const copied = kernels().alloc('copied', [3], 'int');
      kernels().write(targets, [-2], 1);
      kernels().copy(targets, copied);
      expect(() => loss(copied)).toThrow('"copied"[1] is -2');
      const shape = { kind: 'mean', T: 2, B: 3, F: 1, D: 1 } as const;
      const pool = () => kernels().poolForward(shape, b.output([3, 1]), null, b.input([2, 3, 1]), targets);
      kernels().write(targets, [0, 3, 2]);
      expect(pool).toThrow('"targets"[1] is 3, expected a whole number from 0 to 2');
    });

    it('integers are filled and copied as they are', async () => {
      const [a, b] = [kernels().alloc('a', [70], 'int'), kernels().alloc('b', [70], 'int')];
      kernels().fill(a, -7);
      kernels().fill(b, 2 ** 31 - 1);
      kernels().copy(a, b, 69);
      expect((await kernels().read(b)).slice(67)).toEqual(Int32Array.of(-7, -7, 2 ** 31 - 1));
    });
  });
});
