/** A `.unroll` file as an archive: written entry by entry, and read with suspicion of every one of them. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import { badInput, ServiceError } from '../errors.ts';
import { mostEntries } from './format.ts';

/** What an entry holds: its size unpacked, and the hash of that. */
export interface EntryCheck {
  readonly bytes: number;
  readonly sha256: string;
}

/** Pieces of text or bytes, made when the entry's turn comes. */
type Content = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export interface NewEntry {
  readonly name: string;
  /** Weights would hardly shrink. */
  readonly pack: boolean;
  /** @param written the entries before it */
  content(written: ReadonlyMap<string, EntryCheck>): Content;
}

/** Writes an archive in one pass, never holding more than a piece of it. @param path of a new file */
export async function writeArchive(path: string, entries: readonly NewEntry[]): Promise<void> {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  const checks = new Map<string, EntryCheck>();
  for (const { name, pack, content } of entries) {
    zip.addReadStreamLazy(name, { compress: pack }, (give) => {
      const stream = Readable.from(
        hashed(content(checks), (check) => checks.set(name, check)),
        { objectMode: false },
      );
      stream.on('error', (error) => out.destroy(error));
      give(null, stream);
    });
  }
  zip.on('error', (error: Error) => out.destroy(error));
  zip.end();
  await pipeline(out, createWriteStream(path, { flags: 'wx', flush: true }));
}

async function* hashed(content: Content, done: (check: EntryCheck) => void): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of content) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    bytes += chunk.length;
    hash.update(chunk);
    yield chunk;
  }
  done({ bytes, sha256: hash.digest('hex') });
}

/** An archive whose directory has been read. Nothing of it has been unpacked. */
export class Archive {
  readonly #zip: yauzl.ZipFile;
  readonly #entries: ReadonlyMap<string, yauzl.Entry>;

  private constructor(zip: yauzl.ZipFile, entries: ReadonlyMap<string, yauzl.Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws ServiceError BAD_INPUT when it is no archive, cut off, or has entries that no shared run has */
  static async open(this: void, path: string): Promise<Archive> {
    const zip = await openZip(path);
    try {
      return new Archive(zip, await readDirectory(zip));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /**
   * The bytes of an entry, piece by piece: as many as it says, and no more than allowed.
   * @param most bytes; null for one that must not be packed, and so is no larger than the file
   * @throws ServiceError BAD_INPUT when it is missing, too large, or damaged
   */
  async *read(name: string, most: number | null, done: (check: EntryCheck) => void = () => {}): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (!entry) throw damaged(`it has no "${name}"`);
    if (most === null && entry.compressionMethod !== 0) throw damaged(`"${name}" is packed, which it never is`);
    if (most !== null && entry.uncompressedSize > most)
      throw badInput(
        `"${name}" in this file would unpack to ${entry.uncompressedSize.toLocaleString('en')} bytes; ` +
          `a shared run has at most ${most.toLocaleString('en')} there. Nothing was imported.`,
      );
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        const piece = chunk as Buffer;
        bytes += piece.length;
        hash.update(piece);
        yield piece;
      }
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw damaged(`"${name}" cannot be unpacked (${(error as Error).message})`, error);
    }
    done({ bytes, sha256: hash.digest('hex') });
  }

  close(): void {
    this.#zip.close();
  }
}

/** Nothing was imported, and why. */
export function damaged(what: string, cause?: unknown): ServiceError {
  return badInput(`This file is damaged or was changed: ${what}. Nothing was imported; ask for it again.`, cause);
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  try {
    // Names with a way out of the folder are refused, and so is every byte more than an entry says that it has.
    return await yauzl.openPromise(path, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw badInput(`There is no file ${path}.`, error);
    if (code !== undefined) throw badInput(`${path} cannot be read: ${message}.`, error);
    const what = 'This is no run shared by Unroll, or only a part of one: it is not a whole ZIP archive.';
    throw badInput(`${what} Nothing was imported; ask for it again.`, error);
  }
}

function readDirectory(zip: yauzl.ZipFile): Promise<ReadonlyMap<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  return new Promise((resolve, reject) => {
    if (zip.entryCount > mostEntries)
      return reject(damaged(`it has ${zip.entryCount} entries, and a shared run has at most ${mostEntries}`));
    zip.on('error', (error: Error) => reject(damaged(error.message, error)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: yauzl.Entry) => {
      const { fileName } = entry;
      if (entries.has(fileName)) return reject(damaged(`it has "${fileName}" twice`));
      if (entry.isEncrypted()) return reject(damaged(`"${fileName}" is encrypted`));
      entries.set(fileName, entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}
