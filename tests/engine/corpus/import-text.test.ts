import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importText } from '../../../src/engine/corpus/import-text.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { haveShared, shared } from '../../shared.ts';
import { chunkSizes, decodeUtf8, filesInChunks, never, temporaryFolder, text, utf8 } from './texts.ts';

const sample = new URL('../../../resources/samples/timemachine.txt', import.meta.url).pathname;

function setUp(bytes: Uint8Array) {
  const folder = temporaryFolder();
  const sourcePath = join(folder, 'source.txt');
  const targetDir = join(folder, 'texts');
  writeFileSync(sourcePath, bytes);
  mkdirSync(targetDir);
  return { sourcePath, targetDir, encoding: null };
}

const ignore = () => undefined;

test('The Time Machine is counted as Python counts it', async () => {
  const request = { ...setUp(new Uint8Array(0)), sourcePath: sample };
  const found = await importText(nodeFiles(), request, ignore, never);
  expect(found).toMatchObject({
    sha256: '4149e15a170aa94068969282e8b2cee7aaab0d889bf1c0d684378177040267dd',
    encoding: 'utf-8',
    encodingFrom: 'utf-8',
    sourceBytes: 178_887,
    bytes: 178_887,
    characters: 178_887,
    lines: 643,
    words: 32_464,
    distinctCharacters: 69,
    replaced: 0,
  });
  expect(found.frequentCharacters.slice(0, 4)).toEqual([
    { token: ' ', count: 31_984 },
    { token: 'e', count: 17_774 },
    { token: 't', count: 12_876 },
    { token: 'a', count: 11_464 },
  ]);
  expect(found.frequentWords.slice(0, 4)).toEqual([
    { token: 'the', count: 2058 },
    { token: 'I', count: 1251 },
    { token: 'and', count: 1150 },
    { token: 'of', count: 1149 },
  ]);
  expect(found.preview).toBe(readFileSync(sample, 'utf8').slice(0, 4000));
  expect(readdirSync(request.targetDir)).toEqual([`${found.sha256}.txt`]);
});

test('any text is stored and counted the same, however it is read', async () => {
  const request = setUp(new Uint8Array(0));
  await fc.assert(
    fc.asyncProperty(text, chunkSizes, async (random, sizes) => {
      const string = `word ${random}`;
      fc.pre(!/[\0\x1b]/.test(string)); // eslint-disable-line no-control-regex
      const bytes = utf8.encode(string);
      writeFileSync(request.sourcePath, bytes);
      const found = await importText(filesInChunks(sizes), request, ignore, never);
      const stored = readFileSync(join(request.targetDir, `${found.sha256}.txt`));
      expect(decodeUtf8(stored)).toBe(string);
      expect(found.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(found.characters).toBe([...string].length);
      expect(found.distinctCharacters).toBe(new Set(string).size);
      expect(found.lines).toBe(string.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/).length);
      expect(found.preview).toBe(string);
      expect(found).toEqual(await importText(nodeFiles(), request, ignore, never));
    }),
  );
});

test('the same text from two encodings is one stored file', async () => {
  const request = setUp(utf8.encode('Привет, мир\n'));
  const first = await importText(nodeFiles(), request, ignore, never);
  writeFileSync(request.sourcePath, Buffer.from('\ufeffПривет, мир\n', 'utf16le'));
  const second = await importText(nodeFiles(), request, ignore, never);
  expect(second).toMatchObject({
    sha256: first.sha256,
    encoding: 'utf-16le',
    encodingFrom: 'bom',
    sourceBytes: 26,
    bytes: 21,
  });
  expect(readdirSync(request.targetDir)).toEqual([`${first.sha256}.txt`]);
});

test('progress rises to the size of the file', async () => {
  const request = setUp(utf8.encode('word '.repeat(500_000)));
  const seen: number[] = [];
  await importText(nodeFiles(), request, (done, total) => (expect(total).toBe(2_500_000), seen.push(done)), never);
  expect(seen).toEqual([1 << 20, 2 << 20, 2_500_000]);
});

describe('leaves nothing behind', () => {
  test('when it is cancelled', async () => {
    const request = setUp(utf8.encode('word '.repeat(500_000)));
    const abort = new AbortController();
    const importing = importText(nodeFiles(), request, () => abort.abort(), abort.signal);
    await expect(importing).rejects.toHaveProperty('name', 'AbortError');
    expect(readdirSync(request.targetDir)).toEqual([]);
  });

  test.each([
    ['empty', '', /is empty/],
    ['a byte-order mark', '\ufeff', /byte-order mark and nothing else/],
    ['white space', ' \t\r\n\u3000\u2028', /only spaces and line ends/],
    ['zero bytes', '\0'.repeat(100), /binary data/],
  ])('when there is no text: %s', async (_, string, message) => {
    const request = setUp(utf8.encode(string));
    await expect(importText(nodeFiles(), request, ignore, never)).rejects.toThrow(message);
    expect(readdirSync(request.targetDir)).toEqual([]);
  });

  test('when the file is not there, or is a folder', async () => {
    const request = setUp(new Uint8Array(0));
    const missing = { ...request, sourcePath: join(request.targetDir, 'missing.txt') };
    await expect(importText(nodeFiles(), missing, ignore, never)).rejects.toThrow(
      /Cannot read .*missing\.txt: it is not there/,
    );
    const folder = { ...request, sourcePath: request.targetDir };
    await expect(importText(nodeFiles(), folder, ignore, never)).rejects.toThrow(/it is a folder, not a file/);
    expect(readdirSync(request.targetDir)).toEqual([]);
  });

  test('when reading fails half-way', async () => {
    const request = setUp(utf8.encode('word '.repeat(500_000)));
    const files = {
      ...nodeFiles(),
      async *readChunks(path: string) {
        for await (const chunk of nodeFiles().readChunks(path)) {
          yield chunk;
          throw new Error('the disk is gone');
        }
      },
    };
    await expect(importText(files, request, ignore, never)).rejects.toThrow('the disk is gone');
    expect(readdirSync(request.targetDir)).toEqual([]);
  });
});

describe('a folder of files named by class', () => {
  const classes = { 'de.txt': 'Müller\nSchmidt, K.\n', 'it.txt': 'Rossi\r\n\r\nBianchi' };
  const folder = (files: Readonly<Record<string, string | Uint8Array>>) => {
    const request = setUp(new Uint8Array(0));
    const classFiles = Object.entries(files).map(([name, content]) => {
      const path = join(dirname(request.sourcePath), name);
      writeFileSync(path, content);
      return { path, name };
    });
    return { ...request, classFiles };
  };

  test('becomes a table of texts and labels, whatever the files’ encodings', async () => {
    const latin = Uint8Array.from(classes['de.txt'], (character) => character.charCodeAt(0));
    const request = folder({ ...classes, 'de.txt': latin });
    const { sha256, sourceBytes } = await importText(nodeFiles(), request, ignore, never);
    const stored = readFileSync(join(request.targetDir, `${sha256}.txt`), 'utf8');
    expect(stored).toBe('text,label\nMüller,de\n"Schmidt, K.",de\nRossi,it\nBianchi,it\n');
    expect(sourceBytes).toBe(latin.length + classes['it.txt'].length);
  });

  test('is refused by the name of the file that is no text', async () => {
    const request = folder({ ...classes, 'fr.txt': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]) });
    await expect(importText(nodeFiles(), request, ignore, never)).rejects.toThrow(/^fr\.txt: /);
    expect(readdirSync(request.targetDir)).toEqual([]);
  });
});

describe.skipIf(!haveShared)('hostile files', () => {
  const folder = shared('data/synthetic/nasty');
  const refused = {
    'empty.txt': /empty/,
    'only_bom.txt': /byte-order/,
    'only_whitespace.txt': /spaces/,
  };
  const expected: Record<string, { text?: string; code_points?: number }> = haveShared
    ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    : {};
  test.each(Object.entries(expected))('%s', async (name, { text: wanted, code_points }) => {
    const request = { ...setUp(new Uint8Array(0)), sourcePath: join(folder, name) };
    const importing = importText(nodeFiles(), request, ignore, never);
    const message = refused[name as keyof typeof refused];
    if (message) return expect(importing).rejects.toThrow(message);
    const found = await importing;
    const stored = decodeUtf8(readFileSync(join(request.targetDir, `${found.sha256}.txt`)));
    const text = name === 'gzip_named.txt' ? expected['latin1.txt']!.text! : wanted;
    expect(stored).toBe(text ?? readFileSync(request.sourcePath, 'utf8'));
    expect(found.characters).toBe(text === wanted ? (code_points ?? 5_000_000) : [...text!].length);
  });
});
