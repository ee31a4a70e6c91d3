import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenizeCorpus, type TokenizeRequest } from '../../../src/engine/corpus/tokenize.ts';
import { learnTokenizer, looksPrepared } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { deserializeTokenizer } from '../../../src/engine/corpus/tokenizer.ts';
import { lowerCase } from '../../../src/engine/corpus/lowercase.ts';
import type { TokenFile } from '../../../src/engine/protocol.ts';
import { tokenizerSchema } from '../../../src/engine/training/config.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { chunkSizes, filesInChunks, never, temporaryFolder, text, utf8 } from './texts.ts';

const sample = new URL('../../../resources/samples/timemachine.txt', import.meta.url).pathname;
const files = nodeFiles();
const ignore = () => undefined;

function request(folder: string, string: string | null, settings: Partial<TokenizeRequest>): TokenizeRequest {
  const textPath = string === null ? sample : join(folder, 'text.txt');
  if (string !== null) writeFileSync(textPath, string);
  return {
    tokenizer: { kind: 'char' },
    textPath,
    validTextPath: null,
    testTextPath: null,
    split: { valid: 0.1, test: 0.1 },
    targetDir: join(folder, 'tokens'),
    ...settings,
  };
}

async function read(file: TokenFile): Promise<number[]> {
  const source = await files.openTokens(file);
  const ids = new Int32Array(source.length);
  source.read(0, ids);
  source.close();
  return [...ids];
}

const kinds = [
  ['code points', { kind: 'char' }],
  ['code points, lower case', { kind: 'char', lowercase: true, minFrequency: 2 }],
  ['graphemes', { kind: 'char', unit: 'grapheme' }],
  ['words', { kind: 'word' }],
  ['words, lower case', { kind: 'word', lowercase: true, maxVocabulary: 10 }],
  ['byte pairs', { kind: 'bpe', maxVocabulary: 290 }],
] as const;

describe.each(kinds)('%s', (_, tokenizer) => {
  test('a text that streams by gives the ids of the whole, cut between tokens', async () => {
    const folder = temporaryFolder();
    let runs = 0;
    const share = fc.constantFrom(0, 0.1, 0.25, 0.4);
    await fc.assert(
      fc.asyncProperty(text, chunkSizes, share, share, async (random, sizes, valid, test) => {
        const string = `some text ${random}`;
        const targetDir = join(folder, `run ${runs++}`);
        const wanted = request(folder, string, { tokenizer, split: { valid, test }, targetDir });
        const { data, unknownRate } = await tokenizeCorpus(filesInChunks(sizes), wanted, ignore, never);
        const learnt = deserializeTokenizer(JSON.parse(readFileSync(data.tokenizerPath, 'utf8')));
        const parts = await Promise.all([data.train, data.valid, data.test].map((part) => (part ? read(part) : [])));
        const whole = [...learnt.encode(string)];
        expect(parts.flat()).toEqual(whole);
        expect([data.valid !== null, data.test !== null]).toEqual([valid > 0, test > 0]);
        expect(unknownRate).toBe(whole.filter((id) => id === learnt.unknownId).length / whole.length);

        // The training part is as long as asked, up to the end of a token, and alone decides the vocabulary.
        const seen = tokenizer.kind !== 'word' && 'lowercase' in tokenizer ? lowerCase(string) : string;
        const characters = data.charactersPerToken * data.train.length;
        if (tokenizer.kind === 'char' && !('unit' in tokenizer)) {
          expect(characters).toBeCloseTo(Math.round([...seen].length * (1 - valid - test)), 6);
        }
        if (!('lowercase' in tokenizer)) {
          const training = [...string].slice(0, Math.round(characters)).join('');
          // Whether it is a prepared corpus is seen from its whole beginning.
          fc.pre(looksPrepared(utf8.encode(training)) === looksPrepared(utf8.encode(string)));
          const alone = await learnTokenizer(tokenizerSchema.parse(tokenizer), training);
          expect(alone.toJSON()).toEqual(learnt.toJSON());
          expect([...alone.encode(training)]).toEqual(parts[0]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('The Time Machine: parts, sizes and statistics', async () => {
  const wanted = request(temporaryFolder(), null, {});
  const seen: number[] = [];
  const { data, unknownRate, frequent } = await tokenizeCorpus(
    files,
    wanted,
    (done, total) => seen.push(done / total),
    never,
  );
  const path = join(wanted.targetDir, 'tokens.bin');
  expect(data).toEqual({
    tokenizerPath: join(wanted.targetDir, 'tokenizer.json'),
    vocabularySize: 70, // all 69 characters, and <unk>
    charactersPerToken: 1,
    train: { path, bytesPerToken: 2, start: 0, length: 143_110 },
    valid: { path, bytesPerToken: 2, start: 143_110, length: 17_888 },
    test: { path, bytesPerToken: 2, start: 160_998, length: 17_889 },
  });
  expect(unknownRate).toBe(0);
  expect(frequent[0]!.token).toBe('␣');
  expect(statSync(path).size).toBe(2 * 178_887);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
});

test('a vocabulary beyond 65,536 takes four bytes a token', async () => {
  const string = Array.from({ length: 70_000 }, (_, i) => `w${i} `).join('');
  const wanted = request(temporaryFolder(), string, { tokenizer: { kind: 'word' }, split: { valid: 0, test: 0 } });
  const { data } = await tokenizeCorpus(files, wanted, ignore, never);
  expect(data).toMatchObject({ vocabularySize: 70_001, train: { bytesPerToken: 4, length: 70_000 }, valid: null });
  const ids = await read(data.train);
  expect(new Set(ids).size).toBe(70_000);
  expect(Math.max(...ids)).toBe(70_000);
});

test('a text of many writes to the disk: every token in its place', async () => {
  const letters = 'abcdefghij klmnopq\né漢😀';
  const symbols = [...letters];
  const string = Array.from({ length: 1_300_000 }, (_, i) => symbols[(i * i + (i >> 7)) % symbols.length]).join('');
  const wanted = request(temporaryFolder(), string, { split: { valid: 0.2, test: 0 } });
  const { data } = await tokenizeCorpus(files, wanted, ignore, never);
  const learnt = deserializeTokenizer(JSON.parse(readFileSync(data.tokenizerPath, 'utf8')));
  const ids = [...(await read(data.train)), ...(await read(data.valid!))];
  expect(ids.length).toBe(1_300_000);
  const whole = learnt.encode(string);
  expect(ids.findIndex((id, i) => id !== whole[i])).toBe(-1);
});

test('texts of their own for validation and test replace their shares', async () => {
  const folder = temporaryFolder();
  const validTextPath = join(folder, 'valid.txt');
  const testTextPath = join(folder, 'test.txt');
  writeFileSync(validTextPath, 'bcz');
  writeFileSync(testTextPath, 'a');
  const wanted = request(folder, 'aaabbc', { validTextPath, testTextPath, split: { valid: 0.5, test: 0.3 } });
  const { data, unknownRate } = await tokenizeCorpus(files, wanted, ignore, never);
  expect(await read(data.train)).toEqual([1, 1, 1, 2, 2, 3]);
  expect(await read(data.valid!)).toEqual([2, 3, 0]);
  expect(await read(data.test!)).toEqual([1]);
  expect(unknownRate).toBe(0.1);
});

describe('an existing result', () => {
  const spy = () => {
    let created = 0;
    return {
      files: { ...files, create: (folder: string) => (created++, files.create(folder)) },
      created: () => created,
    };
  };

  test('is used again for the same request, and made anew for another', async () => {
    const wanted = request(temporaryFolder(), 'some text, and some more', {});
    const first = await tokenizeCorpus(files, wanted, ignore, never);
    const again = spy();
    expect(await tokenizeCorpus(again.files, wanted, ignore, never)).toEqual(first);
    expect(again.created()).toBe(0);
    const other = await tokenizeCorpus(again.files, { ...wanted, split: { valid: 0.2, test: 0 } }, ignore, never);
    expect(other.data.test).toBe(null);
    expect(again.created()).toBe(3);
  });

  test.each([
    ['tokens cut off', 'tokens.bin', 'x'],
    ['meta data damaged', 'meta.json', '{"format":'],
  ])('is made anew when it is broken: %s', async (_, name, content) => {
    const wanted = request(temporaryFolder(), 'some text, and some more', {});
    const first = await tokenizeCorpus(files, wanted, ignore, never);
    writeFileSync(join(wanted.targetDir, name), content);
    expect(await tokenizeCorpus(files, wanted, ignore, never)).toEqual(first);
    expect((await read(first.data.train)).length).toBe(first.data.train.length);
  });
});

describe('leaves nothing half-made', () => {
  test.each(['Counting characters', 'Learning tokens', 'Encoding'])('when it is cancelled while %s', async (phase) => {
    const wanted = request(temporaryFolder(), null, { tokenizer: { kind: 'bpe', maxVocabulary: 500 } });
    const abort = new AbortController();
    const working = tokenizeCorpus(files, wanted, (_, __, what) => what === phase && abort.abort(), abort.signal);
    await expect(working).rejects.toHaveProperty('name', 'AbortError');
    expect(await files.list(wanted.targetDir)).toEqual([]);
  });

  test('when the disk refuses what is written', async () => {
    const wanted = request(temporaryFolder(), 'many words '.repeat(100_000), {});
    const full: typeof files = {
      ...files,
      create: async (folder) => {
        const sink = await files.create(folder);
        sink.write = () => Promise.reject(new Error('no space left'));
        return sink;
      },
    };
    await expect(tokenizeCorpus(full, wanted, ignore, never)).rejects.toThrow('no space left');
    expect(await files.list(wanted.targetDir)).toEqual([]);
  });

  test('when the stored text is damaged', async () => {
    const wanted = request(temporaryFolder(), 'text', {});
    writeFileSync(wanted.textPath, Uint8Array.of(0x61, 0xff, 0x62));
    await expect(tokenizeCorpus(files, wanted, ignore, never)).rejects.toThrow(/damaged.*Import the text again/);
    writeFileSync(wanted.textPath, Uint8Array.of(0x61, 0xc3));
    await expect(tokenizeCorpus(files, wanted, ignore, never)).rejects.toThrow(/damaged/);
    expect(await files.list(wanted.targetDir)).toEqual([]);
  });

  test('when nothing is left to train on', async () => {
    const wanted = request(temporaryFolder(), ' \n ', {
      tokenizer: { kind: 'word' },
      split: { valid: 0.6, test: 0.3 },
    });
    await expect(tokenizeCorpus(files, wanted, ignore, never)).rejects.toThrow(/training part holds no tokens/);
    expect(readdirSync(wanted.targetDir)).toEqual([]);
  });
});
