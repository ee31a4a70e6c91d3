/** Stored texts, by the SHA-256 of their UTF-8 bytes. */
import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export class CorpusTexts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(sha256: string): string {
    return join(this.#folder, `${sha256}.txt`);
  }

  /** Is the text there, with as many bytes as it had? */
  isWhole(sha256: string, bytes: number): boolean {
    return statSync(this.path(sha256), { throwIfNoEntry: false })?.size === bytes;
  }

  exists(sha256: string): boolean {
    return existsSync(this.path(sha256));
  }

  /** Takes a finished text over from `path`, on the same file system; one that is there already is left as it is. */
  async adopt(path: string, sha256: string, bytes: number): Promise<void> {
    if (!this.isWhole(sha256, bytes)) await rename(path, this.path(sha256));
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.path(sha256), { force: true });
  }

  /**
   * Up to `length` bytes from `offset`, cut at whole characters: begins with the first character that starts at or after
   * `offset`, and holds at least one unless the text ends.
   */
  async slice(
    sha256: string,
    offset: number,
    length: number,
  ): Promise<{ text: string; offset: number; total: number }> {
    const file = await open(this.path(sha256));
    try {
      const { size: total } = await file.stat();
      const longest = 4; // bytes of a character in UTF-8
      const buffer = new Uint8Array(Math.min(length + longest, Math.max(0, total - offset)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      const bytes = buffer.subarray(0, bytesRead);
      let start = 0;
      while (start < bytes.length && isContinuation(bytes[start]!)) start++;
      let end = Math.max(Math.min(length, bytes.length), start);
      while (end < bytes.length && end > start && isContinuation(bytes[end]!)) end--;
      if (end === start) for (end = start + 1; end < bytes.length && isContinuation(bytes[end]!);) end++;
      return { text: new TextDecoder().decode(bytes.subarray(start, end)), offset: offset + start, total };
    } finally {
      await file.close();
    }
  }
}

/** The second to fourth byte of a character (RFC 3629). */
function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}
