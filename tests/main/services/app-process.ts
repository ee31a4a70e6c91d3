/**
 * The app in a process of its own, training until it is killed: `app-process.ts WORKSPACE ENGINE`. Goes on with the run it finds
 * there, or begins one. Says each step, log line and status that it is told of.
 */
import { openApp } from '../../../src/main/app.ts';
import { forkEngine } from '../../../src/main/services/engine-channel.ts';
import { appOptions, configFor } from './app-options.ts';

const [workspace, engine] = process.argv.slice(2) as [string, string];
const app = await openApp(appOptions(workspace, () => forkEngine(engine)));
const { runs, corpora, changes } = app.services;
const watching = changes.watch();
const [corpus] = corpora.list();
const config = configFor(corpus!);
const [found] = runs.list();
const { id } = found ?? (await runs.create({ config, name: null, tags: [] }));
if (found?.status === 'interrupted') await runs.resume(id);
else if (found) process.send!({ id, what: found.status });
for await (const change of watching) {
  if (change.type === 'steps') process.send!({ id, what: `step ${change.steps.step.at(-1)}` });
  if (change.type === 'log') process.send!({ id, what: change.line.message });
  if (change.type === 'run') process.send!({ id, what: change.run.status });
}
