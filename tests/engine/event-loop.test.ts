import { expect, it } from 'vitest';
import { eventLoopTurns } from '../../src/engine/event-loop.ts';

/** Keeps the processor as busy as a training step does. */
function compute(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

it('a job that gives turns lets everything else that has arrived have its own', async () => {
  const turns = eventLoopTurns();
  try {
    let heard = false;
    setTimeout(() => (heard = true), 1);
    let given = 0;
    for (; !heard && given < 200; given++) {
      compute(1);
      await turns.turn();
    }
    expect(heard).toBe(true);
    expect(given).toBeLessThan(50);
  } finally {
    turns.close();
  }
});
