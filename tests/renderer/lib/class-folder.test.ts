import { describe, expect, test } from 'vitest';
import { chosenFolder, ClassFolder, lookInto } from '../../../src/renderer/lib/class-folder.ts';

const { signal } = new AbortController();
const file = (name: string, text = 'one\ntwo\n') => new File([text], name);

/** As a browser gives it for a chosen folder. */
function at(path: string, text = 'one\n'): File {
  const made = file(path.split('/').at(-1) ?? path, text);
  Object.defineProperty(made, 'webkitRelativePath', { value: path });
  return made;
}

describe('a folder of files named by class', () => {
  test('says its classes with the lines that hold something', async () => {
    const folder = new ClassFolder('names', [
      file('Irish.txt', 'Adam\r\n\r\n Ahearn \r\n'),
      file('Arabic.txt', 'Khoury'),
    ]);
    expect(await lookInto(folder, signal)).toEqual({
      files: 2,
      bytes: 24,
      classes: [
        { label: 'Arabic', lines: 1 },
        { label: 'Irish', lines: 2 },
      ],
      folders: [],
    });
  });

  test('two files of one class count together, and dots in a name stay', async () => {
    const files = [file('v1.a.txt'), file('v1.a.csv'), file('b')];
    const { classes } = await lookInto(new ClassFolder('x', files), signal);
    expect(classes).toEqual([
      { label: 'b', lines: 2 },
      { label: 'v1.a', lines: 4 },
    ]);
  });

  test('what is packed is not counted', async () => {
    const { classes } = await lookInto(new ClassFolder('x', [file('a.txt'), file('b.gz')]), signal);
    expect(classes).toEqual([
      { label: 'a', lines: 2 },
      { label: 'b', lines: null },
    ]);
  });

  test('hidden files are none of the person’s, and folders in it are named', async () => {
    const folder = chosenFolder([
      at('x/.DS_Store'),
      at('x/a.txt'),
      at('x/b.txt'),
      at('x/old/a.txt'),
      at('x/old/b.txt'),
    ]);
    expect(folder.name).toBe('x');
    expect(await lookInto(folder, signal)).toMatchObject({ files: 2, folders: ['old'] });
  });

  test.each([
    ['nothing', new ClassFolder('x', []), /“x” has no files/],
    ['only folders', chosenFolder([at('aclImdb/pos/1.txt'), at('aclImdb/neg/1.txt')]), /only folders in it \(“neg”\)/],
    ['one class', new ClassFolder('x', [file('a.txt')]), /only one class, “a”/],
    ['an empty file', new ClassFolder('x', [file('a.txt'), file('b.txt', ' \n')]), /b\.txt has no line/],
    [
      'too many files',
      new ClassFolder(
        'x',
        Array.from({ length: 10_001 }, (_, i) => file(`${i}.txt`)),
      ),
      /10,001 files, and at most 10,000/,
    ],
  ])('%s is refused in a sentence', async (_, folder, sentence) => {
    await expect(lookInto(folder, signal)).rejects.toThrow(sentence);
  });
});
