/** What is said of a text: its characters, words and lines, counted while it streams by. */
import { ByteCounts } from './byte-counts.ts';
import { classAt, wordEnd } from './pieces.ts';
import { asciiClass, CLASS } from './unicode-classes.ts';
import { codePointAt, sequenceLength } from './utf8.ts';

export interface Count {
  readonly token: string;
  readonly count: number;
}

/** How many of the most frequent characters and words are kept. */
const mostFrequent = 50;
/** Different words counted exactly; with more, counts of rare ones are approximate (byte-counts.ts). */
const mostWords = 1 << 20;

const codePoints = 0x110000;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Code points of a page of counters. */
const pageSize = 256;

/** Occurrences by code point. */
export class CharacterCounts {
  /** Counters in pages, made as characters of theirs turn up. */
  readonly #pages: (Float64Array | undefined)[] = new Array<undefined>(codePoints / pageSize).fill(undefined);
  readonly #first = (this.#pages[0] = new Float64Array(pageSize));
  /** Those of ASCII since the last block: whole numbers are quicker to count. */
  readonly #ascii = new Uint32Array(128);

  /** Counts the characters that begin in `start` … `end` of well-formed UTF-8. */
  push(bytes: Uint8Array, start: number, end: number): void {
    const ascii = this.#ascii;
    let at = start;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte < 0x80) {
        ascii[byte]! += 1;
        at++;
      } else {
        const codePoint = codePointAt(bytes, at);
        const page = (this.#pages[codePoint >> 8] ??= new Float64Array(pageSize));
        page[codePoint & 0xff]! += 1;
        at += sequenceLength(byte);
      }
    }
    ascii.forEach((count, byte) => (this.#first[byte]! += count));
    ascii.fill(0);
  }

  of(codePoint: number): number {
    return this.#pages[codePoint >> 8]?.[codePoint & 0xff] ?? 0;
  }

  /** All characters that occurred, the most frequent first, then by code point. */
  ranked(): { codePoint: number; count: number }[] {
    const found: { codePoint: number; count: number }[] = [];
    this.#pages.forEach((page, number) =>
      page?.forEach((count, index) => {
        if (count > 0) found.push({ codePoint: number * pageSize + index, count });
      }),
    );
    return found.sort((a, b) => b.count - a.count || a.codePoint - b.codePoint);
  }
}

const { letter, mark, number, unspaced } = CLASS;

export class TextStatistics {
  words = 0;
  /** Anything but white space was there. */
  hasText = false;
  readonly #characters = new CharacterCounts();
  readonly #words = new ByteCounts(mostWords);
  #crlf = 0;
  #endsWithCr = false;
  #lastByte = lineFeed;
  #carry = new Uint8Array(0);

  /** @param bytes well-formed UTF-8 of whole characters */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#characters.push(bytes, 0, bytes.length);
    this.#countCrlf(bytes);
    this.#lastByte = bytes[bytes.length - 1]!;
    let text = bytes;
    if (this.#carry.length > 0) {
      text = new Uint8Array(this.#carry.length + bytes.length);
      text.set(this.#carry);
      text.set(bytes, this.#carry.length);
    }
    this.#carry = text.slice(this.#countWords(text, false));
  }

  /** To be called once, when the text has ended. */
  finish(): {
    characters: number;
    lines: number;
    words: number;
    distinctCharacters: number;
    frequentCharacters: Count[];
    frequentWords: Count[];
  } {
    this.#countWords(this.#carry, true);
    const characters = this.#characters.ranked();
    const lineEnds = this.#characters.of(lineFeed) + this.#characters.of(carriageReturn) - this.#crlf;
    const unfinishedLine = this.#lastByte !== lineFeed && this.#lastByte !== carriageReturn;
    const { table } = this.#words;
    return {
      characters: characters.reduce((sum, { count }) => sum + count, 0),
      lines: lineEnds + (unfinishedLine ? 1 : 0),
      words: this.words,
      distinctCharacters: characters.length,
      frequentCharacters: characters
        .slice(0, mostFrequent)
        .map(({ codePoint, count }) => ({ token: String.fromCodePoint(codePoint), count })),
      frequentWords: [...table.ranked(mostFrequent)].map((key) => ({
        token: decoder.decode(table.bytes(key)),
        count: table.values[key]!,
      })),
    };
  }

  #countCrlf(bytes: Uint8Array): void {
    if (this.#endsWithCr && bytes[0] === lineFeed) this.#crlf++;
    for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
      if (bytes[at + 1] === lineFeed) this.#crlf++;
    }
    this.#endsWithCr = bytes[bytes.length - 1] === carriageReturn;
  }

  /** Counts the words of `bytes` as far as they are decided; returns how far that is. */
  #countWords(bytes: Uint8Array, last: boolean): number {
    const words = this.#words;
    const length = bytes.length;
    let at = 0;
    while (at < length) {
      const byte = bytes[at]!;
      if (byte === 0x20) {
        at++;
        continue;
      }
      const end = wordEnd(bytes, at, length, last);
      if (end < 0) break;
      const kind = byte < 0x80 ? asciiClass[byte]! : classAt(bytes, at);
      if (kind === letter || kind === number || kind === unspaced || kind === mark) {
        this.words++;
        words.add(bytes, at, end);
      }
      if (kind !== CLASS.space && kind !== CLASS.newline) this.hasText = true;
      at = end;
    }
    return at;
  }
}
