/** The commands that use a trained run: `generate`, `export`, `delete`. */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import type { ExportFormat } from '../../../api/export.ts';
import type { GenerateRequest } from '../../../api/types.ts';
import { generateOptionsSchema } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { Interrupted, UsageError } from './errors.ts';
import { explainIssue, flagName } from './explain.ts';
import { findRun } from './find-run.ts';
import { bytes, rate } from './format.ts';
import { catchInterrupts } from './interrupts.ts';
import { printable, type Terminal } from './terminal.ts';

export interface GenerateFlags {
  readonly prompt?: string;
  readonly length?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
}

/** @throws UsageError naming the flag that is out of range */
export function generateOptions(flags: GenerateFlags): GenerateRequest {
  const result = generateOptionsSchema.safeParse({
    prompt: flags.prompt ?? '',
    length: flags.length ?? 500,
    temperature: flags.temperature ?? 0.8,
    topK: flags.topK ?? null,
    topP: flags.topP ?? null,
    seed: flags.seed ?? randomInt(2 ** 32),
  });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const flag = issue.path[0] as keyof GenerateFlags;
    return explainIssue(issue, `${flagName(flag)} ${flags[flag]}`);
  });
  throw new UsageError(lines.join('\n'));
}

/** Text as it is generated; Ctrl-C ends it. */
export async function generate(client: Client, name: string, flags: GenerateFlags, terminal: Terminal): Promise<void> {
  const options = generateOptions(flags);
  const run = await findRun(client, name);
  const interrupts = catchInterrupts();
  const abort = new AbortController();
  interrupts.onFirst(() => abort.abort(new Interrupted('')));
  try {
    const events = await client.runs.generate({ id: run.id, options }, { signal: abort.signal });
    terminal.text(options.prompt);
    for await (const event of events) {
      if (event.type === 'unknown') {
        const shown = event.characters.map((character) => JSON.stringify(character)).join(', ');
        terminal.note(`Not in this run's vocabulary, so the text goes on without: ${shown}`);
        if (terminal.json) terminal.event({ event: 'unknown', characters: event.characters });
      } else if (event.type === 'text') {
        terminal.text(event.text);
        if (terminal.json) terminal.event({ event: 'text', text: event.text });
      } else {
        terminal.line();
        terminal.note(`seed ${options.seed}, ${rate(event.tokensPerSecond)}`);
        if (terminal.json) {
          terminal.event({ event: 'done', run: run.id, seed: options.seed, tokens_per_s: event.tokensPerSecond });
        }
      }
    }
  } catch (error) {
    abort.signal.throwIfAborted();
    throw error;
  } finally {
    interrupts.release();
  }
  abort.signal.throwIfAborted();
}

export async function exportRun(
  client: Client,
  name: string,
  flags: { readonly format: ExportFormat; readonly out: string },
  terminal: Terminal,
): Promise<void> {
  const run = await findRun(client, name);
  const result = await client.runs.export({ ids: [run.id], format: flags.format, path: resolve(flags.out) });
  if (terminal.json) {
    return terminal.event({
      event: 'exported',
      run: run.id,
      format: flags.format,
      path: result.path,
      bytes: result.bytes,
    });
  }
  terminal.line(`Wrote ${result.path ?? flags.out} (${bytes(result.bytes)})`);
}

export async function deleteRun(client: Client, name: string, terminal: Terminal): Promise<void> {
  const run = await findRun(client, name);
  await client.runs.remove({ ids: [run.id] });
  if (terminal.json) return terminal.event({ event: 'deleted', run: run.id });
  terminal.line(`Deleted ${run.id} (${printable(run.name)})`);
}
