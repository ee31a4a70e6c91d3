/** States and gates of every step: against what the reference device keeps, PyTorch's cell, and one long sequence cut into stretches. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quantitiesOf, type Quantity } from '../../../src/engine/inside/looks/neurons.ts';
import { readStates } from '../../../src/engine/inside/states.ts';
import type { Cell, RecurrentOperands } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { ReferenceWorkspace } from '../../../src/engine/kernels/reference/recurrent.ts';
import { LanguageModel } from '../../../src/engine/model/language-model.ts';
import { expectClose } from '../../compare.ts';
import { askPython, python } from '../../python.ts';
import { CELLS, recurrentCase } from '../kernels/reference/recurrent-case.ts';
import { integers } from '../numbers.ts';
import { tinyConfig } from '../training/tiny.ts';

const exact = { atol: 1e-12, rtol: 1e-12 };
const familyOf = (cell: Cell) => (cell.startsWith('rnn') ? 'rnn' : cell === 'lstm' ? 'lstm' : 'gru');
/** Where the reference device keeps a gate, in vectors of H. */
const savedAt: Readonly<Partial<Record<Quantity, number>>> = { i: 0, f: 1, g: 2, o: 3, r: 0, z: 1, n: 2 };

/** [T,H], as the reference device kept it. */
function kept({ workspace, shape: { T, H } }: RecurrentOperands, quantity: Quantity): Float64Array {
  if (!(workspace instanceof ReferenceWorkspace)) throw new Error('not the reference device');
  if (quantity === 'c') return workspace.c.slice(0, T * H);
  const each = workspace.saved.length / (T * H);
  const found = new Float64Array(T * H);
  for (let t = 0; t < T; t++) {
    const from = (t * each + savedAt[quantity]!) * H;
    found.set(workspace.saved.subarray(from, from + H), t * H);
  }
  return found;
}

describe.each(CELLS)('states of %s', (cell) => {
  const sizes = { cell, T: 7, B: 1, I: 3, H: 5 };
  const gates = quantitiesOf[familyOf(cell)].filter((quantity) => quantity !== 'h');

  it.each([false, true])('are those that the device computed, right to left: %s', async (reverse) => {
    const kernels = createReferenceKernels();
    const { operands } = recurrentCase(kernels, { ...sizes, reverse, yWidth: 11, yOffset: 4 });
    kernels.recurrentForward(operands);
    const y = await kernels.read(operands.y);
    const h = Array.from({ length: 7 }, (_, t) => [...y.subarray(t * 11 + 4, t * 11 + 9)]).flat();
    expectClose(await readStates(kernels, operands, 'h'), h, exact, 'h');
    for (const quantity of gates) {
      expectClose(await readStates(kernels, operands, quantity), kept(operands, quantity), exact, quantity);
    }
  });

  it('are refused where the cell does not have them, and of several sequences', async () => {
    const kernels = createReferenceKernels();
    const { operands } = recurrentCase(kernels, sizes);
    kernels.recurrentForward(operands);
    const other = cell === 'lstm' ? 'z' : 'f';
    await expect(readStates(kernels, operands, other)).rejects.toThrow(`has no ${other}`);
    const two = recurrentCase(kernels, { ...sizes, B: 2 }).operands;
    await expect(readStates(kernels, two, 'h')).rejects.toThrow('one sequence at a time');
  });
});

describe('states of a language model', () => {
  it.each([
    ['embedded tokens', 5],
    ['one-hot tokens', 0],
  ])('read in stretches are those of one sequence: %s', async (_, embedding) => {
    const kernels = createReferenceKernels();
    const { architecture } = tinyConfig({ architecture: { embedding, dropout: 0 } });
    const [V, T] = [9, 12];
    const ids = integers(1, T, V);
    const model = new LanguageModel(kernels, architecture, V, { B: 1, T, training: false });
    model.parameters.initialise(3);
    const readIn = async (stretch: number, layer: number, quantity: Quantity): Promise<number[]> => {
      model.resetState();
      const found: number[] = [];
      for (let from = 0; from < T; from += stretch) {
        const steps = Math.min(stretch, T - from);
        model.setBatch(ids.subarray(from, from + steps), null, steps);
        model.forward(null);
        found.push(...(await readStates(kernels, model.recurrences[layer], quantity)));
        model.carryState();
      }
      return found;
    };
    for (const layer of [0, 1]) {
      for (const quantity of quantitiesOf.lstm) {
        const whole = await readIn(T, layer, quantity);
        expectClose(await readIn(5, layer, quantity), whole, exact, `${quantity} of layer ${layer}`);
      }
    }
  });
});

describe.skipIf(!python('torch'))('the same states in PyTorch', () => {
  it('of an LSTM and a GRU', { timeout: 120_000 }, async () => {
    const kernels = createReferenceKernels();
    const [T, I, H] = [6, 3, 4];
    const rows = (values: ArrayLike<number>, width: number) =>
      Array.from({ length: values.length / width }, (_, r) => Array.from(values).slice(r * width, (r + 1) * width));
    const questions: Record<string, Record<string, unknown>> = {};
    const cases = new Map<'lstm' | 'gru', RecurrentOperands>();
    for (const cell of ['lstm', 'gru'] as const) {
      const { operands } = recurrentCase(kernels, { cell, T, B: 1, I, H });
      kernels.recurrentForward(operands);
      cases.set(cell, operands);
      const read = (tensor: RecurrentOperands['y']) => kernels.read(tensor);
      const { weightIh, weightHh, biasIh, biasHh } = operands.parameters;
      questions[cell] = {
        x: rows(await read(operands.x as RecurrentOperands['y']), I),
        h0: [...(await read(operands.h0!))],
        ...(operands.c0 && { c0: [...(await read(operands.c0))] }),
        weight_ih: rows(await read(weightIh), I),
        weight_hh: rows(await read(weightHh), H),
        bias_ih: [...(await read(biasIh))],
        bias_hh: [...(await read(biasHh!))],
      };
    }
    const script = resolve(import.meta.dirname, 'states.py');
    const answers = askPython('torch', script, questions) as Record<string, Record<string, number[]>>;
    for (const [cell, quantities] of [
      ['lstm', ['h', 'c']],
      ['gru', ['h', 'r', 'z', 'n']],
    ] as const) {
      for (const quantity of quantities) {
        const found = await readStates(kernels, cases.get(cell)!, quantity);
        expectClose(found, answers[cell][quantity], exact, `${quantity} of ${cell}`);
      }
    }
  });
});
