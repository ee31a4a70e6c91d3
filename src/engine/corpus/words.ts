/**
 * Words of a text that streams by: counted, or turned into ids (wasm/words.cpp). What a word is: pieces.ts, which is asked for
 * whatever is not decided fast.
 */
import { longestPiece, preparedWordEnd, wordEnd } from './pieces.ts';
import { instantiate, type TextExports } from './wasm/load.ts';
import { characterStart } from './utf8.ts';

/** Bytes of text that are gone through in one go; the processor's nearer caches hold them. */
const stretch = 1 << 15;
/** How far ahead is looked for the end of a word: its own length, and what may follow. */
const lookAhead = 2 * longestPiece;
/** Words are short on average; texts made to break this are pruned earlier. */
const mostBytesPerWord = 24;
/** A limit that no text reaches. */
const unlimited = 2 ** 32 - 1;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Text in the memory of an instance. */
class Words {
  protected readonly exports: TextExports;
  #text = new Uint8Array(0);

  constructor(prepared: boolean) {
    const pieceEnd = prepared ? preparedWordEnd : wordEnd;
    this.exports = instantiate((at, end, last) => pieceEnd(this.text, at, end, last));
  }

  /** The text's place; made anew where the memory has moved. */
  protected get text(): Uint8Array {
    if (this.#text.length === 0) this.#place(stretch + lookAhead);
    return this.#text;
  }

  /** Puts `bytes` there. */
  protected put(bytes: Uint8Array): void {
    if (this.#text.length < bytes.length) this.#place(Math.max(bytes.length, stretch + lookAhead));
    this.#text.set(bytes);
  }

  /**
   * Goes through the words that begin before `stop`, a stretch at a time. Bytes are well-formed UTF-8, and `stop` and `end` stand
   * between characters.
   * @param end bytes before this are there; the text may go on behind it unless `last`
   * @param pass one of the passes of words.cpp over what was put there; returns where the next word begins
   * @returns where the next word begins; before `stop` if that depends on what follows
   */
  protected through(
    bytes: Uint8Array,
    end: number,
    stop: number,
    last: boolean,
    pass: (stop: number, end: number, last: number) => number,
  ): number {
    let at = 0;
    while (at < stop) {
      const wanted = at + stretch < stop ? characterStart(bytes, at + stretch) : stop;
      const seen = wanted + lookAhead < end ? characterStart(bytes, wanted + lookAhead) : end;
      this.put(bytes.subarray(at, seen));
      const taken = pass(wanted - at, seen - at, last && seen === end ? 1 : 0);
      at += taken;
      if (at < wanted) break;
    }
    return at;
  }

  #place(bytes: number): void {
    const address = this.exports.textRoom(bytes);
    this.#text = new Uint8Array(this.exports.memory.buffer, address, bytes);
  }
}

/**
 * Counts words. Up to `limit` different ones the counts are exact. When there are more, the rarer half is forgotten: a word that
 * comes back later is counted anew, so counts of rare words may then be too low, never too high (lossy counting, Manku & Motwani
 * 2002). What is counted depends on the text alone, not on how it was cut into pieces.
 */
export class WordCounts extends Words {
  readonly #prepared: boolean;

  /** @param prepared the text was cut into words before: what stands between white space is a word */
  constructor(prepared: boolean, limit: number) {
    super(prepared);
    this.#prepared = prepared;
    this.exports.setLimit(limit, limit * mostBytesPerWord);
  }

  /** Counts all pieces but white space; every kind of line end is the word LF. Arguments and result: `through`. */
  learn(bytes: Uint8Array, end: number, stop: number, last: boolean): number {
    const { exports } = this;
    const prepared = this.#prepared ? 1 : 0;
    return this.through(bytes, end, stop, last, (...window) => exports.learnWords(prepared, ...window));
  }

  /** Counts what people call words, for statistics: no symbols, no line ends. */
  count(bytes: Uint8Array, last: boolean): number {
    return this.through(bytes, bytes.length, bytes.length, last, this.exports.countWords);
  }

  /** Words of `count`, all occurrences. */
  get words(): number {
    return this.exports.wordsCounted();
  }

  /** Anything but white space was there for `count`. */
  get hasText(): boolean {
    return this.exports.textSeen() === 1;
  }

  /** The most frequent words, then by code point. */
  ranked(limit: number): { token: string; count: number }[] {
    const { exports } = this;
    const size = exports.wordCount();
    const most = Math.min(limit, size);
    const countsAt = exports.wordCounts();
    const keysAt = exports.rankedWords(countsAt, most);
    const { buffer } = exports.memory;
    const counts = new Float64Array(buffer, countsAt, size);
    const ranked = Array.from(new Uint32Array(buffer, keysAt, most), (key) => ({
      token: decoder.decode(new Uint8Array(buffer, exports.wordStart(key), exports.wordLength(key))),
      count: counts[key]!,
    }));
    exports.release(keysAt);
    exports.release(countsAt);
    return ranked;
  }
}

/** Ids of words: their place in a list + 1; 0 for others. */
export class WordIds extends Words {
  readonly #prepared: boolean;

  /** @param words all different */
  constructor(prepared: boolean, words: readonly string[]) {
    super(prepared);
    this.#prepared = prepared;
    this.exports.setLimit(unlimited, unlimited);
    for (const word of words) {
      const bytes = encoder.encode(word);
      this.put(bytes);
      this.exports.addWord(bytes.length);
    }
  }

  /** Encodes as `Tokenizer.encodeBytes` says. */
  encode(
    bytes: Uint8Array,
    end: number,
    stop: number,
    last: boolean,
    ids: Int32Array,
  ): { consumed: number; count: number } {
    const { exports } = this;
    const prepared = this.#prepared ? 1 : 0;
    let count = 0;
    const consumed = this.through(bytes, end, stop, last, (...window) => {
      const taken = exports.encodeWords(prepared, ...window);
      const found = exports.encodedCount();
      ids.set(new Int32Array(exports.memory.buffer, exports.encodedIds(), found), count);
      count += found;
      return taken;
    });
    return { consumed, count };
  }
}
