/** Files on their way in (a browser's uploads, pasted text) and out (downloads): kept in `uploads/` until used, at most until the next start. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { notFound } from './errors.ts';

const idPattern = /^[0-9a-f-]{36}$/;

export class Uploads {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A new upload: its id for `importSource.upload`, and where to write its bytes. */
  create(): { upload: string; path: string } {
    const upload = randomUUID();
    return { upload, path: join(this.#folder, upload) };
  }

  /** Path of a finished upload. @throws ServiceError NOT_FOUND */
  path(upload: string): string {
    const path = join(this.#folder, upload);
    if (!idPattern.test(upload) || !existsSync(path)) {
      throw notFound('The uploaded file is no longer here. Choose or drop it again.');
    }
    return path;
  }

  async discard(upload: string): Promise<void> {
    if (idPattern.test(upload)) await rm(join(this.#folder, upload), { force: true });
  }

  /** Work in a folder of its own, which is removed when the work ends, however it ends. */
  async inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder);
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Removes what earlier sessions left. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }
}
