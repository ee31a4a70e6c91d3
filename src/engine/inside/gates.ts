/** The gates of a cell, in the order of their blocks in its matrices (docs/conventions.md). Pure module. */
import type { Architecture } from '../model/spec-fields.ts';

const gates = { rnn: [null], lstm: ['i', 'f', 'g', 'o'], gru: ['r', 'z', 'n'] } as const;

/** null where the cell has one block, without a name. */
export function gatesOf({ cell }: Pick<Architecture, 'cell'>): readonly (string | null)[] {
  return gates[cell];
}
