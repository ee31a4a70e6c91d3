/** Takes a file from the browser into the workspace's uploads folder, without holding it in memory. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge';
}

/**
 * Streams `body` to a new file in `folder` and returns its name there, which is ours and holds nothing from the request. An upload
 * that breaks off or grows over `limit` bytes leaves nothing behind.
 * @throws UploadTooLarge
 */
export async function receiveUpload(body: Readable, folder: string, limit: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = randomUUID();
  const path = join(folder, name);
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
  return name;
}

async function* upTo(limit: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > limit) throw new UploadTooLarge(`The file is larger than ${limit.toLocaleString('en')} bytes.`);
    yield chunk;
  }
}
