/**
 * Learning the merges of byte-pair encoding (Sennrich et al. 2016; on bytes: Radford et al. 2019): again and again the most
 * frequent pair of neighbouring symbols becomes a symbol of its own. Pair counts are kept up to date around each merge
 * instead of being counted anew, and the next pair comes from a heap, so that a merge costs only the places it changes.
 */
import { eventLoopTurns } from '../event-loop.ts';
import type { ByteTable } from './byte-table.ts';

/** Symbols 0 … 255 are the bytes; merge number i makes symbol 256 + i of its two. */
export type Merge = readonly [left: number, right: number];
export const byteSymbols = 256;

/** A pair as one number; symbols are below 2^20 (config.ts allows a vocabulary of a million). */
export function pairKey(left: number, right: number): number {
  return left * 1048576 + right;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Where the left symbol stood when the pair came about; some may be out of date. */
  places: number[];
}

/** Places changed between two looks at the event loop: some milliseconds of work. */
const placesPerTurn = 100_000;

/**
 * @param pieces what merging may not go beyond, with their counts as values
 * @param keys those of `pieces` to learn from
 * @param most merges at most
 * @param leastCount pairs seen less often are not merged
 * @throws the signal's reason when it was cancelled
 */
export async function learnMerges(
  pieces: ByteTable,
  keys: Uint32Array,
  most: number,
  leastCount: number,
  signal: AbortSignal,
): Promise<Merge[]> {
  const symbols = new Symbols(pieces, keys);
  const merges: Merge[] = [];
  const turns = eventLoopTurns();
  try {
    let places = 0;
    while (merges.length < most) {
      const best = symbols.best();
      if (!best || best.count < leastCount) break;
      places += best.places.length;
      symbols.merge(best, byteSymbols + merges.length);
      merges.push([best.left, best.right]);
      if (places >= placesPerTurn) {
        places = 0;
        await turns.turn();
        signal.throwIfAborted();
      }
    }
  } finally {
    turns.close();
  }
  return merges;
}

/** All pieces as linked lists of symbols, laid end to end, and the pairs in them. */
class Symbols {
  /** Symbol by place; -1 where it was merged into the one before it. */
  readonly #symbol: Int32Array;
  /** Neighbouring places within the piece; -1 at its ends. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** How often the piece occurs, by place. */
  readonly #weight: Float64Array;
  readonly #pairs = new Map<number, Pair>();
  readonly #queue = new PairQueue();

  constructor(pieces: ByteTable, keys: Uint32Array) {
    const length = keys.reduce((sum, key) => sum + pieces.bytes(key).length, 0);
    this.#symbol = new Int32Array(length);
    this.#next = new Int32Array(length).fill(-1);
    this.#previous = new Int32Array(length).fill(-1);
    this.#weight = new Float64Array(length);
    let place = 0;
    for (const key of keys) {
      const bytes = pieces.bytes(key);
      this.#symbol.set(bytes, place);
      this.#weight.fill(pieces.values[key]!, place, place + bytes.length);
      for (let i = 1; i < bytes.length; i++) {
        this.#next[place + i - 1] = place + i;
        this.#previous[place + i] = place + i - 1;
        this.#count(bytes[i - 1]!, bytes[i]!, place + i - 1);
      }
      place += bytes.length;
    }
    for (const pair of this.#pairs.values()) this.#queue.push(pair);
  }

  /** The most frequent pair; of several, that of the smallest symbols. */
  best(): Pair | null {
    return this.#queue.pop();
  }

  /** Replaces the pair by `merged` wherever it stands, from left to right. */
  merge(pair: Pair, merged: number): void {
    const { left, right } = pair;
    const grown = new Set<Pair>();
    this.#pairs.delete(pairKey(left, right));
    for (const place of Int32Array.from(pair.places).sort()) {
      const second = this.#next[place]!;
      if (this.#symbol[place] !== left || second < 0 || this.#symbol[second] !== right) continue;
      const before = this.#previous[place]!;
      const after = this.#next[second]!;
      if (before >= 0) {
        this.#uncount(this.#symbol[before]!, left, place);
        grown.add(this.#count(this.#symbol[before]!, merged, before));
      }
      if (after >= 0) {
        this.#uncount(right, this.#symbol[after]!, place);
        grown.add(this.#count(merged, this.#symbol[after]!, place));
        this.#previous[after] = place;
      }
      this.#symbol[place] = merged;
      this.#symbol[second] = -1;
      this.#next[place] = after;
    }
    for (const one of grown) this.#queue.push(one);
  }

  #count(left: number, right: number, place: number): Pair {
    const key = pairKey(left, right);
    let pair = this.#pairs.get(key);
    if (!pair) this.#pairs.set(key, (pair = { left, right, count: 0, places: [] }));
    pair.count += this.#weight[place]!;
    pair.places.push(place);
    return pair;
  }

  #uncount(left: number, right: number, place: number): void {
    const pair = this.#pairs.get(pairKey(left, right));
    if (pair) pair.count -= this.#weight[place]!;
  }
}

interface Queued {
  readonly pair: Pair;
  /** The pair's count when it was queued. */
  readonly count: number;
}

/** A binary heap whose entries may be out of date: counts that sank since are noticed when their entry comes out. */
class PairQueue {
  readonly #heap: Queued[] = [];

  push(pair: Pair): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push({ pair, count: pair.count });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  pop(): Pair | null {
    for (;;) {
      const first = this.#takeFirst();
      if (!first) return null;
      if (first.count === first.pair.count) return first.pair;
      if (first.count > first.pair.count && first.pair.count > 0) this.push(first.pair);
    }
  }

  #takeFirst(): Queued | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last) return null;
    if (heap.length === 0) return first;
    heap[0] = last;
    let at = 0;
    for (;;) {
      let best = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && comesBefore(heap[child]!, heap[best]!)) best = child;
      }
      if (best === at) return first;
      [heap[at], heap[best]] = [heap[best]!, heap[at]!];
      at = best;
    }
  }
}

function comesBefore(a: Queued, b: Queued): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.pair.left !== b.pair.left ? a.pair.left < b.pair.left : a.pair.right < b.pair.right;
}
