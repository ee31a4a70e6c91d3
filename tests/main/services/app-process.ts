/** The app in a process of its own, training until it is killed. Says each step and each checkpoint that it is told of. */
import { forkEngine } from '../../../src/main/services/engine-channel.ts';
import { openApp } from '../../../src/main/app.ts';
import { join } from 'node:path';
import { appOptions, configFor } from './app-options.ts';

const app = await openApp(appOptions(process.argv[2]!, () => forkEngine(join(import.meta.dirname, 'fake-engine.ts'))));
const watching = app.services.changes.watch();
const { id } = await app.services.runs.create({
  config: configFor(app.services.corpora.list()[0]!),
  name: null,
  tags: [],
});
for await (const change of watching) {
  if (change.type === 'steps') process.send!({ id, what: `step ${change.steps.step.at(-1)}` });
  if (change.type === 'log') process.send!({ id, what: change.line.message });
}
