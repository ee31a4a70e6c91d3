/** A process that works in steps of a few milliseconds, giving a turn after each, until it is told to stop or gives up. */
import { eventLoopTurns } from '../../src/engine/event-loop.ts';

const mostSteps = 900;
let stopped = false;
process.on('message', () => (stopped = true));

const turns = eventLoopTurns();
for (let step = 0; step < mostSteps && !stopped; step++) {
  // By then it is in full swing.
  if (step === 100) process.send!('working');
  const until = performance.now() + 3;
  while (performance.now() < until);
  await turns.turn();
}
process.send!(stopped ? 'stopped' : 'heard nothing', () => process.exit());
