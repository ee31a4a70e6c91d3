import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { backUp } from '../../../src/main/store/backups.ts';
import { temporaryFolder } from '../temporary.ts';

function database(folder: string) {
  const opened = new Database(join(folder, 'workspace.db'));
  onTestFinished(() => void opened.close());
  opened.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('kept')");
  return opened;
}

test('a copy holds what the database held, and those of the last three formats are kept', () => {
  const folder = temporaryFolder();
  const open = database(folder);
  const others = ['workspace.format-x.backup.db', 'other.format-1.backup.db', 'notes.txt'];
  for (const name of others) writeFileSync(join(folder, name), 'mine');
  for (const format of [2, 9, 10, 11, 3]) backUp(open, join(folder, 'workspace.db'), format);
  expect(readdirSync(folder).sort()).toEqual(
    [...others, 'workspace.db', ...[9, 10, 11].map((format) => `workspace.format-${format}.backup.db`)].sort(),
  );
  const copy = new Database(join(folder, 'workspace.format-11.backup.db'), { readonly: true });
  onTestFinished(() => void copy.close());
  expect(copy.prepare('SELECT a FROM t').pluck().get()).toBe('kept');
});

test('a copy that cannot be made is an error, and what a killed program left of one is no hindrance', () => {
  const folder = temporaryFolder();
  const open = database(folder);
  const path = join(folder, 'workspace.db');
  writeFileSync(join(folder, 'workspace.format-5.backup.db.unfinished'), 'half');
  backUp(open, path, 5);
  expect(readdirSync(folder)).toContain('workspace.format-5.backup.db');
  mkdirSync(join(folder, 'workspace.format-6.backup.db'));
  writeFileSync(join(folder, 'workspace.format-6.backup.db', 'in the way'), '');
  expect(() => backUp(open, path, 6)).toThrow();
});
