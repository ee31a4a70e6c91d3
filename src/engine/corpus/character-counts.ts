/**
 * Counting the characters of a text that streams by.
 *
 * Where a character ends is hard to foresee for a processor, so characters of one and two bytes are not looked for: what is
 * counted, without a branch, is which byte stands beside which. In well-formed UTF-8 a byte below 80 is a character, and a
 * byte C2 … DF with the byte after it is one, whatever stands around them.
 */
import { codePointAt, isAscii } from './utf8.ts';

const codePoints = 0x110000;
/** Code points of a page of counters. */
const pageSize = 256;
/** Bytes of a stretch that is looked at in one go: it fits the processor's nearest cache. */
const stretch = 1 << 14;
/** Bytes after which counts of 32 bits are added to those of 53. */
const mostUnfolded = 2 ** 31;

/** Occurrences by code point. */
export class CharacterCounts {
  /** Counters in pages, made as characters of theirs turn up. */
  readonly #pages: Pages = new Array<undefined>(codePoints / pageSize).fill(undefined);
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
      else countNeighbours(this.#neighbours, this.#pages, bytes, from, to);
      this.#unfolded += to - from;
      if (this.#unfolded > mostUnfolded) this.#fold();
      from = to;
    }
  }

  of(codePoint: number): number {
    this.#fold();
    return this.#pages[codePoint >> 8]?.[codePoint & 0xff] ?? 0;
  }

  /** All characters that occurred, the most frequent first, then by code point. */
  ranked(): { codePoint: number; count: number }[] {
    this.#fold();
    const found: { codePoint: number; count: number }[] = [];
    this.#pages.forEach((page, number) =>
      page?.forEach((count, index) => {
        if (count > 0) found.push({ codePoint: number * pageSize + index, count });
      }),
    );
    return found.sort((a, b) => b.count - a.count || a.codePoint - b.codePoint);
  }

  #fold(): void {
    if (this.#unfolded === 0) return;
    this.#unfolded = 0;
    const pages = this.#pages;
    for (let two = 0; two < this.#twos.length; two++) {
      const count = this.#twos[two]!;
      if (count === 0) continue;
      countCharacter(pages, two >> 8, count);
      countCharacter(pages, two & 0xff, count);
    }
    for (let two = 0; two < this.#neighbours.length; two++) {
      const count = this.#neighbours[two]!;
      if (count === 0) continue;
      const first = two >> 8;
      if (first < 0x80) countCharacter(pages, first, count);
      else if (first >= 0xc2) countCharacter(pages, ((first & 0x1f) << 6) | (two & 0x3f), count);
    }
    this.#twos.fill(0);
    this.#neighbours.fill(0);
  }
}

type Pages = (Float64Array | undefined)[];

function countCharacter(pages: Pages, codePoint: number, count: number): void {
  const page = (pages[codePoint >> 8] ??= new Float64Array(pageSize));
  page[codePoint & 0xff]! += count;
}

// Functions of their own, called for each stretch: loops in functions that are called often are compiled best.

function countTwos(twos: Uint32Array, neighbours: Uint32Array, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  for (; at + 1 < end; at += 2) twos[(bytes[at]! << 8) | bytes[at + 1]!]! += 1;
  if (at < end) neighbours[bytes[at]! << 8]! += 1;
}

function countNeighbours(neighbours: Uint32Array, pages: Pages, bytes: Uint8Array, start: number, end: number): void {
  const last = end - 1;
  let byte = bytes[start]!;
  for (let at = start; at < last; at++) {
    const next = bytes[at + 1]!;
    if (byte < 0xe0) neighbours[(byte << 8) | next]! += 1;
    else countCharacter(pages, codePointAt(bytes, at), 1);
    byte = next;
  }
  neighbours[byte << 8]! += 1;
}
