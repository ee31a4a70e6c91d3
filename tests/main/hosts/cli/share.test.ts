import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, expect, test, vi } from 'vitest';
import { openShared, shareRun } from '../../../../src/main/hosts/cli/share.ts';
import { Terminal } from '../../../../src/main/hosts/cli/terminal.ts';
import { configFor } from '../../services/app-options.ts';
import { openTestApp, Watcher, workspaceWithText, type TestApp } from '../../services/harness.ts';
import { temporaryFolder } from '../../temporary.ts';
import { endAll, unroll } from './unroll.ts';

// Each process loads the whole program.
vi.setConfig({ testTimeout: 60_000 });
afterEach(endAll);

/** What a command printed. */
class Paper extends Terminal {
  readonly events: object[] = [];
  readonly lines: string[] = [];
  readonly notes: string[] = [];
  override event(value: object): void {
    this.events.push(value);
  }
  override line(text = ''): void {
    if (!this.json) this.lines.push(text);
  }
  override note(text: string): void {
    this.notes.push(text);
  }
}

const clientOf = (app: TestApp) => createRouterClient(app.router);

async function sharedRun() {
  const app = await openTestApp();
  const watcher = new Watcher(app);
  const { id } = await app.services.runs.create({ config: configFor(app.corpus), name: 'for you', tags: [] });
  await watcher.status(id, 'finished');
  return { app, id, out: join(temporaryFolder(), 'for you.unroll') };
}

test('share writes the file and says how large it is; open takes it in, and says what is missing', async () => {
  const { app, id, out } = await sharedRun();
  const here = new Paper(false);
  await shareRun(clientOf(app), id.slice(0, 8), out, here);
  expect(here.lines).toEqual([expect.stringMatching(/^Wrote .*for you\.unroll \([\d.]+ kB\)$/)]);

  const elsewhere = await openTestApp({ folder: workspaceWithText(500) });
  const there = new Paper(false);
  await openShared(clientOf(elsewhere), out, there);
  const [opened] = elsewhere.services.runs.list();
  expect(there.lines).toEqual([`Opened ${opened!.id} (for you)`]);
  expect(there.notes).toEqual(['Its corpus, a text, is not here: to train it further, import that very text.']);

  const same = await openTestApp({ folder: workspaceWithText() });
  const quiet = new Paper(false);
  await openShared(clientOf(same), out, quiet);
  expect(quiet.notes).toEqual([]);
});

test('under --json each says it in one object', async () => {
  const { app, id, out } = await sharedRun();
  const paper = new Paper(true);
  await shareRun(clientOf(app), 'latest', out, paper);
  expect(paper.events).toEqual([{ event: 'shared', run: id, path: out, bytes: statSync(out).size }]);

  const elsewhere = await openTestApp({ folder: workspaceWithText(500) });
  const there = new Paper(true);
  await openShared(clientOf(elsewhere), out, there);
  const [opened] = elsewhere.services.runs.list();
  expect(there.events).toEqual([{ event: 'opened', run: opened!.id, name: 'for you', corpus_here: false }]);
  expect([there.lines, there.notes]).toEqual([[], []]);
});

test('what is no shared run ends with 2 and a sentence', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'text.unroll');
  writeFileSync(file, 'Call me Ishmael.'.repeat(100));
  const { code, stdout, stderr } = await unroll('open', file, '--workspace', join(folder, 'workspace'), '--json');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/not a whole ZIP archive\. Nothing was imported/);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a run that is not there is not shared', async () => {
  const { app, out } = await sharedRun();
  await expect(shareRun(clientOf(app), 'nobody', out, new Paper(false))).rejects.toThrow(/nobody/);
  expect(existsSync(out)).toBe(false);
});
