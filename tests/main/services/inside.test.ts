/** Looking inside runs of real engine processes. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpack } from '../../../src/api/inside.ts';
import type { Run } from '../../../src/api/types.ts';
import type { Look, LookedAt } from '../../../src/engine/inside/look.ts';
import type { LiveLook } from '../../../src/engine/inside/looks/live.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { configFor } from './app-options.ts';
import { exampleConfig, tableText } from './examples.ts';
import { importText, openTestApp, Watcher, type TestApp } from './harness.ts';

const through = { picture: 'through-time', steps: 12, sequences: 4 } as const;

async function trained(app: TestApp, config: RunConfig): Promise<Run> {
  const watcher = new Watcher(app);
  const { id } = await app.services.runs.create({ config, name: 'a run', tags: [] });
  return watcher.status(id, ['finished', 'failed']);
}

async function lookAt<L extends Look>(app: TestApp, id: string, look: L, checkpoint: 'best' | 'last' = 'best') {
  for await (const event of app.services.inside.look({ id, checkpoint, look })) {
    if (event.type === 'done') return unpack<LookedAt<L>>(event.looked);
  }
  throw new Error('the stream ended without a picture');
}

function empty(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

test('a run is looked into at either checkpoint, and what was seen while it trained is kept', async () => {
  const app = await openTestApp({ engine: 'real' });
  const run = await trained(app, configFor(app.corpus, { training: { maxSteps: 12, evalEvery: 4 } }));
  expect(run).toMatchObject({ status: 'finished', message: null });
  const found = await lookAt(app, run.id, through, 'last');
  expect(found).toMatchObject({ step: 12, readFrom: 'valid', lossOf: 'last-step' });
  expect(found.flows[0]!.norms).toHaveLength(12);
  expect(await lookAt(app, run.id, { picture: 'weights', parameter: null })).toMatchObject({ step: run.bestStep });

  const live = app.services.inside.live(run.id).map((look) => unpack<LiveLook>(look));
  expect(live[0]!.step).toBe(1);
  expect(live[0]!.flows.map(({ norms }) => norms.length)).toEqual([4, 4]); /* T of both layers */
  expect(live[0]!.updates.map(({ name }) => name)).toContain('rnn.weight_hh_l0');
}, 60_000);

test('data that are gone are prepared anew, and a text that is gone is said to be', async () => {
  const app = await openTestApp({ engine: 'real' });
  const run = await trained(app, configFor(app.corpus, { training: { maxSteps: 4, evalEvery: 4 } }));
  empty(app.workspace.tokens);
  expect((await lookAt(app, run.id, through)).flows).toHaveLength(2);
  empty(app.workspace.tokens);
  rmSync(join(app.workspace.corpora, `${run.corpusHash}.txt`));
  await expect(lookAt(app, run.id, through)).rejects.toThrow(/The corpus of "a run" is gone/);
  // What needs no data is there all the same.
  expect(await lookAt(app, run.id, { picture: 'weights', parameter: null })).toMatchObject({ step: 4 });
}, 60_000);

test('examples are looked at whole', async () => {
  const app = await openTestApp({ engine: 'real' });
  const corpus = await importText(app, tableText, 'reviews');
  const run = await trained(app, exampleConfig('classification', corpus, { training: { maxSteps: 4, evalEvery: 4 } }));
  expect(run).toMatchObject({ status: 'finished', message: null });
  const { flows } = await lookAt(app, run.id, through);
  expect(flows.length).toBeGreaterThan(0);
  expect(flows.every(({ norms }) => norms.some((norm) => norm > 0))).toBe(true);
}, 60_000);

test('a run without a checkpoint, and a run that there is not, are refused', async () => {
  const app = await openTestApp({ faults: { holdAfter: 1 } });
  const watcher = new Watcher(app);
  const config = configFor(app.corpus, { training: { maxSteps: 40, evalEvery: 20 } });
  const { id } = await app.services.runs.create({ config, name: 'a run', tags: [] });
  await watcher.step(id, 1);
  await expect(lookAt(app, id, { picture: 'weights', parameter: null })).rejects.toThrow(
    /"a run" has no checkpoint yet/,
  );
  await expect(lookAt(app, 'nobody', through)).rejects.toThrow(/no longer exists/);
}, 60_000);
