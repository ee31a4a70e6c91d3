import { describe, expect, it } from 'vitest';
import { BOS, EOS } from '../../../src/engine/data/codec.ts';
import { beamSearch, lengthPenalty, type BeamOptions } from '../../../src/engine/inference/beam-search.ts';
import { decodeGreedily, type Hypothesis } from '../../../src/engine/inference/greedy.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { logSoftmax } from '../../../src/engine/metrics/outputs.ts';
import { EncoderDecoder } from '../../../src/engine/model/encoder-decoder.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { expectClose } from '../../compare.ts';
import { taskArchitecture } from '../model/task-cases.ts';

const kernels = createReferenceKernels();
const EXACT = { atol: 1e-13, rtol: 1e-12 };
/** EOS is 2, and 3, 4, 5 are words. */
const data = { inputs: 7, outputs: 6 };
const V = data.outputs;
const words = [3, 4, 5];
const source = Int32Array.of(3, 1, 6, 2);
const Tx = source.length;
const maxLength = 3;
/** More than the 3 + 9 + 27 words that may be said, and the 1 + 3 + 9 ends. */
const everything = 64;

const variants: [string, Partial<Architecture>][] = [
  ['none, two layers', { attention: 'none', layers: 2 }],
  ['luong', { attention: 'luong', cell: 'gru' }],
  ['bahdanau', { attention: 'bahdanau', bidirectional: true }],
];

/** Untrained, with weights large enough that its hypotheses differ. */
async function make(fields: Partial<Architecture>, seed = 5): Promise<EncoderDecoder> {
  const architecture = taskArchitecture({ task: 'translation', ...fields });
  const model = new EncoderDecoder(kernels, architecture, data, { B: everything, T: Tx, Ty: 1, training: false });
  model.parameters.initialise(seed);
  const values = await kernels.read(model.parameters.values);
  kernels.write(
    model.parameters.values,
    values.map((value) => 6 * value),
  );
  return model;
}

/** ln p(ids) by teacher forcing, all steps at once: what decoding step by step must agree with. */
async function forced(of: EncoderDecoder, read: Int32Array, ids: readonly number[]): Promise<number> {
  const sizes = { B: 1, T: read.length, Ty: ids.length, training: false };
  const model = new EncoderDecoder(kernels, of.architecture, data, sizes, of.parameters);
  model.setBatch({
    ...{ T: ids.length, B: 1, lengths: null, inputs: Int32Array.of(BOS, ...ids.slice(0, -1)), targets: null },
    ...{ Tx: read.length, source: read, sourceLengths: null },
  });
  model.forward(null);
  const logits = await kernels.read(model.outputs);
  model.dispose();
  return ids.reduce((sum, id, t) => sum + logSoftmax(logits, t, V)[id], 0);
}

/** Every answer of at most `maxLength` ids. */
function allAnswers(): number[][] {
  const unended = (length: number): number[][] =>
    length === 0 ? [[]] : unended(length - 1).flatMap((ids) => words.map((word) => [...ids, word]));
  const ended = [0, 1, 2].flatMap((length) => unended(length).map((ids) => [...ids, EOS]));
  return [...ended, ...unended(maxLength)];
}

/** <pad> and <bos>. */
const never = [0, 1];
const options = (fields: Partial<BeamOptions>): BeamOptions => {
  return { width: 1, lengthPenalty: 0, maxLength, best: fields.width ?? 1, never, ...fields };
};

it('ids that are never chosen are not, by either search', async () => {
  const model = await make({ attention: 'luong' });
  const sources = { source, lengths: null, Tx: source.length, B: 1 };
  const [taken] = (await beamSearch(kernels, model, source, options({ width: 4 })))
    .flatMap(({ ids }) => ids)
    .filter((id) => id !== EOS);
  const banned = [...never, taken!];
  const [greedy] = await decodeGreedily(kernels, model, sources, 6, banned);
  for (const { ids } of [
    greedy!,
    ...(await beamSearch(kernels, model, source, options({ width: 4, never: banned }))),
  ]) {
    expect(ids.filter((id) => banned.includes(id))).toEqual([]);
  }
});

describe.each(variants)('attention %s', (_, fields) => {
  it.each([0, 0.8])('a beam as wide as all answers is exhaustive search (length penalty %d)', async (alpha) => {
    const model = await make(fields);
    const found = await beamSearch(kernels, model, source, options({ width: everything, lengthPenalty: alpha }));
    const all = [];
    for (const ids of allAnswers()) {
      const score = (await forced(model, source, ids)) / lengthPenalty(ids.length, alpha);
      all.push({ ids, score, finished: ids.at(-1) === EOS });
    }
    all.sort((a, b) => Number(b.finished) - Number(a.finished) || b.score - a.score);
    expect(found.length).toBe(1 + 3 + 9 + 27);
    expect(found.map(({ ids }) => ids)).toEqual(all.map(({ ids }) => ids));
    expect(found.map(({ finished }) => finished)).toEqual(all.map(({ finished }) => finished));
    expectClose(
      found.map(({ score }) => score),
      all.map(({ score }) => score),
      EXACT,
    );
  });

  it('narrower beams keep the most probable extensions, less one for each that has ended', async () => {
    const model = await make(fields, 2);
    for (const width of [2, 3, 5]) {
      const done: number[][] = [];
      let alive: number[][] = [[]];
      for (let step = 0; step < 4; step++) {
        const extensions = [];
        for (const ids of alive.flatMap((from) => [EOS, ...words].map((id) => [...from, id]))) {
          extensions.push({ ids, logProbability: await forced(model, source, ids) });
        }
        extensions.sort((a, b) => b.logProbability - a.logProbability);
        const kept = extensions.slice(0, width - done.length).map(({ ids }) => ids);
        done.push(...kept.filter((ids) => ids.at(-1) === EOS));
        alive = kept.filter((ids) => ids.at(-1) !== EOS);
      }
      const found = await beamSearch(kernels, model, source, options({ width, maxLength: 4 }));
      const sorted = (all: number[][]) => all.map((ids) => ids.join(' ')).sort();
      expect(sorted(found.map(({ ids }) => [...ids]))).toEqual(sorted([...done, ...alive]));
    }
  });

  it('a beam of 1 is greedy, whatever the length penalty', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const model = await make(fields, seed);
      const sources = { source, lengths: null, Tx, B: 1 };
      const [greedy] = await decodeGreedily(kernels, model, sources, 8, never);
      for (const alpha of [0, 1]) {
        const [beam] = await beamSearch(kernels, model, source, options({ lengthPenalty: alpha, maxLength: 8 }));
        const { score, ...hypothesis } = beam;
        expect(hypothesis).toEqual(greedy);
        expect(score).toBe(greedy.logProbability / lengthPenalty(greedy.ids.length, alpha));
      }
    }
  });

  it('log-probabilities are those of teacher forcing, and attention is a distribution over the source', async () => {
    const model = await make(fields);
    const found = await beamSearch(kernels, model, source, options({ width: 4, maxLength: 7 }));
    for (const { ids, logProbability, attention } of found) {
      expectClose([logProbability], [await forced(model, source, ids)], EXACT);
      if (fields.attention === 'none') expect(attention).toBeNull();
      else {
        expect(attention!.length).toBe(ids.length);
        for (const weights of attention!) {
          expect(weights.length).toBe(Tx);
          expectClose([weights.reduce((sum, weight) => sum + weight, 0)], [1], EXACT);
        }
      }
    }
  });

  it('greedy in a batch gives each source its own answer', async () => {
    const model = await make(fields);
    const texts = [Int32Array.of(3, 1, 6, 2), Int32Array.of(5), Int32Array.of(4, 4, 0)];
    const B = texts.length;
    const batch = Int32Array.from({ length: Tx * B }, (_, i) => texts[i % B][Math.floor(i / B)] ?? 0);
    const lengths = Int32Array.from(texts, (text) => text.length);
    const together = await decodeGreedily(kernels, model, { source: batch, lengths, Tx, B }, 6, never);
    const alone: Hypothesis[] = [];
    for (const text of texts) {
      const sources = { source: text, lengths: null, Tx: text.length, B: 1 };
      alone.push(...(await decodeGreedily(kernels, model, sources, 6, never)));
    }
    expect(together.map(({ ids, finished }) => ({ ids, finished }))).toEqual(
      alone.map(({ ids, finished }) => ({ ids, finished })),
    );
    together.forEach(({ logProbability, attention }, b) => {
      expectClose([logProbability], [alone[b].logProbability], EXACT);
      attention?.forEach((weights, t) => expectClose(weights, alone[b].attention![t], EXACT));
    });
  });
});

describe('a beam', () => {
  it('finds more probable answers than greedy search, or ends where it goes on for ever', async () => {
    const found = { moreProbable: 0, ended: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const model = await make({ attention: 'luong' }, seed);
      const [greedy] = await beamSearch(kernels, model, source, options({ maxLength: 5 }));
      const [wide] = await beamSearch(kernels, model, source, options({ width: everything, best: 1, maxLength: 5 }));
      expect(wide.finished).toBe(true);
      if (!greedy.finished) found.ended++;
      else if (wide.score > greedy.score) found.moreProbable++;
      // A beam with room for everything cannot be worse.
      else expect(wide.ids).toEqual(greedy.ids);
    }
    expect(found.moreProbable).toBeGreaterThan(0);
    expect(found.ended).toBeGreaterThan(0);
  });

  it('gives as many as asked for, and says what makes no sense', async () => {
    const model = await make({ attention: 'luong' });
    const three = await beamSearch(kernels, model, source, options({ width: 5, best: 3 }));
    expect(three.length).toBe(3);
    const refused = (fields: Partial<BeamOptions>) => beamSearch(kernels, model, source, options(fields));
    await expect(refused({ width: 65 })).rejects.toThrow('planned for 1 to 64');
    await expect(refused({ width: 2, best: 3 })).rejects.toThrow('ask for 1 to 2');
    await expect(refused({ lengthPenalty: -1 })).rejects.toThrow('length penalty of -1');
    await expect(refused({ maxLength: 0 })).rejects.toThrow('from 1 on, not 0');
    await expect(beamSearch(kernels, model, new Int32Array(5), options({}))).rejects.toThrow('5 steps');
  });

  it('the length penalty is Wu et al.’s', () => {
    expect([lengthPenalty(1, 0.7), lengthPenalty(7, 1), lengthPenalty(7, 0)]).toEqual([1, 2, 1]);
    expect(lengthPenalty(19, 0.5)).toBe(2);
  });
});
