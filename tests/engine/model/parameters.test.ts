import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { modelParameters } from '../../../src/engine/model/parameter-specs.ts';
import { ParameterSet } from '../../../src/engine/model/parameters.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { architecture } from './architecture.ts';

const kernels = createReferenceKernels();
const V = 50;

const make = (changes: Partial<Architecture> = {}) =>
  new ParameterSet(
    kernels,
    modelParameters(architecture({ hidden: 16, embedding: 20, ...changes }), { inputs: V, outputs: V }),
    true,
  );

async function initial(changes: Partial<Architecture> = {}, seed = 1) {
  const parameters = make(changes);
  parameters.initialise(seed);
  return new Map((await parameters.read(parameters.values)).map(({ name, data }) => [name, [...data]]));
}

describe('initialisation', () => {
  it('is PyTorch’s: N(0, 1) for the embedding, U(-1/√H, 1/√H) for the rest', async () => {
    for (const [name, values] of await initial()) {
      const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
      const bound = 1 / Math.sqrt(16);
      const want = name === 'emb.weight' ? 1 : bound ** 2 / 3;
      // Within five standard errors, whose relative size is at most √(2/n).
      expect(Math.abs(variance / want - 1), name).toBeLessThan(5 * Math.sqrt(2 / values.length));
      if (name !== 'emb.weight') expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(bound);
      expect(Math.abs(values.reduce((sum, v) => sum + v, 0) / values.length), name).toBeLessThan(
        5 * Math.sqrt(want / values.length),
      );
    }
  });

  it('of a tied matrix is an output layer’s', async () => {
    const values = (await initial({ tie: true, embedding: 16 })).get('emb.weight')!;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / 4);
  });

  it('depends on the seed only', async () => {
    expect(await initial({}, 1)).toEqual(await initial({}, 1));
    expect((await initial({}, 2)).get('out.bias')).not.toEqual((await initial({}, 1)).get('out.bias'));
  });
});

describe('names and layout', () => {
  it('are PyTorch’s', () => {
    expect(make().list.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
      'emb.weight 50x20',
      'rnn.weight_ih_l0 64x20',
      'rnn.weight_hh_l0 64x16',
      'rnn.bias_ih_l0 64',
      'rnn.bias_hh_l0 64',
      'rnn.weight_ih_l1 64x16',
      'rnn.weight_hh_l1 64x16',
      'rnn.bias_ih_l1 64',
      'rnn.bias_hh_l1 64',
      'out.weight 50x16',
      'out.bias 50',
    ]);
    expect(make({ tie: true, embedding: 16 }).has('out.weight')).toBe(false);
    expect(make({ embedding: 0 }).list[0]).toMatchObject({ name: 'rnn.weight_ih_l0', shape: [64, 50] });
    expect(make({ cell: 'gru', reset: 'before' }).has('rnn.bias_hh_l0')).toBe(false);
  });

  it('each parameter and gradient is a window on the flat tensors', async () => {
    const parameters = make();
    const { offset, value, gradient } = parameters.get('rnn.bias_hh_l1');
    expect(offset % 64).toBe(0);
    kernels.fill(value, 5);
    kernels.fill(gradient!, 6);
    for (const [flat, mark] of [
      [parameters.values, 5],
      [parameters.gradients!, 6],
    ] as const) {
      const all = [...(await kernels.read(flat))];
      expect(all.slice(offset, offset + 64).every((v) => v === mark)).toBe(true);
      expect(all.filter((v) => v === mark)).toHaveLength(64);
    }
  });

  it('an unknown name is answered with the known ones', () => {
    expect(() => make().get('out.wieght')).toThrow(
      'There is no parameter "out.wieght"; this model has emb.weight, rnn.',
    );
  });
});

describe('reading and writing', () => {
  it('writes what was read', async () => {
    const [from, to] = [make(), make()];
    from.initialise(9);
    const arrays = new Map((await from.read(from.values)).map((array) => [array.name, array]));
    to.write(to.values, (name) => arrays.get(name)!);
    expect(await kernels.read(to.values)).toEqual(await kernels.read(from.values));
  });

  it('refuses another shape', () => {
    const parameters = make();
    const find = () => ({ shape: [2, 3], data: new Float64Array(6) });
    expect(() => parameters.write(parameters.values, find)).toThrow(
      '"emb.weight" has shape [2, 3] with 6 numbers, this model needs [50, 20]',
    );
  });

  it('writes single rows, as pre-trained word vectors need, and refuses what does not fit', async () => {
    const parameters = make();
    parameters.initialise(9);
    const table = parameters.get('emb.weight').value;
    const want = await kernels.read(table);
    const vector = Array.from({ length: 20 }, (_, j) => j);
    want.set(vector, 3 * 20);
    await parameters.writeRows('emb.weight', new Map([[3, vector]]));
    expect(await kernels.read(table)).toEqual(want);
    await expect(parameters.writeRows('emb.weight', new Map([[50, vector]]))).rejects.toThrow(
      'has rows 0 to 49, not 50',
    );
    await expect(parameters.writeRows('emb.weight', new Map([[1, [1, 2]]]))).rejects.toThrow(
      'has 20 numbers; these are 2',
    );
  });
});
