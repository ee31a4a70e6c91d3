/** Where an import's bytes come from: a path, uploads, pasted text, or the bundled sample. */
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { ImportSource } from '../../api/types.ts';
import { badInput } from './errors.ts';
import type { Uploads } from './uploads.ts';

/** The sample that comes with the program: *The Time Machine* (1898), public domain. */
const sample = { file: 'timemachine.txt', name: 'The Time Machine' };

/** Files of a folder; more are no folder of classes. */
const mostClassFiles = 10_000;

export interface ClassSource {
  readonly path: string;
  /** Without its folder; what is before the extension is the class. */
  readonly name: string;
}

/** A source as files that an engine process can read. */
export interface SourceFile {
  /** Of the file, or of the folder. */
  readonly path: string;
  /** Files named by class, one example a line; null: `path` is one text. */
  readonly classFiles: readonly ClassSource[] | null;
  /** What the file is called, with its ending. */
  readonly fileName: string;
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
      case 'path': {
        const { path } = source;
        const isFolder = await requireFileOrFolder(path);
        const classFiles = isFolder ? await classFilesIn(path) : null;
        const fileName = basename(path);
        return { path, classFiles, fileName, name: isFolder ? fileName : nameOf(path), origin: path, discard: nothing };
      }
      case 'upload': {
        const path = this.#uploads.path(source.upload);
        const discard = () => this.#uploads.discard(source.upload);
        const { name } = source;
        return { path, classFiles: null, fileName: baseOf(name), name: nameOf(name), origin: name, discard };
      }
      case 'uploads': {
        const classFiles = source.files.map(({ upload, name }) => ({ path: this.#uploads.path(upload), name }));
        const discard = async () => {
          for (const { upload } of source.files) await this.#uploads.discard(upload);
        };
        const { name } = source;
        return { path: classFiles[0]!.path, classFiles, fileName: name, name, origin: name, discard };
      }
      case 'text': {
        const { upload, path } = this.#uploads.create();
        await writeFile(path, source.text);
        const discard = () => this.#uploads.discard(upload);
        return { path, classFiles: null, fileName: 'pasted.txt', name: source.name, origin: 'pasted', discard };
      }
      case 'sample': {
        const path = join(this.#samplesFolder, sample.file);
        await requireFileOrFolder(path);
        const { file, name } = sample;
        return { path, classFiles: null, fileName: file, name, origin: 'sample', discard: nothing };
      }
    }
  }
}

/** Is it a folder? @throws ServiceError when it is neither a folder nor a file */
async function requireFileOrFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === 'ENOENT') throw badInput(`There is no file ${path}. Check the path.`);
    throw badInput(`${path} cannot be read: ${found.message}.`, found);
  }
  if (!found.isFile() && !found.isDirectory())
    throw badInput(`${path} is not a regular file. Copy it into a file first.`);
  return found.isDirectory();
}

/** The files of a folder in the order of their names; hidden ones are none of the person's. */
async function classFilesIn(folder: string): Promise<ClassSource[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw badInput(`${folder} cannot be read: ${error.message}.`, error);
  });
  const files = entries.filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory());
  if (files.length === 0)
    throw badInput(
      `${folder} is a folder without files. Choose a file, or a folder of files named by class, one example a line.`,
    );
  if (files.length > mostClassFiles)
    throw badInput(
      `${folder} has ${files.length.toLocaleString('en-US')} files. A folder of files named by class has at most ${mostClassFiles.toLocaleString('en-US')}.`,
    );
  const names = files.map(({ name }) => name).sort();
  for (const name of names) {
    if (await requireFileOrFolder(join(folder, name)))
      throw badInput(`${join(folder, name)} links to a folder. Take it out, or choose another folder.`);
  }
  return names.map((name) => ({ path: join(folder, name), name }));
}

/** A file's name without its folder, on whatever system it was. */
function baseOf(path: string): string {
  return basename(path.replaceAll('\\', '/'));
}

/** A file's name without its folder and its extension: of `train.de.gz` the last one. */
function nameOf(path: string): string {
  const base = baseOf(path);
  return basename(base, extname(base)) || base;
}

/** The first bytes of a file, and how many it has. */
export async function headOf(path: string, length: number): Promise<{ head: Uint8Array; bytes: number }> {
  const file = await open(path);
  try {
    const head = new Uint8Array(length);
    const { bytesRead } = await file.read(head, 0, length, 0);
    return { head: head.subarray(0, bytesRead), bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
