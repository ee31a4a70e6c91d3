/** Writing token ids to disk as they are encoded: little-endian, 2 or 4 bytes each. */
import type { FileSink } from '../files.ts';
import type { Tokenizer } from './tokenizer.ts';

export class TokenWriter {
  /** Tokens written. */
  written = 0;
  /** Those of them that are <unk>. */
  unknown = 0;
  /** Occurrences by id among those that were to be counted. */
  readonly counts: Float64Array;
  readonly #tokenizer: Tokenizer;
  readonly #sink: FileSink;
  readonly #bytesPerToken: 2 | 4;
  #ids = new Int32Array(0);
  #bytes = new Uint8Array(0);

  constructor(tokenizer: Tokenizer, sink: FileSink, bytesPerToken: 2 | 4) {
    this.#tokenizer = tokenizer;
    this.#sink = sink;
    this.#bytesPerToken = bytesPerToken;
    this.counts = new Float64Array(tokenizer.vocabularySize);
  }

  /** Encodes (as `Tokenizer.encodeBytes`) and writes; returns the bytes of text that were consumed. */
  async write(bytes: Uint8Array, end: number, stop: number, last: boolean, counted: boolean): Promise<number> {
    if (this.#ids.length < end) {
      this.#ids = new Int32Array(end);
      this.#bytes = new Uint8Array(end * this.#bytesPerToken);
    }
    const ids = this.#ids;
    const { consumed, count } = this.#tokenizer.encodeBytes(bytes, end, stop, last, ids);
    const { unknownId } = this.#tokenizer;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (id === unknownId) this.unknown++;
      if (counted) this.counts[id]! += 1;
    }
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

  #packed(count: number): Uint8Array {
    const ids = this.#ids;
    const bytes = this.#bytes;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      bytes[at++] = id;
      bytes[at++] = id >>> 8;
      if (this.#bytesPerToken === 4) {
        bytes[at++] = id >>> 16;
        bytes[at++] = id >>> 24;
      }
    }
    return bytes.subarray(0, at);
  }
}
