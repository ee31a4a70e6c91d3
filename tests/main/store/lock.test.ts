import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { WorkspaceError } from '../../../src/main/store/errors.ts';
import { lockWorkspace } from '../../../src/main/store/lock.ts';
import { openStore } from '../../../src/main/store/store.ts';
import { workspaceAt } from '../../../src/main/store/workspace.ts';
import { temporaryFolder } from '../temporary.ts';
import { sampleRun } from './samples.ts';

async function holdElsewhere(folder: string): Promise<ChildProcess> {
  const holder = fork(join(import.meta.dirname, 'holder.ts'), [folder]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder, 'message');
  return holder;
}

test('a second process is told which workspace is in use, and by whom; a kill frees it', async () => {
  const folder = temporaryFolder();
  const holder = await holdElsewhere(folder);

  let refusal: unknown;
  try {
    openStore(folder);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(WorkspaceError);
  expect((refusal as WorkspaceError).problem).toBe('in-use');
  expect((refusal as WorkspaceError).message).toContain(folder);
  expect((refusal as WorkspaceError).message).toContain(`process ${holder.pid}`);

  holder.kill('SIGKILL');
  await once(holder, 'exit');
  openStore(folder).close();
});

test('the same process cannot open it twice either, and closing frees it', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  expect(() => openStore(folder)).toThrow(/in use by another Unroll/);
  store.close();
  openStore(folder).close();
});

test('a reader sees what is there while another process writes, and that one does', async () => {
  const folder = temporaryFolder();
  const writer = openStore(folder);
  writer.write(() => writer.runs.insert(sampleRun('r')));
  writer.close();
  const holder = await holdElsewhere(folder);

  const reader = openStore(folder, { readOnly: true });
  expect(reader.runs.list().map(({ id }) => id)).toEqual(['r']);
  expect(reader.hasOtherWriter()).toBe(true);
  expect(() => reader.write(() => reader.runs.insert(sampleRun('s')))).toThrow(/readonly/);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(reader.hasOtherWriter()).toBe(false);
  reader.close();
});

test('a reader sees what a running writer has committed', () => {
  const folder = temporaryFolder();
  const writer = openStore(folder);
  const reader = openStore(folder, { readOnly: true });
  expect(reader.runs.list()).toEqual([]);
  writer.write(() => writer.runs.insert(sampleRun('r')));
  expect(reader.runs.list().map(({ id }) => id)).toEqual(['r']);
  reader.close();
  writer.close();
});

test('there is nothing to read where there is no workspace, and none is made', () => {
  const folder = join(temporaryFolder(), 'nowhere');
  expect(() => openStore(folder, { readOnly: true })).toThrow(WorkspaceError);
});

test('a folder that cannot be written is refused with a sentence', () => {
  const workspace = workspaceAt(temporaryFolder());
  mkdirSync(`${workspace.lock}.pid`); // where the owner's number belongs
  expect(() => lockWorkspace(workspace)).toThrow(/cannot be written: .*Choose a folder that you may write to\.$/);
});
