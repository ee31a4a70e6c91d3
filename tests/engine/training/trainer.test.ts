import { describe, expect, it } from 'vitest';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import type { StepMetrics } from '../../../src/engine/protocol.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../src/engine/training/checkpoint.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { DivergedError, Trainer, type EvaluationOutcome } from '../../../src/engine/training/trainer.ts';
import { createNative, targets } from '../kernels/native/device.ts';
import { tinyConfig } from './tiny.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);
const tokenizer = await learnTokenizer(tinyConfig().tokenizer, text);

/** A trainer on 240 + 48 characters; its clock ticks so many seconds a look, so that no number depends on the machine. */
async function trainer(
  config: RunConfig,
  tick = 0.001,
  saved?: Checkpoint,
  kernels: Kernels = createReferenceKernels(),
): Promise<Trainer> {
  const ids = tokenizer.encode(text);
  let now = 0;
  const learner = new TextLearner(kernels, config, {
    tokenizer,
    charactersPerToken: 1,
    train: tokensInMemory(ids.subarray(0, 240)),
    valid: tokensInMemory(ids.subarray(240)),
    test: tokensInMemory(ids.subarray(200)),
    vectors: null,
  });
  const inputs = { kernels, config, learner, clock: () => (now += tick) };
  return saved ? Trainer.resume(inputs, saved) : Trainer.begin(inputs);
}

const turn = async () => {};

interface Record {
  steps: StepMetrics[];
  evaluations: EvaluationOutcome[];
}

const newRecord = (): Record => ({ steps: [], evaluations: [] });

async function run(of: Trainer, untilStep: number, record: Record): Promise<void> {
  while (of.step < untilStep && of.finished === null) {
    if (of.evaluationDue) record.evaluations.push(await of.evaluateNow(turn));
    record.steps.push(await of.trainStep());
  }
}

async function finish(of: Trainer, record: Record): Promise<void> {
  await run(of, Infinity, record);
  if (of.evaluationDue) record.evaluations.push(await of.evaluateNow(turn));
}

/** What must not depend on interruptions: everything but the clock. */
const timeless = ({ steps, evaluations }: Record) => ({
  steps: steps.map(({ step, epoch, loss, gradNorm, learningRate }) => ({ step, epoch, loss, gradNorm, learningRate })),
  evaluations: evaluations.map(({ metrics, best, sample }) => ({
    step: metrics.step,
    loss: metrics.loss,
    best,
    sample,
  })),
});

const variants: [string, RunConfig][] = [
  ['lstm, dropout, adam', tinyConfig()],
  [
    'gru, momentum, cosine',
    tinyConfig({
      architecture: { cell: 'gru' },
      training: { optimizer: { kind: 'momentum' }, schedule: { kind: 'cosine', warmupSteps: 3 } },
    }),
  ],
  [
    'rnn, random windows, plateau',
    tinyConfig({
      architecture: { cell: 'rnn' },
      training: { partition: 'random', schedule: { kind: 'plateau', patience: 0 }, evalEvery: 1 },
    }),
  ],
  [
    'one-hot, tied off, adamw, no carry at an epoch’s end',
    tinyConfig({
      architecture: { embedding: 0 },
      training: { optimizer: { kind: 'adamw' }, maxSteps: 40, evalEvery: 7 },
    }),
  ],
  [
    'tied, rmsprop',
    tinyConfig({ architecture: { embedding: 6, tie: true }, training: { optimizer: { kind: 'rmsprop' } } }),
  ],
  [
    'adagrad, gru reset before',
    tinyConfig({ architecture: { cell: 'gru', reset: 'before' }, training: { optimizer: { kind: 'adagrad' } } }),
  ],
];

const bitForBit = 'resumed at any step it computes the same bits: %s';

describe.each(targets)('Trainer on %s', (target) => {
  it.each([
    ['lstm, two layers', tinyConfig({ architecture: { hidden: 40, layers: 2, dropout: 0.2 } })],
    ['gru', tinyConfig({ architecture: { cell: 'gru', hidden: 33, embedding: 0 } })],
  ])(bitForBit, async (_, config) => {
    const kernels = () => createNative(target, 2);
    const [whole, uninterrupted] = [await trainer(config, 0.001, undefined, kernels()), newRecord()];
    await finish(whole, uninterrupted);
    const [before, record] = [await trainer(config, 0.001, undefined, kernels()), newRecord()];
    await run(before, 5, record);
    const saved = decodeCheckpoint(encodeCheckpoint(await before.checkpoint()));
    const after = await trainer(config, 0.001, saved, kernels());
    await finish(after, record);
    expect(timeless(record)).toEqual(timeless(uninterrupted));
    expect((await after.checkpoint()).tensors).toEqual((await whole.checkpoint()).tensors);
    for (const each of [whole, before, after]) each.dispose();
  });
});

describe('Trainer', () => {
  it.each(variants)(bitForBit, async (_, config) => {
    const whole = await trainer(config);
    const uninterrupted = newRecord();
    await finish(whole, uninterrupted);
    expect(uninterrupted.steps).toHaveLength(config.training.maxSteps!);
    const end = await whole.checkpoint();

    for (const at of [0, 1, 4, 5, 11]) {
      const before = await trainer(config);
      const record = newRecord();
      await run(before, at, record);
      const saved = encodeCheckpoint(await before.checkpoint());
      before.dispose();
      const after = await trainer(config, 0.001, decodeCheckpoint(saved));
      await finish(after, record);
      expect(timeless(record), `interrupted after step ${at}`).toEqual(timeless(uninterrupted));
      expect((await after.checkpoint()).tensors, `interrupted after step ${at}`).toEqual(end.tensors);
      after.dispose();
    }
    whole.dispose();
  });

  it('a checkpoint remembers the steps since the checkpoint before the last one', async () => {
    const of = await trainer(tinyConfig(), 10);
    const record = newRecord();
    await run(of, 2, record);
    expect((await of.checkpoint()).steps.map(({ step }) => step)).toEqual([1, 2]);
    await run(of, 5, record);
    expect((await of.checkpoint()).steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    await run(of, 6, record);
    const last = await of.checkpoint();
    expect(last.steps.map(({ step }) => step)).toEqual([3, 4, 5, 6]);
    expect(last.state.evals.map(({ step }) => step)).toEqual([4]);
    expect(last.steps).toEqual(record.steps.slice(2));
    of.dispose();
  });

  it('and at least the last seconds, however fast checkpoints come', async () => {
    const of = await trainer(tinyConfig());
    const record = newRecord();
    for (const at of [2, 4, 5]) {
      await run(of, at, record);
      await of.checkpoint();
    }
    await run(of, 6, record);
    const last = await of.checkpoint();
    expect(last.steps).toEqual(record.steps);
    expect(last.state.evals.map(({ step }) => step)).toEqual([4]);
    of.dispose();
  });

  it('evaluating does not disturb training', async () => {
    const [often, never] = [
      await trainer(tinyConfig({ training: { evalEvery: 1 } })),
      await trainer(tinyConfig({ training: { evalEvery: 1000 } })),
    ];
    const a: Record = { steps: [], evaluations: [] };
    const b: Record = { steps: [], evaluations: [] };
    await finish(often, a);
    await finish(never, b);
    expect(a.evaluations).toHaveLength(12);
    expect(timeless(a).steps).toEqual(timeless(b).steps);
    often.dispose();
    never.dispose();
  });

  it('an abandoned evaluation leaves the run as it was, the evaluation still due', async () => {
    const of = await trainer(tinyConfig());
    const record = newRecord();
    await run(of, 4, record);
    const state = await of.learner.readState();
    const abandon = async () => {
      throw new Error('stop');
    };
    await expect(of.evaluateNow(abandon)).rejects.toThrow('stop');
    expect(of.evaluationDue).toBe(true);
    expect(await of.learner.readState()).toEqual(state);
    expect((await of.checkpoint()).state.evals).toEqual([]);
    of.dispose();
  });

  it('learns: validation loss falls well below that of the first evaluation', async () => {
    const of = await trainer(
      tinyConfig({ architecture: { dropout: 0 }, training: { maxSteps: 150, evalEvery: 50, learningRate: 0.03 } }),
    );
    const record = newRecord();
    await finish(of, record);
    // Uniform guessing over the vocabulary costs ln V; 150 steps on this repetitive text must do far better.
    expect(record.steps[0]!.loss).toBeGreaterThan(0.9 * Math.log(tokenizer.vocabularySize));
    expect(record.evaluations.at(-1)!.metrics.loss).toBeLessThan(0.5 * Math.log(tokenizer.vocabularySize));
    expect(of.best).toEqual({ step: 150, loss: record.evaluations.at(-1)!.metrics.loss });
    of.dispose();
  });

  it('stops early after as many evaluations without improvement as asked', async () => {
    const config = tinyConfig({
      training: {
        maxSteps: 1000,
        evalEvery: 2,
        earlyStopping: 3,
        learningRate: 3,
        optimizer: { kind: 'sgd' },
        clip: 1,
      },
    });
    const of = await trainer(config);
    const record = newRecord();
    await finish(of, record);
    expect(of.finished).toBe('early-stopped');
    expect(record.evaluations.slice(-3).every(({ best }) => !best)).toBe(true);
    of.dispose();
  });

  it('says at which step a run diverged and what to change', async () => {
    const config = tinyConfig({
      architecture: { cell: 'rnn', activation: 'relu', dropout: 0 },
      training: { learningRate: 1000, optimizer: { kind: 'sgd' }, clip: null, maxSteps: 200 },
    });
    const of = await trainer(config);
    const failure = finish(of, { steps: [], evaluations: [] });
    await expect(failure).rejects.toThrow(DivergedError);
    await expect(failure).rejects.toThrow(
      new RegExp(`at step ${of.step + 1} .*gradient clipping.*lower the learning rate`),
    );
    of.dispose();
  });

  it('never makes a checkpoint, nor a best evaluation, of parameters that are no numbers', async () => {
    const config = tinyConfig({
      architecture: { cell: 'rnn', activation: 'relu', dropout: 0 },
      training: { learningRate: 1000, optimizer: { kind: 'sgd' }, clip: null, maxSteps: 200, evalEvery: 200 },
    });
    const of = await trainer(config);
    let step = 0;
    const untilDiverged = async () => {
      for (;;) {
        await of.trainStep();
        step = of.step;
      }
    };
    await expect(untilDiverged()).rejects.toThrow(DivergedError);
    await expect(of.checkpoint()).rejects.toThrow(new RegExp(`Parameter \\S+ became infinite .* at step ${step} `));
    await expect(of.evaluateNow(turn)).rejects.toThrow(/^The validation loss became infinite/);
    expect(of.best).toBeNull();
    of.dispose();
  });

  it('bits per character: the loss in bits over the characters of a token', async () => {
    const of = await trainer(tinyConfig());
    const record = newRecord();
    await finish(of, record);
    const { loss, bitsPerCharacter } = record.evaluations[0]!.metrics;
    expect(bitsPerCharacter).toBeCloseTo(loss / 0.6931471805599453, 12);
    of.dispose();
  });
});

describe('word vectors', () => {
  it('are what a language model’s embedding begins with where a token has one', async () => {
    const ids = tokenizer.encode('to');
    const V = tokenizer.vocabularySize;
    const vectors = { width: 5, matrix: new Float32Array(V * 5).fill(7), found: new Uint8Array(V), coverage: 2 };
    for (const id of ids) vectors.found[id] = 1;
    const embeddingOf = async (given: typeof vectors | null) => {
      const kernels = createReferenceKernels();
      const config = tinyConfig();
      const train = tokensInMemory(tokenizer.encode(text));
      const data = { tokenizer, charactersPerToken: 1, train, valid: null, test: null, vectors: given };
      const { learner } = await Trainer.begin({
        kernels,
        config,
        learner: new TextLearner(kernels, config, data),
        clock: () => 0,
      });
      const { data: rows } = (await learner.parameters.read(learner.parameters.values))[0]!;
      return Array.from({ length: V }, (_, id) => [...rows.subarray(id * 5, id * 5 + 5)]);
    };
    const [begun, drawn] = [await embeddingOf(vectors), await embeddingOf(null)];
    begun.forEach((row, id) => expect(row).toEqual(vectors.found[id] ? [7, 7, 7, 7, 7] : drawn[id]));
  });
});

describe('evaluations that nobody asked for', () => {
  it('are at least 50 steps apart: a short text has few steps in an epoch', async () => {
    const of = await trainer(tinyConfig({ training: { evalEvery: null } }));
    expect(of.stepsPerEpoch).toBeLessThan(50);
    expect(of.evalEvery).toBe(50);
    of.dispose();
  });
});
