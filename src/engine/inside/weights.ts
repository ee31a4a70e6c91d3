/** The weights of a trained network, as distributions and spectra. */
import type { Weights, WeightsLook } from './looks/weights.ts';
import type { OpenedCheckpoint } from './opened.ts';

export async function weights(opened: OpenedCheckpoint, _look: WeightsLook): Promise<Weights> {
  await opened.turn();
  return { picture: 'weights', step: opened.step, summaries: [], detail: null };
}
