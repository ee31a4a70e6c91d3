import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestLine } from '../../../src/engine/data/text-lines.ts';
import { filesInChunks, chunkSizes } from '../corpus/texts.ts';
import { haveShared, shared } from '../../shared.ts';
import { fileOf, rowsOf } from './files.ts';

const table = { kind: 'table' };

/** [line, problem's first words] of the bad rows. */
async function problemsOf(text: string, data: object): Promise<[number, string][]> {
  const rows = await rowsOf(fileOf(text), data);
  return rows.filter((row) => row.problem !== null).map((row) => [row.line, row.problem!]);
}

async function examplesOf(text: string, data: object): Promise<unknown[]> {
  const rows = await rowsOf(fileOf(text), data);
  return rows.flatMap((row) => (row.example ? [row.example] : []));
}

describe.skipIf(!haveShared)('ragged.csv', () => {
  test('every row is an example or a problem with its line', async () => {
    const rows = await rowsOf(shared('data/synthetic/nasty/ragged.csv'), table);
    const wanted = JSON.parse(readFileSync(shared('data/synthetic/nasty/expected.json'), 'utf8')) as {
      'ragged.csv': { rows_python_csv: string[][] };
    };
    const [, ...cells] = wanted['ragged.csv'].rows_python_csv;
    const numbers = new Map(cells.map((row) => [row[0], row]));
    // Rows 1, 2, 6 and 7 can be used, with the cells that Python's csv module finds.
    expect(rows.filter((row) => row.example).map((row) => row.example)).toEqual(
      ['1', '2', '6', '7'].map((id) => ({ text: numbers.get(id)![1], label: numbers.get(id)![2]!.trim() })),
    );
    expect(rows.filter((row) => row.problem).map((row) => [row.line, row.problem])).toEqual([
      [5, expect.stringContaining('5 cells, and the table 3 columns (id, text, label)')],
      [6, expect.stringContaining('2 cells')],
      [8, expect.stringContaining('The text (column "text") is empty')],
      [11, expect.stringContaining('A quote opens here and never closes, so a cell takes all 2 lines')],
    ]);
  });
});

describe('tables', () => {
  test('labels that are missing, not numbers, neither yes nor no', async () => {
    const text = 'text,label\na,1\nb,\nc,high\nd,"1,5"\n';
    expect(await problemsOf(text, { ...table, label: { is: 'number' } })).toEqual([
      [3, 'The label is missing.'],
      [4, 'The label is "high", not a number.'],
      [5, 'The label is "1,5", not a number. Write it with a decimal point.'],
    ]);
    expect(await problemsOf('text,label\na,yes\nb,N\nc,maybe\n', { ...table, label: { is: 'binary' } })).toEqual([
      [4, expect.stringContaining('"maybe", neither yes nor no')],
    ]);
    expect(
      await problemsOf('text,label\na,spam\nb,ham\n', { ...table, label: { is: 'binary', positive: 'spam' } }),
    ).toEqual([]);
  });

  test('columns by name and by number; a wrong one is refused with those there are', async () => {
    const text = 'id;words;stars\n1;a b;4\n';
    const options = { ...table, delimiter: ';' };
    expect(await examplesOf(text, { ...options, textColumn: 'words', labelColumn: 3 })).toEqual([
      { text: 'a b', label: '4' },
    ]);
    await expect(rowsOf(fileOf(text), { ...options, textColumn: 'text' })).rejects.toThrow(
      'There is no column "text". The columns are "id", "words", "stars".',
    );
    await expect(rowsOf(fileOf(text), { ...options, textColumn: 2, labelColumn: 4 })).rejects.toThrow(
      'There is no column 4: the first row has 3.',
    );
    await expect(rowsOf(fileOf('text,text,label\na,b,c\n'), table)).rejects.toThrow(
      'is there twice, as number 1 and 2',
    );
    await expect(rowsOf(fileOf('a,b\n'), { ...table, header: false })).rejects.toThrow('Choose it by its number');
    await expect(rowsOf(fileOf('\n\n'), table)).rejects.toThrow('The file has no rows.');
  });

  test('in TSV a quote is a character, unless it is said to quote', async () => {
    const text = 'text\tlabel\n"so\tx\n"a\tb"\ty\n';
    expect(await examplesOf(text, { ...table, format: 'tsv' })).toEqual([{ text: '"so', label: 'x' }]);
    expect(await examplesOf('text\tlabel\n"a\tb"\ty\n', { ...table, format: 'tsv', quoting: true })).toEqual([
      { text: 'a\tb', label: 'y' },
    ]);
  });

  test('text after a closing quote is a problem', async () => {
    expect(await problemsOf('text,label\n"a"b,x\nc,y\n', table)).toEqual([
      [
        2,
        'The quotes do not match: text follows a closing quote, and a cell takes 2 lines: was a quote never closed? Double the quotes ("") that belong to the text, or read the file without quoting.',
      ],
    ]);
  });

  test('a quote that opens early in a long file does not take it into memory', async () => {
    const text = `text,label\n"open,x\n${'a row of text,y\n'.repeat(longestLine / 8)}`;
    const problems = await problemsOf(text, table);
    expect(problems).toEqual([[2, expect.stringContaining('does not close within 1,048,576 characters')]]);
  });

  test('JSON lines', async () => {
    const jsonl = { ...table, format: 'jsonl' };
    const text =
      '{"text":"a\\nb","label":"x"}\n\n{"text":"c","label":3}\n{"text":4,"label":"x"}\nnot\n[1]\n{"text":"d"}\n{"text":" ","label":"x"}\n';
    expect(await examplesOf(text, jsonl)).toEqual([
      { text: 'a\nb', label: 'x' },
      { text: 'c', label: '3' },
    ]);
    expect(await problemsOf(text, jsonl)).toEqual([
      [4, '"text" is a number, not a text.'],
      [5, 'The line is not JSON.'],
      [6, expect.stringContaining('not an object')],
      [7, '"label" is missing, not a label.'],
      [8, expect.stringContaining('is empty')],
    ]);
    expect(await examplesOf('{"text":"a","label":["x","y"]}\n', { ...jsonl, label: { is: 'labels' } })).toEqual([
      { text: 'a', label: 'x;y' },
    ]);
    expect(await problemsOf('{"text":"a","label":["x;y"]}\n', { ...jsonl, label: { is: 'labels' } })).toHaveLength(1);
  });
});

describe('tagged sentences', () => {
  const tagged = { kind: 'tagged' };

  test('token and tag; "#" may be a token, and a comment is not', async () => {
    expect(await examplesOf('# a comment\nthe\tDET\n#\tSYM\n#tag\tX\n\n\n\ndog\tNOUN', tagged)).toEqual([
      { tokens: ['the', '#', '#tag'], tags: ['DET', 'SYM', 'X'] },
      { tokens: ['dog'], tags: ['NOUN'] },
    ]);
  });

  test('a sentence with a bad line is one problem, at that line', async () => {
    expect(await problemsOf('a\tX\nb\nc\n\nd\tX\n\n\tX\n\ne\t\n', tagged)).toEqual([
      [2, expect.stringContaining('one column, and column 2 is needed (columns are separated by tabs)')],
      [7, 'The token (column 1) is missing.'],
      [9, 'The tag (column 2) is missing.'],
    ]);
  });

  test('CoNLL-2003: spaces, marks of documents', async () => {
    const text = '-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n# # B-NP O\n';
    expect(await examplesOf(text, { ...tagged, separator: 'space', tagColumn: 4 })).toEqual([
      { tokens: ['EU', '#'], tags: ['B-ORG', 'O'] },
    ]);
  });

  test('CoNLL-U: ranges and empty nodes are passed over, other lines must be whole', async () => {
    const word = (id: string, form: string, tag: string) => `${id}\t${form}\t_\t${tag}${'\t_'.repeat(6)}\n`;
    const conllu = { ...tagged, format: 'conllu', tokenColumn: 2, tagColumn: 4 };
    const text = `# text = vámonos al\n${word('1-2', 'vámonos', '_')}${word('1', 'vamos', 'VERB')}${word('2', 'nos', 'PRON')}${word('2.1', 'x', 'X')}${word('3', 'a b', 'ADP')}\n`;
    expect(await examplesOf(text, conllu)).toEqual([
      { tokens: ['vamos', 'nos', 'a b'], tags: ['VERB', 'PRON', 'ADP'] },
    ]);
    expect(await problemsOf('the\tDET\n\n1\tthe\t_\tDET\n', conllu)).toEqual([
      [1, expect.stringContaining('does not begin with a word number')],
      [3, expect.stringContaining('4 of the 10 columns')],
    ]);
  });
});

describe('pairs', () => {
  const pairs = { kind: 'pairs' };

  test('columns', async () => {
    expect(await examplesOf('a b\tx "y\n', pairs)).toEqual([{ source: 'a b', target: 'x "y' }]);
    expect(await problemsOf('a\tb\n \tb\na\t\n\t\na\tb\tc\n', pairs)).toEqual([
      [2, 'The source text is empty.'],
      [3, 'The target text is empty.'],
      [4, 'The source and the target text are empty.'],
      [5, expect.stringContaining('3 cells, and the table 2 columns')],
    ]);
  });

  test('files of different length: both numbers', async () => {
    const targetPath = fileOf('x\ny\nz\n', 'target.txt');
    const rows = await rowsOf(fileOf('a\nb'), pairs, { targetPath });
    expect(rows.map((row) => row.example ?? [row.line, row.problem])).toEqual([
      { source: 'a', target: 'x' },
      { source: 'b', target: 'y' },
      [3, expect.stringContaining('the source has 2 lines, the target 3')],
    ]);
  });

  test('a stray carriage return does not put files out of step', async () => {
    const targetPath = fileOf('x\r\ny\r\n', 'target.txt');
    expect((await rowsOf(fileOf('a\rb\nc\n'), pairs, { targetPath })).map((row) => row.example)).toEqual([
      { source: 'a\rb', target: 'x' },
      { source: 'c', target: 'y' },
    ]);
  });
});

describe('numbers', () => {
  const numeric = { kind: 'numeric', inputs: ['a', 'b'], targets: ['b'] };

  test('cells that are none', async () => {
    const text = 'a,b\n1,2\n-.5,+1e3\n,1\n1,0x10\nNaN,1\n1,Infinity\n1e999,2\n"1,5",2\n-1e39,2\n';
    const rows = await rowsOf(fileOf(text), numeric);
    expect(rows.flatMap((row) => (row.example && 'values' in row.example ? [[...row.example.values]] : []))).toEqual([
      [1, 2, 2],
      [-0.5, 1000, 1000],
    ]);
    expect(rows.filter((row) => row.problem).map((row) => [row.line, row.problem])).toEqual([
      [4, 'Column "a" is empty.'],
      [5, 'Column "b" holds "0x10", not a number.'],
      [6, 'Column "a" holds "NaN", not a number.'],
      [7, 'Column "b" holds "Infinity", not a number.'],
      [
        8,
        'Column "a" holds "1e999", not a number. (The largest numbers that a network can compute with are about 3.4e38.)',
      ],
      [9, 'Column "a" holds "1,5", not a number. (If this file writes a decimal comma, say so.)'],
      [
        10,
        'Column "a" holds "-1e39", not a number. (The largest numbers that a network can compute with are about 3.4e38.)',
      ],
    ]);
  });

  test('decimal commas', async () => {
    const rows = await rowsOf(fileOf('a;b\n1,5;2\n'), { ...numeric, delimiter: ';', decimal: ',' });
    expect(rows[0]!.example).toEqual({ values: Float64Array.of(1.5, 2, 2), label: null });
  });
});

test('what is read does not depend on how the file comes in pieces', async () => {
  const cell = fc.array(fc.constantFrom('a', 'é', '😀', ' ', '"', ',', '\n', '\r\n', '\r', '#', '\t'), {
    maxLength: 4,
  });
  const text = fc.array(cell, { maxLength: 8 }).map((cells) => `text,label\n${cells.flat().join('')}`);
  await fc.assert(
    fc.asyncProperty(text, chunkSizes, async (content, sizes) => {
      const path = fileOf(content);
      for (const data of [
        table,
        { ...table, format: 'tsv', textColumn: 1, labelColumn: 1 },
        { kind: 'tagged', tagColumn: 1 },
      ]) {
        expect(await rowsOf(path, data, { files: filesInChunks(sizes) })).toEqual(await rowsOf(path, data));
      }
    }),
    { numRuns: 40 },
  );
});

test('a CSV file comes back as it was written', async () => {
  const field = fc
    .string({ unit: fc.constantFrom('a', 'b', '"', ',', '\n', ' ', 'é') })
    .filter((text) => text.trim() !== '');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 }), async (rows) => {
      const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = rows.map(([a, b]) => `${cell(a)},${cell(b)}\r\n`).join('');
      const found = await examplesOf(text, { ...table, header: false, textColumn: 1, labelColumn: 2 });
      expect(found).toEqual(rows.map(([a, b]) => ({ text: a, label: b.trim() })));
    }),
    { numRuns: 60 },
  );
});
