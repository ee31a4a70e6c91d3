/**
 * Bytes of a text file, in whatever encoding, to well-formed UTF-8, streaming. What is invalid becomes U+FFFD by the WHATWG
 * rule (one for each maximal ill-formed subpart) and is counted. A byte-order mark at the very beginning is removed; nothing
 * else is changed: U+0000, U+FEFF further in, and every kind of line end stay.
 */
import { refuseControlBytes, refuseKnownBinary } from './binary.ts';
import {
  byteOrderMark,
  chosenEncoding,
  detectBeyondAscii,
  firstBeyondAscii,
  unmarkedUtf16,
  type Detection,
} from './encoding.ts';
import { isUtf8, wholeCharacters } from './utf8.ts';

/** Bytes that are looked at before deciding, unless the text ends earlier. */
const headBytes = 4096;
/** Size of the sample from the first byte beyond ASCII on by which an encoding is detected. */
const sampleBytes = 128 * 1024;
/** What of the ASCII before it belongs to the sample: a few lines. */
const contextBytes = 512;

const none = new Uint8Array(0);
const encoder = new TextEncoder();

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** UTF-8 in, well-formed UTF-8 out. Well-formed input passes through uncopied. */
class Utf8Repair {
  replaced = 0;
  #carry: Uint8Array = none;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  push(bytes: Uint8Array, last: boolean): Uint8Array {
    const input = this.#carry.length > 0 ? concat(this.#carry, bytes) : bytes;
    const end = last ? input.length : wholeCharacters(input, input.length);
    this.#carry = input.slice(end);
    const whole = input.subarray(0, end);
    if (isUtf8(whole)) return whole;
    const repaired = encoder.encode(this.#decoder.decode(whole));
    this.replaced += countReplacements(repaired) - countReplacements(whole);
    return repaired;
  }
}

/** Any other encoding in, well-formed UTF-8 out. */
class Transcoder {
  replaced = 0;
  readonly #decoder: TextDecoder;
  readonly #twoBytes: boolean;
  readonly #littleEndian: boolean;
  /** Bytes seen, for telling the halves of UTF-16 units apart. */
  #seen = 0;
  #previous = 0;

  constructor(encoding: string) {
    this.#decoder = new TextDecoder(encoding);
    this.#twoBytes = encoding.startsWith('utf-16');
    this.#littleEndian = encoding === 'utf-16le';
  }

  push(bytes: Uint8Array, last: boolean): Uint8Array {
    const decoded = encoder.encode(this.#decoder.decode(bytes, { stream: !last }));
    this.replaced += countReplacements(decoded) - (this.#twoBytes ? this.#replacementsInSource(bytes) : 0);
    return decoded;
  }

  /** U+FFFD that UTF-16 text holds of itself. Legacy encodings cannot write it (gb18030 can; nobody does). */
  #replacementsInSource(bytes: Uint8Array): number {
    let count = 0;
    for (const byte of bytes) {
      if (this.#seen++ % 2 === 1) {
        const [high, low] = this.#littleEndian ? [byte, this.#previous] : [this.#previous, byte];
        if (high === 0xff && low === 0xfd) count++;
      }
      this.#previous = byte;
    }
    return count;
  }
}

/** U+FFFD is EF BF BD; an ill-formed neighbour cannot swallow it, since EF always begins anew. */
function countReplacements(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) count++;
  }
  return count;
}

/**
 * The whole way from a file's bytes to well-formed UTF-8. The encoding is decided as late as possible: a text that begins
 * with a gigabyte of ASCII passes through until the first byte that ASCII does not explain, and the sample is taken there.
 */
export class TextNormalizer {
  #detection: Detection | null = null;
  #decoder: Utf8Repair | Transcoder | null = null;
  #checkedHead = false;
  #pending: Uint8Array = none;
  readonly #chosen: string | null;

  /**
   * @param chosen label of the encoding a person chose, or null to find it
   * @throws CorpusError for a label that is not known
   */
  constructor(chosen: string | null) {
    this.#chosen = chosen === null ? null : chosenEncoding(chosen);
  }

  /** What was found; plain ASCII, which is UTF-8, as long as nothing says otherwise. */
  get detection(): Detection {
    return this.#detection ?? { encoding: 'utf-8', encodingFrom: 'utf-8', candidates: ['utf-8', 'windows-1252'] };
  }

  /** Invalid sequences so far, each now U+FFFD. */
  get replaced(): number {
    return this.#decoder?.replaced ?? 0;
  }

  /**
   * @param last the text ends with these bytes
   * @returns UTF-8 of whole characters; may be part of `bytes`, so it is valid as long as they are
   * @throws CorpusError when the data is not text
   */
  push(bytes: Uint8Array, last: boolean): Uint8Array {
    if (this.#decoder) return this.#decoder.push(bytes, last);
    const input = this.#pending.length > 0 ? concat(this.#pending, bytes) : bytes;
    this.#pending = none;
    if (!this.#checkedHead) {
      if (input.length < headBytes && !last) return this.#wait(input, 0);
      this.#checkedHead = true;
      const mark = this.#lookAtHead(input.subarray(0, headBytes));
      if (this.#decoder) return (this.#decoder as Utf8Repair | Transcoder).push(input.subarray(mark), last);
    }
    const first = firstBeyondAscii(input);
    if (first < 0) return input;
    const from = Math.max(0, first - contextBytes);
    const to = first + sampleBytes;
    if (input.length < to && !last) return this.#wait(input, from);
    this.#decide(detectBeyondAscii(input.subarray(from, to), last && input.length <= to));
    return this.#decoder!.push(input, last);
  }

  /** Keeps what cannot be decided yet and passes on the ASCII before it. */
  #wait(input: Uint8Array, from: number): Uint8Array {
    this.#pending = input.slice(from);
    return input.subarray(0, from);
  }

  /** Decides what the first bytes can decide. Returns how many of them are a byte-order mark to leave out. */
  #lookAtHead(head: Uint8Array): number {
    const mark = byteOrderMark(head);
    if (!(mark === 'utf-16le' && this.#chosen === 'utf-16le')) refuseKnownBinary(head);
    if (this.#chosen !== null) {
      const others = mark && mark !== this.#chosen ? [mark] : [];
      this.#decide({ encoding: this.#chosen, encodingFrom: 'chosen', candidates: [this.#chosen, ...others] });
    } else if (mark) {
      this.#decide({ encoding: mark, encodingFrom: 'bom', candidates: [mark] });
    } else {
      const utf16 = unmarkedUtf16(head);
      if (utf16) this.#decide({ encoding: utf16, encodingFrom: 'detected', candidates: [utf16, 'utf-8'] });
      else refuseControlBytes(head);
    }
    // TextDecoder takes the mark of UTF-16 away by itself.
    return this.#detection?.encoding === 'utf-8' && mark === 'utf-8' ? 3 : 0;
  }

  #decide(detection: Detection): void {
    this.#detection = detection;
    this.#decoder = detection.encoding === 'utf-8' ? new Utf8Repair() : new Transcoder(detection.encoding);
  }
}
