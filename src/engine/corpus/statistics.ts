/** What is said of a text: its characters, words and lines, counted while it streams by. */
import { ByteCounts } from './byte-counts.ts';
import { CharacterCounts } from './character-counts.ts';
import { classAt } from './pieces.ts';
import { asciiClass, CLASS } from './unicode-classes.ts';
import { WordCutter } from './word-cutter.ts';

export interface Count {
  readonly token: string;
  readonly count: number;
}

/** How many of the most frequent characters and words are kept. */
const mostFrequent = 50;
/** Different words counted exactly; with more, counts of rare ones are approximate (byte-counts.ts). */
const mostWords = 1 << 20;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const { letter, mark, number, unspaced } = CLASS;

export class TextStatistics {
  words = 0;
  /** Anything but white space was there. */
  hasText = false;
  readonly #characters = new CharacterCounts();
  readonly #words = new ByteCounts(mostWords);
  readonly #cutter = new WordCutter(false);
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
    const length = bytes.length;
    let at = 0;
    while (at < length) {
      const next = this.#cutter.cut(bytes, at, length, length, last);
      if (next === at) break;
      this.#countPieces(bytes);
      at = next;
    }
    return at;
  }

  #countPieces(bytes: Uint8Array): void {
    const { pieces, count } = this.#cutter;
    for (let i = 0; i < count; i++) {
      const start = pieces[2 * i]!;
      const byte = bytes[start]!;
      const kind = byte < 0x80 ? asciiClass[byte]! : classAt(bytes, start);
      if (kind === letter || kind === number || kind === unspaced || kind === mark) {
        this.words++;
        this.#words.add(bytes, start, pieces[2 * i + 1]!);
      }
      if (kind !== CLASS.newline) this.hasText = true;
    }
  }
}
