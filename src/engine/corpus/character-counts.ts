/**
 * Counting the characters of a text that streams by.
 *
 * Where a character ends is hard to foresee for a processor, so characters of one and two bytes are not looked for: what is
 * counted, without a branch, is which byte stands beside which. In well-formed UTF-8 a byte below 80 is a character, and a
 * byte C2 … DF with the byte after it is one, whatever stands around them.
 */
import { codePointAt, isAscii } from './utf8.ts';

const codePoints = 0x110000;
/** Bytes of a stretch that is looked at in one go: it fits the processor's nearest cache. */
const stretch = 1 << 14;
/** Bytes after which counts of 32 bits are added to those of 53. */
const mostUnfolded = 2 ** 31;

/** Occurrences by code point. */
export class CharacterCounts {
  readonly #counts = new Float64Array(codePoints);
  // Counted since the last `#fold`:
  /** Occurrences by first byte * 256 + second, of all bytes that stand side by side. */
  readonly #neighbours = new Uint32Array(1 << 16);
  /** The same of ASCII text taken two characters at a time: both count. */
  readonly #twos = new Uint32Array(1 << 16);
  #unfolded = 0;

  /** Counts the characters that begin in `start` … `end` of well-formed UTF-8; both stand between characters. */
  push(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end;) {
      let to = from + stretch;
      if (to >= end) to = end;
      else while ((bytes[to]! & 0xc0) === 0x80) to--;
      if (isAscii(bytes, from, to)) countTwos(this.#twos, this.#neighbours, bytes, from, to);
      else countNeighbours(this.#neighbours, this.#counts, bytes, from, to);
      this.#unfolded += to - from;
      if (this.#unfolded > mostUnfolded) this.#fold();
      from = to;
    }
  }

  of(codePoint: number): number {
    this.#fold();
    return this.#counts[codePoint] ?? 0;
  }

  /** All characters that occurred, the most frequent first, then by code point. */
  ranked(): { codePoint: number; count: number }[] {
    this.#fold();
    const found: { codePoint: number; count: number }[] = [];
    for (let codePoint = 0; codePoint < codePoints; codePoint++) {
      const count = this.#counts[codePoint]!;
      if (count > 0) found.push({ codePoint, count });
    }
    return found.sort((a, b) => b.count - a.count || a.codePoint - b.codePoint);
  }

  #fold(): void {
    if (this.#unfolded === 0) return;
    this.#unfolded = 0;
    const counts = this.#counts;
    this.#twos.forEach((count, two) => {
      counts[two >> 8]! += count;
      counts[two & 0xff]! += count;
    });
    this.#neighbours.forEach((count, two) => {
      const [first, second] = [two >> 8, two & 0xff];
      if (first < 0x80) counts[first]! += count;
      else if (first >= 0xc2) counts[((first & 0x1f) << 6) | (second & 0x3f)]! += count;
    });
    this.#twos.fill(0);
    this.#neighbours.fill(0);
  }
}

// Functions of their own, called for each stretch: loops in functions that are called often are compiled best.

function countTwos(twos: Uint32Array, neighbours: Uint32Array, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  for (; at + 1 < end; at += 2) twos[(bytes[at]! << 8) | bytes[at + 1]!]! += 1;
  if (at < end) neighbours[bytes[at]! << 8]! += 1;
}

function countNeighbours(
  neighbours: Uint32Array,
  counts: Float64Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const last = end - 1;
  let byte = bytes[start]!;
  for (let at = start; at < last; at++) {
    const next = bytes[at + 1]!;
    if (byte < 0xe0) neighbours[(byte << 8) | next]! += 1;
    else counts[codePointAt(bytes, at)]! += 1;
    byte = next;
  }
  neighbours[byte << 8]! += 1;
}
