/** From a file and the flags of `train` to a run: imports, looks, checks, creates. */
import { resolve } from 'node:path';
import type { Corpus, Run } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { checkData, lookAt, widthOfVectors } from './check-data.ts';
import { UsageError } from './errors.ts';
import { runConfigOf, type RunCorpora } from './run-options.ts';
import type { ProgressBar, Terminal } from './terminal.ts';
import { labelled, type TrainFlags } from './train-flags.ts';

/** @throws UsageError for what is wrong with the flags whatever the file holds */
export function checkFlags(file: string, flags: TrainFlags): void {
  runConfigOf(flags, filesOf(file, flags), { look: null, vectorWidth: null });
}

/**
 * The run, queued.
 * @param terminal is told how the data are read
 * @throws UsageError naming the flag or the lines that cannot be used
 */
export async function beginRun(
  client: Client,
  file: string,
  flags: TrainFlags,
  terminal: Terminal,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Run> {
  const files = filesOf(file, flags);
  // Of texts with labels, an archive is as a folder: files named by class.
  const reading = { encoding: flags.encoding ?? null, classes: labelled.includes(flags.task) };
  const imported = await importAll(files, (path) => importFile(client, path, reading, bar, signal));
  const look = flags.task === 'language-model' ? null : await lookAt(client, imported, signal);
  const vectorWidth = imported.vectors === null ? null : await widthOfVectors(client, imported.vectors);
  const config = runConfigOf(flags, imported, { look, vectorWidth });
  if (look) await checkData(client, config, files, terminal, signal);
  return client.runs.create({ config, name: flags.name ?? null });
}

/** The files, by what they are for. */
function filesOf(file: string, flags: TrainFlags): RunCorpora {
  const named = (path: string | undefined) => path ?? null;
  return {
    main: file,
    valid: named(flags.validFile),
    test: named(flags.testFile),
    targets: {
      main: named(flags.targetFile),
      valid: named(flags.validTargetFile),
      test: named(flags.testTargetFile),
    },
    vectors: named(flags.wordVectors),
  };
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

async function importFile(
  client: Client,
  file: string,
  reading: { encoding: string | null; classes: boolean },
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Corpus> {
  const path = resolve(file);
  const events = await client.corpora.import({ source: { type: 'path', path }, ...reading, name: null }, { signal });
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
