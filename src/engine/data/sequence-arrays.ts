/** Sequences of ids side by side, time-major: [T,B] with their lengths. */
import { noTarget } from '../corpus/batches.ts';
import { BOS, EOS } from './codec.ts';

/** What stands in the inputs after a sequence's end. */
const padding = 0;

export interface SequenceArrays {
  readonly T: number;
  readonly B: number;
  readonly lengths: Int32Array; // [B]
  readonly ids: Int32Array; // [T,B]
}

/** Sequences none of which is empty. */
export function sideBySide(sequences: readonly Int32Array[], fill = padding): SequenceArrays {
  const B = sequences.length;
  const T = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const ids = new Int32Array(T * B).fill(fill);
  sequences.forEach((sequence, b) => {
    for (let t = 0; t < sequence.length; t++) ids[t * B + b] = sequence[t]!;
  });
  return { T, B, lengths: Int32Array.from(sequences, ({ length }) => length), ids };
}

/** Predicting each token from those before it (teacher forcing): BOS and the tokens → the tokens and EOS. */
export interface Generated {
  /** Steps: of the longest sequence one more than its tokens. */
  readonly T: number;
  readonly B: number;
  readonly lengths: Int32Array; // [B]
  readonly inputs: Int32Array; // [T,B]
  readonly targets: Int32Array; // [T,B], -1 at padding
}

/** @param sequences ids of a vocabulary that begins with the special tokens; may be empty */
export function toGenerate(sequences: readonly Int32Array[]): Generated {
  const inputs = sequences.map((ids) => Int32Array.of(BOS, ...ids));
  const targets = sequences.map((ids) => Int32Array.of(...ids, EOS));
  const { T, B, lengths, ids } = sideBySide(inputs);
  return { T, B, lengths, inputs: ids, targets: sideBySide(targets, noTarget).ids };
}
