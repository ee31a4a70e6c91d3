/** How an export's files lie where the person wants them: an archive, one file, or a folder. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  exportName,
  isModelFormat,
  singleFileEnding,
  type ExportFormat,
  type ExportRequest,
} from '../../api/export.ts';
import { writeArchive } from './share/archive.ts';
import { fileNameOf, moveFile, replaceFile, writeFolder, type WrittenFile } from './written-files.ts';

/** `parameters`: of a safetensors export the file of that name alone. */
export type Layout = 'archive' | 'file' | 'parameters' | 'folder';

const parametersFile = 'model.safetensors';
/** Weights hardly shrink. */
const notPacked = /\.(safetensors|onnx|bin)$/;

export function layoutOf({ ids, format, path }: ExportRequest): Layout {
  const ending = /\.[^.]*$/.exec(path ?? '')?.[0].toLowerCase();
  if (ending === '.zip') return 'archive';
  const onlyRun = ids.length === 1;
  if (singleFileEnding(format) !== null && (onlyRun || !isModelFormat(format))) return 'file';
  if (format === 'safetensors' && ending === '.safetensors' && onlyRun) return 'parameters';
  return path === null ? 'archive' : 'folder';
}

/** A name to save it under. */
export function nameOf(runs: readonly string[], format: ExportFormat, layout: Layout): string {
  const names = runs.map(fileNameOf);
  if (layout === 'parameters') return `${names[0]!}.safetensors`;
  const { stem, ending } = exportName(names, format);
  return stem + (layout === 'file' ? ending : '.zip');
}

/** A folder for each of several runs, with a `/`; their names may be alike. */
export function runFolders(runs: readonly string[]): string[] {
  if (runs.length === 1) return [''];
  const taken = new Set<string>();
  return runs.map((run) => {
    const plain = fileNameOf(run);
    let name = plain;
    // Names that differ in case only are one on some file systems.
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain} ${n}`;
    taken.add(name.toLowerCase());
    return `${name}/`;
  });
}

/** Returns how many bytes were written. @throws ServiceError BAD_INPUT saying why it cannot be written */
export async function put(files: readonly WrittenFile[], layout: Layout, target: string): Promise<number> {
  switch (layout) {
    case 'archive': {
      const entries = files.map(({ name, path }) => ({
        ...{ name, pack: !notPacked.test(name) },
        content: () => createReadStream(path),
      }));
      await replaceFile(target, (unfinished) => writeArchive(unfinished, entries));
      return (await stat(target)).size;
    }
    case 'file':
    case 'parameters': {
      const file = layout === 'file' ? files[0]! : files.find(({ name }) => name === parametersFile)!;
      await moveFile(file, target);
      return file.bytes;
    }
    case 'folder':
      await writeFolder(target, files);
      return files.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
