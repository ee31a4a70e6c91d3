/** `train` and `resume`. */
import type { Run } from '../../../api/types.ts';
import { type Client, withApp } from './app-session.ts';
import { beginRun, checkFlags } from './begin-run.ts';
import { Interrupted } from './errors.ts';
import { findRun } from './find-run.ts';
import { followRun } from './follow-run.ts';
import { catchInterrupts, type Interrupts } from './interrupts.ts';
import type { ProgressBar, Terminal } from './terminal.ts';
import type { TrainFlags } from './train-flags.ts';

export async function train(file: string, flags: TrainFlags, workspace: string, terminal: Terminal): Promise<void> {
  // Bad flags are refused before anything is opened.
  checkFlags(file, flags);
  await followed(workspace, terminal, async (client, bar, signal) => ({
    run: await beginRun(client, file, flags, terminal, bar, signal),
    before: 0,
  }));
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
