import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { EncoderDecoder } from '../../../src/engine/model/encoder-decoder.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { expectClose } from '../../compare.ts';
import { DATA, taskArchitecture, taskBatch } from './task-cases.ts';

const kernels = createReferenceKernels();
const EXACT = { atol: 1e-14, rtol: 1e-13 };
const [B, Tx, Ty, V] = [3, 4, 3, DATA.outputs];

const variants: [string, Partial<Architecture>][] = [
  ['none', { attention: 'none' }],
  ['luong', { attention: 'luong' }],
  ['bahdanau', { attention: 'bahdanau' }],
];

function make(fields: Partial<Architecture>): EncoderDecoder {
  const plan = taskArchitecture({ task: 'translation', bidirectional: true, layers: 2, ...fields });
  const model = new EncoderDecoder(kernels, plan, DATA, { B, T: Tx, Ty, training: true });
  model.parameters.initialise(3);
  return model;
}

/** A model for decoding, with the parameters of another. */
function stepper(of: EncoderDecoder): EncoderDecoder {
  return new EncoderDecoder(kernels, of.architecture, DATA, { B, T: Tx, Ty: 1, training: false }, of.parameters);
}

describe.each(variants)('attention %s', (_, fields) => {
  it('decoding step by step gives the logits and the attention of teacher forcing', async () => {
    const model = make(fields);
    const batch = taskBatch(model.architecture);
    model.setBatch(batch);
    model.forward(null);
    const logits = await kernels.read(model.outputs);
    const weights = model.attentionWeights && (await kernels.read(model.attentionWeights));
    const steps = stepper(model);
    steps.encode(batch.source, batch.sourceLengths, Tx, B);
    for (let t = 0; t < Ty; t++) {
      steps.decodeStep((batch.inputs as Int32Array).slice(t * B, (t + 1) * B));
      for (let b = 0; b < B; b++) {
        if (t >= batch.lengths![b]) continue;
        const got = await kernels.read(steps.outputs);
        const row = (t * B + b) * V;
        expectClose(got.subarray(b * V, (b + 1) * V), logits.subarray(row, row + V), EXACT, `step ${t} of ${b}`);
        if (!weights) continue;
        const looked = (await kernels.read(steps.attentionWeights!)).subarray(b * Tx, (b + 1) * Tx);
        expectClose(looked, weights.subarray((t * B + b) * Tx, (t * B + b + 1) * Tx), EXACT, `attention ${t} of ${b}`);
      }
    }
  });

  it('reordered sequences go on from each other’s states', async () => {
    const model = make(fields);
    const steps = stepper(model);
    // One source three times, as a beam has it.
    const source = Int32Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0);
    const tokens = [Int32Array.of(1, 2, 3), Int32Array.of(2, 2, 2)];
    steps.encode(source, null, Tx, B);
    steps.decodeStep(tokens[0]);
    await steps.reorder(Int32Array.of(2, 0, 0));
    steps.decodeStep(tokens[1]);
    const got = await kernels.read(steps.outputs);
    steps.encode(source, null, Tx, B);
    steps.decodeStep(tokens[0]);
    steps.decodeStep(tokens[1]);
    const straight = await kernels.read(steps.outputs);
    const rows = [2, 0, 0].flatMap((b) => [...straight.slice(b * V, (b + 1) * V)]);
    expectClose(got, rows, {});
  });

  it('scheduled sampling: at rate 0 nothing changes; at rate 1 it trains on its own greedy translation', async () => {
    const model = make(fields);
    const batch = taskBatch(model.architecture);
    const after = async (rate: number) => {
      model.setBatch(batch);
      await model.sampleInputs(rate, { seed: 1, counter: 1 });
      model.forward(null);
      return [...(await kernels.read(model.outputs))];
    };
    model.setBatch(batch);
    model.forward(null);
    const forced = [...(await kernels.read(model.outputs))];
    expect(await after(0)).toEqual(forced);

    const greedy = (batch.inputs as Int32Array).slice();
    const steps = stepper(model);
    steps.encode(batch.source, batch.sourceLengths, Tx, B);
    for (let t = 0; t + 1 < Ty; t++) {
      steps.decodeStep(greedy.slice(t * B, (t + 1) * B));
      const logits = await kernels.read(steps.outputs);
      for (let b = 0; b < B; b++) {
        const own = [...logits.slice(b * V, (b + 1) * V)];
        if (t + 1 < batch.lengths![b]) greedy[(t + 1) * B + b] = own.indexOf(Math.max(...own));
      }
    }
    model.setBatch({ ...batch, inputs: greedy });
    model.forward(null);
    expect(await after(1)).toEqual([...(await kernels.read(model.outputs))]);
  });
});

describe('attention weights', () => {
  it.each(variants.slice(1))('%s: are a distribution over the real source positions', async (_, fields) => {
    const model = make(fields);
    const { sourceLengths, ...batch } = taskBatch(model.architecture);
    model.setBatch({ ...batch, sourceLengths });
    model.forward(null);
    const weights = await kernels.read(model.attentionWeights!);
    for (let row = 0; row < Ty * B; row++) {
      const of = weights.subarray(row * Tx, (row + 1) * Tx);
      const length = sourceLengths![row % B];
      expectClose([Array.from(of).reduce((sum, w) => sum + w, 0)], [1], { rtol: 1e-14 });
      expect(of.subarray(0, length).every((w) => w > 0)).toBe(true);
      expect(of.subarray(length).every((w) => w === 0)).toBe(true);
    }
    expect(make({ attention: 'none' }).attentionWeights).toBeNull();
  });
});
