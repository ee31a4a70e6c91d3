/**
 * The one random generator of the engine: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011), counter-based: the numbers depend only on (seed, stream, counter, block), so every device draws the same ones, and
 * a checkpoint needs to hold a counter, not a generator's state.
 *
 * Key = (seed, stream); counter words = (block low, block high, position low, position high).
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const TWO_32 = 4294967296;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function mulhi(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const mid = ah * bl + ((al * bl) >>> 16);
  const mid2 = al * bh + (mid % 65536);
  return (ah * bh + Math.floor(mid / 65536) + Math.floor(mid2 / 65536)) >>> 0;
}

/** Writes the four 32-bit words of one block into `out`. Counter and block are safe integers. */
export function philox(
  seed: number,
  stream: number,
  counter: number,
  block: number,
  out: Uint32Array = new Uint32Array(4),
): Uint32Array {
  out[0] = block;
  out[1] = Math.floor(block / TWO_32);
  out[2] = counter;
  out[3] = Math.floor(counter / TWO_32);
  return philox4x32(out, seed, stream);
}

/** Philox 4x32-10 itself: replaces four counter words by four random ones, under the key (k0, k1). */
export function philox4x32(words: Uint32Array, key0: number, key1: number): Uint32Array {
  let [c0, c1, c2, c3] = words;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < 10; round++) {
    const hi0 = mulhi(M0, c0);
    const lo0 = Math.imul(M0, c0) >>> 0;
    const hi1 = mulhi(M1, c2);
    const lo1 = Math.imul(M1, c2) >>> 0;
    const n0 = (hi1 ^ c1 ^ k0) >>> 0;
    const n2 = (hi0 ^ c3 ^ k1) >>> 0;
    c0 = n0;
    c1 = lo1;
    c2 = n2;
    c3 = lo0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
  return words;
}

/** What the random streams are for. One number each, so that no two uses share numbers. */
export const STREAM = {
  initialisation: 1,
  batchOrder: 2,
  sampling: 3,
  scheduledSampling: 4,
  /** Pictures of embeddings. */
  layout: 5,
  /** + layer index */
  dropout: 1000,
} as const;

/** A sequential reader of one stream at one counter. */
export class Random {
  readonly #seed: number;
  readonly #stream: number;
  readonly #counter: number;
  readonly #words = new Uint32Array(4);
  #next = 0;

  constructor(seed: number, stream: number, counter = 0) {
    this.#seed = seed;
    this.#stream = stream;
    this.#counter = counter;
  }

  /** Uniform 32-bit word. */
  uint32(): number {
    if (this.#next % 4 === 0) philox(this.#seed, this.#stream, this.#counter, this.#next / 4, this.#words);
    return this.#words[this.#next++ % 4]!;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Standard normal (Box & Muller 1958). */
  normal(): number {
    const u = 1 - this.uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer in 0 … n-1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }
}
