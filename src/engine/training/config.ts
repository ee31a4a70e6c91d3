/**
 * Everything that decides a run besides the network: data, tokeniser, optimiser, schedule, when to stop. Plain data,
 * validated, stored with the run; together with the corpus it reproduces the run. Pure module: the renderer imports it.
 */
import { z } from 'zod';
import { dataSchema, defaultData } from '../data/config.ts';
import { dataObjections } from '../data/objections.ts';
import { architectureSchema } from '../model/spec.ts';
import { trainingObjections } from './objections.ts';

export const tokenizerSchema = z.strictObject({
  kind: z.enum(['char', 'word', 'bpe']),
  /** char only: what one character is. */
  unit: z.enum(['codepoint', 'grapheme']).default('codepoint'),
  lowercase: z.boolean().default(false),
  /** Tokens seen less often in the training part become <unk>. */
  minFrequency: z.int().min(1).default(1),
  /** Most tokens to keep (the most frequent); for bpe the vocabulary to learn. */
  maxVocabulary: z.int().min(2).max(1_000_000).optional(),
});
export type TokenizerConfig = z.output<typeof tokenizerSchema>;

export const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd') }),
  z.strictObject({ kind: z.literal('momentum'), momentum: z.number().min(0).max(0.9999).default(0.9) }),
  z.strictObject({ kind: z.literal('adam') }),
  z.strictObject({ kind: z.literal('adamw'), weightDecay: z.number().min(0).max(10).default(0.01) }),
  z.strictObject({ kind: z.literal('rmsprop') }),
  z.strictObject({ kind: z.literal('adagrad') }),
]);
export type OptimizerConfig = z.output<typeof optimizerSchema>;

export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Multiplied by `factor` when `afterEpochs` are done, and again after every `everyEpochs` more. */
  z.strictObject({
    kind: z.literal('step'),
    factor: z.number().gt(0).lt(1).default(0.5),
    everyEpochs: z.number().gt(0).default(1),
    afterEpochs: z.number().gt(0).default(1),
  }),
  /** Linear warm-up over `warmupSteps`, then half a cosine down to `floor` × the learning rate at the last step. */
  z.strictObject({
    kind: z.literal('cosine'),
    warmupSteps: z.int().min(0).default(100),
    floor: z.number().min(0).max(1).default(0.1),
  }),
  /** Multiply by `factor` when validation has not improved for `patience` evaluations. */
  z.strictObject({
    kind: z.literal('plateau'),
    factor: z.number().gt(0).lt(1).default(0.5),
    patience: z.int().min(0).default(1),
  }),
]);
export type ScheduleConfig = z.output<typeof scheduleSchema>;

export const trainingSchema = z
  .strictObject({
    /** Sequences side by side B. */
    batch: z.int().min(1).max(65_536),
    /** Steps back in time T of truncated backpropagation. */
    steps: z.int().min(1).max(65_536),
    /** sequential: the state is carried from window to window; random: windows anywhere, state from zero. */
    partition: z.enum(['sequential', 'random']).default('sequential'),
    optimizer: optimizerSchema,
    learningRate: z.number().gt(0).max(1000),
    schedule: scheduleSchema,
    /** Largest global gradient norm; null does not clip. */
    clip: z.number().gt(0).nullable(),
    /** The first of these that is reached ends the run; at least one is set. */
    maxEpochs: z.number().gt(0).nullable(),
    maxSteps: z.int().min(1).nullable(),
    maxMinutes: z.number().gt(0).nullable(),
    /** Steps between evaluations on validation; null: about ten times an epoch, at least 50 steps apart. */
    evalEvery: z.int().min(1).nullable(),
    /** Evaluations without improvement before stopping early; null: never. */
    earlyStopping: z.int().min(1).nullable(),
    /** Steps between checkpoints besides those at each evaluation; null: only there. */
    checkpointEvery: z.int().min(1).nullable(),
    seed: z.int().min(0).max(4294967295),
    /** Classes and tags in the loss: all alike, or each by N / (K · its count), so that rare ones weigh as much as frequent ones. */
    classWeights: z.enum(['none', 'balanced']).default('none'),
    /**
     * Encoder–decoder: with a probability that grows linearly from 0 to `rate` over the first `overSteps` steps, the decoder is fed
     * its own most probable token instead of the true one (Bengio et al. 2015). null: teacher forcing throughout.
     */
    scheduledSampling: z
      .strictObject({ rate: z.number().gt(0).max(1), overSteps: z.int().min(1) })
      .nullable()
      .default(null),
  })
  .superRefine((t, context) => {
    if (t.maxEpochs === null && t.maxSteps === null && t.maxMinutes === null) {
      context.addIssue({
        code: 'custom',
        path: ['maxEpochs'],
        message: 'Nothing says when to stop: set a number of epochs, of steps or of minutes.',
      });
    }
    if (t.schedule.kind === 'cosine' && t.maxEpochs === null && t.maxSteps === null) {
      context.addIssue({
        code: 'custom',
        path: ['schedule'],
        message:
          'A cosine schedule ends at the last step, so the run needs a number of epochs or steps, not only minutes.',
      });
    }
  });
export type TrainingConfig = z.output<typeof trainingSchema>;

/** Which parts of the corpus are for what. Contiguous: train first, then validation, then test. */
export const splitSchema = z
  .strictObject({ valid: z.number().min(0).max(0.9), test: z.number().min(0).max(0.9) })
  .refine((s) => s.valid + s.test < 1, {
    message: 'Validation and test leave nothing to train on; make them smaller.',
  });
export type SplitConfig = z.output<typeof splitSchema>;

const runConfigFields = z.strictObject({
  corpus: z.string().min(1),
  /** How the corpus is read. */
  data: dataSchema.default(defaultData),
  /** Corpora of their own for validation and test, instead of a part of `corpus`. */
  validCorpus: z.string().nullable().default(null),
  testCorpus: z.string().nullable().default(null),
  /**
   * The run whose network and vocabulary this one begins with; null: it begins with random numbers and learns its vocabulary. The hash of
   * that vocabulary is filled in when the run is created.
   */
  start: z
    .strictObject({ run: z.string().min(1), vocabulary: z.string().nullable().default(null) })
    .nullable()
    .default(null),
  /** A text of word vectors (GloVe, word2vec) that the input embedding begins with. */
  vectorsCorpus: z.string().min(1).nullable().default(null),
  split: splitSchema,
  tokenizer: tokenizerSchema,
  architecture: architectureSchema,
  training: trainingSchema,
  device: z.string().default('auto'),
  /** Threads of a CPU device; null: one per physical core. */
  threads: z.int().min(1).max(256).nullable().default(null),
  /** mixed: a GPU multiplies weights as f16 (docs/webgpu.md). */
  precision: z.enum(['float32', 'mixed']).default('float32'),
});

/** The configuration of a run that was once accepted: it may be one that is refused today, and is shown and used all the same. */
export const recordedConfigSchema = runConfigFields;

/** A run's whole configuration: one shareable piece of JSON. */
export const runConfigSchema = runConfigFields.superRefine((config, context) => {
  const objections = [
    ...dataObjections(config.data, config.architecture).map(({ path, message }) => ({
      path: ['data', ...path],
      message,
    })),
    ...trainingObjections(config),
  ];
  for (const { path, message } of objections) context.addIssue({ code: 'custom', path: [...path], message });
});
export type RunConfig = z.output<typeof runConfigSchema>;
