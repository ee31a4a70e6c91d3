/** What is said of a text: its characters, words and lines, counted while it streams by. */
import { CharacterCounts } from './characters.ts';
import { WordCounts } from './words.ts';

export interface Count {
  readonly token: string;
  readonly count: number;
}

/** How many of the most frequent characters and words are kept. */
const mostFrequent = 50;
/** Different words counted exactly; with more, counts of rare ones are approximate (words.ts). */
const mostWords = 1 << 20;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export class TextStatistics {
  readonly #characters = new CharacterCounts();
  readonly #words = new WordCounts(false, mostWords);
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
    this.#carry = text.slice(this.#words.count(text, false));
  }

  /** Anything but white space was there. */
  get hasText(): boolean {
    return this.#words.hasText;
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
    this.#words.count(this.#carry, true);
    const characters = this.#characters.ranked();
    const lineEnds = this.#characters.of(lineFeed) + this.#characters.of(carriageReturn) - this.#crlf;
    const unfinishedLine = this.#lastByte !== lineFeed && this.#lastByte !== carriageReturn;
    return {
      characters: characters.reduce((sum, { count }) => sum + count, 0),
      lines: lineEnds + (unfinishedLine ? 1 : 0),
      words: this.#words.words,
      distinctCharacters: characters.length,
      frequentCharacters: characters
        .slice(0, mostFrequent)
        .map(({ codePoint, count }) => ({ token: String.fromCodePoint(codePoint), count })),
      frequentWords: this.#words.ranked(mostFrequent),
    };
  }

  #countCrlf(bytes: Uint8Array): void {
    if (this.#endsWithCr && bytes[0] === lineFeed) this.#crlf++;
    for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
      if (bytes[at + 1] === lineFeed) this.#crlf++;
    }
    this.#endsWithCr = bytes[bytes.length - 1] === carriageReturn;
  }
}
