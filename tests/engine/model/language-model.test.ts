import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { LanguageModel } from '../../../src/engine/model/language-model.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { expectClose } from '../../compare.ts';
import { GRADIENT_BOUND, integers, numericalGradient } from '../numbers.ts';
import { architecture } from './architecture.ts';

const kernels = createReferenceKernels();
const V = 7;
const sizes = { B: 2, T: 3, training: true };
const AT = { seed: 11, counter: 4 };

const inputs = integers(1, sizes.T * sizes.B, V);
const targets = integers(2, sizes.T * sizes.B, V);
targets[3] = -1;

function make(changes: Partial<Architecture> = {}, plan: Partial<typeof sizes> = {}): LanguageModel {
  const model = new LanguageModel(kernels, architecture(changes), V, { ...sizes, ...plan });
  model.parameters.initialise(3);
  return model;
}

async function meanLoss(model: LanguageModel): Promise<number> {
  const [sum, count] = await kernels.read(model.loss);
  return sum / count;
}

describe('gradients are those of central differences', () => {
  it.each<[string, Partial<Architecture>]>([
    ['lstm', {}],
    ['gru', { cell: 'gru' }],
    ['gru, reset before', { cell: 'gru', reset: 'before' }],
    ['rnn, three layers', { cell: 'rnn', layers: 3 }],
    ['one layer', { layers: 1 }],
    ['one-hot input', { embedding: 0 }],
    ['tied', { tie: true, embedding: 3 }],
    ['dropout', { dropout: 0.4, layers: 3 }],
    ['dropout, tied', { dropout: 0.4, tie: true, embedding: 3 }],
    ['dropout, one-hot input', { dropout: 0.4, embedding: 0 }],
  ])('%s', async (_, changes) => {
    const model = make(changes);
    model.writeState(stateOf(model, 0.3));
    model.setBatch(inputs, targets, sizes.T);
    const at = model.architecture.dropout > 0 ? AT : null;
    const loss = async () => {
      kernels.fill(model.loss, 0);
      model.forward(at);
      model.measureLoss();
      return meanLoss(model);
    };
    model.forward(at);
    model.computeLoss();
    model.backward();
    for (const { name, value, gradient } of model.parameters.list) {
      const got = await kernels.read(gradient!);
      expectClose(got, await numericalGradient(kernels, value, loss), GRADIENT_BOUND, name);
      expect(
        got.some((d) => d !== 0),
        `${name} has a gradient`,
      ).toBe(true);
    }
    model.dispose();
  });
});

describe('a training step', () => {
  it('replaces the gradients of the step before', async () => {
    const model = make({ tie: true, embedding: 3 });
    const gradients = async () => {
      model.setBatch(inputs, targets, sizes.T);
      model.forward(null);
      model.computeLoss();
      model.backward();
      return kernels.read(model.parameters.gradients!);
    };
    expectClose(await gradients(), await gradients(), {});
  });

  it('leaves zeros between the parameters, so that norms and updates of all at once are right', async () => {
    const model = make({ dropout: 0.4 });
    model.setBatch(inputs, targets, sizes.T);
    model.forward(AT);
    model.computeLoss();
    model.backward();
    const { list, values, gradients } = model.parameters;
    for (const flat of [values, gradients!]) {
      const all = await kernels.read(flat);
      for (const { offset, value } of list) all.fill(0, offset, offset + value.size);
      expect(all.every((v) => v === 0)).toBe(true);
    }
  });

  it('allocates nothing', () => {
    const { counting, live } = countingKernels();
    const model = new LanguageModel(counting, architecture({ dropout: 0.2 }), V, sizes);
    const before = live();
    model.setBatch(inputs, targets, sizes.T);
    model.forward(AT);
    model.computeLoss();
    model.backward();
    model.carryState();
    expect(live()).toBe(before);
  });

  it('dispose frees all that was allocated', () => {
    const { counting, live } = countingKernels();
    for (const changes of [{ dropout: 0.2 }, { embedding: 0 }, { tie: true, embedding: 3 }]) {
      new LanguageModel(counting, architecture(changes), V, sizes).dispose();
      expect(live()).toBe(0);
    }
  });
});

describe('windows', () => {
  it('with carried state give the logits and the loss of one long window', async () => {
    const T = 7;
    const [ids, next] = [integers(4, T * sizes.B, V), integers(5, T * sizes.B, V)];
    const whole = make({}, { T });
    whole.setBatch(ids, next, T);
    whole.forward(null);
    whole.measureLoss();
    const logits: number[] = [];
    const parts = make({}, { T: 3 });
    for (const [from, to] of [
      [0, 3],
      [3, 6],
      [6, 7], // shorter than planned
    ]) {
      const window = (tokens: Int32Array) => tokens.slice(from * sizes.B, to * sizes.B);
      parts.setBatch(window(ids), window(next), to - from);
      parts.forward(null);
      logits.push(...(await kernels.read(parts.logits, (to - from) * sizes.B * V)));
      parts.measureLoss();
      parts.carryState();
    }
    expectClose(logits, await kernels.read(whole.logits), {});
    expectClose(await kernels.read(parts.loss), await kernels.read(whole.loss), { rtol: 1e-14 });
    expect(await parts.readState()).toEqual(await whole.finalState.read());
  });

  it('a window shorter than planned is computed as if it had been planned', async () => {
    const results = await Promise.all(
      [2, 5].map(async (T) => {
        const model = make({ dropout: 0.4 }, { T });
        model.setBatch(inputs, targets, 2);
        model.forward(AT);
        model.computeLoss();
        model.backward();
        return [...(await kernels.read(model.parameters.gradients!)), ...(await kernels.read(model.loss))];
      }),
    );
    expectClose(results[1], results[0], {});
  });

  it('state: read and written back it is the same; reset it is zero', async () => {
    const model = make();
    const { h, c } = stateOf(model, 1);
    model.writeState({ h, c });
    expect(await model.readState()).toEqual({ h, c });
    model.resetState();
    const zero = await model.readState();
    expect([...zero.h, ...zero.c!].every((v) => v === 0)).toBe(true);
    expect(() => model.writeState({ h: [1], c: [1] })).toThrow('got 1 numbers, the state has 12');
    expect(() => model.writeState({ h, c: null })).toThrow('an lstm needs a cell state');
  });
});

describe('dropout', () => {
  it('draws other masks at another step, the same at the same, none in evaluation', async () => {
    const model = make({ dropout: 0.5 });
    model.setBatch(inputs, targets, sizes.T);
    const logits = async (at: typeof AT | null) => {
      model.forward(at);
      return [...(await kernels.read(model.logits))].join();
    };
    const first = await logits(AT);
    expect(await logits(AT)).toBe(first);
    expect(await logits({ ...AT, counter: 5 })).not.toBe(first);
    expect(await logits({ ...AT, seed: 12 })).not.toBe(first);
    const plain = make({ dropout: 0 });
    plain.setBatch(inputs, targets, sizes.T);
    plain.forward(null);
    expect(await logits(null)).toBe([...(await kernels.read(plain.logits))].join());
  });
});

describe('dropout streams', () => {
  it('each layer has its own, and the backward goes through the same masks in reverse', () => {
    const streams: number[] = [];
    const recording: Kernels = {
      ...kernels,
      dropout(y, x, count, p, at) {
        expect(at).toMatchObject(AT);
        streams.push(at.stream);
        kernels.dropout(y, x, count, p, at);
      },
    };
    const model = new LanguageModel(recording, architecture({ dropout: 0.5, layers: 3 }), V, sizes);
    model.setBatch(inputs, targets, sizes.T);
    model.forward(AT);
    model.computeLoss();
    model.backward();
    expect(streams).toEqual([1000, 1001, 1002, 1003, 1003, 1002, 1001, 1000]);
  });
});

describe('parameters', () => {
  it('shared with another model are the same memory, and outlive it', async () => {
    const trained = make();
    const generator = new LanguageModel(
      kernels,
      trained.architecture,
      V,
      { B: 1, T: 1, training: false },
      trained.parameters,
    );
    const logits = async () => {
      generator.setBatch(Int32Array.of(4), null, 1);
      generator.forward(null);
      return kernels.read(generator.logits);
    };
    const before = await logits();
    const bias = trained.parameters.get('out.bias').value;
    kernels.write(
      bias,
      (await kernels.read(bias)).map((b) => b + 1),
    );
    expectClose(
      await logits(),
      before.map((a) => a + 1),
      { atol: 1e-14, rtol: 1e-14 },
    );
    generator.dispose();
    await expect(kernels.read(trained.parameters.values)).resolves.toHaveLength(trained.parameters.values.size);
  });
});

describe('misuse is refused', () => {
  it('windows that do not fit', () => {
    const model = make();
    expect(() => model.setBatch(inputs, targets, 4)).toThrow('A window of 4 steps: this model was planned for 1 to 3.');
    expect(() => model.setBatch(inputs.slice(0, 4), null, 3)).toThrow('4 tokens for 3 steps of 2 sequences');
  });

  it('ids outside the vocabulary', () => {
    const model = make();
    const wrong = inputs.slice();
    wrong[5] = V;
    expect(() => model.setBatch(wrong, null, 3)).toThrow(
      'Token 7 at step 2 of sequence 1 is not of this vocabulary of 7.',
    );
    wrong[5] = -1;
    expect(() => model.setBatch(wrong, null, 3)).toThrow(RangeError);
    expect(() => model.setBatch(inputs, wrong, 3)).not.toThrow();
  });

  it('another task’s architecture', () => {
    expect(() => make({ task: 'tagging' })).toThrow('cannot be made of an architecture for tagging');
  });

  it('calls out of order', () => {
    const model = make();
    expect(() => model.forward(null)).toThrow('call setBatch first');
    model.setBatch(inputs, null, 3);
    model.forward(null);
    expect(() => model.computeLoss()).toThrow('needs targets');
    expect(() => model.backward()).toThrow('call forward and computeLoss first');
    model.setBatch(inputs, targets, 3);
    model.forward(null);
    model.computeLoss();
    expect(() => model.measureLoss()).toThrow('call forward again');
    expect(() => make({}, { training: false }).backward()).toThrow('not made for training');
  });
});

/** Numbers of the shape of a model's state. */
function stateOf(model: LanguageModel, scale: number) {
  const { layers, hidden, cell } = model.architecture;
  const values = (from: number) =>
    Float64Array.from({ length: layers * model.B * hidden }, (_, i) => scale * Math.sin(from + i));
  return { h: values(1), c: cell === 'lstm' ? values(2) : null };
}

/** Reference kernels that count what is allocated and not freed. */
function countingKernels(): { counting: Kernels; live: () => number } {
  const all = new Set<object>();
  const track = <R extends object>(made: R): R => {
    all.add(made);
    return made;
  };
  const counting: Kernels = {
    ...kernels,
    alloc: (...args) => track(kernels.alloc(...args)),
    view: (...args) => track(kernels.view(...args)),
    recurrentWorkspace: (shape) => track(kernels.recurrentWorkspace(shape)),
    free(made) {
      all.delete(made);
      kernels.free(made);
    },
  };
  return { counting, live: () => all.size };
}
