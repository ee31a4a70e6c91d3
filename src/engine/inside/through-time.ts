/** The gradient of a loss at the last step, on its way back through time, in a trained network. */
import { CorpusError } from '../corpus/errors.ts';
import type { ThroughTime, ThroughTimeLook } from './looks/through-time.ts';
import type { OpenedCheckpoint } from './opened.ts';

/** @throws CorpusError for a network without time */
export async function throughTime(opened: OpenedCheckpoint, look: ThroughTimeLook): Promise<ThroughTime> {
  await opened.turn();
  throw new CorpusError(`There is no picture of ${look.steps} steps yet.`);
}
