/** A run small enough for a test. */
import { runConfigSchema, type RunConfig } from '../../../src/engine/training/config.ts';

type Deep<T> = { [K in keyof T]?: T[K] extends object ? Deep<T[K]> : T[K] };

export function tinyConfig(
  changes: { architecture?: Deep<RunConfig['architecture']>; training?: object } = {},
): RunConfig {
  return runConfigSchema.parse({
    corpus: 'test',
    split: { valid: 0.1, test: 0 },
    tokenizer: { kind: 'char' },
    architecture: {
      task: 'language-model',
      cell: 'lstm',
      layers: 2,
      hidden: 6,
      embedding: 5,
      dropout: 0.2,
      tie: false,
      ...changes.architecture,
    },
    training: {
      batch: 3,
      steps: 5,
      partition: 'sequential',
      optimizer: { kind: 'adam' },
      learningRate: 0.01,
      schedule: { kind: 'constant' },
      clip: 5,
      maxEpochs: null,
      maxSteps: 12,
      maxMinutes: null,
      evalEvery: 4,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 7,
      ...changes.training,
    },
    device: 'reference',
  });
}
