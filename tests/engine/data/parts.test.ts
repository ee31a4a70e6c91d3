import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classFolderToTable } from '../../../src/engine/data/class-folder.ts';
import { dataSchema } from '../../../src/engine/data/config.ts';
import { gunzip, isGzip } from '../../../src/engine/data/gunzip.ts';
import { dataObjections } from '../../../src/engine/data/objections.ts';
import { Scaler } from '../../../src/engine/data/scaler.ts';
import { windowsIn } from '../../../src/engine/data/series.ts';
import { readWordVectors } from '../../../src/engine/data/word-vectors.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { chunksOf, chunkSizes, never } from '../corpus/texts.ts';
import { architectureOf, fileOf, rowsOf } from './files.ts';

describe('classFolderToTable', () => {
  test('a table that reads back, whatever the lines are', async () => {
    const table = classFolderToTable([
      { name: 'names/Czech.txt', text: 'Ábel\n"Jan, ml."\r\n\n' },
      { name: 'names\\Old Irish.v2.txt', text: '  Ó Briain ' },
    ]);
    expect((await rowsOf(fileOf(table), { kind: 'table' })).map((row) => row.example)).toEqual([
      { text: 'Ábel', label: 'Czech' },
      { text: '"Jan, ml."', label: 'Czech' },
      { text: 'Ó Briain', label: 'Old Irish.v2' },
    ]);
  });

  test('refuses one class, and a file without a line', () => {
    expect(() => classFolderToTable([{ name: 'a.txt', text: 'x\n' }])).toThrow(
      'needs two classes at least, and this one has 1',
    );
    expect(() =>
      classFolderToTable([
        { name: 'a.txt', text: 'x' },
        { name: 'b.txt', text: ' \n' },
      ]),
    ).toThrow('b.txt has no line');
  });
});

describe('gunzip', () => {
  async function* stream(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      yield chunk;
      chunk.fill(0xff);
    }
  }
  async function all(chunks: AsyncIterable<Uint8Array>, most?: number): Promise<string> {
    const parts = [];
    for await (const part of gunzip(chunks, most)) parts.push(part.slice());
    return Buffer.concat(parts).toString();
  }

  test('the bytes come back, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300 }), chunkSizes, async (text, sizes) => {
        const packed = new Uint8Array(gzipSync(text));
        expect(isGzip(packed)).toBe(true);
        expect(await all(stream(chunksOf(packed, sizes)))).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 30 },
    );
  });

  test('a bomb stops at the bound', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(30_000_000)));
    await expect(all(stream(chunksOf(bomb, [1000])), 1_000_000)).rejects.toThrow('holds more than 1,000,000 bytes');
  });

  test('cut off, damaged, or not gzip at all', async () => {
    const packed = new Uint8Array(gzipSync('some text '.repeat(100)));
    const damaged = packed.slice();
    damaged[damaged.length - 5]! ^= 1;
    for (const bytes of [packed.slice(0, 30), damaged, new TextEncoder().encode('plain')]) {
      await expect(all(stream([bytes]))).rejects.toThrow('The compressed file is damaged or cut off');
    }
  });

  test('a failure to read is passed on as it is', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(gzipSync('text')).slice(0, 12);
      throw new Error('the disk is gone');
    }
    await expect(all(failing())).rejects.toThrow('the disk is gone');
  });
});

describe('word vectors', () => {
  const read = (text: string, vocabulary: string[], width = 2) =>
    readWordVectors(nodeFiles(), fileOf(text), vocabulary, width, never);

  test('GloVe and word2vec; exact before lower case; the first counts; words with spaces', async () => {
    const lines = 'the 1 2\nThe 3 4\nthe 9 9\n. . . 5 6\n';
    for (const text of [lines, `4 2\n${lines.replaceAll('\n', ' \n')}`]) {
      const vectors = await read(text, ['<unk>', 'the', 'The', 'THE', '. . .', 'cat']);
      expect([...vectors.matrix]).toEqual([0, 0, 1, 2, 3, 4, 1, 2, 5, 6, 0, 0]);
      expect([...vectors.found]).toEqual([0, 1, 1, 1, 1, 0]);
      expect(vectors.coverage).toBe(4);
    }
  });

  test('a no-break space is a word like others', async () => {
    const vectors = await read('\u00a0 1 2\ncat 3 4\n', ['<unk>', 'cat', '\u00a0']);
    expect([...vectors.matrix]).toEqual([0, 0, 3, 4, 1, 2]);
  });

  test('of another width, or damaged: the line', async () => {
    await expect(read('a 1 2 3\n', ['a'])).rejects.toThrow(
      /line 1: the vector has 3 numbers, and the embedding is 2 wide/,
    );
    await expect(read('a 1 2\nb 1\n', ['a'])).rejects.toThrow(/line 2: the vector has 1 numbers/);
    await expect(read('400 300\na 1 2\n', ['a'])).rejects.toThrow(/line 1: the vector has 300 numbers/);
    await expect(read('a 1 x\n', ['a'])).rejects.toThrow(/line 1: "x" in the vector of "a" is not a number/);
  });
});

describe('Scaler', () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 20 })).chain(([columns, rows]) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
        minLength: columns * rows,
        maxLength: columns * rows,
      }),
    ),
  );

  test('inverse, and what it promises', () => {
    fc.assert(
      fc.property(
        matrix,
        fc.constantFrom('standard' as const, 'minmax' as const, 'none' as const),
        ([columns, values], kind) => {
          const scaler = Scaler.learn(values, columns, kind);
          const scaled = scaler.apply(values);
          const back = scaler.invert(scaled);
          const size = Math.max(...values.map(Math.abs));
          back.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(1e-9 * size));
          if (kind === 'minmax') {
            expect(Math.min(...scaled)).toBeGreaterThanOrEqual(0);
            expect(Math.max(...scaled)).toBeLessThanOrEqual(1);
          }
          if (kind === 'none') expect([...scaled]).toEqual(values.map((value) => value - 0));
        },
      ),
    );
    const scaled = Scaler.learn([1, 7, 3, 7, 5, 7], 2, 'standard').apply([1, 7, 3, 7, 5, 7]);
    expect([...scaled]).toEqual(
      [-Math.sqrt(1.5), 0, 0, 0, Math.sqrt(1.5), 0].map((value) => expect.closeTo(value, 12) as number),
    );
  });
});

test('windows: all that fit, none across a gap, none that forecasts the past', () => {
  const plan = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    past: fc.integer({ min: 0, max: 5 }),
    gaps: fc.uniqueArray(fc.integer({ min: 1, max: 39 }), { maxLength: 4 }).map((gaps) => gaps.sort((a, b) => a - b)),
    window: fc.integer({ min: 1, max: 6 }),
    horizon: fc.integer({ min: 1, max: 4 }),
    forecastAt: fc.constantFrom('end' as const, 'every-step' as const),
  });
  fc.assert(
    fc.property(plan, (given) => {
      const { rows, past, gaps, window, horizon, forecastAt } = given;
      const fits = (first: number) => {
        const last = first + window + horizon - 1;
        const firstForecast = first + (forecastAt === 'end' ? window : 1);
        return last < rows && firstForecast >= past && !gaps.some((gap) => gap > first && gap <= last);
      };
      expect(windowsIn(given)).toEqual(Array.from({ length: rows }, (_, first) => first).filter(fits));
    }),
  );
});

describe('data and tasks', () => {
  const numbers = { input: 'numbers', embedding: 0 };
  const series = { kind: 'numeric', inputs: ['a'] };
  test.each([
    [{ kind: 'text' }, { task: 'language-model' }],
    [{ kind: 'tagged' }, { task: 'tagging' }],
    [
      { kind: 'tagged', tagSeparator: '|' },
      { task: 'tagging', multilabel: true },
    ],
    [{ kind: 'pairs' }, { task: 'translation' }],
    [{ kind: 'table' }, { task: 'classification' }],
    [{ kind: 'table' }, { task: 'conditional-generation' }],
    [{ kind: 'table', label: { is: 'number' } }, { task: 'regression' }],
    [{ kind: 'table', label: { is: 'binary' } }, { task: 'binary' }],
    [{ kind: 'table', label: { is: 'labels' } }, { task: 'multilabel' }],
    [series, { task: 'forecasting', ...numbers }],
    [
      { ...series, layout: 'rows', targets: ['b'], targetIs: 'class' },
      { task: 'standard', ...numbers },
    ],
    [
      { ...series, layout: 'rows', targets: ['b', 'c'] },
      { task: 'standard', predicts: 'value', ...numbers },
    ],
  ])('%j for %j', (data, architecture) => {
    expect(dataObjections(dataSchema.parse(data), architectureOf(architecture))).toEqual([]);
  });

  test.each([
    [{ kind: 'text' }, { task: 'tagging' }, 'learns from sentences'],
    [{ kind: 'pairs' }, { task: 'language-model' }, 'learns from running text'],
    [{ kind: 'tagged', tagSeparator: '|' }, { task: 'tagging' }, 'take the separator away'],
    [{ kind: 'tagged' }, { task: 'tagging', multilabel: true }, 'need the character that separates them'],
    [{ kind: 'tagged' }, { task: 'tagging', ...numbers }, 'set its input to tokens'],
    [{ kind: 'table' }, { task: 'regression' }, 'needs a label that is a number, not a class'],
    [{ ...series, layout: 'rows' }, { task: 'forecasting', ...numbers }, 'a series, not independent rows'],
    [{ ...series, folds: { count: 5, index: 1 } }, { task: 'forecasting', ...numbers }, 'Cross-validation shuffles'],
    [
      { ...series, layout: 'rows' },
      { task: 'standard', predicts: 'value', ...numbers },
      'Choose the column to predict',
    ],
    [{ ...series, layout: 'rows', targets: ['z'] }, { task: 'standard', ...numbers }, 'predicts a class'],
    [{ ...series, inputs: ['a', 'a'] }, { task: 'forecasting', ...numbers }, 'Column a is chosen twice'],
    [
      { ...series, layout: 'rows', inputs: ['a', 'b'], targets: ['b'] },
      { task: 'standard', predicts: 'value', ...numbers },
      'it would be shown the answer',
    ],
  ])('%j not for %j', (data, architecture, message) => {
    expect(dataObjections(dataSchema.parse(data), architectureOf(architecture))[0]!.message).toContain(message);
  });

  test('configurations that are refused', () => {
    expect(() => dataSchema.parse({ kind: 'table', folds: { count: 3, index: 4 } })).toThrow('There is no such fold');
    expect(() => dataSchema.parse({ kind: 'table', delimiter: '"' })).toThrow('cannot separate cells');
    expect(() => dataSchema.parse({ kind: 'numeric', inputs: [] })).toThrow();
    expect(() => dataSchema.parse({ kind: 'table', textColumn: 0 })).toThrow();
  });
});
