/** Files and folders that were dropped on the window. */
import { ClassFolder } from './class-folder.ts';

/** What was dropped, in order. Must be called while the drop is handled: afterwards the browser forgets what it was. */
export function dropped(data: DataTransfer): Promise<(File | ClassFolder)[]> {
  const items = [...data.items].filter(({ kind }) => kind === 'file');
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return Promise.all(
    found.map(({ entry, file }) => (entry?.isDirectory ? readFolder(entry as FileSystemDirectoryEntry, file) : file)),
  ).then((all) => all.filter((one) => one !== null));
}

async function readFolder(entry: FileSystemDirectoryEntry, handle: File | null): Promise<ClassFolder> {
  const reader = entry.createReader();
  const entries: FileSystemEntry[] = [];
  // A folder is read in pieces; the last one is empty.
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (piece.length === 0) break;
    entries.push(...piece);
  }
  const files = entries.filter((one): one is FileSystemFileEntry => one.isFile);
  const folders = entries.filter((one) => one.isDirectory).map(({ name }) => name);
  const opened = await Promise.all(
    files.map((file) => new Promise<File>((resolve, reject) => file.file(resolve, reject))),
  );
  return new ClassFolder(entry.name, opened, folders, handle);
}
