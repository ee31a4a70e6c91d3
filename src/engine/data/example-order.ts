/** In which order and company examples are trained on. */
import { Permutation } from '../corpus/permutation.ts';

/** Batches whose examples are sorted by length together: enough for little padding, few enough to keep the order random. */
const batchesInPool = 50;

/** Permutations of batches draw from counters that no epoch, and no split, reaches (see STREAM.batchOrder). */
const batchCounter = 2 ** 41;

/**
 * Examples in batches of similar length (bucketing). An epoch is a random permutation, cut into pools; a pool is sorted by length and
 * cut into batches, and these are shuffled. Every example is in one batch of an epoch; the batch that is not full is the last pool's.
 * Everything is a function of (seed, epoch).
 */
export class ExampleOrder {
  readonly batchesPerEpoch: number;
  readonly #lengths: ArrayLike<number> | null;
  readonly #n: number;
  readonly #B: number;
  readonly #seed: number;
  readonly #pools: number;
  /** The pool at hand, by number over all epochs. */
  #pool = -1;
  #batches: Int32Array[] = [];

  /** @param lengths of every example; null when all are alike */
  constructor(n: number, lengths: ArrayLike<number> | null, B: number, seed: number) {
    this.#n = n;
    this.#lengths = lengths;
    this.#B = B;
    this.#seed = seed;
    this.batchesPerEpoch = Math.ceil(n / B);
    this.#pools = Math.ceil(this.batchesPerEpoch / batchesInPool);
  }

  /** Indices of the examples of a batch, counted over all epochs. */
  batch(position: number): Int32Array {
    const epoch = Math.floor(position / this.batchesPerEpoch);
    const inEpoch = position % this.batchesPerEpoch;
    const pool = Math.floor(inEpoch / batchesInPool);
    const number = epoch * this.#pools + pool;
    if (number !== this.#pool) {
      this.#batches = this.#makePool(epoch, pool, number);
      this.#pool = number;
    }
    return this.#batches[inEpoch % batchesInPool]!;
  }

  #makePool(epoch: number, pool: number, number: number): Int32Array[] {
    const order = new Permutation(this.#n, this.#seed, epoch);
    const size = batchesInPool * this.#B;
    const from = pool * size;
    const examples = Int32Array.from({ length: Math.min(size, this.#n - from) }, (_, i) => order.at(from + i));
    const lengths = this.#lengths;
    // Sorting is stable, so examples of one length stay in random order.
    if (lengths) examples.sort((a, b) => lengths[a]! - lengths[b]!);
    const count = Math.ceil(examples.length / this.#B);
    const shuffled = new Permutation(count, this.#seed, batchCounter + number);
    return Array.from({ length: count }, (_, i) => {
      const batch = shuffled.at(i);
      return examples.slice(batch * this.#B, (batch + 1) * this.#B);
    });
  }
}
