import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { GradientFlows } from '../../../src/engine/inside/gradient-flow.ts';
import { textWindows } from '../../../src/engine/inside/sequences.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { modelParameters } from '../../../src/engine/model/parameter-specs.ts';
import { ParameterSet } from '../../../src/engine/model/parameters.ts';
import { directionsOf, shapeOf, type Architecture } from '../../../src/engine/model/spec-fields.ts';
import type { AnyBatch } from '../../../src/engine/model/task-model.ts';
import { askPython, python } from '../../python.ts';
import { integers } from '../numbers.ts';
import { CASES, dataOf, taskArchitecture, taskBatch } from '../model/task-cases.ts';

/** Flows of random parameters over batches, and the parameters. */
async function measured(architecture: Architecture, batches: readonly AnyBatch[]) {
  const kernels = createReferenceKernels();
  const isText = architecture.task === 'language-model';
  const data = isText ? { inputs: 5, outputs: 5 } : dataOf(architecture);
  const parameters = new ParameterSet(kernels, modelParameters(architecture, data), true);
  parameters.initialise(5);
  const flows = new GradientFlows(kernels, architecture, data, parameters, batches);
  const found = await flows.measure(async () => {});
  flows.dispose();
  return { found, parameters: await parameters.read(parameters.values) };
}

describe('the gradient through time', () => {
  it.each(CASES.filter(([, { task }]) => task !== 'standard'))('%s: every lag that is reached', async (_, fields) => {
    const architecture = taskArchitecture(fields);
    const { found } = await measured(architecture, [taskBatch(architecture)]);
    const { task, layers } = architecture;
    const isPair = task === 'translation';
    expect(found.length).toBe(layers * directionsOf(architecture) + (isPair ? layers : 0));
    for (const { part, norms } of found) {
      // Of pairs the longest is a source of 2 steps behind a target of 3, or one of 4 behind one of 1.
      expect(norms.length).toBe(part === 'decoder' ? 3 : part === 'encoder' ? 5 : 4);
      const reached = norms.filter((norm) => !Number.isNaN(norm));
      expect(reached.every(Number.isFinite)).toBe(true);
      expect(reached.some((norm) => norm > 0)).toBe(true);
      if (part !== 'encoder') expect(reached.length).toBe(norms.length);
    }
  });

  it('does not depend on how sequences are put into batches', async () => {
    const architecture = taskArchitecture({ task: 'tagging', bidirectional: true, layers: 2 });
    const together = taskBatch(architecture, { T: 3, Ty: 1, lengths: [3, 2, 3], targetLengths: [1, 1, 1] });
    const alone = Array.from({ length: 3 }, (_, b) => oneOf(together, b));
    const [a, b] = await Promise.all([measured(architecture, [together]), measured(architecture, alone)]);
    a.found.forEach(({ norms }, k) => expectClose(norms, b.found[k]!.norms));
  });
});

/** Sequence b of a batch of ids, alone. */
function oneOf({ T, B, lengths, inputs, targets }: AnyBatch, b: number): AnyBatch {
  const own = (all: ArrayLike<number>) => Int32Array.from({ length: T }, (_, t) => all[t * B + b]!);
  return { T, B: 1, lengths: lengths!.slice(b, b + 1), inputs: own(inputs), targets: own(targets!) };
}

function expectClose(got: Float64Array, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, lag) => expect(Math.abs(value - want[lag]!)).toBeLessThanOrEqual(1e-12 + 1e-9 * want[lag]!));
}

const independent: [string, Partial<Architecture>][] = [
  ['a language model, rnn', { task: 'language-model', cell: 'rnn', layers: 2 }],
  ['a language model, lstm', { task: 'language-model', cell: 'lstm', layers: 2 }],
  ['a language model, gru', { task: 'language-model', cell: 'gru', layers: 1 }],
  ['tagging in two directions', { task: 'tagging', cell: 'lstm', bidirectional: true, layers: 2 }],
  ['classification in two directions', { task: 'classification', cell: 'gru', bidirectional: true, layers: 2 }],
];

describe.skipIf(!python('torch'))('norms by lag as PyTorch’s autograd has them', () => {
  const V = 5;
  const ids = integers(3, 40, V);
  const cases = independent.map(([name, fields]) => {
    const architecture = taskArchitecture(fields);
    const isText = architecture.task === 'language-model';
    const batches = isText ? textWindows(tokensInMemory(ids), 7, 3) : [taskBatch(architecture)];
    return { name, architecture, batches };
  });
  let wanted: number[][][];

  beforeAll(async () => {
    const questions = await Promise.all(
      cases.map(async ({ architecture, batches }) => {
        const { parameters } = await measured(architecture, batches);
        const once = shapeOf(architecture) === 'many-to-one';
        const alone = batches.flatMap(({ T, B, lengths, inputs, targets }) =>
          Array.from({ length: B }, (_, b) => {
            const of = (all: ArrayLike<number>) =>
              Array.from({ length: lengths ? lengths[b]! : T }, (_, t) => all[t * B + b]!);
            return { ids: of(inputs), target: once ? targets![b]! : of(targets!) };
          }),
        );
        return {
          ...{ cell: architecture.cell, layers: architecture.layers, directions: directionsOf(architecture), once },
          parameters: Object.fromEntries(parameters.map(({ name, shape, data }) => [name, shaped(data, shape)])),
          sequences: alone.map((one) => one.ids),
          targets: alone.map((one) => one.target),
        };
      }),
    );
    wanted = askPython('torch', resolve(import.meta.dirname, 'through_time.py'), questions) as number[][][];
  }, 120_000);

  it.each(cases.map(({ name }, i) => [name, i] as const))('%s', async (_, i) => {
    const { architecture, batches } = cases[i]!;
    const { found } = await measured(architecture, batches);
    expect(found.length).toBe(wanted[i]!.length);
    found.forEach(({ norms }, k) => expectClose(norms, wanted[i]![k]!));
  });
});

function shaped(data: ArrayLike<number>, shape: readonly number[]): unknown {
  const flat = Array.from(data);
  if (shape.length === 1) return flat;
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, r) => flat.slice(r * columns, (r + 1) * columns));
}
