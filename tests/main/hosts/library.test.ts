/** The engine as a module: trained, used, saved and loaded by a program, with real engine processes. */
import { existsSync, readdirSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { load, open, train, type TrainEvent } from '../../../src/main/hosts/library.ts';
import { tableText } from '../services/examples.ts';
import { textOf } from '../services/harness.ts';
import { temporaryFolder } from '../temporary.ts';

vi.setConfig({ testTimeout: 120_000 });

/** All the pieces, one after the other. */
async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

const root = join(import.meta.dirname, '../../..');
const small = { hidden: 8, layers: 1, batch: 2, steps: 8, device: 'native', threads: 1, seed: 1 } as const;

describe('the engine as a module', () => {
  test('trains on a text in memory, tells how it goes, and writes the same text again after saving and loading', async () => {
    const events: TrainEvent[] = [];
    const model = await train(
      { text: textOf(2_000) },
      { ...small, maxSteps: 12, evalEvery: 6, onEvent: (event) => events.push(event) },
    );
    const options = { prompt: 'the ', length: 30, seed: 3 };
    const first = await whole(model.generate(options));
    expect([...first]).toHaveLength(30);
    expect(events.filter(({ event }) => event === 'step')).toHaveLength(12);
    expect(events.at(-1)).toMatchObject({ event: 'done', status: 'finished' });
    const folder = temporaryFolder();
    const file = join(folder, 'model.unroll');
    await model.save(file);
    await model.export('safetensors', join(folder, 'exported'));
    expect(readdirSync(join(folder, 'exported'))).toContain('model.safetensors');
    await model.close();

    const again = await load(file);
    expect(again.run).toMatchObject({ step: 12, bestLoss: model.run.bestLoss });
    expect(await whole(again.generate(options))).toBe(first);
    await again.close();
  });

  test('trains on a file in a workspace that stays, and answers', async () => {
    const workspace = join(temporaryFolder(), 'workspace');
    const data = { text: tableText, name: 'reviews.csv' };
    const { steps: _, ...settings } = small;
    const model = await train(data, { ...settings, task: 'classification', maxSteps: 20, workspace, name: 'reviews' });
    const input = { kind: 'text', text: 'good film, number 3' } as const;
    const answer = await model.predict(input);
    expect(answer).toMatchObject({ kind: 'class' });
    await model.close();
    const again = await open(workspace, 'reviews');
    expect(await again.predict(input)).toEqual(answer);
    await again.close();
  });

  test('stops when told, with what it has learned', async () => {
    const stop = new AbortController();
    const model = await train(
      { text: textOf(2_000) },
      {
        ...small,
        maxSteps: 1_000_000,
        signal: stop.signal,
        onEvent: ({ event }) => {
          if (event === 'step') stop.abort();
        },
      },
    );
    expect(model.run.status).toBe('stopped');
    expect(model.run.checkpointStep).toBe(model.run.step);
    await model.close();
  });

  test('says what is wrong, and leaves nothing behind', async () => {
    const leftovers = () => readdirSync(tmpdir()).filter((name) => /^unroll-\w{6}$/.test(name));
    const before = leftovers();
    await expect(train({ text: 'x' }, { ...small, hidden: -1 })).rejects.toThrow('--hidden -1');
    await expect(train(join(temporaryFolder(), 'no.txt'), small)).rejects.toThrow('no.txt');
    await expect(load(join(temporaryFolder(), 'no.unroll'))).rejects.toThrow('no.unroll');
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  });

  test.skipIf(!existsSync(join(root, 'out/main/library.js')))('is imported as unroll/engine', async () => {
    const program = `
      import { train } from 'unroll/engine';
      const model = await train({ text: 'a rose is a rose is a rose. '.repeat(60) }, ${JSON.stringify({ ...small, maxSteps: 5 })});
      for await (const piece of model.generate({ length: 10, seed: 1 })) process.stdout.write(piece);
      await model.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
    });
    expect([...stdout]).toHaveLength(10);
  });
});
