/** Tries the damaged files of a format one after the other, and says before each which it is: its parent watches the clock. */
import { parentPort, workerData } from 'node:worker_threads';
import { isStray } from '../../../../src/engine/documents/stray.ts';
import { mutated } from './mutate.ts';

export interface Task {
  /** Address of the module that reads such files: `attempt(bytes, name)`, which answers 'refused' to what it refuses. */
  readonly attempt: string;
  /** Under which it is imported. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}

export type Report =
  | { readonly type: 'begin'; readonly seed: number }
  | { readonly type: 'fault'; readonly seed: number; readonly error: string }
  | { readonly type: 'end'; readonly read: number; readonly slowest: number };

// As the engine process does.
process.on('unhandledRejection', (reason) => {
  if (!isStray(reason)) throw reason;
});

const { name, bytes, first, count, ...task } = workerData as Task;
const { attempt } = (await import(task.attempt)) as { attempt: (bytes: Uint8Array, name: string) => Promise<string> };
const report = (message: Report) => parentPort!.postMessage(message);
let read = 0;
let slowest = 0;
for (let seed = first; seed < first + count; seed++) {
  report({ type: 'begin', seed });
  const started = performance.now();
  try {
    if ((await attempt(mutated(bytes, seed), name)) !== 'refused') read++;
  } catch (error) {
    report({ type: 'fault', seed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  slowest = Math.max(slowest, performance.now() - started);
}
report({ type: 'end', read, slowest });
