/** Runs are named by their id or the beginning of it. */
import type { Run } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { UsageError } from './errors.ts';

/** @throws UsageError when no run, or more than one, is meant */
export async function findRun(client: Client, name: string): Promise<Run> {
  const runs = await client.runs.list();
  const exact = runs.find((run) => run.id === name);
  if (exact) return exact;
  const matches = name === '' ? [] : runs.filter((run) => run.id.startsWith(name));
  const [only] = matches;
  if (only && matches.length === 1) return only;
  if (!only) throw new UsageError(`There is no run "${name}" in this workspace. "unroll runs" lists them.`);
  throw new UsageError(
    `"${name}" is the beginning of ${matches.length} runs: ${matches.map((run) => run.id).join(', ')}. Write more of it.`,
  );
}
