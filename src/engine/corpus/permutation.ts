/** A random order of any length that needs no memory: where an index goes is computed, not looked up. */
import { philox, STREAM } from '../random.ts';

/** Rounds of the Feistel network; four make a pseudo-random permutation (Luby & Rackoff 1988), more cost little. */
const rounds = 6;
/** Blocks of the random stream that are for orders; those above are for single numbers. */
const singleBlock = 2 ** 40;

/**
 * A bijection of 0 … size-1, a function of (seed, counter): a Feistel network over the next power of four, walked until it
 * lands inside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
 */
export class Permutation {
  readonly #size: number;
  readonly #seed: number;
  readonly #counter: number;
  /** Size of one half. */
  readonly #half: number;
  readonly #words = new Uint32Array(4);

  constructor(size: number, seed: number, counter: number) {
    this.#size = size;
    this.#seed = seed;
    this.#counter = counter;
    this.#half = 2 ** Math.ceil(Math.log2(Math.max(size, 2)) / 2);
  }

  /** Where `index` goes. */
  at(index: number): number {
    let value = index;
    do value = this.#shuffle(value);
    while (value >= this.#size);
    return value;
  }

  #shuffle(value: number): number {
    const half = this.#half;
    let left = Math.floor(value / half);
    let right = value % half;
    for (let round = 0; round < rounds; round++) {
      philox(this.#seed, STREAM.batchOrder, this.#counter, round * half + right, this.#words);
      [left, right] = [right, (left + this.#words[0]!) % half];
    }
    return left * half + right;
  }
}

/** A uniform integer in 0 … n-1, a function of (seed, stream, counter), apart from the numbers of permutations. */
export function randomBelow(n: number, seed: number, stream: number, counter: number): number {
  const [word] = philox(seed, stream, counter, singleBlock);
  return Math.floor((word! / 4294967296) * n);
}
