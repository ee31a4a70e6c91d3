/**
 * Ready-made run configurations: what the New run screen offers and where the command line's defaults come from. Pure data.
 */
import { architectureDefaults } from '../model/spec.ts';
import type { OptimizerConfig, RunConfig } from './config.ts';

/** A run's configuration without its corpus and device. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly config: Pick<RunConfig, 'split' | 'tokenizer' | 'architecture' | 'training'>;
}

const characters: RunConfig['tokenizer'] = { kind: 'char', unit: 'codepoint', lowercase: false, minFrequency: 1 };

/** Penn Treebank: 10,000 words, lower-cased, numbers and rare words already replaced in the file itself. */
const words: RunConfig['tokenizer'] = {
  kind: 'word',
  unit: 'codepoint',
  lowercase: false,
  minFrequency: 1,
  maxVocabulary: 10_000,
};

/** What matters for other tasks than language models only. */
const teacherForced = { classWeights: 'none', scheduledSampling: null } as const satisfies Partial<
  RunConfig['training']
>;

const lstm = {
  ...architectureDefaults,
  task: 'language-model',
  cell: 'lstm',
  tie: false,
} as const satisfies Partial<RunConfig['architecture']>;

const tiny: Preset = {
  id: 'tiny',
  name: 'Tiny, 30 seconds',
  description: 'One small LSTM layer on characters that stops after half a minute, to see everything work.',
  config: {
    split: { valid: 0.1, test: 0 },
    tokenizer: characters,
    architecture: { ...lstm, layers: 1, hidden: 64, embedding: 32, dropout: 0 },
    training: {
      batch: 16,
      steps: 32,
      partition: 'sequential',
      optimizer: { kind: 'adam' },
      learningRate: 5e-3,
      schedule: { kind: 'constant' },
      clip: 5,
      maxEpochs: null,
      maxSteps: null,
      maxMinutes: 0.5,
      evalEvery: 200,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1,
      ...teacherForced,
    },
  },
};

/**
 * Karpathy's char-rnn (2015, github.com/karpathy/char-rnn): 2 × 128 LSTM on one-hot characters, 50 sequences of 50 steps, 2e-3,
 * decayed by 0.97 each epoch from the tenth on, clip 5, 50 epochs. Adam instead of its RMSprop, as in its successor torch-rnn.
 */
export const charRnn: Preset = {
  id: 'char-rnn',
  name: 'char-rnn',
  description:
    'Two LSTM layers of 128 on characters, as in Karpathy’s char-rnn: the usual start for a text of about a megabyte.',
  config: {
    split: { valid: 0.05, test: 0.05 },
    tokenizer: characters,
    architecture: { ...lstm, layers: 2, hidden: 128, embedding: 0, dropout: 0 },
    training: {
      batch: 50,
      steps: 50,
      partition: 'sequential',
      optimizer: { kind: 'adam' },
      learningRate: 2e-3,
      schedule: { kind: 'step', factor: 0.97, everyEpochs: 1, afterEpochs: 10 },
      clip: 5,
      maxEpochs: 50,
      maxSteps: null,
      maxMinutes: null,
      evalEvery: null,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1,
      ...teacherForced,
    },
  },
};

/**
 * Zaremba, Sutskever & Vinyals 2014 (arXiv:1409.2329) and its code. Their loss is the sum over the T steps, ours the mean: learning
 * rate 1 becomes T and clip 5 becomes 5 / T for the same updates.
 */
const ptbSmall: Preset = {
  id: 'ptb-small',
  name: 'PTB small',
  description: 'Two LSTM layers of 200 on words, the small model of Zaremba et al. (2014) for the Penn Treebank.',
  config: {
    split: { valid: 0.075, test: 0.075 },
    tokenizer: words,
    architecture: { ...lstm, layers: 2, hidden: 200, embedding: 200, dropout: 0 },
    training: {
      batch: 20,
      steps: 20,
      partition: 'sequential',
      optimizer: { kind: 'sgd' },
      learningRate: 20,
      schedule: { kind: 'step', factor: 0.5, everyEpochs: 1, afterEpochs: 4 },
      clip: 0.25,
      maxEpochs: 13,
      maxSteps: null,
      maxMinutes: null,
      evalEvery: null,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1,
      ...teacherForced,
    },
  },
};

const ptbMedium: Preset = {
  id: 'ptb-medium',
  name: 'PTB medium',
  description:
    'Two LSTM layers of 650 on words with half the units dropped, the medium model of Zaremba et al. (2014).',
  config: {
    split: { valid: 0.075, test: 0.075 },
    tokenizer: words,
    architecture: { ...lstm, layers: 2, hidden: 650, embedding: 650, dropout: 0.5 },
    training: {
      batch: 20,
      steps: 35,
      partition: 'sequential',
      optimizer: { kind: 'sgd' },
      learningRate: 35,
      schedule: { kind: 'step', factor: 1 / 1.2, everyEpochs: 1, afterEpochs: 6 },
      clip: 5 / 35,
      maxEpochs: 39,
      maxSteps: null,
      maxMinutes: null,
      evalEvery: null,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1,
      ...teacherForced,
    },
  },
};

/** In the order in which they are offered. */
export const presets: readonly Preset[] = [tiny, charRnn, ptbSmall, ptbMedium];

/** A learning rate to start from when the optimiser is chosen without one. With the mean loss and clipping of the presets. */
export function usualLearningRate(optimizer: OptimizerConfig['kind']): number {
  return { sgd: 1, momentum: 0.1, adam: 2e-3, adamw: 2e-3, rmsprop: 1e-3, adagrad: 0.1 }[optimizer];
}

/** The most tokens to keep when a tokeniser is chosen without a number; undefined keeps all. */
export function usualVocabulary(tokenizer: RunConfig['tokenizer']['kind']): number | undefined {
  return { char: undefined, word: 20_000, bpe: 2_000 }[tokenizer];
}
