import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelPy } from '../../../../src/engine/export/pytorch/model-py.ts';
import { writeSafetensors } from '../../../../src/engine/export/safetensors.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { shapeOf, type Architecture } from '../../../../src/engine/model/spec.ts';
import { askPython, python } from '../../../python.ts';
import { BATCH_SIZES, CASES, dataOf, makeTaskModel, taskArchitecture, taskBatch } from '../../model/task-cases.ts';

const text: Partial<Architecture> = { task: 'language-model' };
const cells: Partial<Architecture>[] = [
  { cell: 'lstm' },
  { cell: 'gru' },
  { cell: 'gru', reset: 'before' },
  { cell: 'rnn' },
  { cell: 'rnn', activation: 'relu' },
  { cell: 'rnn', activation: 'sigmoid' },
];
const nameOf = ({ cell, activation, reset }: Partial<Architecture>) =>
  [cell, activation, reset && `reset ${reset}`].filter(Boolean).join(', ');

const cases: [string, Partial<Architecture>][] = [
  ...CASES.map(([name, fields]): [string, Partial<Architecture>] => [name, fields]),
  ...cells.flatMap((cell): [string, Partial<Architecture>][] => [
    [`language model, ${nameOf(cell)}, 2 layers`, { ...text, ...cell, layers: 2 }],
    [`language model, ${nameOf(cell)}, one-hot`, { ...text, ...cell, embedding: 0 }],
    [`language model, ${nameOf(cell)}, tied`, { ...text, ...cell, layers: 2, tie: true, embedding: 3 }],
    [
      `language model, ${nameOf(cell)}, all options`,
      { ...text, ...cell, layers: 3, layerNorm: true, residual: true, dropout: 0.2, dropoutKind: 'variational' },
    ],
    [
      `tagging, ${nameOf(cell)}, both directions`,
      { task: 'tagging', ...cell, layers: 2, bidirectional: true, layerNorm: true, residual: true },
    ],
    [`conditional generation, ${nameOf(cell)}`, { task: 'conditional-generation', ...cell, layers: 2, embedding: 0 }],
    [
      `translation, ${nameOf(cell)}, bahdanau`,
      { task: 'translation', ...cell, bidirectional: true, attention: 'bahdanau', layers: 2, decoderHidden: 4 },
    ],
  ]),
];

interface Case {
  readonly folder: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: readonly number[];
  /** Whether an output belongs to a real step. */
  readonly counts: readonly boolean[];
}

const folder = mkdtempSync(join(tmpdir(), 'unroll-model-py-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A network with random parameters, what it was exported as, and what it answers to a batch with padding. */
async function prepare(name: string, fields: Partial<Architecture>): Promise<Case> {
  const architecture = taskArchitecture(fields);
  const kernels = createReferenceKernels();
  const model = makeTaskModel(kernels, architecture);
  const own = join(folder, String(cases.findIndex(([other]) => other === name)));
  mkdirSync(own);
  const parameters = await model.parameters.read(model.parameters.values);
  const tensors = new Map(parameters.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }]));
  writeFileSync(join(own, 'model.safetensors'), writeSafetensors({ tensors, metadata: { format: 'pt' } }));
  writeFileSync(join(own, 'model.py'), modelPy(architecture, dataOf(architecture)));

  // PyTorch's recurrent layers carry the state through padding where no lengths are given: whole sequences there.
  const whole = architecture.task === 'language-model' || architecture.task === 'conditional-generation';
  const sizes = whole ? { ...BATCH_SIZES, lengths: [4, 4, 4] } : BATCH_SIZES;
  const batch = taskBatch(architecture, sizes);
  model.setBatch(batch);
  model.forward(null);
  const { rows, K } = model;
  const outputs = [...(await kernels.read(model.outputs, rows * K))];
  model.dispose();
  const { T, B, lengths } = batch;
  const perStep = rows === T * B && shapeOf(architecture) !== 'one-to-one';
  const counts = outputs.map((_, i) => {
    const row = Math.floor(i / K);
    return !perStep || !lengths || Math.floor(row / B) < lengths[row % B]!;
  });
  return { folder: own, inputs: inputsOf(architecture, batch), outputs, counts };
}

function inputsOf(architecture: Architecture, batch: ReturnType<typeof taskBatch>): Case['inputs'] {
  const { T, B, lengths, inputs, labels, Tx, source, sourceLengths } = batch;
  const int = (data: ArrayLike<number>, ...shape: number[]) => ({ kind: 'int', shape, data: Array.from(data) });
  const I = dataOf(architecture).inputs;
  const x =
    architecture.input === 'tokens'
      ? { tokens: int(inputs, T, B) }
      : { x: { kind: 'float', shape: [T, B, I], data: Array.from(inputs) } };
  switch (architecture.task) {
    case 'language-model':
      return x;
    case 'conditional-generation':
      return { ...x, labels: int(labels!, B) };
    case 'standard':
      return { x: { kind: 'float', shape: [B, I], data: Array.from(inputs) } };
    case 'translation':
      return { source: int(source, Tx, B), lengths: int(sourceLengths!, B), inputs: int(inputs, T, B) };
    default:
      return { ...x, lengths: int(lengths!, B) };
  }
}

describe.skipIf(!python('torch'))('model.py computes in PyTorch what the network computes', () => {
  const prepared = new Map<string, Case>();
  const theirs = new Map<string, number[]>();

  // One process for all: importing PyTorch takes seconds.
  beforeAll(async () => {
    for (const [name, fields] of cases) prepared.set(name, await prepare(name, fields));
    const requests = cases.map(([name]) => {
      const { folder, inputs } = prepared.get(name)!;
      return { folder, inputs };
    });
    const answers = askPython('torch', join(import.meta.dirname, 'run_models.py'), requests) as number[][];
    for (const [i, [name]] of cases.entries()) theirs.set(name, answers[i]!);
  }, 120_000);

  it.each(cases)('%s', (name) => {
    const { outputs, counts } = prepared.get(name)!;
    const other = theirs.get(name)!;
    expect(other).toHaveLength(outputs.length);
    const differences = outputs.map((value, i) => (counts[i] ? Math.abs(value - other[i]!) : 0));
    expect(differences.every((difference) => difference < 1e-4)).toBe(true);
    expect(counts.filter(Boolean).length).toBeGreaterThan(0);
  });
});
