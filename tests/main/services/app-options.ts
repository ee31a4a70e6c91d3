/** How tests open the app and what they train: also for processes that run without the test runner. */
import { join } from 'node:path';
import type { Corpus } from '../../../src/api/types.ts';
import { runConfigSchema, type RunConfig } from '../../../src/engine/training/config.ts';
import type { AppOptions } from '../../../src/main/app.ts';
import type { EngineChannel } from '../../../src/main/services/engine-channel.ts';

export function appOptions(workspace: string, spawnEngine: () => EngineChannel): AppOptions {
  return {
    workspace,
    resourcesDir: join(workspace, '..', 'resources'),
    pageDir: join(workspace, '..', 'page'),
    spawnEngine,
    host: 'cli',
    capabilities: { filePaths: true, saveDialog: false, nativeMenu: false },
    version: '1.2.3',
  };
}

export interface ConfigChanges extends Partial<Omit<RunConfig, 'training' | 'corpus'>> {
  readonly training?: Partial<RunConfig['training']>;
}

export function configFor(corpus: Corpus, { training, ...changes }: ConfigChanges = {}): RunConfig {
  return runConfigSchema.parse({
    corpus: corpus.id,
    split: { valid: 0.1, test: 0 },
    tokenizer: { kind: 'char' },
    architecture: { task: 'language-model', cell: 'lstm', layers: 2, hidden: 8, embedding: 0, dropout: 0, tie: false },
    ...changes,
    training: {
      batch: 2,
      steps: 4,
      optimizer: { kind: 'adam' },
      learningRate: 0.01,
      schedule: { kind: 'constant' },
      clip: 5,
      maxEpochs: null,
      maxSteps: 25,
      maxMinutes: null,
      evalEvery: 10,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1,
      ...training,
    },
  });
}
