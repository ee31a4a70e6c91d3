/** Families C4 and C6: a sequence from a label, and a network without time. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { ConditionalGenerator } from '../model/conditional-generator.ts';
import { StandardNetwork } from '../model/standard-network.ts';
import { ids, parseConfig, requireTensor, type Fixture } from './fixture.ts';
import type { Produced } from './produced.ts';
import { architectureOf, optimSchema, produceState, runTask } from './task.ts';

const conditionalSchema = z.object({
  cell: z.enum(['rnn', 'gru', 'lstm']),
  /** Labels, and the width of their embedding. */
  C: z.int(),
  D: z.int(),
  V: z.int(),
  E: z.int(),
  H: z.int(),
  T: z.int(),
  B: z.int(),
  optim: optimSchema,
});

/** Task `one_to_many`: label → h0 = tanh(linear) → tokens, with teacher forcing. */
export async function runOneToMany(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, C, D, V, E, H, T, B, optim } = parseConfig(fixture, conditionalSchema);
  const plan = architectureOf({ task: 'conditional-generation', cell, hidden: H, embedding: E, labelEmbedding: D });
  const data = { inputs: V, outputs: V, labels: C };
  const model = new ConditionalGenerator(kernels, plan, data, { B, T, training: true });
  const [labels, inputs, targets] = ['cls', 'x', 'y'].map((name) => ids(requireTensor(fixture, 'inputs', name)));
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch({ T, B, lengths: null, inputs, targets, labels }),
    async (produced) => {
      produced.set('outputs.logits', await kernels.read(model.outputs));
      produced.set('outputs.h0', (await model.initialState.read()).h);
      await produceState(produced, model.finalState);
    },
  );
}

const standardSchema = z.object({ I: z.int(), H: z.int(), K: z.int(), B: z.int(), optim: optimSchema });

/** Task `mlp`: linear → tanh → linear. */
export async function runStandard(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { I, H, K, B, optim } = parseConfig(fixture, standardSchema);
  const plan = architectureOf({ task: 'standard', input: 'numbers', hidden: H });
  const sizes = { B, T: 1, training: true, inputGradients: true };
  const model = new StandardNetwork(kernels, plan, { inputs: I, outputs: K }, sizes);
  const inputs = Float64Array.from(requireTensor(fixture, 'inputs', 'x').data);
  const targets = ids(requireTensor(fixture, 'inputs', 'y'));
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch({ T: 1, B, lengths: null, inputs, targets }),
    async (produced) => {
      produced.set('outputs.logits', await kernels.read(model.outputs));
      produced.set('outputs.hidden', await kernels.read(model.hidden[0]));
    },
    async (produced) => void produced.set('grads.x', await kernels.read(model.dInput!)),
  );
}
