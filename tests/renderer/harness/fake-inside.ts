/** What looking inside finds, made up: in the shapes of real networks. */
import type { Look, Looked } from '../../../src/engine/inside/look.ts';
import type { Run } from '../../../src/api/types.ts';

export function lookedAt(look: Look, run: Run): Looked {
  const step = run.checkpointStep ?? run.step;
  switch (look.picture) {
    case 'through-time':
      return {
        ...{ picture: 'through-time', step, readFrom: 'valid', sequences: look.sequences, lossOf: 'last-step' },
        ...{ flows: [], gradNorm: 1.7, clip: run.config.training.clip, radii: [] },
      };
    case 'weights':
      return { picture: 'weights', step, summaries: [], detail: null };
  }
}
