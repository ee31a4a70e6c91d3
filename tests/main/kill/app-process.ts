/**
 * The app in a process of its own, to be killed: opens a workspace, makes or resumes its one run, and tells the test what a person
 * would see. Message "kill-engine" ends the engine process as `kill -9` does.
 */
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { openApp } from '../../../src/main/app.ts';
import { forkEngine, type EngineChannel } from '../../../src/main/services/engine-channel.ts';

import type { AppMessage } from './messages.ts';

const root = join(import.meta.dirname, '../../..');
const [workspace, configJson, text] = process.argv.slice(2) as [string, string, string];
const tell = (message: AppMessage) => process.send!(message);

let engine: EngineChannel | null = null;
const app = await openApp({
  workspace,
  resourcesDir: join(root, 'resources'),
  pageDir: join(root, 'out', 'standalone'),
  spawnEngine: () => (engine = forkEngine(join(root, 'src/main/engine-process.ts'))),
  host: 'cli',
  capabilities: { filePaths: true, saveDialog: false, nativeMenu: false },
  version: 'test',
});
process.on('message', (message) => {
  if (message === 'kill-engine') engine?.kill();
});
const client = createRouterClient(app.router);

const changes = await client.app.watch();
void (async () => {
  for await (const change of changes) {
    if (change.type === 'steps') tell({ type: 'steps', last: change.steps.step.at(-1)! });
    if (change.type === 'run') {
      const { status, checkpointStep, message } = change.run;
      tell({ type: 'run', status, checkpointStep, message });
    }
  }
})();

const [existing] = await client.runs.list();
if (existing) {
  await client.runs.resume({ id: existing.id });
} else {
  const source = { type: 'text' as const, text, name: 'kill test' };
  let corpus = '';
  for await (const event of await client.corpora.import({ source, encoding: null, name: null })) {
    if (event.type === 'done') corpus = event.corpus.id;
  }
  await client.runs.create({ config: { ...JSON.parse(configJson), corpus }, name: 'victim', tags: [] });
}
