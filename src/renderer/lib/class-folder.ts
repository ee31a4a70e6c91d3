/** A folder of files named by class, one example a line, as it was chosen or dropped; and what is in it, before anything is sent. */
import { m } from './messages.ts';

export class ClassFolder {
  readonly name: string;
  /** Those directly in it, in the order of their names, without hidden ones. */
  readonly files: readonly File[];
  /** Names of the folders in it, which are left out. */
  readonly folders: readonly string[];
  /** Stands for the folder itself where it was dropped: a desktop host knows its path. */
  readonly handle: File | null;

  constructor(name: string, files: readonly File[], folders: readonly string[] = [], handle: File | null = null) {
    this.name = name;
    this.files = files.filter((file) => !isHidden(file.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
    this.folders = folders.filter((folder) => !isHidden(folder)).sort();
    this.handle = handle;
  }
}

export interface ClassCount {
  readonly label: string;
  /** Lines that hold something; null where they were not counted. */
  readonly lines: number | null;
}

export interface FolderContents {
  readonly files: number;
  readonly bytes: number;
  readonly classes: readonly ClassCount[];
  /** Names of folders that are left out. */
  readonly folders: readonly string[];
}

/** More files are not sent. */
const mostFiles = 10_000;
/** Bytes up to which lines are counted. */
const mostCounted = 64_000_000;

/** The folder that a browser's dialog for folders answers with: all files below it, with their paths. */
export function chosenFolder(files: readonly File[]): ClassFolder {
  const paths = files.map((file) => file.webkitRelativePath.split('/'));
  const direct = files.filter((_, at) => paths[at]!.length <= 2);
  const folders = paths.filter((path) => path.length > 2).map((path) => path[1]!);
  return new ClassFolder(paths[0]?.[0] ?? '', direct, [...new Set(folders)]);
}

/**
 * Counts classes and their lines.
 * @throws Error with a sentence for a folder that is none of files named by class
 */
export async function lookInto({ name, files, folders }: ClassFolder, signal: AbortSignal): Promise<FolderContents> {
  const text = m.corpora.folder;
  if (files.length === 0)
    throw new Error(folders.length > 0 ? text.onlyFolders(name, folders[0]!) : text.noFiles(name));
  if (files.length > mostFiles) throw new Error(text.tooMany(name, files.length, mostFiles));
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const lines = new Map<string, number | null>();
  for (const file of files) {
    signal.throwIfAborted();
    const label = classOf(file.name);
    const counted = bytes <= mostCounted && !isCompressed(file.name) ? await countLines(file) : null;
    if (counted === 0) throw new Error(text.emptyFile(file.name, label));
    const before = lines.get(label);
    lines.set(label, before === null || counted === null ? null : (before ?? 0) + counted);
  }
  if (lines.size < 2) throw new Error(text.oneClass(name, [...lines.keys()][0]!));
  return { files: files.length, bytes, classes: [...lines].map(([label, n]) => ({ label, lines: n })), folders };
}

/** The class is the file's name up to its last dot. */
function classOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

async function countLines(file: File): Promise<number> {
  const lines = (await file.text()).split(/\r\n|\n|\r/);
  return lines.filter((line) => line.trim() !== '').length;
}

function isCompressed(name: string): boolean {
  return /\.gz$/i.test(name);
}

/** What systems leave in folders. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}
