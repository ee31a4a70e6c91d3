/** Copies of a workspace's database from before it was brought up to a newer format, beside it: `workspace.format-6.backup.db`. */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';

/** One for each format; those of the latest formats are kept. */
const kept = 3;

/**
 * Copies the database as it is, whole or not at all, and removes the copies of formats long ago.
 * @param path of the database, `…/workspace.db`
 * @param format of its schema
 * @throws SqliteError when there is no room for the copy: then nothing may be changed
 */
export function backUp(database: Database, path: string, format: number): void {
  const folder = dirname(path);
  const start = `${basename(path, '.db')}.format-`;
  const end = '.backup.db';
  const backup = join(folder, `${start}${format}${end}`);
  const unfinished = `${backup}.unfinished`;
  rmSync(unfinished, { force: true });
  database.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, backup);

  const formats = readdirSync(folder)
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .map((name) => Number(name.slice(start.length, -end.length)))
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
  for (const old of formats.slice(kept)) rmSync(join(folder, `${start}${old}${end}`), { force: true });
}
