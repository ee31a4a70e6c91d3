/** What a `kill -9` at a random moment may cost: the last second of metrics, and nothing that was recorded for good. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/main/store/store.ts';
import { temporaryFolder } from '../temporary.ts';
import { sampleRun, sampleSteps } from './samples.ts';

const kills = 6;
const mayBeLost = 1_000; // ms

interface Message {
  readonly step: number;
  /** When it was recorded, ms. */
  readonly at: number;
  readonly checkpoint?: number;
}

test('metrics survive kills of the writing process', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const first = openStore(folder);
  first.write(() => first.runs.insert(sampleRun('r')));
  first.close();

  let before = 0;
  for (let kill = 0; kill < kills; kill++) {
    const writer = fork(join(import.meta.dirname, 'writer.ts'), [folder], { serialization: 'advanced' });
    const moment = 1 + Math.floor(Math.random() * 400); // after so many messages, some 5 ms apart
    const messages: Message[] = [];
    let killedAt = 0;
    writer.on('message', (message: Message) => {
      messages.push(message);
      if (messages.length !== moment) return;
      killedAt = Date.now();
      writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    const safeStep = messages.findLast(({ at }) => at < killedAt - mayBeLost)?.step ?? 0;
    const checkpoint = messages.findLast((message) => message.checkpoint)?.checkpoint ?? 0;

    const raw = new Database(join(folder, 'workspace.db'));
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
    raw.close();

    const store = openStore(folder);
    const run = store.runs.get('r')!;
    const stored = store.metrics.read(run.key).step;
    expect(stored).toEqual(sampleSteps(1, stored.length).map(({ step }) => step)); // no gap, no double
    expect(run.step).toBe(stored.length); // the row and the curve are of one transaction
    expect(stored.length).toBeGreaterThanOrEqual(Math.max(before, checkpoint, safeStep));
    expect(run.checkpointStep ?? 0).toBeGreaterThanOrEqual(checkpoint);
    before = stored.length;
    store.close();
  }
  expect(before).toBeGreaterThan(0);
});
