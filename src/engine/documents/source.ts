/** A document's bytes: of a file, or of an entry of an archive. */
import { CorpusError } from '../corpus/errors.ts';
import type { EngineFiles } from '../files.ts';

export interface ByteSource {
  readonly size: number;
  /** From `start` to before `end`; a chunk is valid until the next is asked for. */
  chunks(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

export async function fileSource(files: EngineFiles, path: string): Promise<ByteSource> {
  return { size: await files.size(path), chunks: (start, end) => files.readChunks(path, start, end) };
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async *chunks(start = 0, end = bytes.length) {
      if (end > start) yield bytes.slice(start, end);
    },
  };
}

/** Bytes from `start` to before `end`; fewer where the source ends. */
export async function readRange(source: ByteSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, Math.min(end, source.size) - start));
  let at = 0;
  for await (const chunk of source.chunks(start, start + bytes.length)) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += chunk.length;
  }
  return bytes.subarray(0, at);
}

/** All of it. @throws CorpusError when it is larger than `most` bytes */
export async function readWhole(source: ByteSource, most: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size > most) {
    throw new CorpusError(
      `${what} has ${megabytes(source.size)}, and at most ${megabytes(most)} are read. Save its text as a plain text file and import that.`,
    );
  }
  return readRange(source, 0, source.size);
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;
}
