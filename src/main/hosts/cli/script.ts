/** The command `script`. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ScriptKind } from '../../../api/export.ts';
import type { Client } from './app-session.ts';
import { UsageError } from './errors.ts';
import { findRun } from './find-run.ts';
import type { Terminal } from './terminal.ts';

/** Prints a run as a command or a program, or writes it to a file. @throws UsageError when that cannot be written */
export async function printScript(
  client: Client,
  name: string,
  { as, out }: { readonly as: ScriptKind; readonly out?: string },
  terminal: Terminal,
): Promise<void> {
  const run = await findRun(client, name);
  const { text } = await client.runs.script({ id: run.id, as });
  const path = out === undefined ? null : resolve(out);
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  if (path !== null) {
    await writeFile(path, ended).catch((error: Error) => {
      throw new UsageError(`--out ${out}: it cannot be written: ${error.message}.`);
    });
  }
  if (terminal.json)
    return terminal.event({ event: 'script', run: run.id, as, ...(path === null ? { text } : { path }) });
  if (path === null) terminal.text(ended);
  else terminal.line(`Wrote ${path}`);
}
