import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { applicationId, asWorkspaceError, openDatabase } from '../../../src/main/store/database.ts';
import { WorkspaceError, type WorkspaceProblem } from '../../../src/main/store/errors.ts';
import { migrations, type Migration } from '../../../src/main/store/migrations.ts';
import { temporaryFolder } from '../temporary.ts';

function refusal(open: () => unknown): WorkspaceError {
  try {
    open();
  } catch (error) {
    if (error instanceof WorkspaceError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

function expectRefusal(open: () => unknown, problem: WorkspaceProblem, message: RegExp): void {
  const error = refusal(open);
  expect(error.problem).toBe(problem);
  expect(error.message).toMatch(message);
}

const schemaOf = (database: Database.Database) =>
  database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
const versionOf = (database: Database.Database) => database.pragma('user_version', { simple: true });

describe('a new database', () => {
  test('is ours, of the newest format, journalled, and guards its references', () => {
    const path = join(temporaryFolder(), 'workspace.db');
    const database = openDatabase(path);
    expect(database.pragma('application_id', { simple: true })).toBe(applicationId);
    expect(versionOf(database)).toBe(migrations.length);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(() => database.prepare("INSERT INTO tags VALUES (99, 'x')").run()).toThrow(/FOREIGN KEY/);
    database.close();
  });

  test('needs no backup', () => {
    const folder = temporaryFolder();
    openDatabase(join(folder, 'workspace.db')).close();
    expect(readdirSync(folder)).toEqual(['workspace.db']);
  });
});

describe('an older database', () => {
  const addColumn: Migration = (database) => database.exec('ALTER TABLE corpora ADD COLUMN colour TEXT');
  const later = [...migrations, addColumn];

  test.each(migrations.map((_, version) => version))('of format %i becomes what a new one is', (version) => {
    const folder = temporaryFolder();
    const [old, fresh] = [join(folder, 'old.db'), join(folder, 'fresh.db')];
    if (version > 0) openDatabase(old, { migrations: migrations.slice(0, version) }).close();
    const [migrated, created] = [openDatabase(old), openDatabase(fresh)];
    expect(versionOf(migrated)).toBe(migrations.length);
    expect(schemaOf(migrated)).toEqual(schemaOf(created));
    migrated.close();
    created.close();
  });

  test('keeps its rows, and a backup as it was', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'workspace.db');
    const before = openDatabase(path);
    before
      .prepare(
        "INSERT INTO runs (id, name, status, config, corpus_name, corpus_hash, tokens_key, seed, app_version, created_at, queued_at, color) VALUES ('r', 'n', 'finished', '{}', 'c', 'h', 't', 1, '0', 1, 1, 0)",
      )
      .run();
    before.close();

    const after = openDatabase(path, { migrations: later });
    expect(versionOf(after)).toBe(later.length);
    expect(after.prepare('SELECT id FROM runs').pluck().all()).toEqual(['r']);
    after.close();

    const backup = openDatabase(join(folder, `workspace.format-${migrations.length}.backup.db`));
    expect(versionOf(backup)).toBe(migrations.length);
    expect(backup.prepare('SELECT id FROM runs').pluck().all()).toEqual(['r']);
    backup.close();
  });

  test('stays as it was when a step fails', () => {
    const path = join(temporaryFolder(), 'workspace.db');
    openDatabase(path).close();
    const failing: Migration = (database) => {
      addColumn(database);
      throw new Error('a fault in the step');
    };
    expect(() => openDatabase(path, { migrations: [...migrations, failing] })).toThrow('a fault in the step');
    const database = openDatabase(path);
    expect(versionOf(database)).toBe(migrations.length);
    expect(() => database.prepare('SELECT colour FROM corpora')).toThrow(/no such column/);
    database.close();
  });

  test('refuses a step that leaves rows without their parent', () => {
    const path = join(temporaryFolder(), 'workspace.db');
    openDatabase(path).close();
    const careless: Migration = (database) => database.exec("INSERT INTO tags VALUES (99, 'x')");
    expect(() => openDatabase(path, { migrations: [...migrations, careless] })).toThrow(/without their parent/);
  });

  test('is not read by a reader, which may not bring it up to date', () => {
    const path = join(temporaryFolder(), 'workspace.db');
    openDatabase(path).close();
    expectRefusal(
      () => openDatabase(path, { readOnly: true, migrations: later }),
      'older',
      /Open the workspace once in the app/,
    );
  });
});

describe('what is not ours to touch', () => {
  const newer = [...migrations, () => {}];

  test.each([true, false])('a newer database is refused and left byte for byte (reading only: %s)', (readOnly) => {
    const folder = temporaryFolder();
    const path = join(folder, 'workspace.db');
    openDatabase(path, { migrations: newer }).close();
    const bytes = readFileSync(path);
    expectRefusal(() => openDatabase(path, { readOnly }), 'newer', /newer Unroll.*left as it was.*Update Unroll/s);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['workspace.db']);
  });

  test('a newer database whose program was killed is refused too: its format may stand in the log only', () => {
    const folder = temporaryFolder();
    const [path, copy] = [join(folder, 'workspace.db'), join(folder, 'copy.db')];
    openDatabase(path).close();
    const open = openDatabase(path, { migrations: newer });
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix); // as a kill leaves it
    open.close();
    const [bytes, log] = [readFileSync(copy), readFileSync(`${copy}-wal`)];
    expect(bytes.readUInt32BE(60)).toBe(migrations.length);
    expectRefusal(() => openDatabase(copy), 'newer', /newer Unroll/);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(readFileSync(`${copy}-wal`).equals(log)).toBe(true);
  });

  test("another program's database", () => {
    const path = join(temporaryFolder(), 'workspace.db');
    const other = new Database(path);
    other.pragma('application_id = 42');
    other.exec('CREATE TABLE things (a)');
    other.close();
    const bytes = readFileSync(path);
    expectRefusal(() => openDatabase(path), 'foreign', /belongs to another program/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a file that is no database', () => {
    const path = join(temporaryFolder(), 'workspace.db');
    writeFileSync(path, 'Dear diary, '.repeat(100));
    expectRefusal(() => openDatabase(path), 'damaged', /not a database any more.*Restore it from a backup/s);
  });
});

test.each([
  ['SQLITE_FULL', 'unusable', /the disk is full\. Make room/],
  ['SQLITE_IOERR_WRITE', 'unusable', /cannot be written \(it failed\)\. Check that the drive is there/],
  ['SQLITE_CORRUPT', 'damaged', /is damaged \(it failed\)/],
])('%s is said as what the person can do', (code, problem, message) => {
  const error = asWorkspaceError(new Database.SqliteError('it failed', code), '/w/workspace.db');
  expect(error).toMatchObject({ problem, message: expect.stringMatching(message) as string });
});

describe('a damaged database', () => {
  function filled(): string {
    const path = join(temporaryFolder(), 'workspace.db');
    const database = openDatabase(path);
    database
      .prepare(
        "INSERT INTO runs (id, name, status, config, corpus_name, corpus_hash, tokens_key, seed, app_version, created_at, queued_at, color) VALUES ('r', 'n', 'finished', '{}', 'c', 'h', 't', 1, '0', 1, 1, 0)",
      )
      .run();
    const add = database.prepare('INSERT INTO metrics VALUES (1, ?, 0, 0, 0, 0, 0, 0, NULL)');
    database.transaction(() => {
      for (let step = 1; step <= 5_000; step++) add.run(step);
    })();
    database.close();
    return path;
  }

  test('with overwritten pages is refused with a sentence', () => {
    const path = filled();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20_000);
    writeFileSync(path, bytes);
    expectRefusal(() => openDatabase(path), 'damaged', /is damaged.*Restore workspace\.db from a backup/s);
    expectRefusal(() => openDatabase(path, { readOnly: true }), 'damaged', /is damaged/);
  });

  test('cut short is refused with a sentence', () => {
    const path = filled();
    truncateSync(path, 40_000);
    expectRefusal(() => openDatabase(path), 'damaged', /is damaged/);
  });
});

test('a folder in place of the database is said to be unusable', () => {
  const folder = temporaryFolder();
  expectRefusal(() => openDatabase(join(folder, 'not', 'there', 'workspace.db')), 'unusable', /cannot be opened/);
  expect(existsSync(join(folder, 'not'))).toBe(false);
});
