/** Ids in a file, little-endian, 2 or 4 bytes each, as EngineFiles.openTokens reads them. */
import type { FileSink } from '../files.ts';

const flushBytes = 1 << 18;

export class IdWriter {
  /** Ids written. */
  written = 0;
  readonly #sink: FileSink;
  readonly #bytesPerId: 2 | 4;
  #buffer = new DataView(new ArrayBuffer(flushBytes));
  #used = 0;

  constructor(sink: FileSink, bytesPerId: 2 | 4) {
    this.#sink = sink;
    this.#bytesPerId = bytesPerId;
  }

  async write(ids: ArrayLike<number>): Promise<void> {
    for (let i = 0; i < ids.length; i++) {
      if (this.#used + this.#bytesPerId > flushBytes) await this.#flush();
      if (this.#bytesPerId === 2) this.#buffer.setUint16(this.#used, ids[i]!, true);
      else this.#buffer.setUint32(this.#used, ids[i]!, true);
      this.#used += this.#bytesPerId;
    }
    this.written += ids.length;
  }

  async commit(path: string): Promise<void> {
    await this.#flush();
    await this.#sink.commit(path);
  }

  /** Removes what was written, unless it was committed. */
  async close(): Promise<void> {
    await this.#sink.abort();
  }

  async #flush(): Promise<void> {
    if (this.#used > 0) await this.#sink.write(new Uint8Array(this.#buffer.buffer, 0, this.#used));
    this.#used = 0;
  }
}

/** Bytes of an id below `count`. */
export function idBytes(count: number): 2 | 4 {
  return count <= 65_536 ? 2 : 4;
}
