/** Runs are named by their id or the beginning of it, by their name, or as the latest. */
import type { Run } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { UsageError } from './errors.ts';

/** The run that was made last. */
const latest = 'latest';

/** @throws UsageError when no run, or more than one, is meant */
export async function findRun(client: Client, name: string): Promise<Run> {
  const runs = await client.runs.list();
  const exact = runs.find((run) => run.id === name);
  if (exact) return exact;
  const called = runs.filter((run) => run.name === name);
  if (called.length > 0) return only(called, `"${name}" is the name`);
  if (name === latest && runs.length > 0) return runs.reduce((a, b) => (b.createdAt > a.createdAt ? b : a));
  const beginning = name === '' ? [] : runs.filter((run) => run.id.startsWith(name));
  if (beginning.length > 0) return only(beginning, `"${name}" is the beginning`);
  throw new UsageError(`There is no run "${name}" in this workspace. "unroll runs" lists them.`);
}

function only(matches: readonly Run[], what: string): Run {
  const [run] = matches;
  if (run && matches.length === 1) return run;
  throw new UsageError(
    `${what} of ${matches.length} runs: ${matches.map(({ id }) => id).join(', ')}. Write the id, or more of it.`,
  );
}
