/** The engine's files on Node's file system. */
import { createHash, randomUUID, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname, join } from 'node:path';
import type { EngineFiles, FileSink } from '../engine/files.ts';
import type { TokenSource } from '../engine/corpus/token-source.ts';
import type { TokenFile } from '../engine/protocol.ts';

const chunkBytes = 1 << 20;

/** Temporary files have this prefix: what is left of a crash can be told apart. */
export const temporaryPrefix = '.writing-';

export function nodeFiles(): EngineFiles {
  return {
    join,
    size: async (path) => (await stat(path)).size,
    readFile: async (path) => new Uint8Array(await readFile(path)),
    readChunks,
    create: NodeFileSink.open,
    remove: (path) => rm(path, { force: true }),
    list: async (directory) => {
      try {
        return (await readdir(directory)).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
    openTokens: async (file) => openTokens(file),
  };
}

/** Reads ahead by one chunk, in two buffers that take turns. */
async function* readChunks(path: string, start = 0, end = Infinity): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  let pending: Promise<Uint8Array> | null = null;
  try {
    const buffers = [new Uint8Array(chunkBytes), new Uint8Array(chunkBytes)];
    let position = start;
    const next = async (turn: number): Promise<Uint8Array> => {
      const buffer = buffers[turn % 2]!;
      let length = 0;
      const wanted = Math.min(buffer.length, end - position);
      while (length < wanted) {
        const { bytesRead } = await file.read(buffer, length, wanted - length, position);
        if (bytesRead === 0) break;
        length += bytesRead;
        position += bytesRead;
      }
      return buffer.subarray(0, length);
    };
    pending = next(0);
    for (let turn = 1; ; turn++) {
      const chunk: Uint8Array = await pending;
      pending = null;
      if (chunk.length === 0) return;
      pending = next(turn);
      yield chunk;
    }
  } finally {
    // A reader that left early: the read under way must end before the file is closed, and its failure is nobody's.
    await pending?.catch(() => undefined);
    await file.close();
  }
}

/** A temporary file beside its final place: renaming within one folder is atomic. */
class NodeFileSink implements FileSink {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #hash: Hash | null;
  #state: 'open' | 'committed' | 'aborted' = 'open';

  private constructor(handle: FileHandle, path: string, hashed: boolean) {
    this.#handle = handle;
    this.#path = path;
    this.#hash = hashed ? createHash('sha256') : null;
  }

  static async open(this: void, directory: string, hashed = false): Promise<NodeFileSink> {
    await mkdir(directory, { recursive: true });
    const path = join(directory, `${temporaryPrefix}${randomUUID()}`);
    return new NodeFileSink(await open(path, 'wx'), path, hashed);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open') throw new Error(`write to a file that is ${this.#state}`);
    const writing = this.#writeAll(bytes);
    this.#hash?.update(bytes); // while the bytes are on their way
    await writing;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
  }

  sha256(): string {
    if (!this.#hash) throw new Error('the SHA-256 of a file that was not created for it');
    return this.#hash.copy().digest('hex');
  }

  async commit(path: string): Promise<void> {
    if (this.#state !== 'open') throw new Error(`commit of a file that is ${this.#state}`);
    await this.#handle.sync();
    await this.#handle.close();
    this.#state = 'committed';
    try {
      await rename(this.#path, path);
    } catch (error) {
      await rm(this.#path, { force: true });
      throw error;
    }
    await syncDirectory(dirname(path));
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    await this.#handle.close();
    await rm(this.#path, { force: true });
  }
}

/** The directory entry itself becomes durable. Windows has no such call and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const bigEndian = endianness() === 'BE';

/** Ids read from disk as they are asked for, by positioned reads that wait: a block costs microseconds once it is cached. */
function openTokens(file: TokenFile): TokenSource & { close(): void } {
  const { path, bytesPerToken, start: first, length } = file;
  const descriptor = openSync(path, 'r');
  try {
    const tokens = fstatSync(descriptor).size / bytesPerToken;
    if (first + length > tokens) {
      throw new Error(`${path} holds ${tokens} tokens, but ${length} from ${first} on are expected: it was cut off.`);
    }
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  let scratch = new Uint8Array(0);
  return {
    length,
    read(start, out) {
      if (start < 0 || start + out.length > length) {
        throw new RangeError(`tokens ${start} … ${start + out.length - 1} asked of a source of ${length}`);
      }
      const bytes = out.length * bytesPerToken;
      if (scratch.length < bytes) scratch = new Uint8Array(bytes);
      let done = 0;
      while (done < bytes) {
        const read = readSync(descriptor, scratch, done, bytes - done, (first + start) * bytesPerToken + done);
        if (read === 0) throw new Error(`${path} ended while it was read`);
        done += read;
      }
      widen(scratch.subarray(0, bytes), bytesPerToken, out);
    },
    close: () => closeSync(descriptor),
  };
}

/** Little-endian ids of 2 or 4 bytes to int32. */
function widen(bytes: Uint8Array<ArrayBuffer>, bytesPerToken: 2 | 4, out: Int32Array): void {
  if (bigEndian) {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytesPerToken === 2) view.swap16();
    else view.swap32();
  }
  const Ids = bytesPerToken === 2 ? Uint16Array : Int32Array;
  out.set(new Ids(bytes.buffer, bytes.byteOffset, out.length));
}
