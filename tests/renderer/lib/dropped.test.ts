import { expect, test } from 'vitest';
import { ClassFolder } from '../../../src/renderer/lib/class-folder.ts';
import { dropped } from '../../../src/renderer/lib/dropped.ts';

const entryOf = (name: string) => ({
  ...{ isFile: true, isDirectory: false, name },
  file: (take: (file: File) => void) => take(new File(['a\n'], name)),
});

/** A folder whose entries come in pieces, as browsers give them. */
function folderOf(name: string, pieces: object[][]) {
  const left = [...pieces, []];
  const createReader = () => ({ readEntries: (take: (piece: object[]) => void) => take(left.shift() ?? []) });
  return { isFile: false, isDirectory: true, name, createReader };
}

test('files and folders come in the order they were dropped, a folder with all its pieces', async () => {
  const single = new File(['x'], 'x.txt');
  const handle = new File([], 'names');
  const entries = [
    { kind: 'string', webkitGetAsEntry: () => null, getAsFile: () => null },
    { kind: 'file', webkitGetAsEntry: () => entryOf('x.txt'), getAsFile: () => single },
    {
      kind: 'file',
      webkitGetAsEntry: () => folderOf('names', [[entryOf('b.txt')], [entryOf('a.txt'), folderOf('old', [])]]),
      getAsFile: () => handle,
    },
  ];
  const [first, folder, ...others] = await dropped({ items: entries } as unknown as DataTransfer);
  expect(others).toEqual([]);
  expect(first).toBe(single);
  expect(folder).toBeInstanceOf(ClassFolder);
  const { name, files, folders, handle: own } = folder as ClassFolder;
  expect({ name, files: files.map((one) => one.name), folders }).toEqual({
    name: 'names',
    files: ['a.txt', 'b.txt'],
    folders: ['old'],
  });
  expect(own).toBe(handle);
});
