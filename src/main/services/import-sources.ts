/** Where an import's bytes come from: a path, an upload, pasted text, or the bundled sample. */
import { open, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { ImportSource } from '../../api/types.ts';
import { badInput } from './errors.ts';
import type { Uploads } from './uploads.ts';

/** The sample that comes with the program: *The Time Machine* (1898), public domain. */
const sample = { file: 'timemachine.txt', name: 'The Time Machine' };

/** A source as a file that an engine process can read. */
export interface SourceFile {
  readonly path: string;
  /** A name for the corpus, unless the person gives one. */
  readonly name: string;
  /** Where it came from, for people. */
  readonly origin: string;
  /** Removes what was only there for the import. */
  discard(): Promise<void>;
}

const nothing = async () => {};

export class ImportSources {
  readonly #uploads: Uploads;
  readonly #samplesFolder: string;

  constructor(uploads: Uploads, resourcesDir: string) {
    this.#uploads = uploads;
    this.#samplesFolder = join(resourcesDir, 'samples');
  }

  /** @throws ServiceError when there is no such file */
  async open(source: ImportSource): Promise<SourceFile> {
    switch (source.type) {
      case 'path':
        await requireFile(source.path);
        return { path: source.path, name: nameOf(source.path), origin: source.path, discard: nothing };
      case 'upload': {
        const path = this.#uploads.path(source.upload);
        const discard = () => this.#uploads.discard(source.upload);
        return { path, name: nameOf(source.name), origin: source.name, discard };
      }
      case 'text': {
        const { upload, path } = this.#uploads.create();
        await writeFile(path, source.text);
        return { path, name: source.name, origin: 'pasted', discard: () => this.#uploads.discard(upload) };
      }
      case 'sample': {
        const path = join(this.#samplesFolder, sample.file);
        await requireFile(path);
        return { path, name: sample.name, origin: 'sample', discard: nothing };
      }
    }
  }

  /** The first bytes of a source and how many it has; writes nothing. */
  async head(source: ImportSource, length: number): Promise<{ head: Uint8Array; bytes: number }> {
    if (source.type === 'text') {
      const bytes = new TextEncoder().encode(source.text);
      return { head: bytes.subarray(0, length), bytes: bytes.length };
    }
    const { path } = await this.open(source);
    const file = await open(path);
    try {
      const head = new Uint8Array(length);
      const { bytesRead } = await file.read(head, 0, length, 0);
      return { head: head.subarray(0, bytesRead), bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  }
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === 'ENOENT') throw badInput(`There is no file ${path}. Check the path.`);
    throw badInput(`${path} cannot be read: ${found.message}.`, found);
  }
  if (found.isDirectory()) throw badInput(`${path} is a folder. Choose a text file in it.`);
  if (!found.isFile()) throw badInput(`${path} is not a regular file. Copy it into a file first.`);
}

function nameOf(path: string): string {
  const base = basename(path.replaceAll('\\', '/'));
  return basename(base, extname(base)) || base;
}
