/** Files that a person asked for, at the path that they chose. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
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
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw badInput(`There is no folder ${dirname(path)}. Make it first, or choose another.`, error);
    throw badInput(`${path} cannot be written: ${message}.`, error);
  }
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
