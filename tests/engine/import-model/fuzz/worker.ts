/** Tries the damaged files of a format one after the other, and says before each which it is: its parent watches the clock. */
import { parentPort, workerData } from 'node:worker_threads';
import { attempt } from './attempt.ts';
import { mutated } from './mutate.ts';

export interface Task {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}

export type Report =
  | { readonly type: 'begin'; readonly seed: number }
  | { readonly type: 'fault'; readonly seed: number; readonly error: string }
  | { readonly type: 'end'; readonly models: number; readonly slowest: number };

const { bytes, first, count } = workerData as Task;
const report = (message: Report) => parentPort!.postMessage(message);
let models = 0;
let slowest = 0;
for (let seed = first; seed < first + count; seed++) {
  report({ type: 'begin', seed });
  const started = performance.now();
  try {
    if ((await attempt(mutated(bytes, seed))) === 'model') models++;
  } catch (error) {
    report({ type: 'fault', seed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  slowest = Math.max(slowest, performance.now() - started);
}
report({ type: 'end', models, slowest });
