/** Writing token ids to disk as they are encoded: little-endian, 2 or 4 bytes each. */
import type { FileSink } from '../files.ts';
import { longestPiece } from './pieces.ts';
import type { Tokenizer } from './tokenizer.ts';
import { characterStart } from './utf8.ts';

/** Bytes of text that are encoded in one go: their ids stay in the processor's nearest caches. */
const stretch = 1 << 14;
/** The most ids of a stretch: one a byte, and its last token may reach beyond it. */
const mostIds = stretch + longestPiece;
/** Tokens that go to the disk in one go. */
const tokensPerWrite = 1 << 19;

type Packed = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export class TokenWriter {
  /** Tokens taken; they are all in the file after `commit`. */
  written = 0;
  /** Occurrences by id in the training part, and in the other parts. */
  readonly trainCounts: Float64Array;
  readonly otherCounts: Float64Array;
  readonly #tokenizer: Tokenizer;
  readonly #sink: FileSink;
  readonly #ids = new Int32Array(mostIds);
  /** Tokens that wait, and room for the next while these are being written. */
  #packed: Packed;
  #next: Packed;
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(tokenizer: Tokenizer, sink: FileSink, bytesPerToken: 2 | 4) {
    this.#tokenizer = tokenizer;
    this.#sink = sink;
    this.trainCounts = new Float64Array(tokenizer.vocabularySize);
    this.otherCounts = new Float64Array(tokenizer.vocabularySize);
    const Ids = bytesPerToken === 2 ? Uint16Array : Uint32Array;
    this.#packed = new Ids(tokensPerWrite + mostIds);
    this.#next = new Ids(tokensPerWrite + mostIds);
  }

  /** Tokens written that are <unk>. */
  get unknown(): number {
    const { unknownId } = this.#tokenizer;
    return unknownId === null ? 0 : this.trainCounts[unknownId]! + this.otherCounts[unknownId]!;
  }

  /** Encodes (as `Tokenizer.encodeBytes`) and writes; returns the bytes of text that were consumed. */
  async write(bytes: Uint8Array, end: number, stop: number, last: boolean, training: boolean): Promise<number> {
    const counts = training ? this.trainCounts : this.otherCounts;
    let at = 0;
    while (at < stop) {
      const wanted = at + stretch < stop ? characterStart(bytes, at + stretch) - at : stop - at;
      const { consumed, count } = this.#tokenizer.encodeBytes(
        bytes.subarray(at, end),
        end - at,
        wanted,
        last,
        this.#ids,
      );
      pack(this.#ids, count, counts, this.#packed, this.#filled);
      this.#filled += count;
      this.written += count;
      if (this.#filled >= tokensPerWrite) await this.#flush();
      at += consumed;
      if (consumed < wanted) break;
    }
    return at;
  }

  async commit(path: string): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#sink.commit(path);
  }

  /** Removes what was written, unless it was committed. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#sink.abort();
  }

  /** Begins to write what waits, once what was written before is. */
  async #flush(): Promise<void> {
    await this.#writing;
    const tokens = this.#packed.subarray(0, this.#filled);
    const bytes = new Uint8Array(tokens.buffer, 0, tokens.byteLength);
    if (!littleEndian) reverseEach(bytes, tokens.BYTES_PER_ELEMENT);
    this.#writing = this.#sink.write(bytes);
    // A failure is told to who waits for it next.
    this.#writing.catch(() => undefined);
    [this.#packed, this.#next] = [this.#next, this.#packed];
    this.#filled = 0;
  }
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Counts `ids` and puts them into `packed` from `at` on. */
function pack(ids: Int32Array, count: number, counts: Float64Array, packed: Packed, at: number): void {
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    counts[id]! += 1;
    packed[at + i] = id;
  }
}

/** Turns the bytes of each number around, in place. */
function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
