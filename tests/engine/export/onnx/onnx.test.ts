/** Exported networks answer in ONNX Runtime what they answer here. */
import type { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { onnxFiles } from '../../../../src/engine/export/onnx/onnx.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import type { ConditionalGenerator } from '../../../../src/engine/model/conditional-generator.ts';
import type { EncoderDecoder } from '../../../../src/engine/model/encoder-decoder.ts';
import type { LanguageModel } from '../../../../src/engine/model/language-model.ts';
import type { RecurrentState } from '../../../../src/engine/model/layers/recurrent-state.ts';
import { directionsOf, type Architecture } from '../../../../src/engine/model/spec.ts';
import type { AnyBatch, TaskModel } from '../../../../src/engine/model/task-model.ts';
import { expectClose } from '../../../compare.ts';
import { taskBatch } from '../../model/task-cases.ts';
import { normals } from '../../numbers.ts';
import { ALL_CASES } from './cases.ts';
import { MOST, network } from './network.ts';
import { open, run, type Numbers } from './run.ts';

const of = (wanted: (architecture: Architecture) => boolean) =>
  ALL_CASES.filter(([, architecture]) => wanted(architecture));

const kernels = createReferenceKernels();
/** Of float32 against float64. */
const CLOSE = { atol: 1e-4 };
/** Two batch sizes at two lengths. */
const SIZES = [1, 3].flatMap((B) => [2, 4].map((T) => ({ B, T })));

/** Sequences of different lengths, padded with numbers that must not matter. */
function batchOf(architecture: Architecture, { B, T }: { B: number; T: number }, padded = true) {
  const lengths = [T, 1, Math.ceil(T / 2)].slice(0, B).map((n) => (padded ? n : T));
  return taskBatch(architecture, { T, Ty: MOST.Ty, lengths, targetLengths: lengths.map(() => MOST.Ty) }, 50);
}

async function answers(model: TaskModel<AnyBatch>, batch: AnyBatch): Promise<ArrayLike<number>> {
  model.setBatch({ ...batch, targets: null });
  model.forward(null);
  return kernels.read(model.outputs, model.rows * model.K);
}

/** [L*D,B,H] under the names of a graph. */
function states({ cell, layers, hidden: H, ...of }: Architecture, B: number, fill: (count: number) => Float64Array) {
  const shape = [layers * directionsOf(of), B, H];
  const numbers = () => ({ shape, data: fill(shape[0]! * B * H) });
  return { h0: numbers(), ...(cell === 'lstm' && { c0: numbers() }) };
}

const zeros = (count: number) => new Float64Array(count);

/** What a call gave as states, under the names that the next one reads. */
function carried({ hn, cn }: Record<string, Numbers>): Record<string, Numbers> {
  return cn ? { h0: hn!, c0: cn } : { h0: hn! };
}

/** What a graph reads of a batch. */
function input({ task, input: kind }: Architecture, { T, B, inputs }: AnyBatch): Record<string, Numbers> {
  if (kind === 'tokens') return { tokens: { shape: [T, B], data: inputs.subarray(0, T * B) } };
  const leading = task === 'standard' ? [B] : [T, B];
  return { numbers: { shape: [...leading, inputs.length / (T * B)], data: inputs } };
}

const lengthsOf = ({ lengths, T, B }: AnyBatch) => ({ shape: [B], data: lengths ?? new Int32Array(B).fill(T) });

/** The first B sequences' states of a state for more of them. */
async function expectStates(final: RecurrentState, got: Record<string, Numbers>, B: number) {
  const { h, c } = await final.read();
  const used = (all: Float64Array) => {
    const layers = final.layers.length;
    const each = all.length / layers;
    const H = each / MOST.B;
    return Array.from({ length: layers }, (_, l) => [...all.subarray(l * each, l * each + B * H)]).flat();
  };
  expectClose(got['hn']!.data, used(h), CLOSE, 'hn');
  if (c) expectClose(got['cn']!.data, used(c), CLOSE, 'cn');
}

describe('a network that reads one sequence', () => {
  const cases = of(
    ({ task }) => !['standard', 'translation', 'conditional-generation', 'language-model'].includes(task),
  );

  it.each(cases)('%s', async (_, architecture) => {
    const { model, exported } = await network(kernels, architecture);
    const [file] = onnxFiles(exported);
    const session = await open(file!.bytes);
    for (const size of SIZES) {
      // All windows of a series are of one length.
      const batch = batchOf(architecture, size, architecture.task !== 'forecasting');
      const got = await run(session, {
        ...input(architecture, batch),
        lengths: lengthsOf(batch),
        ...states(architecture, size.B, zeros),
      });
      const answer = got['logits'] ?? got['values']!;
      expectClose(answer.data, await answers(model, batch), CLOSE);
      expect(answer.shape.slice(0, -1)).toEqual(model.rows === size.B ? [size.B] : [size.T, size.B]);
      await expectStates((model as TaskModel<AnyBatch> & { finalState: RecurrentState }).finalState, got, size.B);
    }
  });
});

it.each(of(({ task }) => task === 'standard'))('%s', async (_, architecture) => {
  const { model, exported } = await network(kernels, architecture);
  const [file] = onnxFiles(exported);
  const session = await open(file!.bytes);
  for (const B of [1, 3]) {
    const batch = batchOf(architecture, { B, T: 1 });
    const got = await run(session, input(architecture, batch));
    expectClose((got['logits'] ?? got['values']!).data, await answers(model, batch), CLOSE);
  }
});

describe('a language model', () => {
  it.each(of(({ task }) => task === 'language-model'))(
    '%s: all steps at once, and one by one',
    async (_, architecture) => {
      for (const { B, T } of SIZES) {
        const { model, exported } = await network(kernels, architecture, { B, T });
        const [file] = onnxFiles(exported);
        const session = await open(file!.bytes);
        const batch = batchOf(architecture, { B, T }, false);
        const initial = states(architecture, B, (count) => normals(8, count));
        (model as LanguageModel).writeState({ h: initial.h0.data, c: initial.c0?.data ?? null });
        const want = await answers(model, batch);
        const got = await run(session, { ...input(architecture, batch), ...initial });
        expectClose(got['logits']!.data, want, CLOSE);
        const { h, c } = await (model as LanguageModel).finalState.read();
        expectClose(got['hn']!.data, h, CLOSE, 'hn');
        if (c) expectClose(got['cn']!.data, c, CLOSE, 'cn');
        expectClose(await stepByStep(session, batch, initial), want, CLOSE, 'step by step');
      }
    },
  );
});

/** The logits of all steps, each made by a call of its own. */
async function stepByStep(session: InferenceSession, { T, B, inputs }: AnyBatch, initial: Record<string, Numbers>) {
  const logits: number[] = [];
  let state = initial;
  for (let t = 0; t < T; t++) {
    const tokens = { shape: [1, B], data: inputs.subarray(t * B, (t + 1) * B) };
    const got = await run(session, { tokens, ...state });
    logits.push(...Array.from(got['logits']!.data));
    state = carried(got);
  }
  return logits;
}

it.each(of(({ task }) => task === 'conditional-generation'))(
  '%s: from a label, step by step',
  async (_, architecture) => {
    const { model, exported } = await network(kernels, architecture);
    const [initial, step] = await Promise.all(onnxFiles(exported).map(({ bytes }) => open(bytes)));
    for (const size of SIZES) {
      const batch = batchOf(architecture, size, false);
      const want = await answers(model, batch);
      const state = await run(initial!, { labels: { shape: [size.B], data: batch.labels! } });
      const got = await run(step!, { ...input(architecture, batch), ...state });
      expectClose(got['logits']!.data, want, CLOSE);
      await expectStates((model as ConditionalGenerator).finalState, got, size.B);
      expectClose(await stepByStep(step!, batch, state), want, CLOSE, 'step by step');
    }
  },
);

it.each(of(({ task }) => task === 'translation'))(
  '%s: the source once, the target step by step',
  async (_, architecture) => {
    const { model, exported } = await network(kernels, architecture);
    const [encoder, decoder] = await Promise.all(onnxFiles(exported).map(({ bytes }) => open(bytes)));
    for (const size of SIZES) {
      const batch = batchOf(architecture, size);
      const { B, Tx, T: Ty } = batch;
      const want = await answers(model, batch);
      const weights = (model as EncoderDecoder).attentionWeights;
      const looks = weights && (await kernels.read(weights, Ty * B * Tx));
      const lengths = { shape: [B], data: batch.sourceLengths! };
      const source = await run(encoder!, { tokens: { shape: [Tx, B], data: batch.source }, lengths });
      let state: Record<string, Numbers> = source;
      for (let t = 0; t < Ty; t++) {
        const tokens = { shape: [B], data: batch.inputs.subarray(t * B, (t + 1) * B) };
        const got = await run(decoder!, { ...source, ...state, tokens, lengths });
        const from = (all: ArrayLike<number>, width: number) =>
          Array.from(all).slice(t * B * width, (t + 1) * B * width);
        expectClose(got['logits']!.data, from(want, model.K), CLOSE, `step ${t}`);
        if (looks) expectClose(got['attention']!.data, from(looks, Tx), CLOSE, `attention of step ${t}`);
        expect('attention' in got).toBe(looks !== null);
        state = carried(got);
      }
    }
  },
);
