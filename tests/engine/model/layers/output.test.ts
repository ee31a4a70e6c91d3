import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { linearParameters } from '../../../../src/engine/model/layers/linear.ts';
import { OutputLayer, outputRows } from '../../../../src/engine/model/layers/output.ts';
import { ParameterSet } from '../../../../src/engine/model/parameters.ts';
import { Random } from '../../../../src/engine/random.ts';

const [T, B, I, K] = [75, 2, 3, 7];
const N = T * B;
const plan = { loss: 'softmax', N, K, training: true } as const;

describe('large outputs', () => {
  it('come in blocks of rows, as few and as even as the limit allows', () => {
    expect(outputRows({ ...plan, N: 3200, K: 50_000, mostOutputs: 2 ** 24 })).toBe(320);
    expect(outputRows({ ...plan, N: 700, K: 10_000, mostOutputs: 2 ** 24 })).toBe(700);
    expect(outputRows({ ...plan, N: 700, K: 10_000 })).toBe(700);
    expect(outputRows({ ...plan, N: 3200, K: 50_000, mostOutputs: 2 ** 24, training: false })).toBe(3200);
  });

  it.each([[T], [T - 5], [20]])('give the same loss and gradients as all at once: %i steps', async (steps) => {
    const rows = steps * B;
    const ids = Int32Array.from({ length: rows }, (_, n) => (n % 9 === 4 ? -1 : (n * 5) % K));
    for (const weights of [null, Float64Array.from({ length: K }, (_, k) => 1 + k / 2)]) {
      const [whole, blocks] = [await step(Infinity), await step(200)];
      expect(blocks.measured).toEqual(whole.measured.map((number) => expect.closeTo(number, 10)));
      expect(blocks.loss).toEqual(whole.loss.map((number) => expect.closeTo(number, 10)));
      expect(blocks.dx).toEqual(whole.dx.map((number) => expect.closeTo(number, 10)));
      expect(blocks.gradients).toEqual(whole.gradients.map((number) => expect.closeTo(number, 10)));

      async function step(mostOutputs: number) {
        const kernels = createReferenceKernels();
        const parameters = new ParameterSet(kernels, linearParameters('out.', I, K), true);
        parameters.initialise(1);
        const [weight, bias] = [parameters.get('out.weight'), parameters.get('out.bias')];
        const layer = new OutputLayer(kernels, weight, bias, { ...plan, mostOutputs });
        const [x, dx] = ['x', 'dx'].map((label) => kernels.alloc(label, [T, B, I]));
        const random = new Random(2, 1);
        kernels.write(
          x!,
          Float64Array.from({ length: N * I }, () => random.uniform() - 0.5),
        );
        layer.setTargets(ids, null, steps, B);
        layer.setWeights(weights);
        layer.forward(x!);
        layer.measureLoss();
        const measured = [...(await kernels.read(layer.loss))];
        kernels.fill(layer.loss, 0);
        layer.computeLoss();
        layer.backward(dx!);
        const numbers = async (tensor: typeof layer.loss, count?: number) => [...(await kernels.read(tensor, count))];
        const gradients = await numbers(parameters.gradients!);
        return { measured, loss: await numbers(layer.loss), dx: await numbers(dx!, rows * I), gradients };
      }
    }
  });
});
