/** Writing token ids to disk as they are encoded: little-endian, 2 or 4 bytes each. */
import type { FileSink } from '../files.ts';
import { longestPiece } from './pieces.ts';
import type { Tokenizer } from './tokenizer.ts';
import { characterStart } from './utf8.ts';
import { instantiate } from './wasm/load.ts';

/** Bytes of text that are encoded in one go: their ids stay in the processor's nearest caches. */
const stretch = 1 << 14;
/** The most ids of a stretch: one a byte, and its last token may reach beyond it. */
const mostIds = stretch + longestPiece;
/** Tokens that go to the disk in one go. */
const tokensPerWrite = 1 << 19;

export class TokenWriter {
  /** Tokens taken; they are all in the file after `commit`. */
  written = 0;
  /** Occurrences by id in the training part, and in the other parts. */
  readonly trainCounts: Float64Array;
  readonly otherCounts: Float64Array;
  readonly #tokenizer: Tokenizer;
  readonly #sink: FileSink;
  readonly #bytesPerToken: 2 | 4;
  readonly #exports = instantiate();
  // Addresses in the memory of the instance, which does not grow after the constructor.
  readonly #idsAt: number;
  readonly #trainCountsAt: number;
  readonly #otherCountsAt: number;
  /** Tokens that wait, and room for the next while these are being written. */
  #packedAt: number;
  #nextAt: number;
  readonly #ids: Int32Array;
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(tokenizer: Tokenizer, sink: FileSink, bytesPerToken: 2 | 4) {
    this.#tokenizer = tokenizer;
    this.#sink = sink;
    this.#bytesPerToken = bytesPerToken;
    const { vocabularySize } = tokenizer;
    const { memory, reserve } = this.#exports;
    this.#idsAt = reserve(mostIds * Int32Array.BYTES_PER_ELEMENT);
    this.#trainCountsAt = reserve(vocabularySize * Float64Array.BYTES_PER_ELEMENT);
    this.#otherCountsAt = reserve(vocabularySize * Float64Array.BYTES_PER_ELEMENT);
    this.#packedAt = reserve((tokensPerWrite + mostIds) * bytesPerToken);
    this.#nextAt = reserve((tokensPerWrite + mostIds) * bytesPerToken);
    this.#ids = new Int32Array(memory.buffer, this.#idsAt, mostIds);
    this.trainCounts = new Float64Array(memory.buffer, this.#trainCountsAt, vocabularySize);
    this.otherCounts = new Float64Array(memory.buffer, this.#otherCountsAt, vocabularySize);
  }

  /** Tokens written that are <unk>. */
  get unknown(): number {
    const { unknownId } = this.#tokenizer;
    return unknownId === null ? 0 : this.trainCounts[unknownId]! + this.otherCounts[unknownId]!;
  }

  /** Encodes (as `Tokenizer.encodeBytes`) and writes; returns the bytes of text that were consumed. */
  async write(bytes: Uint8Array, end: number, stop: number, last: boolean, training: boolean): Promise<number> {
    const countsAt = training ? this.#trainCountsAt : this.#otherCountsAt;
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
      const packedAt = this.#packedAt + this.#filled * this.#bytesPerToken;
      this.#exports.packIds(this.#idsAt, count, countsAt, packedAt, this.#bytesPerToken);
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
    const { buffer } = this.#exports.memory;
    this.#writing = this.#sink.write(new Uint8Array(buffer, this.#packedAt, this.#filled * this.#bytesPerToken));
    // A failure is told to who waits for it next.
    this.#writing.catch(() => undefined);
    [this.#packedAt, this.#nextAt] = [this.#nextAt, this.#packedAt];
    this.#filled = 0;
  }
}
