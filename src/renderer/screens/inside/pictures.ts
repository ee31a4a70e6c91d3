/** The pictures of a network, in the order of their tabs, and how an address names them. Pure module. */
import type { CheckpointName } from '../../../api/inside.ts';
import type { Run } from '../../../api/types.ts';

export const pictures = ['through-time', 'neurons', 'predictions', 'weights', 'equations'] as const;
export type Picture = (typeof pictures)[number];

/** The picture that an address names; the first for none, or one that there is not. */
export function pictureOf(query: URLSearchParams): Picture {
  return pictures.find((one) => one === query.get('picture')) ?? pictures[0];
}

/** One of the checkpoints that are kept, and the step it is of now. */
export interface Checkpoint {
  readonly name: CheckpointName;
  readonly step: number;
}

/** Steps of the checkpoints that a run has; where the last is the best there is one. */
export function checkpointsOf({ bestStep, checkpointStep }: Run): Checkpoint[] {
  const found = [
    { name: 'best' as const, step: bestStep },
    { name: 'last' as const, step: checkpointStep },
  ];
  const there = found.flatMap(({ name, step }) => (step === null ? [] : [{ name, step }]));
  return bestStep === checkpointStep ? there.slice(0, 1) : there;
}

/** The checkpoint that an address names, as far as the run has it. */
export function checkpointOf(query: URLSearchParams, run: Run): Checkpoint {
  const there = checkpointsOf(run);
  return there.find(({ name }) => name === query.get('checkpoint')) ?? there[0] ?? { name: 'last', step: run.step };
}
