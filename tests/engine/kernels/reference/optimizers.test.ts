import { describe, expect, it } from 'vitest';
import type { OptimizerUpdate } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { Guards } from '../../numbers.ts';

const kernels = createReferenceKernels();
const ROUNDING = { atol: 1e-15, rtol: 1e-13 };

/** Two updates of p = 1 with gradients 0.5, then -0.25; the value after each. Slots start from zero. */
async function twoUpdates(update: (step: number) => OptimizerUpdate, slots: number): Promise<number[]> {
  const guards = new Guards(kernels);
  const p = guards.alloc('p', [1]);
  const g = guards.alloc('g', [1]);
  const state = Array.from({ length: slots }, (_, i) => guards.alloc(`slot${i}`, [1]));
  for (const slot of state) kernels.fill(slot, 0);
  kernels.write(p, [1]);
  const after: number[] = [];
  for (const [i, gradient] of [0.5, -0.25].entries()) {
    kernels.write(g, [gradient]);
    kernels.updateParameters(update(i + 1), p, g, state);
    after.push((await kernels.read(p))[0]);
  }
  await guards.check();
  return after;
}

describe('optimisers, by hand', () => {
  const learningRate = 0.1;

  it('sgd', async () => {
    expectClose(await twoUpdates(() => ({ kind: 'sgd', learningRate }), 0), [0.95, 0.975], ROUNDING);
  });

  it('momentum: v = 0.5, then 0.9·0.5 - 0.25 = 0.2', async () => {
    const got = await twoUpdates(() => ({ kind: 'momentum', learningRate, momentum: 0.9 }), 1);
    expectClose(got, [0.95, 0.93], ROUNDING);
  });

  it('adam: the first update is lr in the direction of the gradient', async () => {
    const adam = { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
    const first = 1 - (0.1 * 0.5) / (0.5 + 1e-8);
    // m = 0.9·0.05 - 0.1·0.25 = 0.02, v = 0.999·0.00025 + 0.001·0.0625 = 0.00031225
    const second = first - (0.1 * (0.02 / 0.19)) / (Math.sqrt(0.00031225 / 0.001999) + 1e-8);
    expectClose(await twoUpdates((step) => ({ ...adam, step }), 2), [first, second], ROUNDING);
  });

  it('adamw shrinks the parameter first, whatever the gradient', async () => {
    const adamw = { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.2 } as const;
    const first = 1 * (1 - 0.1 * 0.2) - (0.1 * 0.5) / (0.5 + 1e-8);
    const second = first * (1 - 0.1 * 0.2) - (0.1 * (0.02 / 0.19)) / (Math.sqrt(0.00031225 / 0.001999) + 1e-8);
    expectClose(await twoUpdates((step) => ({ ...adamw, step }), 2), [first, second], ROUNDING);
  });

  it('rmsprop: v = 0.0025, then 0.99·0.0025 + 0.01·0.0625 = 0.0031', async () => {
    const got = await twoUpdates(() => ({ kind: 'rmsprop', learningRate, alpha: 0.99, epsilon: 1e-8 }), 1);
    const first = 1 - (0.1 * 0.5) / (0.05 + 1e-8);
    expectClose(got, [first, first + (0.1 * 0.25) / (Math.sqrt(0.0031) + 1e-8)], ROUNDING);
  });

  it('adagrad: s = 0.25, then 0.3125', async () => {
    const got = await twoUpdates(() => ({ kind: 'adagrad', learningRate, epsilon: 1e-10 }), 1);
    const first = 1 - (0.1 * 0.5) / (0.5 + 1e-10);
    expectClose(got, [first, first + (0.1 * 0.25) / (Math.sqrt(0.3125) + 1e-10)], ROUNDING);
  });

  it('refuses the wrong number or size of slots', () => {
    const [p, g, other] = [kernels.alloc('p', [2]), kernels.alloc('g', [2]), kernels.alloc('other', [3])];
    const momentum = { kind: 'momentum', learningRate, momentum: 0.9 } as const;
    expect(() => kernels.updateParameters(momentum, p, g, [])).toThrow('momentum keeps 1 slots, got 0');
    expect(() => kernels.updateParameters(momentum, p, g, [other])).toThrow('"other" has 3 elements');
  });
});

describe('clipping by global norm', () => {
  async function clip(values: readonly number[], maxNorm: number, epsilon: number) {
    const guards = new Guards(kernels);
    const g = guards.alloc('g', [values.length]);
    const norm = guards.alloc('norm', [1]);
    kernels.write(g, values);
    kernels.clipByGlobalNorm(norm, g, maxNorm, epsilon);
    await guards.check();
    return { norm: (await kernels.read(norm))[0], g: [...(await kernels.read(g))] };
  }

  it('scales a longer gradient to the largest norm', async () => {
    const { norm, g } = await clip([3, -4], 1, 0);
    expect(norm).toBe(5);
    expectClose(g, [0.6, -0.8], ROUNDING);
  });

  it('divides by norm + epsilon, as PyTorch does', async () => {
    const { g } = await clip([3, -4], 1, 1e-6);
    expectClose(g, [3 / (5 + 1e-6), -4 / (5 + 1e-6)], ROUNDING);
  });

  it.each([
    ['a shorter one', [3, -4], 6],
    ['any when there is no limit', [3, -4], Infinity],
    ['one of zeros', [0, 0], 1],
  ])('leaves %s', async (_, values, maxNorm) => {
    const { g } = await clip(values, maxNorm, 0);
    expect(g).toEqual(values);
  });

  it.each([NaN, Infinity])('reports a norm that is not finite and leaves the gradients: %d', async (value) => {
    const { norm, g } = await clip([1, value], 1, 1e-6);
    expect(Number.isFinite(norm)).toBe(false);
    expect(g).toEqual([1, value]);
  });
});
