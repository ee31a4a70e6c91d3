import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { RecurrentStack, recurrentParameters } from '../../../../src/engine/model/layers/recurrent.ts';
import { ParameterSet } from '../../../../src/engine/model/parameters.ts';
import { expectClose } from '../../../compare.ts';
import { dot, GRADIENT_BOUND, normals, numericalGradient } from '../../numbers.ts';

const kernels = createReferenceKernels();
const AT = { seed: 5, counter: 6 };

/** Planned for up to T 6, B 3; the batch is smaller: T 5, B 2, with lengths. */
const plan = {
  cell: 'lstm',
  L: 3,
  D: 2,
  I: 3,
  H: 2,
  T: 6,
  B: 3,
  training: true,
  stateGradients: true,
  dropout: 0.3,
} as const;
const [T, B, lengths] = [5, 2, [3, 5]];
const width = plan.D * plan.H;

function filled(label: string, shape: readonly number[], seed: number): Tensor {
  const tensor = kernels.alloc(label, shape);
  kernels.write(tensor, normals(seed, tensor.size));
  return tensor;
}

describe('a deep bidirectional stack with lengths, dropout and a batch smaller than planned', () => {
  it('has the gradients of central differences: input, initial states, parameters', async () => {
    const parameters = new ParameterSet(kernels, recurrentParameters('', plan), true);
    parameters.initialise(1);
    const stack = new RecurrentStack(kernels, parameters, '', plan, 7);
    const lengthsTensor = kernels.alloc('lengths', [B], 'int');
    kernels.write(lengthsTensor, lengths);
    const x = filled('x', [T, B, plan.I], 2);
    const dx = kernels.alloc('dx', [T, B, plan.I]);
    const dy = filled('dy', [T, B, width], 3);
    for (let n = 0; n < T * B; n++) {
      if (Math.floor(n / B) >= lengths[n % B]) kernels.write(dy, new Float64Array(width), n * width);
    }
    // Only the first B of the planned sequences have a state.
    for (const [k, { h, c }] of stack.initial.layers.entries()) {
      kernels.write(h, normals(10 + k, B * plan.H));
      kernels.write(c!, normals(30 + k, B * plan.H));
    }
    for (const [k, { h, c }] of stack.dFinal!.layers.entries()) {
      kernels.write(h, normals(50 + k, B * plan.H));
      kernels.write(c!, normals(70 + k, B * plan.H));
    }
    const loss = async () => {
      const y = await kernels.read(stack.forward(x, lengthsTensor, T, B, AT), T * B * width);
      let sum = dot(y, await kernels.read(dy));
      for (const [k, { h, c }] of stack.final.layers.entries()) {
        const { h: dh, c: dc } = stack.dFinal!.layers[k];
        sum += dot(await kernels.read(h, B * plan.H), await kernels.read(dh));
        sum += dot(await kernels.read(c!, B * plan.H), await kernels.read(dc!));
      }
      return sum;
    };

    stack.forward(x, lengthsTensor, T, B, AT);
    stack.backward(dx, dy, false);
    const close = async (gradient: Tensor, value: Tensor) =>
      expectClose(
        await kernels.read(gradient),
        await numericalGradient(kernels, value, loss),
        GRADIENT_BOUND,
        value.label,
      );
    await close(dx, x);
    for (const [k, { h, c }] of stack.dInitial!.layers.entries()) {
      await close(h, stack.initial.layers[k].h);
      await close(c!, stack.initial.layers[k].c!);
    }
    for (const { gradient, value } of parameters.list) await close(gradient!, value);
  });

  it('accumulate adds to the gradients that are there', async () => {
    const parameters = new ParameterSet(kernels, recurrentParameters('', plan), true);
    parameters.initialise(1);
    const stack = new RecurrentStack(kernels, parameters, '', plan);
    const x = filled('x', [T, B, plan.I], 2);
    const dy = filled('dy', [T, B, width], 3);
    stack.forward(x, null, T, B, null);
    stack.backward(null, dy, false);
    const once = await kernels.read(parameters.gradients!);
    stack.backward(null, dy, true);
    expectClose(
      await kernels.read(parameters.gradients!),
      once.map((d) => 2 * d),
      { rtol: 1e-12, atol: 1e-14 },
    );
  });
});

describe('what a stack was not planned for is refused', () => {
  it('a backward', () => {
    const inference = { ...plan, training: false, stateGradients: false };
    const parameters = new ParameterSet(kernels, recurrentParameters('', inference), false);
    const stack = new RecurrentStack(kernels, parameters, '', inference);
    const [x, dy] = [filled('x', [T, B, plan.I], 2), filled('dy', [T, B, width], 3)];
    stack.forward(x, null, T, B, null);
    expect(() => stack.backward(null, dy, false)).toThrow('needs a forward, and a plan for training');
  });

  it('training with parameters that have no gradients', () => {
    const parameters = new ParameterSet(kernels, recurrentParameters('', plan), false);
    expect(() => new RecurrentStack(kernels, parameters, '', plan)).toThrow('"weight_ih_l0" has no gradient');
  });
});
