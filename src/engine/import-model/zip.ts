/** A ZIP archive in memory, its entries unpacked one by one when they are asked for, each no larger than its bytes can make it. */
import { unzipSync, type UnzipFileInfo } from 'fflate';
import { ModelFileError } from './errors.ts';

/** Deflate (RFC 1951) packs at most 258 bytes into 2 bits. */
const mostPacked = 1032;
/** Bytes of the shortest entry of a directory: an archive that claims more of them than it has bytes for has no end. */
const shortestEntry = 46;
const stored = 0;
const deflated = 8;

export class ZipFile {
  readonly #bytes: Uint8Array;
  readonly #sizes: ReadonlyMap<string, number>;

  /** @throws ModelFileError when the bytes are no whole archive */
  constructor(bytes: Uint8Array) {
    const sizes = new Map<string, number>();
    this.#bytes = bytes;
    let entries = 0;
    unzip(bytes, (entry) => {
      if (++entries * shortestEntry > bytes.length)
        throw new ModelFileError('The file is damaged: its directory is longer than the file.');
      requireHonest(entry, bytes.length);
      sizes.set(entry.name, entry.originalSize);
      return false;
    });
    this.#sizes = sizes;
  }

  static is(bytes: Uint8Array): boolean {
    return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  }

  get names(): string[] {
    return [...this.#sizes.keys()];
  }

  has(name: string): boolean {
    return this.#sizes.has(name);
  }

  /** @throws ModelFileError when it is missing or damaged */
  read(name: string): Uint8Array {
    const size = this.#sizes.get(name);
    if (size === undefined) throw new ModelFileError(`The file is incomplete: there is no "${name}" in it.`);
    // Where a name is there twice, the last one counts, as in the directory.
    const bytes = unzip(this.#bytes, (entry) => entry.name === name)[name];
    if (bytes?.length !== size) throw new ModelFileError(`The file is damaged: "${name}" in it is cut off.`);
    return bytes;
  }
}

function unzip(bytes: Uint8Array, filter: (entry: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError(
      `The file is damaged or cut off: it begins as a ZIP archive, but cannot be unpacked (${(error as Error).message}).`,
    );
  }
}

/** An entry must not claim more room than its bytes could fill. */
function requireHonest({ name, size, originalSize, compression }: UnzipFileInfo, available: number): void {
  const most = compression === stored ? size : size * mostPacked;
  const isKnown = compression === stored || compression === deflated;
  if (!isKnown || size > available || originalSize > most)
    throw new ModelFileError(`The file is damaged: the size of "${name.slice(0, 200)}" in it cannot be right.`);
}
