import { describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { singleFileEnding, modelFormats } from '../../../src/engine/export/format-ids.ts';
import { exportFiles } from '../../../src/engine/export/formats.ts';
import { portableModel, type PortableModel } from '../../../src/engine/export/portable.ts';
import { readSafetensors } from '../../../src/engine/export/safetensors.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import type { EvalMetrics } from '../../../src/engine/protocol.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { tinyConfig } from '../training/tiny.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(4);
const kernels = createReferenceKernels();
const config = tinyConfig({ architecture: { dropout: 0 } });
const tokenizer = await learnTokenizer(config.tokenizer, text);
const train = tokensInMemory(tokenizer.encode(text));

function begin(maxSteps: number) {
  const own = tinyConfig({ architecture: { dropout: 0 }, training: { maxSteps } });
  const data = { tokenizer, charactersPerToken: 1, train, valid: null, test: null, vectors: null };
  return { kernels, config: own, learner: new TextLearner(kernels, own, data), clock: () => 0 };
}

async function trainedFor(trainer: Trainer): Promise<Uint8Array> {
  while (trainer.finished === null) await trainer.trainStep();
  return encodeCheckpoint(await trainer.checkpoint());
}

const checkpoint = await trainedFor(await Trainer.begin(begin(3)));
const hash = 'ab'.repeat(32);
const origin = {
  ...{ name: 'a | *run*\n# 2', corpusName: '<b>corpus</b>', corpusHash: hash },
  ...{ trainedWith: 'Unroll 1.2.3', createdAt: Date.UTC(2026, 0, 2) },
};
const model: PortableModel = portableModel(checkpoint, origin);
const evaluation = (split: 'valid' | 'test', step: number, loss: number): EvalMetrics => ({
  ...{ split, step, loss, epoch: 1, bitsPerCharacter: loss / Math.LN2, figures: {}, metrics: null, elapsed: 1 },
});
const evaluations = [evaluation('valid', 2, 2), evaluation('valid', 9, 1), evaluation('test', 3, 1.5)];

describe('a model exported as safetensors', async () => {
  const files = new Map((await exportFiles('safetensors', model, evaluations)).map(({ name, bytes }) => [name, bytes]));
  const asText = (name: string) => new TextDecoder().decode(files.get(name));

  it('has parameters, program, checkpoint, configuration, tokeniser and card', () => {
    expect([...files.keys()]).toEqual([
      'model.safetensors',
      'model.py',
      'training.safetensors',
      'config.json',
      'tokenizer.json',
      'README.md',
    ]);
    expect(JSON.parse(asText('config.json'))).toEqual(model.state.config);
    expect(JSON.parse(asText('tokenizer.json'))).toEqual(tokenizer.toJSON());
  });

  it('has the parameters alone, as float32, with what a program needs to use them', () => {
    const { tensors, metadata } = readSafetensors(files.get('model.safetensors')!);
    expect([...tensors.keys()]).toEqual([...model.parameters.keys()]);
    expect(tensors.get('out.bias')).toEqual(model.parameters.get('out.bias'));
    expect(metadata).toMatchObject({ format: 'pt', name: origin.name, corpus_sha256: hash, step: '3' });
    expect(JSON.parse(metadata['architecture']!)).toEqual(model.architecture);
    expect(JSON.parse(metadata['tokenizer']!)).toEqual(tokenizer.toJSON());
  });

  it('has all that training goes on from, bit for bit', async () => {
    const [straight, left] = await Promise.all([
      Trainer.begin(begin(8)).then(trainedFor),
      trainedFor(Trainer.resume(begin(8), decodeCheckpoint(files.get('training.safetensors')!))),
    ]);
    expect(decodeCheckpoint(left).tensors).toEqual(decodeCheckpoint(straight).tensors);
  });

  it('has a card with data, settings and the scores of this very step', () => {
    const card = asText('README.md');
    expect(card).toContain(String.raw`# a \| \*run\* \# 2`);
    expect(card).toContain(String.raw`| corpus | \<b\>corpus\</b\> |`);
    expect(card).toContain(hash);
    expect(card).toContain('trained by Unroll 1.2.3 and exported after 3 steps. The run was made on 2026-01-02.');
    expect(card).toContain('| validation | 2 | 2 | 7.3891 | 2.8854 |');
    expect(card).toContain('| test | 3 | 1.5 | 4.4817 | 2.164 |');
    expect(card).toContain('| cell | lstm |');
    expect(card).toContain('| optimiser | adam |');
  });
});

it('a model that was never evaluated says so', async () => {
  const files = await exportFiles('safetensors', model, []);
  expect(new TextDecoder().decode(files.at(-1)!.bytes)).toContain('It was not evaluated.');
});

const several = modelFormats.filter((format) => singleFileEnding(format) === null);
it.each(several)('the card of %s lists each of its files', async (format) => {
  const files = await exportFiles(format, model, []);
  const card = new TextDecoder().decode(files.at(-1)!.bytes);
  for (const { name, bytes } of files.slice(0, -1)) {
    expect(card).toContain(`| \`${name}\` | ${bytes.length.toLocaleString('en')} | `);
  }
});
