/** Takes a file from the browser to the disk without holding it in memory. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge';
}

/**
 * Streams `body` into a new file at `path`. An upload that breaks off or grows over `limit` bytes leaves nothing behind.
 * @throws UploadTooLarge
 */
export async function receiveUpload(body: Readable, path: string, limit: number): Promise<void> {
  try {
    await pipeline(
      body,
      (chunks: AsyncIterable<Buffer>) => upTo(limit, chunks),
      createWriteStream(path, { flags: 'wx' }),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function* upTo(limit: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > limit) throw new UploadTooLarge(`The file is larger than ${limit.toLocaleString('en')} bytes.`);
    yield chunk;
  }
}
