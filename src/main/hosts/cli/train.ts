/** `train` and `resume`. */
import { resolve } from 'node:path';
import type { Corpus, Run } from '../../../api/types.ts';
import { type Client, withApp } from './app-session.ts';
import { checkData, lookAt, widthOfVectors } from './check-data.ts';
import { Interrupted, UsageError } from './errors.ts';
import { findRun } from './find-run.ts';
import { followRun } from './follow-run.ts';
import { catchInterrupts, type Interrupts } from './interrupts.ts';
import { runConfigOf, type RunCorpora } from './run-options.ts';
import type { ProgressBar, Terminal } from './terminal.ts';
import type { TrainFlags } from './train-flags.ts';

export async function train(file: string, flags: TrainFlags, workspace: string, terminal: Terminal): Promise<void> {
  // Bad flags are refused before anything is opened or imported.
  const named = (path: string | undefined) => path ?? null;
  const targets = { main: flags.targetFile, valid: flags.validTargetFile, test: flags.testTargetFile };
  const names = { main: file, valid: named(flags.validFile), test: named(flags.testFile) };
  const targetNames = { main: named(targets.main), valid: named(targets.valid), test: named(targets.test) };
  const corpora = { ...names, targets: targetNames, vectors: named(flags.wordVectors) };
  runConfigOf(flags, corpora, { look: null, vectorWidth: null });
  await followed(workspace, terminal, async (client, bar, signal) => {
    const imported = await importAll(corpora, (path) => importFile(client, path, flags.encoding ?? null, bar, signal));
    const look = flags.task === 'language-model' ? null : await lookAt(client, imported, signal);
    const vectorWidth = imported.vectors === null ? null : await widthOfVectors(client, imported.vectors);
    const config = runConfigOf(flags, imported, { look, vectorWidth });
    if (look) await checkData(client, config, corpora, terminal, signal);
    const run = await client.runs.create({ config, name: flags.name ?? null });
    return { run, before: 0 };
  });
}

/** The same files as ids of corpora. */
async function importAll(files: RunCorpora, take: (path: string) => Promise<Corpus>): Promise<RunCorpora> {
  const id = async (path: string | null) => (path === null ? null : (await take(path)).id);
  return {
    main: (await take(files.main)).id,
    valid: await id(files.valid),
    test: await id(files.test),
    targets: {
      main: await id(files.targets.main),
      valid: await id(files.targets.valid),
      test: await id(files.targets.test),
    },
    vectors: await id(files.vectors),
  };
}

/** @param device null: the one the run was trained on */
export async function resume(
  name: string,
  device: string | null,
  workspace: string,
  terminal: Terminal,
): Promise<void> {
  await followed(workspace, terminal, async (client) => {
    const run = await findRun(client, name);
    await client.runs.resume({ id: run.id, device });
    return { run, before: run.checkpointStep ?? 0 };
  });
}

/** Opens the app, starts a run and stays with it to its end. */
async function followed(
  workspace: string,
  terminal: Terminal,
  start: (client: Client, bar: ProgressBar, signal: AbortSignal) => Promise<{ run: Run; before: number }>,
): Promise<void> {
  const interrupts = catchInterrupts();
  const bar = terminal.progress();
  try {
    await withApp({ workspace }, async (client) => {
      const watching = new AbortController();
      const changes = await client.app.watch(undefined, { signal: watching.signal });
      try {
        const { run, before } = await interruptible(interrupts, (signal) => start(client, bar, signal));
        interrupts.onFirst(() => {
          terminal.note('Stopping after this step, with a checkpoint. Ctrl-C again ends at once.');
          // It may have ended by itself just now; following it says how.
          void client.runs.stop({ id: run.id }).catch(() => {});
        });
        await followRun(client, changes, run, before, terminal, bar);
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
