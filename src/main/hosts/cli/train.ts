/** `train` and `resume`. */
import { resolve } from 'node:path';
import type { Corpus } from '../../../api/types.ts';
import { type Client, withApp } from './app-session.ts';
import { Interrupted, UsageError } from './errors.ts';
import { findRun } from './find-run.ts';
import { followRun } from './follow-run.ts';
import { catchInterrupts, type Interrupts } from './interrupts.ts';
import { runConfigOf, type TrainFlags } from './run-options.ts';
import type { ProgressBar, Terminal } from './terminal.ts';

export async function train(file: string, flags: TrainFlags, workspace: string, terminal: Terminal): Promise<void> {
  // Bad flags are refused before anything is opened or imported.
  runConfigOf(flags, { main: file, valid: flags.validFile ?? null, test: flags.testFile ?? null });
  await followed(workspace, terminal, async (client, bar, signal) => {
    const take = async (path: string | undefined) =>
      path === undefined ? null : (await importFile(client, path, flags.encoding ?? null, bar, signal)).id;
    const main = (await importFile(client, file, flags.encoding ?? null, bar, signal)).id;
    const corpora = { main, valid: await take(flags.validFile), test: await take(flags.testFile) };
    const run = await client.runs.create({ config: runConfigOf(flags, corpora), name: flags.name ?? null });
    return { id: run.id, before: 0 };
  });
}

export async function resume(name: string, workspace: string, terminal: Terminal): Promise<void> {
  await followed(workspace, terminal, async (client) => {
    const run = await findRun(client, name);
    await client.runs.resume({ id: run.id });
    return { id: run.id, before: run.checkpointStep ?? 0 };
  });
}

/** Opens the app, starts a run and stays with it to its end. */
async function followed(
  workspace: string,
  terminal: Terminal,
  start: (client: Client, bar: ProgressBar, signal: AbortSignal) => Promise<{ id: string; before: number }>,
): Promise<void> {
  const interrupts = catchInterrupts();
  const bar = terminal.progress();
  try {
    await withApp({ workspace }, async (client) => {
      const watching = new AbortController();
      const changes = await client.app.watch(undefined, { signal: watching.signal });
      try {
        const { id, before } = await interruptible(interrupts, (signal) => start(client, bar, signal));
        interrupts.onFirst(() => {
          terminal.note('Stopping after this step, with a checkpoint. Ctrl-C again ends at once.');
          // It may have ended by itself just now; following it says how.
          void client.runs.stop({ id }).catch(() => {});
        });
        await followRun(client, changes, id, before, terminal, bar);
      } finally {
        watching.abort();
      }
    });
  } finally {
    bar.stop();
    interrupts.release();
  }
}

/** Until the run exists there is nothing to keep: an interrupt abandons the work. */
async function interruptible<T>(interrupts: Interrupts, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  interrupts.onFirst(() => abort.abort(new Interrupted('Interrupted before training began; nothing was kept.')));
  const result = await work(abort.signal);
  abort.signal.throwIfAborted();
  return result;
}

async function importFile(
  client: Client,
  file: string,
  encoding: string | null,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Corpus> {
  const path = resolve(file);
  const events = await client.corpora.import({ source: { type: 'path', path }, encoding, name: null }, { signal });
  try {
    for await (const event of events) {
      if (event.type === 'done') return event.corpus;
      bar.update(event.done, event.total, `${event.what} ${file}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
  throw new UsageError(`${file} could not be imported.`);
}
