/** Rows for tests of the store. */
import type { Evaluation } from '../../../src/api/types.ts';
import type { StepMetrics } from '../../../src/engine/protocol.ts';
import { runConfigSchema } from '../../../src/engine/training/config.ts';
import type { CorpusRecord } from '../../../src/main/store/corpora.ts';
import type { NewRun } from '../../../src/main/store/runs.ts';

export const sampleConfig = runConfigSchema.parse({
  corpus: 'corpus-1',
  split: { valid: 0.1, test: 0 },
  tokenizer: { kind: 'char' },
  architecture: { task: 'language-model', cell: 'lstm', layers: 1, hidden: 8, embedding: 0, dropout: 0, tie: false },
  training: {
    batch: 2,
    steps: 4,
    optimizer: { kind: 'adam' },
    learningRate: 0.01,
    schedule: { kind: 'constant' },
    clip: 5,
    maxEpochs: 1,
    maxSteps: null,
    maxMinutes: null,
    evalEvery: null,
    earlyStopping: null,
    checkpointEvery: null,
    seed: 1,
  },
});

export function sampleRun(id: string, changes: Partial<NewRun> = {}): NewRun {
  return {
    id,
    name: `run ${id}`,
    config: sampleConfig,
    corpusName: 'a text',
    corpusHash: 'hash',
    targetHash: null,
    validHash: null,
    validTargetHash: null,
    testHash: null,
    testTargetHash: null,
    vectorsHash: null,
    tokensKey: 'tokens',
    appVersion: '0.0.0',
    createdAt: 1_000,
    ...changes,
  };
}

export function sampleCorpus(id: string, changes: Partial<CorpusRecord> = {}): CorpusRecord {
  return {
    id,
    name: `corpus ${id}`,
    createdAt: 1_000,
    deletedAt: null,
    source: '/somewhere/a text.txt',
    sha256: 'hash',
    encoding: 'utf-8',
    encodingFrom: 'utf-8',
    sourceBytes: 12,
    bytes: 12,
    characters: 12,
    lines: 1,
    words: 2,
    distinctCharacters: 9,
    replaced: 0,
    frequentCharacters: [{ token: 'e', count: 3 }],
    frequentWords: [{ token: 'the', count: 1 }],
    ...changes,
  };
}

/** An evaluation of a classification: what is in it depends on the step and the loss alone. */
export function sampleEval(step: number, loss: number, split: Evaluation['split'] = 'valid'): Evaluation {
  const accuracy = 1 - loss / 10;
  return {
    step,
    epoch: step / 10,
    split,
    loss,
    bitsPerCharacter: null,
    figures: { accuracy, macroF1: accuracy / 2 },
    metrics: {
      kind: 'classification',
      examples: 10,
      accuracy,
      macroF1: accuracy / 2,
      classes: [],
      confusion: [[step]],
    },
    elapsed: step / 100,
  };
}

/** Steps `from` … `to`, both included; every number a function of the step. */
export function sampleSteps(from: number, to: number): StepMetrics[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const step = from + i;
    return {
      step,
      epoch: step / 10,
      loss: 1 / step,
      gradNorm: step / 3,
      learningRate: 0.01,
      tokensPerSecond: 1_000,
      elapsed: step / 100,
    };
  });
}
