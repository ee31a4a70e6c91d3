/**
 * Windows of a long sequence of tokens for truncated backpropagation through time: inputs and targets time-major [T,B], the
 * targets being the inputs one token later. Where a run stands in its data is one number, `position`, so that a checkpoint can
 * hold it; every window is a function of that number (and the seed).
 */
import { STREAM } from '../random.ts';
import type { TrainingConfig } from '../training/config.ts';
import { Permutation, randomBelow } from './permutation.ts';
import type { TokenSource } from './token-source.ts';

/** Target of a place that predicts nothing; losses pass over it. */
export const noTarget = -1;

export interface TrainingWindow {
  /** Steps filled: T, fewer in the last window of an epoch. The first `steps`·B numbers count. */
  readonly steps: number;
  /** This window does not go on from the one before: the state starts from zeros. */
  readonly resetState: boolean;
}

export interface TrainingBatches {
  readonly stepsPerEpoch: number;
  /** Windows given so far, over all epochs. Setting it goes there. */
  position: number;
  /** Fills inputs and targets [T,B] with the next window; after the last of an epoch comes the first of the next. */
  next(inputs: Int32Array, targets: Int32Array): TrainingWindow;
}

/**
 * The windows that a run trains on.
 * @throws RangeError when there are not enough tokens for one (splits.ts says so in a sentence before)
 */
export function trainingBatches(
  source: TokenSource,
  { batch, steps, partition, seed }: Pick<TrainingConfig, 'batch' | 'steps' | 'partition' | 'seed'>,
): TrainingBatches {
  return partition === 'sequential'
    ? new SequentialBatches(source, batch, steps)
    : new RandomBatches(source, batch, steps, seed);
}

/** Tokens that all read-ahead buffers hold together. */
const bufferedTokens = 1 << 20;
/** The most tokens that one of them holds. */
const longestBlock = 1 << 15;

/** Reads one row of a batch ahead in blocks, so that a step costs no file access of its own. */
class RowReader {
  readonly #source: TokenSource;
  readonly #block: Int32Array;
  #start = 0;
  #length = 0;

  constructor(source: TokenSource, block: number) {
    this.#source = source;
    this.#block = new Int32Array(block);
  }

  /** `count` tokens from `start` on (count ≤ the block's size); valid until the next call. */
  read(start: number, count: number): Int32Array {
    if (start < this.#start || start + count > this.#start + this.#length) {
      this.#start = start;
      this.#length = Math.min(this.#block.length, this.#source.length - start);
      this.#source.read(start, this.#block.subarray(0, this.#length));
    }
    return this.#block.subarray(start - this.#start, start - this.#start + count);
  }
}

function rowReaders(source: TokenSource, B: number, T: number): RowReader[] {
  const block = Math.max(T + 1, Math.min(longestBlock, Math.floor(bufferedTokens / B)));
  return Array.from({ length: B }, () => new RowReader(source, block));
}

/** Writes one row of a window: column b of [T,B]. */
function fillColumn(
  row: Int32Array,
  b: number,
  B: number,
  steps: number,
  inputs: Int32Array,
  targets: Int32Array,
): void {
  for (let t = 0, at = b; t < steps; t++, at += B) {
    inputs[at] = row[t]!;
    targets[at] = row[t + 1]!;
  }
}

/**
 * The text cut into B contiguous rows of equal length L, read side by side T tokens at a time, so that the state can be
 * carried from window to window (Zaremba et al. 2014). An epoch predicts tokens 1 … B·L once each; the last window may be
 * shorter than T. Up to B-1 tokens at the end of the text are left out.
 */
export class SequentialBatches implements TrainingBatches {
  readonly stepsPerEpoch: number;
  position = 0;
  readonly #B: number;
  readonly #T: number;
  /** L, predictions in a row. */
  readonly #rowLength: number;
  readonly #rows: RowReader[];

  constructor(source: TokenSource, B: number, T: number) {
    this.#B = B;
    this.#T = T;
    this.#rowLength = Math.floor((source.length - 1) / B);
    if (this.#rowLength < 1) throw tooFew(source, B + 1);
    this.stepsPerEpoch = Math.ceil(this.#rowLength / T);
    this.#rows = rowReaders(source, B, T);
  }

  next(inputs: Int32Array, targets: Int32Array): TrainingWindow {
    const index = this.position++ % this.stepsPerEpoch;
    const from = index * this.#T;
    const steps = Math.min(this.#T, this.#rowLength - from);
    for (let b = 0; b < this.#B; b++) {
      const row = this.#rows[b]!.read(b * this.#rowLength + from, steps + 1);
      fillColumn(row, b, this.#B, steps, inputs, targets);
    }
    return { steps, resetState: index === 0 };
  }
}

/**
 * Windows from all over the text in random order, the state from zeros each time (Dive into Deep Learning, section 9.3). Each
 * epoch cuts the text into windows from a new random offset below T and shuffles them; what does not fill a batch at the end
 * is left out. Offset and order depend on (seed, epoch) alone.
 */
export class RandomBatches implements TrainingBatches {
  readonly stepsPerEpoch: number;
  position = 0;
  readonly #source: TokenSource;
  readonly #B: number;
  readonly #T: number;
  readonly #seed: number;
  /** Windows of an epoch. */
  readonly #windows: number;
  readonly #row: Int32Array;
  #epoch = -1;
  #offset = 0;
  #order: Permutation;

  constructor(source: TokenSource, B: number, T: number, seed: number) {
    // As many windows as fit behind every offset; of a text that small, as many as fit behind none.
    const behindAny = Math.floor((source.length - T) / T);
    this.#windows = behindAny >= B ? behindAny : Math.floor((source.length - 1) / T);
    if (this.#windows < B) throw tooFew(source, B * T + 1);
    this.#source = source;
    this.#B = B;
    this.#T = T;
    this.#seed = seed;
    this.#row = new Int32Array(T + 1);
    this.stepsPerEpoch = Math.floor(this.#windows / B);
    this.#order = new Permutation(this.#windows, seed, 0);
  }

  next(inputs: Int32Array, targets: Int32Array): TrainingWindow {
    const epoch = Math.floor(this.position / this.stepsPerEpoch);
    const index = this.position++ % this.stepsPerEpoch;
    if (epoch !== this.#epoch) this.#begin(epoch);
    for (let b = 0; b < this.#B; b++) {
      const window = this.#order.at(index * this.#B + b);
      this.#source.read(this.#offset + window * this.#T, this.#row);
      fillColumn(this.#row, b, this.#B, this.#T, inputs, targets);
    }
    return { steps: this.#T, resetState: true };
  }

  #begin(epoch: number): void {
    this.#epoch = epoch;
    const slack = this.#source.length - 1 - this.#windows * this.#T;
    this.#offset = randomBelow(Math.min(this.#T, slack + 1), this.#seed, STREAM.batchOrder, epoch);
    this.#order = new Permutation(this.#windows, this.#seed, epoch);
  }
}

export interface EvaluationBatches {
  /** Windows in all. */
  readonly length: number;
  /** Fills the next window; `steps` 0 when all were given. Places that predict nothing have input 0 and target -1. */
  next(inputs: Int32Array, targets: Int32Array): { readonly steps: number };
}

/**
 * Every token but the first predicted exactly once, in at most B contiguous rows read side by side with the state carried
 * along. Rows are no shorter than T while the text is small: a row's first tokens are predicted without context.
 * @throws RangeError when there is nothing to predict
 */
export function evaluationBatches(source: TokenSource, B: number, T: number): EvaluationBatches {
  const predictions = source.length - 1;
  if (predictions < 1) throw tooFew(source, 2);
  const rowLength = Math.min(predictions, Math.max(T, Math.ceil(predictions / B)));
  const length = Math.ceil(rowLength / T);
  const rows = rowReaders(source, B, T);
  let window = 0;
  return {
    length,
    next(inputs, targets) {
      if (window === length) return { steps: 0 };
      const from = window++ * T;
      const steps = Math.min(T, rowLength - from);
      inputs.fill(0, 0, steps * B);
      targets.fill(noTarget, 0, steps * B);
      for (let b = 0; b < B; b++) {
        const start = b * rowLength + from;
        const here = Math.min(steps, predictions - start);
        if (here > 0) fillColumn(rows[b]!.read(start, here + 1), b, B, here, inputs, targets);
      }
      return { steps };
    },
  };
}

function tooFew(source: TokenSource, needed: number): RangeError {
  return new RangeError(`${source.length} tokens are too few for one batch, which needs ${needed}`);
}
