/** `predict`: what a trained run answers. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { PredictionRequest, Run } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { Interrupted, UsageError } from './errors.ts';
import { findRun } from './find-run.ts';
import { catchInterrupts } from './interrupts.ts';
import { checkFlags, labelRequest, type PredictFlags, textRequest } from './predict-options.ts';
import { tableRows, typedRows } from './predict-rows.ts';
import { PredictionView } from './prediction-view.ts';
import type { Terminal } from './terminal.ts';

/** Something to ask, and where it stands. */
interface Question {
  /** As JSON shows it. */
  readonly input: string;
  /** For messages; null where there is one question only. */
  readonly where: string | null;
  readonly request: PredictionRequest;
}

const stdin = '-';

/** One answer for each text, or one for all rows of numbers; Ctrl-C ends it. */
export async function predict(client: Client, name: string, flags: PredictFlags, terminal: Terminal): Promise<void> {
  const run = await findRun(client, name);
  checkFlags(flags, run.config.architecture.task, name);
  const interrupts = catchInterrupts();
  const abort = new AbortController();
  interrupts.onFirst(() => abort.abort(new Interrupted('')));
  const { signal } = abort;
  const view = new PredictionView(terminal);
  try {
    for await (const { input, where, request } of questions(client, run, flags, terminal)) {
      signal.throwIfAborted();
      const prediction = await client.runs
        .predict({ id: run.id, input: request }, { signal })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          throw where === null || !(error instanceof Error) ? error : new UsageError(`${where}: ${error.message}`);
        });
      if (terminal.json) terminal.event({ input, ...seedOf(request), ...prediction });
      else view.show(prediction, where === null ? null : input);
    }
  } finally {
    interrupts.release();
  }
}

/** Needed to write the same again. */
function seedOf(request: PredictionRequest): object {
  return request.kind === 'label' ? { seed: request.generate?.seed } : {};
}

async function* questions(client: Client, run: Run, flags: PredictFlags, terminal: Terminal): AsyncGenerator<Question> {
  const { data, architecture } = run.config;
  if (data.kind === 'numeric') {
    const model = await client.runs.modelInput({ id: run.id });
    const file = flags.file ?? (flags.input === undefined ? pipedOnly('numbers') : undefined);
    const rows =
      file === undefined
        ? typedRows(flags.input!, model)
        : await tableRows(await wholeText(file), nameOf(file), model, data);
    yield { input: flags.input ?? nameOf(file!), where: null, request: { kind: 'rows', rows } };
    return;
  }
  if (architecture.task === 'conditional-generation') {
    const { labels } = await client.runs.modelInput({ id: run.id });
    const request = labelRequest(flags, labels ?? []);
    if (request.kind === 'label' && flags.seed === undefined) terminal.note(`seed ${request.generate?.seed}`);
    yield { input: flags.label!, where: null, request };
    return;
  }
  if (flags.input !== undefined) {
    yield { input: flags.input, where: null, request: textRequest(flags.input, flags, architecture.task) };
    return;
  }
  const file = flags.file ?? pipedOnly('a text');
  let empty = 0;
  for await (const { line, text } of linesOf(file)) {
    if (text.trim() === '') empty++;
    else {
      const where = `${nameOf(file)}, line ${line}`;
      yield { input: text, where, request: textRequest(text, flags, architecture.task) };
    }
  }
  if (empty > 0) terminal.note(`${empty} empty ${empty === 1 ? 'line was' : 'lines were'} passed over.`);
}

/** @throws UsageError on a terminal, where nothing says what to read */
function pipedOnly(what: string): string {
  if (!process.stdin.isTTY) return stdin;
  throw new UsageError(`Say what to read: --input with ${what}, --file with a file of them, or pipe it in.`);
}

function nameOf(file: string): string {
  return file === stdin ? 'stdin' : file;
}

async function wholeText(file: string): Promise<string> {
  try {
    return file === stdin ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function* linesOf(file: string): AsyncGenerator<{ line: number; text: string }> {
  const input = file === stdin ? process.stdin : createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input: Readable.from(decoded(input)), crlfDelay: Infinity })) {
      line++;
      yield { line, text };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new UsageError(`${nameOf(file)} is not text in UTF-8: save it so, and ask again.`);
    throw 'code' in (error as object) && (error as NodeJS.ErrnoException).syscall ? unreadable(file, error) : error;
  }
}

/** Text without its byte-order mark. */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function unreadable(file: string, error: unknown): UsageError {
  return new UsageError(`${nameOf(file)} cannot be read: ${(error as Error).message}.`);
}
