/**
 * Where a run of each task starts: what the New run screen fills in when a task is chosen, and the command line where a flag is
 * left out. Chosen so that a few minutes on two cores give a result worth looking at. Pure data.
 */
import { architectureDefaults, type Architecture, type Task } from '../model/spec.ts';
import type { RunConfig, TokenizerConfig, TrainingConfig } from './config.ts';
import { charRnn, type Preset } from './presets.ts';

const characters: TokenizerConfig = { kind: 'char', unit: 'codepoint', lowercase: false, minFrequency: 1 };
const words: TokenizerConfig = {
  kind: 'word',
  unit: 'codepoint',
  lowercase: true,
  minFrequency: 2,
  maxVocabulary: 20_000,
};

const training: TrainingConfig = {
  batch: 32,
  steps: 35, // of running text only: examples have their own lengths
  partition: 'sequential',
  optimizer: { kind: 'adam' },
  learningRate: 2e-3,
  schedule: { kind: 'constant' },
  clip: 5,
  maxEpochs: 20,
  maxSteps: null,
  maxMinutes: null,
  evalEvery: null,
  earlyStopping: 5,
  checkpointEvery: null,
  seed: 1,
  classWeights: 'none',
  scheduledSampling: null,
};

type TaskConfig = Pick<RunConfig, 'split' | 'tokenizer' | 'architecture' | 'training'>;

function config(
  task: Task,
  tokenizer: TokenizerConfig,
  architecture: Partial<Architecture>,
  more: Partial<TrainingConfig> = {},
): TaskConfig {
  const base = { layers: 1, hidden: 128, embedding: 64, dropout: 0.2, tie: false, cell: 'lstm' } as const;
  return {
    split: { valid: 0.1, test: 0.1 },
    tokenizer,
    architecture: { ...architectureDefaults, ...base, ...architecture, task },
    training: { ...training, ...more },
  };
}

const numbers = { input: 'numbers', embedding: 0, dropout: 0 } as const;

const usual: Readonly<Record<Exclude<Task, 'language-model'>, TaskConfig>> = {
  tagging: config('tagging', { ...words, lowercase: false }, { bidirectional: true, embedding: 100, dropout: 0.3 }),
  translation: config(
    'translation',
    words,
    { hidden: 256, embedding: 256, dropout: 0.3, bidirectional: true, attention: 'luong' },
    { batch: 64, learningRate: 1e-3, clip: 1, maxEpochs: 10, earlyStopping: 3 },
  ),
  classification: config('classification', words, { bidirectional: true, pooling: 'max' }),
  binary: config('binary', words, { bidirectional: true, pooling: 'max' }),
  multilabel: config('multilabel', words, { bidirectional: true, pooling: 'max' }),
  regression: config('regression', words, { bidirectional: true, pooling: 'mean' }),
  'conditional-generation': config('conditional-generation', characters, { embedding: 32, dropout: 0.1 }),
  forecasting: config('forecasting', characters, { ...numbers, hidden: 64 }, { clip: 1, maxEpochs: 50 }),
  standard: config('standard', characters, { ...numbers, hidden: 64, layers: 2 }, { clip: null, maxEpochs: 100 }),
};

/**
 * The usual configuration of a task, without its corpus and how that is read.
 * @param texts some of the texts it reads, where they are known: names and other single words are read by their characters
 */
export function usualConfig(task: Task, texts: readonly string[] = []): Preset['config'] {
  if (task === 'language-model') return charRnn.config;
  const config = usual[task];
  const readsWords = config.tokenizer.kind === 'word' && task !== 'tagging';
  return readsWords && areSingleWords(texts) ? { ...config, tokenizer: characters } : config;
}

/** As words most of them would be a sequence of one step, and unknown. */
function areSingleWords(texts: readonly string[]): boolean {
  const single = texts.filter((text) => /\p{L}/u.test(text) && !/\S\s+\S/.test(text));
  return single.length > texts.length / 2;
}
