import { describe, expect, it } from 'vitest';
import type { Kernels, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { GRADIENT_BOUND, normals, numericalGradient } from '../../numbers.ts';
import { CELLS, recurrentCase, type RecurrentCaseSizes } from './recurrent-case.ts';

const kernels = createReferenceKernels();
const EXACT = { atol: 0, rtol: 0 };
const ROUNDING = { atol: 1e-13, rtol: 1e-12 };

const variants: [string, Partial<RecurrentCaseSizes>][] = [
  ['left to right', {}],
  ['right to left', { reverse: true }],
  ['with lengths', { lengths: [5, 1, 3] }],
  [
    'right to left, with lengths, in the second half of y',
    { reverse: true, lengths: [2, 5, 4], yWidth: 6, yOffset: 3 },
  ],
  ['one step of one sequence', { T: 1, B: 1 }],
];

describe.each(CELLS)('%s', (cell) => {
  const sizes = { cell, T: 5, B: 3, I: 2, H: 3 };

  it.each(variants)('gradients are those of central differences: %s', async (_, variant) => {
    const { operands, gradients, guards, loss } = recurrentCase(kernels, { ...sizes, ...variant });
    kernels.recurrentForward(operands);
    kernels.recurrentBackward(operands, gradients);
    await guards.check();
    for (const [name, x, dx] of pairs(operands, gradients)) {
      const got = await kernels.read(dx);
      expectClose(got, await numericalGradient(kernels, x, loss), GRADIENT_BOUND, `d ${name}`);
    }
  });

  it('accumulate adds to the gradients that are there', async () => {
    const { operands, gradients, guards } = recurrentCase(kernels, { ...sizes, lengths: [5, 2, 4] });
    kernels.recurrentForward(operands);
    kernels.recurrentBackward(operands, gradients);
    const outputs = [gradients.dx!, ...tensorsOf(gradients.parameters)];
    const once = await Promise.all(outputs.map((tensor) => kernels.read(tensor)));
    const before = outputs.map((tensor, i) => normals(50 + i, tensor.size));
    outputs.forEach((tensor, i) => kernels.write(tensor, before[i]));
    kernels.recurrentBackward(operands, { ...gradients, accumulate: true, accumulateDx: true });
    for (const [i, tensor] of outputs.entries()) {
      const want = before[i].map((x, j) => x + once[i][j]);
      expectClose(await kernels.read(tensor), want, ROUNDING, tensor.label);
    }
    await guards.check();
  });

  it('windows with carried state and carried gradient equal one long sequence', async () => {
    const whole = recurrentCase(kernels, { ...sizes, T: 7 });
    kernels.recurrentForward(whole.operands);
    kernels.recurrentBackward(whole.operands, whole.gradients);

    const cut = 3;
    const first = recurrentCase(kernels, { ...sizes, T: cut });
    const second = recurrentCase(kernels, { ...sizes, T: 7 - cut });
    const rows = async (tensor: Tensor, from: number, to: number) =>
      (await kernels.read(tensor)).slice((from * tensor.size) / 7, (to * tensor.size) / 7);
    for (const [part, from, to] of [
      [first, 0, cut],
      [second, cut, 7],
    ] as const) {
      kernels.write(part.operands.x, await rows(whole.operands.x, from, to));
      kernels.write(part.gradients.dy, await rows(whole.gradients.dy, from, to));
    }
    const parameters = whole.operands.parameters;
    const { h0, c0 } = whole.operands;
    const { dhn, dcn } = whole.gradients;
    const operands1 = { ...first.operands, parameters, h0, c0 };
    const operands2 = { ...second.operands, parameters, h0: first.operands.hn, c0: first.operands.cn };
    const gradients2 = { ...second.gradients, dhn, dcn };
    const gradients1 = {
      ...first.gradients,
      dhn: gradients2.dh0,
      dcn: gradients2.dc0,
      parameters: gradients2.parameters,
      accumulate: true,
    };
    kernels.recurrentForward(operands1);
    kernels.recurrentForward(operands2);
    kernels.recurrentBackward(operands2, gradients2);
    kernels.recurrentBackward(operands1, gradients1);

    const joined = async (a: Tensor, b: Tensor) => [...(await kernels.read(a)), ...(await kernels.read(b))];
    expectClose(await joined(operands1.y, operands2.y), await kernels.read(whole.operands.y), EXACT, 'y');
    expectClose(await kernels.read(operands2.hn), await kernels.read(whole.operands.hn), EXACT, 'hn');
    const dx = await joined(gradients1.dx!, gradients2.dx!);
    expectClose(dx, await kernels.read(whole.gradients.dx!), ROUNDING, 'dx');
    expectClose(await kernels.read(gradients1.dh0!), await kernels.read(whole.gradients.dh0!), ROUNDING, 'dh0');
    const wholeGradients = tensorsOf(whole.gradients.parameters);
    for (const [i, tensor] of tensorsOf(gradients2.parameters).entries()) {
      expectClose(await kernels.read(tensor), await kernels.read(wholeGradients[i]), ROUNDING, tensor.label);
    }
  });

  it('what stands at padding changes nothing, and nothing but zeros stands there afterwards', async () => {
    const lengths = [2, 5, 3];
    const run = async (padding: number) => {
      const { operands, gradients } = recurrentCase(kernels, { ...sizes, lengths });
      for (const tensor of [operands.x, gradients.dy]) {
        const width = tensor.shape[2];
        for (let n = 0; n < sizes.T * sizes.B; n++) {
          if (Math.floor(n / sizes.B) >= lengths[n % sizes.B]) {
            kernels.write(tensor, new Float64Array(width).fill(padding), n * width);
          }
        }
      }
      kernels.recurrentForward(operands);
      kernels.recurrentBackward(operands, gradients);
      const outputs = [operands.y, operands.hn, gradients.dx!, gradients.dh0!, ...tensorsOf(gradients.parameters)];
      return Promise.all(outputs.map((tensor) => kernels.read(tensor)));
    };
    const [zeros, garbage] = [await run(0), await run(1e30)];
    garbage.forEach((got, i) => expectClose(got, zeros[i], EXACT, `output ${i}`));
    const [y, , dx] = garbage;
    for (let n = 0; n < sizes.T * sizes.B; n++) {
      if (Math.floor(n / sizes.B) < lengths[n % sizes.B]) continue;
      expect([...y.slice(n * sizes.H, (n + 1) * sizes.H)].every((v) => v === 0)).toBe(true);
      expect([...dx.slice(n * sizes.I, (n + 1) * sizes.I)].every((v) => v === 0)).toBe(true);
    }
  });

  it('a shorter sequence alone gives what it gives among longer ones', async () => {
    const batch = recurrentCase(kernels, { ...sizes, reverse: true, lengths: [5, 2, 4] });
    kernels.recurrentForward(batch.operands);
    const alone = recurrentCase(kernels, { ...sizes, T: 2, B: 1, reverse: true });
    const x = await kernels.read(batch.operands.x);
    const h0 = await kernels.read(batch.operands.h0!);
    const { I, H } = sizes;
    kernels.write(alone.operands.x, [...x.slice(I, 2 * I), ...x.slice(4 * I, 5 * I)]); // sequence 1 of 3, steps 0 and 1
    kernels.write(alone.operands.h0!, h0.slice(H, 2 * H));
    if (alone.operands.c0) {
      kernels.write(alone.operands.c0, (await kernels.read(batch.operands.c0!)).slice(H, 2 * H));
    }
    kernels.recurrentForward({ ...alone.operands, parameters: batch.operands.parameters });
    const hn = (await kernels.read(batch.operands.hn)).slice(H, 2 * H);
    expectClose(await kernels.read(alone.operands.hn), hn, EXACT, 'hn');
  });

  it('the order of the sequences in a batch does not matter', async () => {
    const { operands, gradients } = recurrentCase(kernels, { ...sizes, lengths: [5, 2, 4] });
    const order = [2, 0, 1];
    const permuted = recurrentCase(kernels, { ...sizes, lengths: order.map((b) => [5, 2, 4][b]) });
    for (const name of ['x', 'h0', 'c0'] as const) await permute(operands[name], permuted.operands[name], order);
    for (const name of ['dy', 'dhn', 'dcn'] as const) await permute(gradients[name], permuted.gradients[name], order);
    const operands2 = { ...permuted.operands, parameters: operands.parameters };
    kernels.recurrentForward(operands);
    kernels.recurrentBackward(operands, gradients);
    kernels.recurrentForward(operands2);
    kernels.recurrentBackward(operands2, permuted.gradients);
    for (const [want, got] of [
      [operands.y, operands2.y],
      [gradients.dx!, permuted.gradients.dx!],
    ]) {
      const expected = kernels.alloc('expected', want.shape);
      await permute(want, expected, order);
      expectClose(await kernels.read(got), await kernels.read(expected), EXACT, want.label);
    }
    const wanted = tensorsOf(gradients.parameters);
    for (const [i, tensor] of tensorsOf(permuted.gradients.parameters).entries()) {
      expectClose(await kernels.read(tensor), await kernels.read(wanted[i]), ROUNDING, tensor.label);
    }
  });

  it('without a workspace, and without initial states, the forward gives the same as with zeros', async () => {
    const { operands } = recurrentCase(kernels, sizes);
    kernels.fill(operands.h0!, 0);
    if (operands.c0) kernels.fill(operands.c0, 0);
    kernels.recurrentForward(operands);
    const want = await kernels.read(operands.y);
    kernels.fill(operands.y, NaN);
    kernels.recurrentForward({ ...operands, h0: null, c0: null, workspace: null });
    expectClose(await kernels.read(operands.y), want, EXACT, 'y');
  });
});

describe('what cannot be computed is refused', () => {
  const sizes = { cell: 'gru', T: 2, B: 2, I: 2, H: 2 } as const;

  it('lengths beyond T', () => {
    const { operands } = recurrentCase(kernels, { ...sizes, lengths: [2, 3] });
    expect(() => kernels.recurrentForward(operands)).toThrow('"lengths"[1] is 3, expected a length from 0 to 2');
  });

  it('a workspace for less', () => {
    const { operands } = recurrentCase(kernels, sizes);
    const workspace = kernels.recurrentWorkspace({ ...operands.shape, T: 1 });
    expect(() => kernels.recurrentForward({ ...operands, workspace })).toThrow('planned for less');
  });

  it('a backward after a forward without a workspace', () => {
    const { operands, gradients } = recurrentCase(kernels, sizes);
    expect(() => kernels.recurrentBackward({ ...operands, workspace: null }, gradients)).toThrow('without a workspace');
  });

  it('the wrong number of biases', () => {
    const { operands } = recurrentCase(kernels, sizes);
    const parameters = { ...operands.parameters, biasHh: null };
    expect(() => kernels.recurrentForward({ ...operands, parameters })).toThrow('gru needs biasHh');
  });

  it('columns outside the rows of y', () => {
    const { operands } = recurrentCase(kernels, sizes);
    expect(() => kernels.recurrentForward({ ...operands, yOffset: 1 })).toThrow('outside rows of width 2');
  });
});

type Case = ReturnType<typeof recurrentCase>;

/** Every differentiable operand with its gradient. */
function pairs(operands: Case['operands'], gradients: Case['gradients']): [string, Tensor, Tensor][] {
  const all: [string, Tensor | null, Tensor | null][] = [
    ['x', operands.x, gradients.dx],
    ['h0', operands.h0, gradients.dh0],
    ['c0', operands.c0, gradients.dc0],
    ['weightIh', operands.parameters.weightIh, gradients.parameters.weightIh],
    ['weightHh', operands.parameters.weightHh, gradients.parameters.weightHh],
    ['biasIh', operands.parameters.biasIh, gradients.parameters.biasIh],
    ['biasHh', operands.parameters.biasHh, gradients.parameters.biasHh],
  ];
  return all.filter((entry): entry is [string, Tensor, Tensor] => entry[1] !== null && entry[2] !== null);
}

function tensorsOf({ weightIh, weightHh, biasIh, biasHh }: Case['gradients']['parameters']): Tensor[] {
  return [weightIh, weightHh, biasIh, ...(biasHh ? [biasHh] : [])];
}

/** Sequence b of `target` becomes sequence order[b] of `source`. Both [T,B,F] or [B,F]. */
async function permute(source: Tensor | null, target: Tensor | null, order: readonly number[], k: Kernels = kernels) {
  if (!source || !target) return;
  const values = await k.read(source);
  const width = source.shape.at(-1)!;
  const B = order.length;
  for (let n = 0; n < source.size / width; n++) {
    const from = (n - (n % B) + order[n % B]) * width;
    k.write(target, values.slice(from, from + width), n * width);
  }
}
