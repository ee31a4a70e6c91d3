/** Opening `workspace.db`: what it must be, bringing it up to date, and refusing what is not ours to touch. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { backUp } from './backups.ts';
import { WorkspaceError } from './errors.ts';
import { migrations as released, type Migration } from './migrations.ts';

/** "Unrl": marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
export const applicationId = 0x556e726c;

export interface OpenOptions {
  readonly readOnly?: boolean;
  /** Steps to the schema; only tests give others than the released ones. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens (or creates) the database at `path`, checked and migrated.
 * @throws WorkspaceError 'newer' (the file is not touched), 'foreign', 'damaged', and when reading only 'older' and 'unusable'
 */
export function openDatabase(path: string, options: OpenOptions = {}): Database.Database {
  const { readOnly = false, migrations = released } = options;
  refuseForeign(path, migrations.length);
  let database: Database.Database;
  try {
    database = new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: 5000 });
  } catch (error) {
    throw new WorkspaceError('unusable', `${path} cannot be opened: ${(error as Error).message}.`, { cause: error });
  }
  try {
    if (readOnly) {
      requireCurrent(database, path, migrations.length);
      checkIntegrity(database, path, 'quick_check');
    } else {
      prepareForWriting(database, path, migrations);
    }
    return database;
  } catch (error) {
    database.close();
    throw asWorkspaceError(error, path);
  }
}

/** Version and mark from the first page, read as bytes: opening a file with SQLite may already write to it. */
function refuseForeign(path: string, latest: number): void {
  const header = readHeader(path);
  if (header === null) return;
  if (header.length < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new WorkspaceError(
      'damaged',
      `${path} is not a database any more: its first bytes were overwritten or cut off. Restore it from a backup, or move it away to start an empty workspace.`,
    );
  }
  refuseVersion(header.readUInt32BE(60), header.readInt32BE(68), path, latest);
  // What is committed but not yet merged into the file counts too.
  if (fileSize(`${path}-wal`) > 0) {
    const database = new Database(path, { readonly: true });
    try {
      refuseVersion(versionOf(database), database.pragma('application_id', { simple: true }) as number, path, latest);
    } catch (error) {
      throw asWorkspaceError(error, path);
    } finally {
      database.close();
    }
  }
}

function refuseVersion(version: number, application: number, path: string, latest: number): void {
  if (application !== applicationId && (application !== 0 || version !== 0)) {
    throw new WorkspaceError('foreign', `${path} belongs to another program. Choose another folder as the workspace.`);
  }
  if (version > latest) {
    throw new WorkspaceError(
      'newer',
      `${path} was written by a newer Unroll (its format is ${version}, this program knows up to ${latest}). It was left as it was. Update Unroll, or open another workspace.`,
    );
  }
}

function requireCurrent(database: Database.Database, path: string, latest: number): void {
  const version = versionOf(database);
  if (version === latest) return;
  throw new WorkspaceError(
    'older',
    `${path} was written by an older Unroll (its format is ${version}, this program's is ${latest}). Open the workspace once in the app to bring it up to date.`,
  );
}

function prepareForWriting(database: Database.Database, path: string, migrations: readonly Migration[]): void {
  // A log left behind means that the last writer was killed: look at everything then. Otherwise the quick check, which leaves
  // out comparing indexes with their tables, is enough.
  const killed = fileSize(`${path}-wal`) > 0;
  checkIntegrity(database, path, killed ? 'integrity_check' : 'quick_check');
  database.pragma('journal_mode = WAL');
  // FULL syncs the log at every commit. With two commits a second that costs little, and a power cut then loses no more than a
  // killed process does.
  database.pragma('synchronous = FULL');
  migrate(database, path, migrations);
  database.pragma('foreign_keys = ON');
}

function checkIntegrity(database: Database.Database, path: string, check: 'integrity_check' | 'quick_check'): void {
  const found = database.pragma(`${check}(1)`, { simple: true });
  if (found !== 'ok') throw damaged(path, String(found));
}

/** Each step in a transaction of its own, after a copy of the database as it was. */
function migrate(database: Database.Database, path: string, migrations: readonly Migration[]): void {
  const from = versionOf(database);
  if (from === migrations.length) return;
  if (from > 0) backUp(database, path, from);
  database.pragma('foreign_keys = OFF'); // steps may rebuild tables; checked before each commit instead
  for (let version = from; version < migrations.length; version++) {
    const step = database.transaction(() => {
      migrations[version]!(database);
      const broken = database.pragma('foreign_key_check') as unknown[];
      if (broken.length > 0) throw new Error(`format ${version + 1} left ${broken.length} rows without their parent`);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${version + 1}`);
    });
    step.immediate();
  }
}

function versionOf(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

function readHeader(path: string): Buffer | null {
  if (fileSize(path) === 0) return null;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(100);
    return header.subarray(0, readSync(file, header, 0, 100, 0));
  } finally {
    closeSync(file);
  }
}

function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function damaged(path: string, detail: string, cause?: unknown): WorkspaceError {
  return new WorkspaceError(
    'damaged',
    `${path} is damaged (${detail.replaceAll(/\s+/g, ' ').trim()}). Restore workspace.db from a backup, or move it away to start an empty workspace; texts and checkpoints lie beside it and stay.`,
    { cause },
  );
}

/** What SQLite reports about the disk, as a WorkspaceError that says what to do; any other error as it is. */
export function asWorkspaceError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return damaged(path, error.message, error);
  const cause = { cause: error };
  if (error.code === 'SQLITE_FULL') {
    return new WorkspaceError(
      'unusable',
      `${path} cannot be written: the disk is full. Make room, then try again.`,
      cause,
    );
  }
  if (/^SQLITE_(IOERR|READONLY|CANTOPEN|PERM)/.test(error.code)) {
    const what = `${path} cannot be written (${error.message}). Check that the drive is there and that you may write to it.`;
    return new WorkspaceError('unusable', what, cause);
  }
  return error;
}
