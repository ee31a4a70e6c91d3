/** Files that a person asked for, at the path that they chose. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { badInput, ServiceError } from './errors.ts';

/** @throws ServiceError BAD_INPUT */
export function requireFullPath(path: string): void {
  if (!isAbsolute(path)) throw badInput(`"${path}" is not a full path. Say where to write the file.`);
}

/** All or nothing: a file that is there was written whole. @throws ServiceError BAD_INPUT saying why it cannot be written */
export function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  return replaceFile(path, async (unfinished) => {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * The same of a file that is written piece by piece.
 * @param write makes a new file at the path that it is given, durably
 */
export async function replaceFile(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof ServiceError) throw error;
    throw refused(path, error);
  }
}

/** A file that waits to be moved to its place. */
export interface WrittenFile {
  /** Where it belongs, with `/`. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  readonly bytes: number;
}

/** @throws ServiceError BAD_INPUT saying why it cannot be written */
export async function moveFile({ path }: WrittenFile, target: string): Promise<void> {
  await rename(path, target).catch((error: unknown) => {
    throw refused(target, error);
  });
}

/** Files as a folder. In one that is there, files of the same names are replaced, and others stay. */
export async function writeFolder(path: string, files: readonly WrittenFile[]): Promise<void> {
  try {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    for (const file of files) {
      const target = join(path, file.name);
      await mkdir(dirname(target), { recursive: true });
      await rename(file.path, target);
    }
  } catch (error) {
    throw refused(path, error);
  }
}

/**
 * Work in a folder of its own beside where its result will be, which is removed when the work ends, however it ends.
 * @throws ServiceError BAD_INPUT saying why nothing can be written there
 */
export async function inFolderBeside<T>(path: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = `${path}.${randomUUID()}.unfinished`;
  await mkdir(folder).catch((error: unknown) => {
    throw refused(path, error);
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refused(path: string, error: unknown): ServiceError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return badInput(`There is no folder ${dirname(path)}. Make it first, or choose another.`, error);
  return badInput(`${path} cannot be written: ${message}.`, error);
}

/** A name that every file system takes. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize('NFC')
    // eslint-disable-next-line no-control-regex -- control characters are what it is to find
    .replaceAll(/[<>:"/\\|?*\u0000-\u001f]+/g, '-')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  return [...plain].slice(0, 80).join('') || 'model';
}
