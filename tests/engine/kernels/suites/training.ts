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
import { useKernels, type TestDevice } from './device.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);

/** A trainer of a character model. Nothing is disposed of. */
export async function createTrainer(kernels: Kernels, config: RunConfig, saved?: Checkpoint): Promise<Trainer> {
  const tokenizer = await learnTokenizer(config.tokenizer, text);
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
  return saved ? Trainer.resume(inputs, saved) : Trainer.begin(inputs);
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

/** One evaluation in twelve steps, and steps after it: each draws a sample of many characters. */
const evalEvery = 8;

export const trainingConfigs: [string, RunConfig][] = [
  ['lstm, dropout, adam', tinyConfig({ training: { evalEvery } })],
  [
    'gru, momentum',
    tinyConfig({ architecture: { cell: 'gru' }, training: { evalEvery, optimizer: { kind: 'momentum' } } }),
  ],
  ['one-hot rnn, adamw', tinyConfig({ architecture: { cell: 'rnn', embedding: 0 }, training: { evalEvery } })],
];

/** float32 against float64, after as many steps as these. */
const CLOSE = { atol: 0, rtol: 1e-4 };

/** Training loses what it loses on the reference, and goes on across devices. */
export function testTraining(device: TestDevice): void {
  describe(`training on ${device.name}`, () => {
    const kernels = useKernels(device);
    const reference = createReferenceKernels();
    const opened: Trainer[] = [];
    afterEach(() => {
      for (const trainer of opened.splice(0)) trainer.dispose();
    });

    const trainer = async (on: Kernels, config: RunConfig, saved?: Checkpoint) => {
      const made = await createTrainer(on, config, saved);
      opened.push(made);
      return made;
    };

    it.each(trainingConfigs)('loses as much as on the reference: %s', async (_, config) => {
      const want = await losses(await trainer(reference, config), 12);
      const got = await losses(await trainer(kernels(), config), 12);
      expect(want.at(-1)!).toBeLessThan(want[0]!);
      expectClose(got, want, CLOSE);
    });

    it('goes on where another device stopped, and another device where it did', async () => {
      const config = tinyConfig({ training: { evalEvery } });
      const want = await losses(await trainer(reference, config), 12);
      const devices = [kernels(), reference];
      for (const [first, second] of [devices, devices.toReversed()]) {
        const before = await trainer(first!, config);
        const got = await losses(before, 6);
        const saved = decodeCheckpoint(encodeCheckpoint(await before.checkpoint()));
        got.push(...(await losses(await trainer(second!, config, saved), 6)));
        expectClose(got, want, CLOSE);
      }
    });
  });
}
