/**
 * One writer per workspace. The lock is an exclusive transaction held open on a SQLite file of its own: the operating system's
 * file lock behind it ends with the process, however that ends, so nothing stale is ever left to clean up.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { asWorkspaceError } from './database.ts';
import { WorkspaceError } from './errors.ts';
import type { Workspace } from './workspace.ts';

/** Long enough for a reader's glance (`hasWriter`) to pass, short enough not to be felt. */
const patience = 300; // ms

export interface WorkspaceLock {
  release(): void;
}

/** @throws WorkspaceError 'in-use', naming the folder and the process that has it */
export function lockWorkspace(workspace: Workspace): WorkspaceLock {
  let database;
  try {
    database = new Database(workspace.lock, { timeout: patience });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw asWorkspaceError(error, workspace.lock);
    const owner = readOwner(workspace);
    throw new WorkspaceError(
      'in-use',
      `The workspace ${workspace.root} is in use by another Unroll${owner === null ? '' : ` (process ${owner})`}. ` +
        'Use that window, close it first, or open another workspace.',
    );
  }
  try {
    writeFileSync(ownerFile(workspace), `${process.pid}\n`);
  } catch (error) {
    database.close();
    throw new WorkspaceError(
      'unusable',
      `The workspace ${workspace.root} cannot be written: ${(error as Error).message}. Choose a folder that you may write to.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}

/** Does some process hold the workspace for writing right now? */
export function hasWriter(workspace: Workspace): boolean {
  let database;
  try {
    database = new Database(workspace.lock, { timeout: 0, fileMustExist: true });
  } catch {
    return false; // no lock file, no writer
  }
  try {
    database.exec('BEGIN EXCLUSIVE');
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Beside the lock, not in it: what an exclusive transaction holds cannot be read. */
function ownerFile(workspace: Workspace): string {
  return `${workspace.lock}.pid`;
}

function readOwner(workspace: Workspace): string | null {
  try {
    return readFileSync(ownerFile(workspace), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
