/** The job that looks inside a checkpoint, on a network that was trained a little. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CorpusError } from '../../../src/engine/corpus/errors.ts';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import type { Look, LookedAt } from '../../../src/engine/inside/look.ts';
import { neighbours } from '../../../src/engine/inside/looks/embedding.ts';
import { JobControl, StoppedError } from '../../../src/engine/jobs/control.ts';
import { look } from '../../../src/engine/jobs/look.ts';
import { Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { encodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { temporaryFolder } from '../../main/temporary.ts';
import { askPython, python } from '../../python.ts';
import { tinyConfig } from '../training/tiny.ts';

const text = 'The quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs. '.repeat(6);
const reference: DeviceLoader = {
  ...{ name: 'reference', precision: 'float64', automatic: 'never' },
  probe: async () => ({ available: true, detail: 'reference' }),
  create: async () => createReferenceKernels(),
};

const config = tinyConfig({ training: { maxSteps: 5 } });
const tokenizer = await learnTokenizer(config.tokenizer, text);
const ids = tokenizer.encode(text);
const checkpoint = await (async () => {
  const kernels = createReferenceKernels();
  const data = { tokenizer, charactersPerToken: 1, train: tokensInMemory(ids), valid: null, test: null, vectors: null };
  const trainer = await Trainer.begin({
    kernels,
    config,
    learner: new TextLearner(kernels, config, data),
    clock: () => 0,
  });
  while (trainer.finished === null) await trainer.trainStep();
  return trainer.checkpoint();
})();
async function lookAt<L extends Look>(
  asked: L,
  control = new JobControl(() => 0),
  hasData = true,
): Promise<LookedAt<L>> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'checkpoint'), encodeCheckpoint(checkpoint));
  writeFileSync(join(folder, 'tokens'), new Uint8Array(Uint16Array.from(ids).buffer));
  const part = { path: join(folder, 'tokens'), bytesPerToken: 2, start: 0, length: ids.length } as const;
  const sizes = { vocabularySize: tokenizer.vocabularySize, charactersPerToken: 1 };
  const data = hasData ? { tokenizerPath: '', ...sizes, train: part, valid: null, test: null } : null;
  const command = { type: 'look', job: '1', checkpointPath: join(folder, 'checkpoint'), data, look: asked } as const;
  const devices = new Devices([reference]);
  const result = await look({ ...command, device: 'reference' }, devices, nodeFiles(), control, () => {});
  control.close();
  if (result.type !== 'look') throw new Error(result.type);
  return result.looked as LookedAt<L>;
}

describe('through time', () => {
  const asked = { picture: 'through-time', steps: 20, sequences: 3 } as const;

  it('is of both layers, as far back as was asked', async () => {
    const found = await lookAt(asked);
    expect(found).toMatchObject({ step: 5, readFrom: 'train', sequences: 3, lossOf: 'last-step', clip: 5 });
    expect(found.flows.map(({ norms }) => norms.length)).toEqual([20, 20]);
    expect(found.gradNorm).toBe(checkpoint.steps.at(-1)!.gradNorm);
    expect(found.radii.map(({ name, gate }) => `${name} ${gate}`)).toEqual(
      [0, 1].flatMap((l) => ['i', 'f', 'g', 'o'].map((gate) => `rnn.weight_hh_l${l} ${gate}`)),
    );
  });

  it('cannot be made without the data', async () => {
    await expect(lookAt(asked, undefined, false)).rejects.toThrow(CorpusError);
  });
});

describe('weights', () => {
  it('are summed up, optimiser and state left out', async () => {
    const { summaries, detail } = await lookAt({ picture: 'weights', parameter: null });
    expect(detail).toBeNull();
    expect(summaries.map(({ name }) => name)).toEqual([
      'emb.weight',
      ...[0, 1].flatMap((l) => ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `rnn.${name}_l${l}`)),
      'out.weight',
      'out.bias',
    ]);
    const { data } = checkpoint.tensors.get('out.weight')!;
    const { mean, std, norm, min, max, count } = summaries.find(({ name }) => name === 'out.weight')!;
    expect([count, min, max]).toEqual([data.length, Math.min(...data), Math.max(...data)]);
    expect(norm).toBeCloseTo(Math.hypot(...data), 12);
    expect(std ** 2 + mean ** 2).toBeCloseTo(norm ** 2 / count, 12);
  });

  it('one is taken apart, a recurrent one by gates', async () => {
    const { detail } = await lookAt({ picture: 'weights', parameter: 'rnn.weight_hh_l1' });
    expect(detail!.counts.reduce((a, b) => a + b)).toBe(24 * 6);
    expect(detail!.singular!.length).toBe(6);
    expect(detail!.blocks.map(({ gate, re, im }) => [gate, re.length, im.length])).toEqual(
      ['i', 'f', 'g', 'o'].map((gate) => [gate, 6, 6]),
    );
  });

  it('a name that there is not is answered with those there are', async () => {
    await expect(lookAt({ picture: 'weights', parameter: 'rnn.weight' })).rejects.toThrow(/it has emb\.weight, rnn\./);
  });
});

describe('an embedding', () => {
  const asked = { picture: 'embedding', parameter: null, most: 1000, seed: 1 } as const;

  it('is laid out the same way every time', async () => {
    const [a, b] = [await lookAt(asked), await lookAt(asked)];
    expect(a.points).toEqual(b.points);
    expect(a.tokens.length).toBe(tokenizer.vocabularySize);
    expect(a.points.length).toBe(2 * a.tokens.length);
    expect(a.points.every(Number.isFinite)).toBe(true);
    expect((await lookAt({ ...asked, seed: 2 })).points).not.toEqual(a.points);
  });

  it.skipIf(!python('numpy'))('neighbours are those that NumPy finds', async () => {
    const { nearest } = await lookAt(asked);
    const { data, shape } = checkpoint.tensors.get('emb.weight')!;
    const [V, E] = shape as [number, number];
    const rows = Array.from({ length: V }, (_, r) => Array.from(data.subarray(r * E, (r + 1) * E)));
    const script = resolve(import.meta.dirname, '../inside/spectra.py');
    const [{ nearest: wanted }] = askPython('numpy', script, [rows]) as [{ nearest: number[][] }];
    const got = rows.map((_, r) => Array.from(nearest.subarray(r * neighbours, (r + 1) * neighbours)));
    expect(got).toEqual(wanted);
  });

  it('is given up when the job is cancelled', async () => {
    const control = new JobControl(() => 0);
    control.stop();
    await expect(lookAt(asked, control)).rejects.toThrow(StoppedError);
  });
});
