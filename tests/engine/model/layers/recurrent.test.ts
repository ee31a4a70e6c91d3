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

describe('a bidirectional layer', () => {
  it('is two directions run by hand: one as it is, one on the sequences turned around', async () => {
    const one = { ...plan, L: 1, dropout: 0, stateGradients: false };
    const parameters = new ParameterSet(kernels, recurrentParameters('', one), true);
    parameters.initialise(1);
    const stack = new RecurrentStack(kernels, parameters, '', one);
    const x = filled('x', [T, B, plan.I], 2);
    const lengthsTensor = kernels.alloc('lengths', [B], 'int');
    kernels.write(lengthsTensor, lengths);
    const both = await kernels.read(stack.forward(x, lengthsTensor, T, B, null), T * B * width);

    for (const [d, suffix] of ['', '_reverse'].entries()) {
      const single = { ...one, D: 1 } as const;
      const own = new ParameterSet(kernels, recurrentParameters('', single), false);
      const all = await parameters.read(parameters.values);
      own.write(own.values, (name) => all.find((array) => array.name === name + suffix)!);
      const direction = new RecurrentStack(kernels, own, '', { ...single, training: false });
      // Turned around, step t of a sequence of n is its step n-1-t.
      const at = (t: number, b: number) => (d === 0 || t >= lengths[b] ? t : lengths[b] - 1 - t);
      const numbers = await kernels.read(x);
      const turned = numbers.map((_, i) => {
        const [t, b, j] = [Math.floor(i / (B * plan.I)), Math.floor(i / plan.I) % B, i % plan.I];
        return numbers[(at(t, b) * B + b) * plan.I + j];
      });
      const xd = kernels.alloc('x', [T, B, plan.I]);
      kernels.write(xd, turned);
      const y = await kernels.read(direction.forward(xd, lengthsTensor, T, B, null), T * B * plan.H);
      for (let t = 0; t < T; t++) {
        for (let b = 0; b < B; b++) {
          const row = (t * B + b) * width + d * plan.H;
          const want = (at(t, b) * B + b) * plan.H;
          expectClose(
            both.subarray(row, row + plan.H),
            y.subarray(want, want + plan.H),
            {},
            `step ${t} of ${b}${suffix}`,
          );
        }
      }
    }
  });
});

describe('layer normalisation, residual connections and variational dropout', () => {
  const deep = { ...plan, layerNorm: true, residual: true, dropoutKind: 'variational', stateGradients: false } as const;

  it('are in the gradients of central differences', async () => {
    const parameters = new ParameterSet(kernels, recurrentParameters('', deep), true);
    parameters.initialise(1);
    const stack = new RecurrentStack(kernels, parameters, '', deep);
    const x = filled('x', [T, B, plan.I], 2);
    const dx = kernels.alloc('dx', [T, B, plan.I]);
    const weights = normals(3, T * B * width);
    const dy = kernels.alloc('dy', [T, B, width]);
    const loss = async () => dot(await kernels.read(stack.forward(x, null, T, B, AT), T * B * width), weights);
    kernels.write(dy, weights);
    stack.forward(x, null, T, B, AT);
    stack.backward(dx, dy, false);
    expectClose(await kernels.read(dx), await numericalGradient(kernels, x, loss), GRADIENT_BOUND, 'dx');
    for (const { name, gradient, value } of parameters.list) {
      const got = await kernels.read(gradient!);
      expectClose(got, await numericalGradient(kernels, value, loss), GRADIENT_BOUND, name);
    }
  });

  it('start as the identity of a normalised layer: gain 1, bias 0', async () => {
    const parameters = new ParameterSet(kernels, recurrentParameters('', deep), false);
    parameters.initialise(1);
    const read = async (name: string) => [...(await kernels.read(parameters.get(name).value))];
    expect(await read('norm_l2.weight')).toEqual([1, 1, 1, 1]);
    expect(await read('norm_l2.bias')).toEqual([0, 0, 0, 0]);
  });
});

describe('the gradient by every hidden state', () => {
  it('is that of central differences of a bump added to it, layer by layer', async () => {
    // An RNN's state after step t is its output: bumping both at once is starting the rest from a bumped state.
    const [rest, L] = [3, 2];
    const flow = {
      ...plan,
      cell: 'rnn_tanh',
      L,
      D: 1,
      dropout: 0,
      stateGradients: false,
      hiddenGradients: true,
    } as const;
    const parameters = new ParameterSet(kernels, recurrentParameters('', flow), true);
    parameters.initialise(1);
    const stack = new RecurrentStack(kernels, parameters, '', flow);
    const x = filled('x', [T, B, plan.I], 2);
    const dy = kernels.alloc('dy', [T, B, plan.H]);
    const last = normals(4, B * plan.H); // a loss of the last step alone
    kernels.write(dy, last, (T - 1) * B * plan.H);
    await kernels.read(stack.forward(x, null, T, B, null));
    stack.backward(null, dy, false);
    // The top layer at step T-1-rest acts through its own recurrence only.
    const t = T - 1 - rest;
    const top = await kernels.read(stack.dh[1], T * B * plan.H);
    const tail = new RecurrentStack(kernels, parameters, '', flow);
    stack.forward(x, null, t + 1, B, null);
    tail.initial.copyFrom(stack.final);
    const tailX = kernels.alloc('tail', [rest, B, plan.I]);
    kernels.write(tailX, (await kernels.read(x)).slice((t + 1) * B * plan.I));
    const loss = async () => {
      const y = await kernels.read(tail.forward(tailX, null, rest, B, null), rest * B * plan.H);
      return dot(y.subarray((rest - 1) * B * plan.H), last);
    };
    const state = tail.initial.layers[1].h;
    const want = (await numericalGradient(kernels, state, loss)).subarray(0, B * plan.H);
    expectClose(top.subarray(t * B * plan.H, (t + 1) * B * plan.H), want, GRADIENT_BOUND);
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
