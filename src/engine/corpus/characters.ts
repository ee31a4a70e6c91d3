/** Characters of a text that streams by: counted, or turned into ids (wasm/characters.cpp). */
import { characterStart } from './utf8.ts';
import { instantiate, readBehind, type TextExports } from './wasm/load.ts';

const codePoints = 0x110000;
/** Bytes of a stretch that is gone through in one go: it fits the processor's nearest caches. */
const stretch = 1 << 15;

/** Text in the memory of an instance. */
class Characters {
  protected readonly exports: TextExports = instantiate();
  readonly #address = this.exports.reserve(stretch + readBehind);
  #text = new Uint8Array(0);

  /** Gives all of `start` … `end` to `pass`, a stretch at a time. Both stand between characters of well-formed UTF-8. */
  protected through(bytes: Uint8Array, start: number, end: number, pass: (text: number, length: number) => void): void {
    for (let from = start; from < end;) {
      const to = from + stretch < end ? characterStart(bytes, from + stretch) : end;
      // Empty at first, and where the memory has moved.
      if (this.#text.length === 0) this.#text = new Uint8Array(this.exports.memory.buffer, this.#address, stretch);
      this.#text.set(bytes.subarray(from, to));
      pass(this.#address, to - from);
      from = to;
    }
  }
}

/** Occurrences by code point. */
export class CharacterCounts extends Characters {
  /** Counts the characters that begin in `start` … `end` of well-formed UTF-8; both stand between characters. */
  push(bytes: Uint8Array, start: number, end: number): void {
    this.through(bytes, start, end, this.exports.countCharacters);
  }

  of(codePoint: number): number {
    return this.#counts()[codePoint] ?? 0;
  }

  /** All characters that occurred, the most frequent first, then by code point. */
  ranked(): { codePoint: number; count: number }[] {
    const found: { codePoint: number; count: number }[] = [];
    const counts = this.#counts();
    for (let codePoint = 0; codePoint < counts.length; codePoint++) {
      const count = counts[codePoint]!;
      if (count > 0) found.push({ codePoint, count });
    }
    return found.sort((a, b) => b.count - a.count || a.codePoint - b.codePoint);
  }

  #counts(): Float64Array {
    const { exports } = this;
    const counts = exports.characterCounts();
    return new Float64Array(exports.memory.buffer, counts, exports.codePointsSeen());
  }
}

/** Ids of code points: their place in a list + 1; 0 for others. */
export class CharacterIds extends Characters {
  readonly #ids: number;

  /** @param known characters of one code point each, all different */
  constructor(known: readonly string[]) {
    super();
    const { exports } = this;
    this.#ids = exports.reserve(4 * (stretch + 1));
    // The place is asked for first: the memory may grow and be another buffer then.
    const place = exports.codePointIds();
    const byCodePoint = new Int32Array(exports.memory.buffer, place, codePoints);
    known.forEach((character, index) => {
      byCodePoint[character.codePointAt(0)!] = index + 1;
    });
    exports.codePointIdsAreSet();
  }

  /** Writes the ids of the characters that begin in the first `end` bytes; returns how many they are. */
  encode(bytes: Uint8Array, end: number, ids: Int32Array): number {
    const { exports } = this;
    let count = 0;
    this.through(bytes, 0, end, (text, length) => {
      const found = exports.encodeCharacters(text, length, this.#ids);
      ids.set(new Int32Array(exports.memory.buffer, this.#ids, found), count);
      count += found;
    });
    return count;
  }
}
