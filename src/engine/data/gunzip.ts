/** Decompressing gzip data, bounded: a small file may hold gigabytes of zeros. */
import { CorpusError } from '../corpus/errors.ts';

/** Bytes that a compressed import may hold, unless told otherwise. */
export const mostDecompressedBytes = 2 ** 31;

/** Whether data begin as gzip does (RFC 1952). */
export function isGzip(head: Uint8Array): boolean {
  return head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * The bytes inside gzip data, as they come.
 * @throws CorpusError when the data are damaged or cut off, or hold more than `most` bytes
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  most = mostDecompressedBytes,
): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('gzip');
  // Its failures come out of the readable side too.
  const fed = feed(chunks, stream.writable).catch((error: unknown) => error);
  const reader = stream.readable.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw damaged(error);
      });
      if (done) break;
      bytes += value.length;
      if (bytes > most) {
        throw new CorpusError(
          `The compressed file holds more than ${most.toLocaleString('en-US')} bytes: decompress it yourself and import a part of it.`,
        );
      }
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    await fed;
  }
}

class SourceError extends Error {}

async function feed(chunks: AsyncIterable<Uint8Array>, writable: WritableStream<BufferSource>): Promise<null> {
  const writer = writable.getWriter();
  try {
    // A chunk is valid only until the next is asked for, and the stream may hold on to it.
    for await (const chunk of guarded(chunks)) await writer.write(chunk.slice());
    await writer.close();
    return null;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

async function* guarded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new SourceError('reading failed', { cause: error });
  }
}

function damaged(error: unknown): unknown {
  if (error instanceof SourceError) return error.cause;
  return new CorpusError('The compressed file is damaged or cut off: it cannot be decompressed. Fetch it again.');
}
