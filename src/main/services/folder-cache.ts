/**
 * Folders of prepared data, found by the content they were made from. A folder is complete or not there: it is filled elsewhere
 * and renamed.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Uploads } from './uploads.ts';

/** Bytes (or whatever is counted) done and to do, and what is being done. */
export type PrepareProgress = (done: number, total: number, what: string) => void;

export class FolderCache {
  readonly #root: string;
  readonly #uploads: Uploads;

  constructor(root: string, uploads: Uploads) {
    this.#root = root;
    this.#uploads = uploads;
  }

  /** Name of the folder for what these decide. */
  key(parts: readonly unknown[]): string {
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  }

  path(key: string): string {
    return join(this.#root, key);
  }

  /** Replaces the folder by one that `fill` has filled. What `fill` throws, and an aborted signal, leave it as it was. */
  async make(key: string, fill: (folder: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#uploads.inScratchFolder(async (scratch) => {
      const made = join(scratch, 'made');
      await mkdir(made);
      await fill(made);
      signal.throwIfAborted();
      await this.remove(key);
      await rename(made, this.path(key));
    });
  }

  async remove(key: string): Promise<void> {
    await rm(this.path(key), { recursive: true, force: true });
  }
}
