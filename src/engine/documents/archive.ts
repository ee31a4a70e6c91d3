/** ZIP archives, read with suspicion: their sizes may lie, and a few kilobytes may hold gigabytes. */
import { configure, ERR_ENCRYPTED, Reader, ZipReader, type FileEntry } from '@zip.js/zip.js';
import { CorpusError } from '../corpus/errors.ts';
import { mostDecompressedBytes } from '../data/gunzip.ts';
import { megabytes, type ByteSource } from './source.ts';

configure({ useWebWorkers: false });

/** Files in an archive. */
const mostEntries = 100_000;
/** No text shrinks so far; what does is made to fill memory. Small ones may do as they like. */
const mostRatio = 200;
const alwaysUnpacked = 64 * 2 ** 20; // bytes

export interface Archive {
  /** Its files in the order of their names; folders are no files. */
  readonly entries: readonly ArchiveEntry[];
  find(name: string): ArchiveEntry | null;
}

export interface ArchiveEntry {
  readonly name: string;
  /** Unpacked, as the archive says. */
  readonly size: number;
  readonly encrypted: boolean;
  /**
   * What it holds, as it is unpacked; its check sum is verified.
   * @throws CorpusError when it is damaged, encrypted or larger than it may be
   */
  chunks(signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** All of it. @param most bytes */
  bytes(most: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** @throws CorpusError when the archive is damaged */
export async function openArchive(source: ByteSource): Promise<Archive> {
  const reader = new ZipReader(new SourceReader(source));
  const entries: ArchiveEntry[] = [];
  let total = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      if (entries.length === mostEntries) {
        throw new CorpusError(
          `The archive holds more than ${mostEntries.toLocaleString('en-US')} files: unpack it and import the ones you want.`,
        );
      }
      total += entry.uncompressedSize;
      entries.push(archiveEntry(entry));
    }
  } catch (error) {
    throw damaged('The archive', error);
  }
  if (total > mostDecompressedBytes) {
    throw new CorpusError(
      `The archive holds ${megabytes(total)} unpacked, and at most ${megabytes(mostDecompressedBytes)} are read: unpack it and import a part of it.`,
    );
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return { entries, find: (name) => byName.get(name) ?? null };
}

/** Reads where zip.js asks. */
class SourceReader extends Reader<ByteSource> {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    let at = 0;
    for await (const chunk of this.#source.chunks(index, index + bytes.length)) {
      bytes.set(chunk.subarray(0, bytes.length - at), at);
      at += chunk.length;
    }
    return bytes;
  }
}

function archiveEntry(entry: FileEntry): ArchiveEntry {
  const { filename: name, uncompressedSize: size, compressedSize, encrypted } = entry;
  const most = Math.min(mostDecompressedBytes, Math.max(alwaysUnpacked, compressedSize * mostRatio));

  async function* chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (encrypted) {
      throw new CorpusError(
        `${name} is protected by a password. Unpack the archive with it and import what is inside.`,
      );
    }
    if (size > most) throw bomb(name, size);
    const given = new AbortController();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    let failure: unknown = null;
    const unpacked = entry
      .getData(writable, { checkSignature: true, useWebWorkers: false, signal: given.signal })
      .catch(async (error: unknown) => {
        failure = error;
        // Whoever reads is told that nothing more comes.
        await writable.abort(error).catch(() => undefined);
      });
    const reader = readable.getReader();
    let read = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        signal.throwIfAborted();
        read += value.length;
        if (read > most) throw bomb(name, read);
        yield value;
      }
      await unpacked;
      if (failure !== null) throw failure;
    } catch (error) {
      signal.throwIfAborted();
      throw damaged(name, error);
    } finally {
      given.abort(new Error('left'));
      await reader.cancel().catch(() => undefined);
      await unpacked;
    }
  }

  return {
    ...{ name, size, encrypted, chunks },
    async bytes(most, signal) {
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of chunks(signal)) {
        length += chunk.length;
        if (length > most) {
          throw new CorpusError(
            `${name} is larger than ${megabytes(most)} unpacked. Save its text as a plain text file and import that.`,
          );
        }
        parts.push(chunk);
      }
      const whole = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
  };
}

function bomb(name: string, size: number): CorpusError {
  return new CorpusError(
    `${name} unpacks to ${megabytes(size)} or more, over ${mostRatio} times its size in the archive, as no text does. If it is one all the same, unpack it yourself and import it.`,
  );
}

function damaged(what: string, error: unknown): unknown {
  if (error instanceof CorpusError) return error;
  if (isSystemError(error)) return error;
  if (error instanceof Error && error.message === ERR_ENCRYPTED) {
    return new CorpusError(`${what} is protected by a password. Unpack the archive with it and import what is inside.`);
  }
  const detail = error instanceof Error && error.message ? ` (${error.message})` : '';
  return new CorpusError(`${what} is damaged or cut off: it cannot be unpacked${detail}. Fetch it again.`);
}

/** The file system's own failures have sentences elsewhere. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
