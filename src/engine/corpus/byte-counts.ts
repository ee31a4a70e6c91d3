/** Counting the different words of a text of any size in bounded memory. */
import { ByteTable } from './byte-table.ts';

/** Words are short on average; texts made to break this are pruned earlier. */
const mostBytesPerWord = 24;

/**
 * Occurrences by word. Up to `limit` different words the counts are exact. When there are more, the rarer half is forgotten:
 * a word that comes back later is counted anew, so counts of rare words may then be too low, never too high (lossy counting,
 * Manku & Motwani 2002). What is counted depends on the text alone, not on how it was cut into pieces.
 */
export class ByteCounts {
  #table = new ByteTable();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get table(): ByteTable {
    return this.#table;
  }

  /** Counts the word that stands at `start` … `end`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const table = this.#table;
    const size = table.size;
    const key = table.add(bytes, start, end);
    table.values[key]! += 1;
    const isNew = key === size;
    if (isNew && (size >= this.#limit || table.poolSize > this.#limit * mostBytesPerWord)) this.#forgetRare();
  }

  #forgetRare(): void {
    const old = this.#table;
    const sorted = old.values.slice(0, old.size).sort();
    const threshold = sorted[old.size >> 1]!;
    const kept = new ByteTable();
    for (let key = 0; key < old.size; key++) {
      if (old.values[key]! <= threshold) continue;
      const bytes = old.bytes(key);
      const again = kept.add(bytes, 0, bytes.length);
      kept.values[again] = old.values[key]!;
    }
    this.#table = kept;
  }
}
