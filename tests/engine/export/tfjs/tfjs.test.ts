import { afterAll, describe, expect, it } from 'vitest';
import { ExportError } from '../../../../src/engine/export/errors.ts';
import type { TfjsModel } from '../../../../src/engine/export/tfjs/layers.ts';
import { tfjsFiles } from '../../../../src/engine/export/tfjs/tfjs.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import type { EncoderDecoder } from '../../../../src/engine/model/encoder-decoder.ts';
import { shapeOf, type Architecture } from '../../../../src/engine/model/spec.ts';
import type { AnyBatch, TaskModel } from '../../../../src/engine/model/task-model.ts';
import { expectClose } from '../../../compare.ts';
import { CASES, dataOf, makeTaskModel, taskArchitecture, taskBatch } from '../../model/task-cases.ts';
import { normals } from '../../numbers.ts';
import { answer, loadModel, registerLayers, swapped, type Numbers } from './load.ts';

const kernels = createReferenceKernels();
/** Of float32 against float64. */
const CLOSE = { atol: 1e-4 };
const SIZES = [1, 3].flatMap((B) => [2, 4].map((T) => ({ B, T })));

const LANGUAGE_MODELS: [string, Partial<Architecture>][] = [
  ['language model, lstm', { layers: 2 }],
  ['language model, gru', { cell: 'gru', layers: 2, residual: true }],
  ['language model, gru, reset before, one-hot', { cell: 'gru', reset: 'before', embedding: 0 }],
  ['language model, rnn, ReLU, tied', { cell: 'rnn', activation: 'relu', tie: true, embedding: 3 }],
  ['language model, rnn, sigmoid', { cell: 'rnn', activation: 'sigmoid', layerNorm: true }],
];
const MORE: [string, Partial<Architecture>][] = [
  [
    'classification, deep, last',
    { task: 'classification', layers: 2, bidirectional: true, layerNorm: true, residual: true },
  ],
  ['classification, gru', { task: 'classification', cell: 'gru', bidirectional: true }],
  ['classification, rnn, deep', { task: 'classification', cell: 'rnn', layers: 2, residual: true, pooling: 'max' }],
];

/** A network with weights as none is born with, and what an export is written from. */
async function network(architecture: Architecture): Promise<{ model: TaskModel<AnyBatch>; portable: TfjsModel }> {
  const sizes = architecture.task === 'language-model' ? { inputs: 5, outputs: 5 } : dataOf(architecture);
  const model = makeTaskModel(kernels, architecture, {
    training: false,
    B: 3,
    T: architecture.task === 'standard' ? 1 : 4,
  });
  const { parameters } = model;
  kernels.write(
    parameters.values,
    Float64Array.from(normals(5, parameters.values.size), (x) => Math.fround(0.6 * x)),
  );
  const all = await parameters.read(parameters.values);
  return {
    model,
    portable: {
      name: 'A run',
      architecture,
      sizes,
      parameters: new Map(all.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }])),
    },
  };
}

const batchOf = (architecture: Architecture, B: number, T: number) =>
  taskBatch(architecture, { T, Ty: 3, lengths: Array<number>(B).fill(T), targetLengths: Array<number>(B).fill(3) });

async function outputs(model: TaskModel<AnyBatch>, batch: AnyBatch): Promise<ArrayLike<number>> {
  model.setBatch({ ...batch, lengths: null, targets: null });
  model.forward(null);
  return kernels.read(model.outputs, model.rows * model.K);
}

/** h_0, c_0, h_1, … as the models of one step read them. */
function states(architecture: Architecture, given: (name: string) => Numbers): Record<string, Numbers> {
  const kinds = architecture.cell === 'lstm' ? ['h', 'c'] : ['h'];
  const names = Array.from({ length: architecture.layers }, (_, l) => kinds.map((kind) => `${kind}_${l}`)).flat();
  return Object.fromEntries(names.map((name) => [name, given(name)]));
}

const zeros = (...shape: number[]): Numbers => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

/** What a step gives back, under the names that the next one reads it by. */
const carried = (architecture: Architecture, after: readonly Numbers[]) => {
  const left = [...after];
  return states(architecture, () => left.shift()!);
};

it('a model says what it is', async () => {
  const architecture = taskArchitecture({ task: 'tagging' });
  const loaded = await loadModel(tfjsFiles((await network(architecture)).portable));
  expect(loaded.getUserDefinedMetadata()).toEqual({ name: 'A run', architecture });
  loaded.dispose();
});

describe('layers models of TensorFlow.js compute what Unroll computes', () => {
  const of = (
    wanted: (architecture: Architecture) => boolean,
    cases: readonly (readonly [string, Partial<Architecture>])[],
  ) =>
    cases
      .map(([name, fields]) => [name, taskArchitecture(fields)] as const)
      .filter(([, architecture]) => wanted(architecture));
  const all = [...CASES, ...MORE];
  const steps = ['conditional-generation', 'translation'];

  it.each(of(({ task }) => !steps.includes(task), all))('%s', async (_, architecture) => {
    const { model, portable } = await network(architecture);
    const files = tfjsFiles(portable);
    await registerLayers(files);
    const loaded = await loadModel(files);
    for (const { B, T: steps } of SIZES) {
      const T = architecture.task === 'standard' ? 1 : steps;
      const batch = batchOf(architecture, B, T);
      const want = await outputs(model, batch);
      const shape = architecture.task === 'standard' ? [B] : [B, T];
      const input = swapped(batch.inputs, T, B);
      const numbers = architecture.input === 'numbers';
      const given = { shape: numbers ? [...shape, portable.sizes.inputs] : shape, data: input };
      const [got] = answer(loaded, { [numbers ? 'numbers' : 'tokens']: given });
      const aligned = shapeOf(architecture) === 'many-to-many-aligned';
      expectClose(aligned ? swapped(got!.data, B, T) : got!.data, want, CLOSE);
    }
    model.dispose();
    loaded.dispose();
  });

  const generators = of(({ task }) => task === 'conditional-generation', all);
  it.each([
    ...of(
      () => true,
      LANGUAGE_MODELS.map(([name, fields]) => [name, { task: 'language-model', ...fields }]),
    ),
    ...generators,
  ])('%s, window after window', async (_, architecture) => {
    const { model, portable } = await network(architecture);
    const files = tfjsFiles(portable);
    await registerLayers(files);
    const loaded = await loadModel(files);
    const conditional = architecture.task === 'conditional-generation';
    const label = conditional ? await loadModel(files, 'label/') : null;
    for (const { B, T } of SIZES) {
      const first = batchOf(architecture, B, T);
      const stateful = model as TaskModel<AnyBatch> & { resetState?(): void; carryState(): void };
      stateful.resetState?.();
      const hidden = label
        ? answer(label, { label: { shape: [B, 1], data: first.labels! } })
        : Array.from({ length: architecture.layers }, () => zeros(B, architecture.hidden));
      let state = states(architecture, (name) =>
        name.startsWith('h') ? hidden.shift()! : zeros(B, architecture.hidden),
      );
      for (let window = 0; window < 3; window++) {
        const inputs = first.inputs.map((id) => (id + window) % 5) as Int32Array;
        const want = await outputs(model, {
          ...first,
          inputs,
          labels: window === 0 ? first.labels! : null,
        } as AnyBatch);
        stateful.carryState();
        const tokens = { shape: [B, T], data: swapped(inputs, T, B) };
        const [logits, ...after] = answer(loaded, { tokens, ...state });
        expectClose(swapped(logits!.data, B, T), want, CLOSE);
        state = carried(architecture, after);
      }
    }
    model.dispose();
    loaded.dispose();
  });

  it.each(of(({ task }) => task === 'translation', all))('%s, step by step', async (_, architecture) => {
    const { model, portable } = await network(architecture);
    const translator = model as unknown as EncoderDecoder;
    const files = tfjsFiles(portable);
    await registerLayers(files);
    const [encoder, decoder] = [await loadModel(files, 'encoder/'), await loadModel(files, 'decoder/')];
    const attends = architecture.attention !== 'none';
    const S = architecture.decoderHidden ?? architecture.hidden;
    for (const { B, T: Tx } of SIZES) {
      const { source, inputs } = batchOf(architecture, B, Tx);
      translator.encode(source, null, Tx, B);
      const read = answer(encoder, { source: { shape: [B, Tx], data: swapped(source, Tx, B) } });
      const memory: Record<string, Numbers> = attends ? { memory: read.shift()! } : {};
      const first = states(architecture, (name) => (name.startsWith('h') ? read.shift()! : zeros(B, S)));
      let state = first;
      const logits: number[] = [];
      for (let t = 0; t < 3; t++) {
        const tokens = (inputs as Int32Array).subarray(t * B, (t + 1) * B);
        translator.decodeStep(tokens);
        const after = answer(decoder, { tokens: { shape: [B, 1], data: tokens }, ...state, ...memory });
        const want = await kernels.read(translator.outputs, B * translator.K);
        expectClose(after.shift()!.data, want, CLOSE);
        logits.push(...want);
        if (attends) expectClose(after.pop()!.data, await kernels.read(translator.attentionWeights!, B * Tx), CLOSE);
        state = carried(architecture, after);
      }
      if (architecture.attention === 'bahdanau') continue; // goes step by step only
      const all = { tokens: { shape: [B, 3], data: swapped(inputs, 3, B) }, ...first, ...memory };
      expectClose(swapped(answer(decoder, all)[0]!.data, B, 3), logits, CLOSE);
    }
    model.dispose();
    encoder.dispose();
    decoder.dispose();
  });
});

it('a one-hot input that is too wide is refused with what to do instead', async () => {
  const { portable } = await network(taskArchitecture({ task: 'language-model', embedding: 0 }));
  const wide = { ...portable, sizes: { inputs: 3000, outputs: 3000 } };
  expect(() => tfjsFiles(wide)).toThrow(ExportError);
  expect(() => tfjsFiles(wide)).toThrow(/3000 × 3000 numbers.*ONNX or HTML, or train with an embedding/);
});

afterAll(() => kernels.dispose());
