/** The first characters of a text, kept while it streams by. */
import { advance } from './utf8.ts';

/** Characters that a preview shows. */
export const previewCharacters = 4000;
/** Bytes that surely hold them. */
const previewBytes = 4 * previewCharacters;

/** Of bytes that are whole characters of UTF-8 already. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Beginning {
  #bytes = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    const missing = previewBytes - this.#bytes.length;
    if (missing <= 0) return;
    const joined = new Uint8Array(this.#bytes.length + Math.min(missing, bytes.length));
    joined.set(this.#bytes);
    joined.set(bytes.subarray(0, missing), this.#bytes.length);
    this.#bytes = joined;
  }

  /** Nothing more is wanted. */
  get full(): boolean {
    return this.#bytes.length === previewBytes;
  }

  get text(): string {
    return decoder.decode(this.#bytes.subarray(0, advance(this.#bytes, 0, this.#bytes.length, previewCharacters)));
  }
}
