/** Workspaces that earlier programs wrote, opened by today's: the runs are there, their networks are used, and a backup is kept. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { unzipSync } from 'fflate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../src/main/store/migrations.ts';
import { openTestApp } from '../services/harness.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = resolve(import.meta.dirname, '../../fixtures/workspaces');
const formats = readdirSync(folder)
  .map((name) => Number(/^format-(\d+)\.zip$/.exec(name)?.[1]))
  .filter((format) => format > 0)
  .sort((a, b) => a - b);

const options = { prompt: 'the ', length: 20, temperature: 0, topK: null, topP: null, seed: 7 };

function workspaceOf(format: number): string {
  const workspace = join(temporaryFolder(), 'workspace');
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(folder, `format-${format}.zip`))))) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), bytes);
  }
  return workspace;
}

test('there is a workspace of every format that was ever written, today’s among them', () => {
  expect(formats).toEqual(migrations.map((_, i) => i + 1).filter((format) => format !== 3));
});

describe.each(formats)('a workspace of format %i', (format) => {
  test('opens with its runs, and its networks write and judge', async () => {
    const workspace = workspaceOf(format);
    const { services } = await openTestApp({ folder: workspace, engine: 'real' });

    const runs = services.runs.list().reverse(); // oldest first
    expect(runs.map(({ name, status, step }) => ({ name, status, step }))).toEqual(
      [
        { name: 'cats', status: 'finished', step: 111 },
        { name: 'moods', status: 'finished', step: 15 },
      ].slice(0, format === 1 ? 1 : 2),
    );
    const [cats, moods] = runs;
    expect(cats!.validLoss).toBeCloseTo(2.44414, 4);

    let text = '';
    for await (const event of services.generate.start(cats!.id, options)) {
      if (event.type === 'text') text += event.text;
    }
    expect(text).toHaveLength(20);
    if (moods) {
      const answer = await services.predict.predict(moods.id, { kind: 'text', text: 'the sun is warm' });
      expect(answer.kind).toBe('class');
    }
  });

  test.skipIf(format === migrations.length)('leaves a backup of the database as it was', async () => {
    const workspace = workspaceOf(format);
    await (await openTestApp({ folder: workspace })).close();
    const backup = new Database(join(workspace, `workspace.format-${format}.backup.db`), { readonly: true });
    onTestFinished(() => void backup.close());
    expect(backup.pragma('user_version', { simple: true })).toBe(format);
    expect(backup.prepare('SELECT name FROM runs ORDER BY created_at').pluck().get()).toBe('cats');
  });
});
