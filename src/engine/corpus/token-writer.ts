/** Writing token ids to disk as they are encoded: little-endian, 2 or 4 bytes each. */
import type { FileSink } from '../files.ts';
import type { Tokenizer } from './tokenizer.ts';

export class TokenWriter {
  /** Tokens written. */
  written = 0;
  /** Occurrences by id in the training part, and in the other parts. */
  readonly trainCounts: Float64Array;
  readonly otherCounts: Float64Array;
  readonly #tokenizer: Tokenizer;
  readonly #sink: FileSink;
  readonly #bytesPerToken: 2 | 4;
  #ids = new Int32Array(0);
  #packing: Uint16Array | Uint32Array;

  constructor(tokenizer: Tokenizer, sink: FileSink, bytesPerToken: 2 | 4) {
    this.#tokenizer = tokenizer;
    this.#sink = sink;
    this.#bytesPerToken = bytesPerToken;
    this.trainCounts = new Float64Array(tokenizer.vocabularySize);
    this.otherCounts = new Float64Array(tokenizer.vocabularySize);
    this.#packing = this.#room(0);
  }

  /** Tokens written that are <unk>. */
  get unknown(): number {
    const { unknownId } = this.#tokenizer;
    return unknownId === null ? 0 : this.trainCounts[unknownId]! + this.otherCounts[unknownId]!;
  }

  /** Encodes (as `Tokenizer.encodeBytes`) and writes; returns the bytes of text that were consumed. */
  async write(bytes: Uint8Array, end: number, stop: number, last: boolean, training: boolean): Promise<number> {
    if (this.#ids.length < end) {
      this.#ids = new Int32Array(end);
      this.#packing = this.#room(end);
    }
    const ids = this.#ids;
    const { consumed, count } = this.#tokenizer.encodeBytes(bytes, end, stop, last, ids);
    const counts = training ? this.trainCounts : this.otherCounts;
    for (let i = 0; i < count; i++) counts[ids[i]!]! += 1;
    await this.#sink.write(this.#packed(count));
    this.written += count;
    return consumed;
  }

  async commit(path: string): Promise<void> {
    await this.#sink.commit(path);
  }

  /** Removes what was written, unless it was committed. */
  async close(): Promise<void> {
    await this.#sink.abort();
  }

  #room(tokens: number): Uint16Array | Uint32Array {
    return this.#bytesPerToken === 2 ? new Uint16Array(tokens) : new Uint32Array(tokens);
  }

  #packed(count: number): Uint8Array {
    const packed = this.#packing.subarray(0, count);
    packed.set(this.#ids.subarray(0, count));
    const bytes = new Uint8Array(packed.buffer, 0, packed.byteLength);
    if (!littleEndian) reverseEach(bytes, this.#bytesPerToken);
    return bytes;
  }
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns the bytes of each number around, in place. */
function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
