/**
 * Folders of prepared data, found by the content they were made from. A folder is complete or not there: it is filled elsewhere
 * and renamed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Uploads } from './uploads.ts';

/** Bytes (or whatever is counted) done and to do, and what is being done. */
export type PrepareProgress = (done: number, total: number, what: string) => void;

export class FolderCache {
  readonly #root: string;
  readonly #uploads: Uploads;
  /** The last that was asked for of each folder that is being made. */
  readonly #making = new Map<string, Promise<void>>();

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

  /**
   * Fills a folder and puts it in the place of what is there. What `fill` throws, and an aborted signal, leave that as it was. Who
   * asks for a folder that is being made waits for it, and makes it only if that came to nothing.
   * @param isThere whether the folder is complete
   */
  async make(
    key: string,
    fill: (folder: string) => Promise<void>,
    isThere: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void> {
    const before = this.#making.get(key);
    const making = this.#make(key, fill, isThere, signal, before);
    this.#making.set(key, making);
    try {
      await making;
    } finally {
      if (this.#making.get(key) === making) this.#making.delete(key);
    }
  }

  async #make(
    key: string,
    fill: (folder: string) => Promise<void>,
    isThere: () => Promise<boolean>,
    signal: AbortSignal,
    before: Promise<void> | undefined,
  ): Promise<void> {
    await before?.catch(() => undefined); // whoever asked for it is told
    signal.throwIfAborted();
    if (await isThere()) return;
    await this.#uploads.inScratchFolder(async (scratch) => {
      const made = join(scratch, 'made');
      await mkdir(made);
      await fill(made);
      signal.throwIfAborted();
      await this.remove(key);
      await rename(made, this.path(key));
    });
  }

  async keys(): Promise<string[]> {
    return readdir(this.#root);
  }

  async remove(key: string): Promise<void> {
    await rm(this.path(key), { recursive: true, force: true });
  }
}
