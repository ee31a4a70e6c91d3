import { createRouterClient } from '@orpc/server';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PlanRequest } from '../../../src/api/types.ts';
import { parameterCount } from '../../../src/engine/model/size.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { exampleConfig, pairsText, seriesText, tableText, taggedText, type ExampleChanges } from './examples.ts';
import { importText, openTestApp, Watcher } from './harness.ts';

async function open() {
  const app = await openTestApp({ engine: 'real' });
  return { app, client: createRouterClient(app.router) };
}

function requestFor(config: RunConfig): PlanRequest {
  const { corpus, data, validCorpus, testCorpus, vectorsCorpus, tokenizer, architecture, split, training } = config;
  const { batch, steps, partition, optimizer, seed } = training;
  return {
    ...{ corpus, data, validCorpus, testCorpus, vectorsCorpus, tokenizer, architecture, ...split },
    ...{ batch, steps, partition, optimizer, seed, device: 'reference', threads: null, precision: 'float32' },
  };
}

test('a plan of examples has the numbers of the run that follows', { timeout: 60_000 }, async () => {
  const { app, client } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const config = exampleConfig('tagging', corpus);
  const plan = await client.runs.plan(requestFor(config));
  expect(plan).toMatchObject({
    ...{ vocabularySize: 13, vocabularyExact: true, stepsPerEpoch: 5, secondsPerStep: null, problems: [] },
    parameters: parameterCount(config.architecture, { inputs: 13, outputs: 2 }),
    examples: { train: 36, valid: 12, test: 12, longest: 5, longestTarget: null, outputs: 2, labels: ['NOUN', 'VERB'] },
  });
  expect(plan.firstTokens.length).toBe(plan.firstTargets.length);
  expect(plan.firstTokens.map((word) => (word.startsWith('dog') ? 'NOUN' : 'VERB'))).toEqual(plan.firstTargets);
  expect((await client.runs.plan(requestFor(config))).secondsPerStep).toBeGreaterThan(0);

  const watcher = new Watcher(app);
  const { id } = await client.runs.create({ config, name: null, tags: [] });
  const run = await watcher.status(id, 'finished');
  const { vocabularySize, parameters, stepsPerEpoch } = plan;
  expect(run).toMatchObject({ vocabularySize, parameters, stepsPerEpoch });
  expect(readdirSync(app.workspace.tokens)).toHaveLength(1);
});

test('the network may change without preparing anything again, the data may not', async () => {
  const { app, client } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const plan = (changes: ExampleChanges) => client.runs.plan(requestFor(exampleConfig('tagging', corpus, changes)));
  const small = await plan({});
  const large = await plan({ architecture: { hidden: 32, cell: 'gru' }, training: { batch: 4 } });
  expect(readdirSync(app.workspace.tokens)).toHaveLength(1);
  expect(large.parameters).toBeGreaterThan(small.parameters);
  expect(large.stepsPerEpoch).toBe(9);
  const cut = await plan({ data: { maxLength: 3 } });
  expect(cut.examples).toMatchObject({ longest: 3, tooLong: 30 });
  expect(readdirSync(app.workspace.tokens)).toHaveLength(2);
});

test.each([
  ['translation', pairsText, { firstTokens: ['a'], firstTargets: ['A', '<eos>'] }],
  [
    'forecasting',
    seriesText,
    {
      ...{ vocabularySize: 0, examples: { outputs: 1, longest: 8, unknownRate: null }, firstTargets: ['0.9996'] },
      firstTokens: ['0', '0.1987', '0.3894', '0.5646', '0.7174', '0.8415', '0.932', '0.9855'],
    },
  ],
  ['classification', tableText, { firstTokens: ['bad', 'film', 'number', '0'], firstTargets: ['no'] }],
  [
    'conditional-generation',
    tableText,
    { firstTokens: ['no'], firstTargets: ['bad', 'film', 'number', '0', '<eos>'], examples: { labels: ['no', 'yes'] } },
  ],
] as const)('the first example of %s is shown as it is learned', async (task, text, expected) => {
  const { app, client } = await open();
  const corpus = await importText(app, text, task);
  const plan = await client.runs.plan(requestFor(exampleConfig(task, corpus)));
  expect(plan).toMatchObject({ ...expected, problems: [] });
});

test('problems of the data and of what is asked of them are sentences', async () => {
  const { app, client } = await open();
  const corpus = await importText(app, `${tableText}\nno label here`, 'reviews');
  const config = exampleConfig('classification', corpus);
  const problemsOf = async (request: Partial<PlanRequest>) => {
    const plan = await client.runs.plan({ ...requestFor(config), ...request });
    expect(plan).toMatchObject({ examples: null, vocabularyExact: false });
    return plan.problems;
  };
  expect(await problemsOf({})).toEqual([expect.stringMatching(/^The data have 1 bad row\. Line 62: /)]);
  expect(await problemsOf({ data: { kind: 'text' } })).toEqual([
    expect.stringMatching(/^The task classification learns from a table/),
  ]);
  expect(await problemsOf({ valid: 0.5, test: 0.5 })).toEqual([expect.stringMatching(/leave nothing to train on/)]);
});

test('what was prepared for plans alone is gone at the next start', async () => {
  const { app, client } = await open();
  const corpus = await importText(app, tableText, 'reviews');
  await client.runs.plan(requestFor(exampleConfig('classification', corpus)));
  const config = exampleConfig('classification', corpus, { data: { maxLength: 4 } });
  const watcher = new Watcher(app);
  const { id } = await client.runs.create({ config, name: null, tags: [] });
  await watcher.status(id, 'finished');
  expect(readdirSync(app.workspace.tokens)).toHaveLength(2);
  await app.close();
  const again = await openTestApp({ folder: app.folder });
  expect(readdirSync(again.workspace.tokens)).toEqual([again.services.runs.record(id).tokensKey]);
});

test('what is asked of other data meanwhile is not kept waiting', async () => {
  const { app, client } = await open();
  const corpus = await importText(app, taggedText, 'sentences');
  const first = client.runs.plan(requestFor(exampleConfig('tagging', corpus)));
  const second = client.runs.plan(requestFor(exampleConfig('tagging', corpus, { data: { maxLength: 4 } })));
  expect((await first).examples).toBeNull();
  expect((await second).examples?.longest).toBe(4);
});
