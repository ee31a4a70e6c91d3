/**
 * The engine process and the whole app, killed for real at random moments of a run: the database stays whole, nothing is lost
 * beyond the last second of metrics, and the run that was resumed after every kill ends with the bits of one that never was.
 */
import Database from 'better-sqlite3';
import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '../../../src/api/types.ts';
import { checkpointStep } from '../../../src/engine/training/checkpoint-files.ts';
import { decodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { Random } from '../../../src/engine/random.ts';
import { tinyConfig } from '../../engine/training/tiny.ts';

import { temporaryFolder } from '../temporary.ts';
import type { AppMessage } from './messages.ts';

const kills = 20;
const seed = 20261121;
const text = 'It was the best of times, it was the worst of times; it was the age of wisdom. '.repeat(40);
const config = {
  ...tinyConfig({
    architecture: { hidden: 24, embedding: 12 },
    training: { batch: 4, steps: 8, maxSteps: 900, evalEvery: 60, checkpointEvery: 25, learningRate: 0.003 },
  }),
  device: 'auto',
};
/** What may be lost when everything dies: metrics that are this young. */
const allowedLoss = 1000; // ms

interface Seen {
  /** Steps reported so far, each with when: [step, ms]. */
  steps: [number, number][];
  checkpoint: number;
  status: RunStatus | null;
  message: string | null;
}

const children = new Set<ChildProcess>();
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** Starts the app on a workspace and calls `look` at every message until it says "end"; then resolves when the process is gone. */
async function withApp(workspace: string, look: (seen: Seen, app: ChildProcess) => 'on' | 'end'): Promise<Seen> {
  const app = fork(join(import.meta.dirname, 'app-process.ts'), [workspace, JSON.stringify(config), text], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.add(app);
  const seen: Seen = { steps: [], checkpoint: 0, status: null, message: null };
  await new Promise<void>((resolve) => {
    app.on('message', (message: AppMessage) => {
      if (message.type === 'steps') seen.steps.push([message.last, performance.now()]);
      else {
        seen.checkpoint = Math.max(seen.checkpoint, message.checkpointStep ?? 0);
        seen.status = message.status;
        seen.message = message.message;
      }
      if (look(seen, app) === 'end') app.kill('SIGKILL');
    });
    app.on('exit', () => resolve());
  });
  children.delete(app);
  return seen;
}

const isOver = (status: RunStatus | null) => status !== null && !['queued', 'preparing', 'running'].includes(status);

function openDatabase(workspace: string) {
  return new Database(join(workspace, 'workspace.db'), { readonly: true });
}

/** Everything stored of the run but times. */
function stored(workspace: string) {
  const db = openDatabase(workspace);
  try {
    return {
      run: db.prepare('SELECT status, step, best_step, best_loss, train_loss, valid_loss FROM runs').get(),
      metrics: db.prepare('SELECT step, epoch, loss, grad_norm, learning_rate FROM metrics ORDER BY step').all(),
      evals: db.prepare('SELECT step, split, epoch, loss, bits_per_character FROM evals ORDER BY step, split').all(),
      samples: db.prepare('SELECT step, text FROM samples ORDER BY step').all(),
    };
  } finally {
    db.close();
  }
}

function finalTensors(workspace: string) {
  const runs = join(workspace, 'runs');
  const folder = join(runs, readdirSync(runs)[0]!);
  const names = readdirSync(folder);
  const last = names.reduce((a, b) => ((checkpointStep(a) ?? -1) > (checkpointStep(b) ?? -1) ? a : b));
  return { names: names.sort(), ...decodeCheckpoint(readFileSync(join(folder, last))) };
}

describe('kill -9', () => {
  it(
    `${kills} times, the engine and the app in turn, loses nothing and changes no bit`,
    { timeout: 300_000 },
    async () => {
      const calm = temporaryFolder();
      const calmSeen = await withApp(calm, ({ status }) => (isOver(status) ? 'end' : 'on'));
      expect(calmSeen.status, calmSeen.message ?? '').toBe('finished');

      const victim = temporaryFolder();
      const random = new Random(seed, 99);
      let reached = 0; // the checkpoint that no later kill may lose
      for (let kill = 0; kill < kills; kill++) {
        const killApp = kill % 2 === 0;
        const enough = reached + 1 + random.below(70);
        let killedAt = 0;
        const seen = await withApp(victim, ({ steps, status }, app) => {
          const last = steps.at(-1)?.[0] ?? 0;
          if (killedAt === 0 && status === 'running' && last >= enough) {
            killedAt = performance.now();
            if (killApp) return 'end';
            app.send('kill-engine');
          }
          return isOver(status) ? 'end' : 'on';
        });
        const context = `kill ${kill + 1} (${killApp ? 'app' : 'engine'}) of seed ${seed}`;
        expect(killedAt, `${context}: the run ended before it was killed`).toBeGreaterThan(0);
        if (!killApp) {
          expect(seen.status, context).toBe('interrupted');
          expect(seen.message, context).toMatch(/killed \(SIGKILL\).*Resume/);
        }
        expect(seen.steps[0]![0], `${context}: resumed behind the checkpoint`).toBeGreaterThan(reached);

        const db = openDatabase(victim);
        expect(db.pragma('integrity_check', { simple: true }), context).toBe('ok');
        const recorded = db.prepare('SELECT step FROM metrics ORDER BY step').pluck().all() as number[];
        db.close();
        expect(recorded, `${context}: metrics without a gap`).toEqual(recorded.map((_, i) => i + 1));
        const old = seen.steps.filter(([, at]) => at < killedAt - allowedLoss).at(-1)?.[0] ?? 0;
        expect(recorded.length, `${context}: metrics older than a second`).toBeGreaterThanOrEqual(
          Math.max(old, seen.checkpoint),
        );
        reached = Math.max(reached, seen.checkpoint);
      }

      const end = await withApp(victim, ({ status }) => (isOver(status) ? 'end' : 'on'));
      expect(end.status, end.message ?? '').toBe('finished');
      expect(stored(victim)).toEqual(stored(calm));
      const [got, want] = [finalTensors(victim), finalTensors(calm)];
      expect(got.names).toEqual(want.names);
      expect(got.tensors).toEqual(want.tensors);
    },
  );
});
