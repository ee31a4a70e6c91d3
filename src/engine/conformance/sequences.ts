/** Families C2, C3 and C7: one answer for a sequence, or one at each of its steps. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { SequenceClassifier } from '../model/sequence-classifier.ts';
import { SequenceTagger } from '../model/sequence-tagger.ts';
import { ids, parseConfig, requireTensor, type Fixture } from './fixture.ts';
import type { Produced } from './produced.ts';
import { architectureOf, optimSchema, produceState, realRows, runTask, sigmoid } from './task.ts';

const sizesSchema = z.object({
  cell: z.enum(['rnn', 'gru', 'lstm']),
  H: z.int(),
  T: z.int(),
  B: z.int(),
  optim: optimSchema,
});
const tokensSchema = sizesSchema.extend({ V: z.int(), E: z.int() });
const numbersSchema = sizesSchema.extend({ I: z.int() });
const classesSchema = tokensSchema.extend({ K: z.int() });
const labelsSchema = numbersSchema.extend({ K: z.int() });

const lengthsOf = ({ inputs }: Fixture): Int32Array | null => (inputs['lengths'] ? ids(inputs['lengths']) : null);
const numbersOf = (fixture: Fixture, name: string) => Float64Array.from(requireTensor(fixture, 'inputs', name).data);
const idsOf = (fixture: Fixture, name: string) => ids(requireTensor(fixture, 'inputs', name));

/** Task `classify`: token ids → bidirectional → both last outputs → class. */
export async function runClassify(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, V, E, H, K, T, B, optim } = parseConfig(fixture, classesSchema);
  const plan = architectureOf({ task: 'classification', cell, hidden: H, embedding: E, bidirectional: true });
  const model = new SequenceClassifier(kernels, plan, { inputs: V, outputs: K }, { B, T, training: true });
  const batch = { T, B, lengths: lengthsOf(fixture), inputs: idsOf(fixture, 'x'), targets: idsOf(fixture, 'y') };
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch(batch),
    async (produced) => {
      produced.set('outputs.logits', await kernels.read(model.outputs));
      await produceState(produced, model.finalState);
    },
  );
}

/** Task `regress`: token ids → a number. */
export async function runRegress(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, V, E, H, T, B, optim } = parseConfig(fixture, tokensSchema);
  const plan = architectureOf({ task: 'regression', cell, hidden: H, embedding: E });
  const model = new SequenceClassifier(kernels, plan, { inputs: V, outputs: 1 }, { B, T, training: true });
  const batch = { T, B, lengths: lengthsOf(fixture), inputs: idsOf(fixture, 'x'), targets: numbersOf(fixture, 'y') };
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch(batch),
    async (produced) => {
      produced.set('outputs.pred', await kernels.read(model.outputs));
      await produceState(produced, model.finalState);
    },
  );
}

/** Task `binary`: rows of numbers → yes or no. */
export async function runBinary(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, I, H, T, B, optim } = parseConfig(fixture, numbersSchema);
  const plan = architectureOf({ task: 'binary', input: 'numbers', cell, hidden: H });
  const sizes = { B, T, training: true, inputGradients: true };
  const model = new SequenceClassifier(kernels, plan, { inputs: I, outputs: 1 }, sizes);
  const batch = {
    T,
    B,
    lengths: lengthsOf(fixture),
    inputs: numbersOf(fixture, 'x'),
    targets: numbersOf(fixture, 'y'),
  };
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch(batch),
    async (produced) => {
      await produceLogits(kernels, model, produced);
      await produceState(produced, model.finalState);
    },
    async (produced) => void produced.set('grads.x', await kernels.read(model.dInput!)),
  );
}

/** Task `multilabel`: rows of numbers → several labels at every step. */
export async function runMultilabel(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, I, H, K, T, B, optim } = parseConfig(fixture, labelsSchema);
  const plan = architectureOf({ task: 'tagging', multilabel: true, input: 'numbers', cell, hidden: H });
  const sizes = { B, T, training: true, inputGradients: true };
  const model = new SequenceTagger(kernels, plan, { inputs: I, outputs: K }, sizes);
  const batch = {
    T,
    B,
    lengths: lengthsOf(fixture),
    inputs: numbersOf(fixture, 'x'),
    targets: numbersOf(fixture, 'y'),
  };
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch(batch),
    async (produced) => {
      await produceLogits(kernels, model, produced);
      await produceState(produced, model.finalState);
    },
    async (produced) => void produced.set('grads.x', await kernels.read(model.dInput!)),
  );
}

/** Task `tagging`: token ids → bidirectional → a tag for each. */
export async function runTagging(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, V, E, H, K, T, B, optim } = parseConfig(fixture, classesSchema);
  const plan = architectureOf({ task: 'tagging', cell, hidden: H, embedding: E, bidirectional: true });
  const model = new SequenceTagger(kernels, plan, { inputs: V, outputs: K }, { B, T, training: true });
  const lengths = lengthsOf(fixture) ?? new Int32Array(B).fill(T);
  const targets = idsOf(fixture, 'y');
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch({ T, B, lengths, inputs: idsOf(fixture, 'x'), targets }),
    async (produced) => {
      const logits = await realRows(kernels, model.outputs, { T, B, width: K }, lengths);
      const valid = targets.filter((tag) => tag >= 0).length;
      let correct = 0;
      for (const [n, tag] of targets.entries()) if (tag >= 0 && argmax(logits, n, K) === tag) correct++;
      produced.set('outputs.logits', logits);
      produced.set('outputs.n_correct', [correct]);
      produced.set('outputs.n_valid', [valid]);
      produced.set('outputs.accuracy', [correct / valid]);
    },
  );
}

async function produceLogits(
  kernels: Kernels,
  model: SequenceClassifier | SequenceTagger,
  produced: Produced,
): Promise<void> {
  const logits = await kernels.read(model.outputs);
  produced.set('outputs.logits', logits);
  produced.set('outputs.prob', Float64Array.from(logits, sigmoid));
}

function argmax(logits: Float64Array, row: number, K: number): number {
  const values = logits.subarray(row * K, (row + 1) * K);
  return values.indexOf(values.reduce((a, b) => Math.max(a, b)));
}
