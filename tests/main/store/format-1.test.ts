/** A workspace as the first format left it, opened by today's program: nothing that was in it is lost. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { runConfigSchema } from '../../../src/engine/training/config.ts';
import { applicationId } from '../../../src/main/store/database.ts';
import { migrations } from '../../../src/main/store/migrations.ts';
import { openStore } from '../../../src/main/store/store.ts';
import { createFolders, workspaceAt } from '../../../src/main/store/workspace.ts';
import { temporaryFolder } from '../temporary.ts';
import { sampleConfig, sampleCorpus, sampleRun, sampleSteps } from './samples.ts';

/** What the first format's program stored: nothing of data, word vectors, or shapes other than a language model's. */
const oldConfig = {
  corpus: 'corpus-1',
  validCorpus: null,
  testCorpus: null,
  split: { valid: 0.1, test: 0 },
  tokenizer: { kind: 'char', unit: 'codepoint', lowercase: false, minFrequency: 1 },
  architecture: {
    ...{ task: 'language-model', cell: 'lstm', activation: 'tanh', reset: 'after', layers: 1, hidden: 8 },
    ...{ embedding: 0, dropout: 0, tie: false },
  },
  training: {
    ...{ batch: 2, steps: 4, partition: 'sequential', optimizer: { kind: 'adam' }, learningRate: 0.01 },
    ...{ schedule: { kind: 'constant' }, clip: 5, maxEpochs: 1, maxSteps: null, maxMinutes: null },
    ...{ evalEvery: null, earlyStopping: null, checkpointEvery: null, seed: 1 },
  },
  device: 'auto',
  threads: null,
};

/** A database of format 1 with a row in every table. */
const fixture = `
  INSERT INTO corpora VALUES ('c', 'corpus c', 1000, NULL, '/somewhere/a text.txt', 'hash', 'utf-8', 'utf-8', 12, 12, 12, 1, 2, 9, 0,
    '[{"token":"e","count":3}]', '[{"token":"the","count":1}]');
  INSERT INTO runs VALUES (7, 'r', 'run r', 'finished', NULL, '${JSON.stringify(oldConfig)}', 'a text', 'hash', 'valid', 'test', 'tokens', 1,
    10, 1.5, 0.25, 100, 2000, 'native', 'AVX2', '0.1.0', 1000, 1000, 1001, 1002, 0.03, 3, 0.3, 10, 10, 0.5, 0.6, 3, 0.6, 0.7, 99.5,
    'notes', 4, 1, NULL);
  INSERT INTO metrics VALUES (7, 1, 0.1, 1, 0.3333333333333333, 0.01, 1000, 0.01), (7, 2, 0.2, 0.5, 0.6666666666666666, 0.01, 1000, 0.02);
  INSERT INTO evals VALUES (7, 3, 'valid', 0.3, 0.6, 2.5, 0.03), (7, 3, 'test', 0.3, 0.7, 2.75, 0.04);
  INSERT INTO samples VALUES (7, 3, 'a sample');
  INSERT INTO log (run, at, level, message) VALUES (7, 1001, 'info', 'a line');
  INSERT INTO checkpoints VALUES (7, 'last', 3, 'step-000000003.safetensors');
  INSERT INTO tags VALUES (7, 'small');`;

function workspaceOfFormat1(): string {
  const folder = join(temporaryFolder(), 'workspace');
  const workspace = workspaceAt(folder);
  createFolders(workspace);
  const database = new Database(workspace.database);
  migrations[0]!(database);
  database.exec(fixture);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma('user_version = 1');
  database.close();
  return folder;
}

test('a workspace of format 1 opens with everything that was in it', () => {
  const store = openStore(workspaceOfFormat1());
  onTestFinished(() => store.close());

  expect(store.corpora.list()).toEqual([sampleCorpus('c')]);
  const texts = { corpusHash: 'hash', validHash: 'valid', testHash: 'test' };
  expect(store.runs.list()).toEqual([
    {
      ...sampleRun('r', { ...texts, appVersion: '0.1.0' }),
      ...{ key: 7, status: 'finished', message: null, config: sampleConfig, createdAt: 1000, queuedAt: 1000 },
      ...{ startedAt: 1001, finishedAt: 1002, elapsed: 0.03, step: 3, epoch: 0.3, stepsPerEpoch: 10, totalSteps: 10 },
      ...{ trainLoss: 0.5, validLoss: 0.6, bestStep: 3, bestLoss: 0.6, testLoss: 0.7, tokensPerSecond: 99.5 },
      ...{ validFigures: null, bestFigures: null, testFigures: null },
      ...{ vocabularySize: 10, charactersPerToken: 1.5, unknownRate: 0.25, parameters: 100, memoryBytes: 2000 },
      ...{ device: 'native', deviceDetail: 'AVX2', checkpointStep: 3, notes: 'notes', tags: ['small'], color: 4 },
      ...{ archived: true, deletedAt: null },
      deviceHistory: [{ device: 'native', detail: 'AVX2', step: 0 }],
      imported: null,
    },
  ]);
  expect(store.metrics.read(7).loss).toEqual(sampleSteps(1, 2).map(({ loss }) => loss));
  const language = { figures: {}, metrics: null };
  expect(store.evals.read(7)).toEqual([
    { step: 3, epoch: 0.3, split: 'valid', loss: 0.6, bitsPerCharacter: 2.5, elapsed: 0.03, ...language },
    { step: 3, epoch: 0.3, split: 'test', loss: 0.7, bitsPerCharacter: 2.75, elapsed: 0.04, ...language },
  ]);
  expect(store.samples.read(7)).toEqual([{ step: 3, text: 'a sample', detail: null }]);
  expect(store.log.read(7)).toEqual([{ at: 1001, level: 'info', message: 'a line' }]);
});

test('its configurations get what is new at the values that mean what they meant', () => {
  const store = openStore(workspaceOfFormat1());
  onTestFinished(() => store.close());
  expect(store.runs.get('r')!.config).toEqual(runConfigSchema.parse(oldConfig));
});
