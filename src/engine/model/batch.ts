/** Batches as the models take them: plain objects of typed arrays, checked here before they reach a device. */
import type { Kernels, Tensor } from '../kernels/kernels.ts';

export type NumberArray = Float32Array | Float64Array;

/** What every batch has. Time-major; steps from a sequence's length on are padding: token 0, target -1, any number. */
export interface SequenceBatch {
  /** Steps, at most the planned ones: of the longest sequence. A standard network has 1. */
  readonly T: number;
  /** Sequences, at most the planned ones. */
  readonly B: number;
  /** Real steps of each sequence, [B], from 1 to T; null when all have T. */
  readonly lengths: Int32Array | null;
  /** Token ids [T,B], or numbers [T,B,I]. */
  readonly inputs: Int32Array | NumberArray;
  /**
   * One for each row of the output: rows are T*B where the model answers at every step, B where it answers once. Class ids, -1 where
   * there is none; numbers [rows,K] for sigmoid (0 … 1) and squared losses. null when only outputs are wanted.
   */
  readonly targets: Int32Array | NumberArray | null;
}

/** Conditional generation: `inputs` are the tokens before each target. */
export interface ConditionalBatch extends SequenceBatch {
  /** The class of each sequence, [B]; null goes on from the carried state instead of setting it. */
  readonly labels: Int32Array | null;
}

/** Encoder–decoder: T, lengths, inputs and targets are the decoder's. */
export interface PairBatch extends SequenceBatch {
  /** Source positions. */
  readonly Tx: number;
  readonly source: Int32Array; // [Tx,B]
  readonly sourceLengths: Int32Array | null; // [B]
}

/** @throws RangeError when a batch does not fit what the model was planned for */
export function requireFit(T: number, B: number, planned: { readonly T: number; readonly B: number }): void {
  if (!Number.isInteger(T) || T < 1 || T > planned.T) {
    throw new RangeError(`A window of ${T} steps: this model was planned for 1 to ${planned.T}.`);
  }
  if (!Number.isInteger(B) || B < 1 || B > planned.B) {
    throw new RangeError(`A batch of ${B} sequences: this model was planned for 1 to ${planned.B}.`);
  }
}

/** Where a row of [T,B] is, for people. */
function stepOfSequence(row: number, B: number): string {
  return `at step ${Math.floor(row / B)} of sequence ${row % B}`;
}

/**
 * Writes ids [rows] of `what` ("Token"), each from `smallest` to V-1.
 * @throws RangeError naming the first that is not, or saying how many are missing
 */
export function writeIds(
  kernels: Kernels,
  target: Tensor,
  ids: Int32Array | NumberArray,
  shape: { readonly T: number; readonly B: number; readonly V: number; readonly smallest: number },
  what: 'Token' | 'Target' | 'Label' = 'Token',
): void {
  const { T, B, V, smallest } = shape;
  const count = T * B;
  if (!(ids instanceof Int32Array))
    throw new TypeError(`${what}s are ids: an Int32Array, not numbers with a fraction.`);
  if (ids.length < count) {
    const noun = `${what.toLowerCase()}s`;
    throw new RangeError(`${ids.length} ${noun} for ${T} steps of ${B} sequences: that needs ${count}.`);
  }
  for (let n = 0; n < count; n++) {
    if (ids[n] < smallest || ids[n] >= V) {
      const of = what === 'Token' ? `this vocabulary of ${V}` : `the ${V} that there are`;
      throw new RangeError(`${what} ${ids[n]} ${stepOfSequence(n, B)} is not of ${of}.`);
    }
  }
  kernels.write(target, ids.subarray(0, count));
}

/**
 * Writes numbers [rows,K]; those of rows that `real` denies are padding and may be anything.
 * @throws RangeError for a real one that is not finite or not within `range`, or when some are missing
 */
export function writeNumbers(
  kernels: Kernels,
  target: Tensor,
  values: Int32Array | NumberArray,
  shape: { readonly rows: number; readonly B: number; readonly K: number },
  real: (row: number) => boolean,
  what: 'Input' | 'Target',
  range: readonly [number, number] = [-Infinity, Infinity],
): void {
  const { rows, B, K } = shape;
  const count = rows * K;
  if (values.length < count) {
    throw new RangeError(
      `${values.length} ${what.toLowerCase()}s for ${rows} rows of ${K} numbers: that needs ${count}.`,
    );
  }
  let written = values.subarray(0, count);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (Number.isFinite(value) && value >= range[0] && value <= range[1]) continue;
    const row = Math.floor(i / K);
    if (!real(row)) {
      // 0 times NaN would still be NaN, so nothing of the kind reaches a device.
      if (written.buffer === values.buffer) written = written.slice();
      written[i] = 0;
      continue;
    }
    const expected = range[0] === -Infinity ? 'a finite number' : `a number from ${range[0]} to ${range[1]}`;
    throw new RangeError(`${what} ${value} in column ${i % K} ${stepOfSequence(row, B)}: expected ${expected}.`);
  }
  kernels.write(target, written);
}

/** @throws RangeError for a length that is not from 1 to T */
export function requireLengths(lengths: Int32Array, T: number, B: number): void {
  if (lengths.length < B) throw new RangeError(`${lengths.length} lengths for ${B} sequences.`);
  for (let b = 0; b < B; b++) {
    if (lengths[b] < 1 || lengths[b] > T) {
      throw new RangeError(`Sequence ${b} has a length of ${lengths[b]}: expected 1 to ${T}, the steps of the batch.`);
    }
  }
}
