import { afterEach, describe, expect, it } from 'vitest';
import { learnTokenizer } from '../../../../src/engine/corpus/tokenizer-learner.ts';
import { tokensInMemory } from '../../../../src/engine/corpus/token-source.ts';
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../../src/engine/training/checkpoint.ts';
import type { RunConfig } from '../../../../src/engine/training/config.ts';
import { TextLearner } from '../../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../../src/engine/training/trainer.ts';
import { expectClose } from '../../../compare.ts';
import { tinyConfig } from '../../training/tiny.ts';
import { createTensorflow, tf } from './device.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);
const tokenizer = await learnTokenizer(tinyConfig().tokenizer, text);

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close();
});

async function trainer(kernels: Kernels, config: RunConfig, saved?: Checkpoint): Promise<Trainer> {
  const ids = tokenizer.encode(text);
  const learner = new TextLearner(kernels, config, {
    tokenizer,
    charactersPerToken: 1,
    train: tokensInMemory(ids.subarray(0, 240)),
    valid: tokensInMemory(ids.subarray(240)),
    test: tokensInMemory(ids.subarray(200)),
    vectors: null,
  });
  const inputs = { kernels, config, learner, clock: () => 0 };
  const made = await (saved ? Trainer.resume(inputs, saved) : Trainer.begin(inputs));
  opened.push(
    () => kernels.dispose(),
    () => made.dispose(),
  );
  return made;
}

/** The losses of the next steps, with the evaluations that are due between them. */
async function losses(of: Trainer, steps: number): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < steps; i++) {
    all.push((await of.trainStep()).loss);
    if (of.evaluationDue) all.push((await of.evaluateNow(async () => {})).metrics.loss);
  }
  return all;
}

const configs: [string, RunConfig][] = [
  ['lstm, dropout, adam', tinyConfig()],
  ['gru, momentum', tinyConfig({ architecture: { cell: 'gru' }, training: { optimizer: { kind: 'momentum' } } })],
  ['one-hot rnn, adamw', tinyConfig({ architecture: { cell: 'rnn', embedding: 0 } })],
];

/** float32 against float64, after as many steps as these. */
const CLOSE = { atol: 0, rtol: 1e-4 };

describe('training on tensorflow', () => {
  it.each(configs)('loses as much as on the reference: %s', async (_, config) => {
    const want = await losses(await trainer(createReferenceKernels(), config), 12);
    const got = await losses(await trainer(createTensorflow(), config), 12);
    expect(want.at(-1)!).toBeLessThan(want[0]!);
    expectClose(got, want, CLOSE);
  });

  it('goes on where another device stopped, and another device where it did', async () => {
    const config = tinyConfig();
    const want = await losses(await trainer(createReferenceKernels(), config), 12);
    const devices = [createTensorflow, createReferenceKernels];
    for (const [first, second] of [devices, devices.toReversed()] as const) {
      const before = await trainer(first!(), config);
      const got = await losses(before, 6);
      const saved = decodeCheckpoint(encodeCheckpoint(await before.checkpoint()));
      got.push(...(await losses(await trainer(second!(), config, saved), 6)));
      expectClose(got, want, CLOSE);
    }
  });

  it.each(configs)('keeps as many tensors after every step, and none at the end: %s', async (_, config) => {
    const before = tf.memory().numTensors;
    const kernels = createTensorflow();
    const of = await trainer(kernels, config);
    const counts = new Set<number>();
    for (let i = 0; i < 8; i++) {
      await of.trainStep();
      // The first steps bring the workspaces to their size.
      if (i >= 2) counts.add(tf.memory().numTensors);
    }
    expect(counts.size).toBe(1);
    await of.evaluateNow(async () => {});
    await of.trainStep();
    expect(counts).toContain(tf.memory().numTensors);
    of.dispose();
    kernels.dispose();
    opened.splice(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
