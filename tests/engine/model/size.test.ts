import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { LanguageModel } from '../../../src/engine/model/language-model.ts';
import { memoryPlan, parameterCount, parameterTable } from '../../../src/engine/model/size.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { optimizerSlots } from '../../../src/engine/training/optimizer.ts';
import { architecture } from './architecture.ts';
import { CASES, dataOf, makeTaskModel, taskArchitecture } from './task-cases.ts';

const kernels = createReferenceKernels();
const V = 11;
const [B, T] = [3, 5];

const cases: [string, Partial<Architecture>][] = [
  ['lstm', {}],
  ['gru', { cell: 'gru' }],
  ['gru, reset before', { cell: 'gru', reset: 'before' }],
  ['rnn', { cell: 'rnn' }],
  ['one layer', { layers: 1 }],
  ['four layers with dropout', { layers: 4, dropout: 0.3 }],
  ['one-hot input with dropout', { embedding: 0, dropout: 0.3 }],
  ['tied', { tie: true, embedding: 3 }],
];

describe.each(cases)('%s', (_, changes) => {
  const plan = architecture(changes);

  it('has as many parameters as are allocated', () => {
    const model = new LanguageModel(kernels, plan, V, { B, T, training: false });
    expect(parameterCount(plan, V)).toBe(model.parameters.count);
    expect(parameterTable(plan, V).map(({ name, count }) => [name, count])).toEqual(
      model.parameters.list.map(({ name, value }) => [name, value.size]),
    );
  });

  it('takes as much memory as is allocated', () => {
    const allocated = bytesOf((measuring) => new LanguageModel(measuring, plan, V, { B, T, training: true }));
    expect(memoryPlan(plan, V, B, T, 'sgd', 8).total).toBe(allocated);
  });
});

describe.each(CASES)('%s', (_, fields) => {
  const plan = taskArchitecture(fields);
  const data = dataOf(plan);

  it('has as many parameters, and takes as much memory, as are allocated', () => {
    const planned = { B, T: plan.task === 'standard' ? 1 : T, Ty: T, training: true };
    const allocated = bytesOf((measuring) => makeTaskModel(measuring, plan, planned));
    expect(memoryPlan(plan, data, B, planned.T, 'sgd', 8).total).toBe(allocated);
    expect(parameterCount(plan, data)).toBe(makeTaskModel(kernels, plan, planned).parameters.count);
  });
});

describe('vectors of tokens', () => {
  const vectors = ['emb.weight.y', 'one-hot.y', 'input.dVectors'];
  const allocated = (plan: Architecture) => {
    const labels: string[] = [];
    bytesOf((measuring) => makeTaskModel(measuring, plan), labels);
    return labels.filter((label) => vectors.includes(label));
  };

  it.each(['tagging', 'classification', 'conditional-generation'] as const)(
    'take no memory where %s reads the tokens themselves',
    (task) => {
      expect(allocated(taskArchitecture({ task }))).toEqual([]);
      expect(allocated(taskArchitecture({ task, embedding: 0 }))).toEqual([]);
    },
  );

  it('are there for dropout', () => {
    expect(allocated(taskArchitecture({ task: 'tagging', dropout: 0.3 }))).toEqual(['input.dVectors', 'emb.weight.y']);
  });
});

/** Bytes that making something really allocates, and what it is called. */
function bytesOf(make: (kernels: Kernels) => unknown, labels: string[] = []): number {
  let bytes = 0;
  make({
    ...kernels,
    alloc(label, shape, dtype) {
      const tensor = kernels.alloc(label, shape, dtype);
      labels.push(label);
      bytes += tensor.size * (tensor.dtype === 'int' ? 4 : 8);
      return tensor;
    },
    recurrentWorkspace(shape) {
      const workspace = kernels.recurrentWorkspace(shape);
      bytes += workspace.bytes;
      return workspace;
    },
  });
  return bytes;
}

describe('numbers', () => {
  it('the parameters of torch.nn.LSTM(200, 200, 2) with an embedding and a linear layer', () => {
    const ptbSmall = architecture({ hidden: 200, embedding: 200 });
    const layer = 4 * 200 * (200 + 200) + 2 * 4 * 200;
    expect(parameterCount(ptbSmall, 10_000)).toBe(10_000 * 200 + 2 * layer + (200 * 10_000 + 10_000));
  });

  it('an optimiser’s slots are as large as the parameters', () => {
    const memory = (kind: Parameters<typeof memoryPlan>[4]) => memoryPlan(architecture(), V, B, T, kind);
    expect(memory('sgd').optimizer).toBe(0);
    expect(memory('momentum').optimizer).toBe(memory('sgd').parameters);
    expect(memory('adamw').optimizer).toBe(2 * memory('sgd').parameters);
    for (const kind of Object.keys(optimizerSlots) as (keyof typeof optimizerSlots)[]) {
      expect(memory(kind).optimizer, kind).toBe(optimizerSlots[kind].length * memory('sgd').parameters);
    }
    expect(memory('adam').total).toBe(memory('adamw').total);
  });

  it('float32 takes half of what float64 does, token ids the same', () => {
    const [single, double] = [4, 8].map((bytes) => memoryPlan(architecture(), V, B, T, 'adam', bytes as 4 | 8));
    for (const part of ['parameters', 'gradients', 'optimizer'] as const) expect(double[part]).toBe(2 * single[part]);
    expect(double.data).toBe(single.data);
    expect(single.data).toBe((2 * T * B + B) * 4); // inputs, targets, lengths
  });
});
