/** Streaming a stored text through a tokeniser, in parts (training, validation, test) that end between tokens. */
import type { EngineFiles } from '../files.ts';
import { CorpusError } from './errors.ts';
import { lowerCaseBytes } from './lowercase.ts';
import { advance, countCharacters, isUtf8, wholeCharacters } from './utf8.ts';

export interface PartsOptions {
  readonly lowercase: boolean;
  /** The text was read before and is known to be well-formed. */
  readonly checked?: boolean;
  /** Characters after which each part but the last ends, at the first end of a token that is not before. Ascending. */
  readonly cuts: readonly number[];
  /** How many parts are wanted; the text is read no further. */
  readonly parts: number;
  /** Called with the bytes read. */
  readonly onRead: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes tokens that begin before `stop` from `bytes`; looks ahead as far as `end`; returns the bytes it took, which may be
 * fewer while the text goes on (not `last`).
 */
export type TakeTokens = (
  part: number,
  bytes: Uint8Array,
  end: number,
  stop: number,
  last: boolean,
) => number | Promise<number>;

/**
 * UTF-8 of a stored text in blocks of whole characters; a block is valid until the next.
 * @throws CorpusError when the file is not well-formed UTF-8
 */
export async function* textBlocks(
  files: EngineFiles,
  path: string,
  { lowercase, checked = false, onRead, signal }: Pick<PartsOptions, 'lowercase' | 'checked' | 'onRead' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  let carry = new Uint8Array(0);
  for await (const chunk of files.readChunks(path)) {
    signal.throwIfAborted();
    let bytes = chunk;
    if (carry.length > 0) {
      bytes = new Uint8Array(carry.length + chunk.length);
      bytes.set(carry);
      bytes.set(chunk, carry.length);
    }
    const end = wholeCharacters(bytes, bytes.length);
    carry = bytes.slice(end);
    const block = bytes.subarray(0, end);
    if (!checked && !isUtf8(block)) throw damaged(path);
    onRead(chunk.length);
    yield lowercase ? lowerCaseBytes(block) : block;
  }
  signal.throwIfAborted();
  if (carry.length > 0) throw damaged(path);
}

function damaged(path: string): CorpusError {
  return new CorpusError(`The stored text ${path} is damaged: it is no longer valid UTF-8. Import the text again.`);
}

/** Gives a text to `take`, part by part. Returns the characters of each part. */
export async function streamParts(
  files: EngineFiles,
  path: string,
  options: PartsOptions,
  take: TakeTokens,
): Promise<number[]> {
  const parts = new Parts(options, take);
  for await (const block of textBlocks(files, path, options)) {
    await parts.push(block);
    if (parts.done) break;
  }
  options.signal.throwIfAborted();
  return parts.finish();
}

class Parts {
  done = false;
  readonly #options: PartsOptions;
  readonly #take: TakeTokens;
  readonly #characters: number[] = [];
  #part = 0;
  /** Text not taken yet, its bytes, and the characters of the text up to its end. */
  #buffer = new Uint8Array(0);
  #length = 0;
  #charactersRead = 0;
  /** Characters before the current part. */
  #partBegan = 0;

  constructor(options: PartsOptions, take: TakeTokens) {
    this.#options = options;
    this.#take = take;
  }

  async push(block: Uint8Array): Promise<void> {
    if (this.#length + block.length > this.#buffer.length) {
      const larger = new Uint8Array(this.#length + 2 * block.length);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(block, this.#length);
    this.#length += block.length;
    this.#charactersRead += countCharacters(block, 0, block.length);
    await this.#takeAll(false);
  }

  async finish(): Promise<number[]> {
    if (!this.done) {
      await this.#takeAll(true);
      while (this.#characters.length < this.#options.parts) this.#endPart(this.#length);
    }
    return this.#characters;
  }

  async #takeAll(last: boolean): Promise<void> {
    let at = 0;
    while (!this.done) {
      const cut = this.#options.cuts[this.#part] ?? Infinity;
      const cutIsHere = cut < this.#charactersRead;
      const stop = cutIsHere ? this.#offsetOf(cut) : this.#length;
      if (stop > at) {
        const bytes = this.#buffer.subarray(at, this.#length);
        at += await this.#take(this.#part, bytes, bytes.length, stop - at, last);
      }
      if (at < stop || !cutIsHere) break;
      this.#endPart(at);
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
  }

  /** Where in the buffer a character of the text begins; the buffer's beginning for one before it. */
  #offsetOf(character: number): number {
    const before = this.#charactersRead - countCharacters(this.#buffer, 0, this.#length);
    return advance(this.#buffer, 0, this.#length, character - before);
  }

  #endPart(at: number): void {
    const characters = this.#charactersRead - countCharacters(this.#buffer, at, this.#length);
    this.#characters.push(characters - this.#partBegan);
    this.#partBegan = characters;
    this.#part++;
    this.done = this.#part === this.#options.parts;
  }
}
