import { writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { classFolderToTable } from '../../../src/engine/data/class-folder.ts';
import { inspectData, type Inspection } from '../../../src/engine/data/inspect.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { haveShared, shared } from '../../shared.ts';
import { never } from '../corpus/texts.ts';
import { dataOf, fileOf } from './files.ts';

function inspect(path: string, data: object | null = null, targetPath: string | null = null): Promise<Inspection> {
  return inspectData(nodeFiles(), { path, targetPath }, data && dataOf(data), never);
}

/** How often each value is there. */
function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function labelCounts({ labels }: Inspection): Record<string, number> {
  return Object.fromEntries(labels.map(({ label, count }) => [label, count]));
}

describe.skipIf(!haveShared)('real data, as suggested, against plain counts', () => {
  test('names, one file a class', async () => {
    const folder = shared('data/real/names');
    const entries = readdirSync(folder).map((name) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }));
    const found = await inspect(fileOf(classFolderToTable(entries)));
    expect(found.data).toMatchObject({
      kind: 'table',
      textColumn: 'text',
      labelColumn: 'label',
      label: { is: 'class' },
    });
    const lines = entries.map(({ name, text }) => [
      name.replace('.txt', ''),
      text.split('\n').filter((line) => line.trim()).length,
    ]);
    expect(labelCounts(found)).toEqual(Object.fromEntries(lines));
    expect([found.rows, found.usable, found.problems]).toEqual([20_050, 20_050, []]);
  });

  test('UD English EWT', async () => {
    const path = shared('data/real/en_ewt-ud-dev.conllu');
    const found = await inspect(path);
    expect(found.data).toMatchObject({ kind: 'tagged', format: 'conllu', tokenColumn: 2, tagColumn: 4 });
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    expect(labelCounts(found)).toEqual(counted(lines.filter(([id]) => /^\d+$/.test(id!)).map((cells) => cells[3]!)));
    expect(found.rows).toBe(lines.filter(([id]) => id === '1').length);
    expect(found.usable).toBe(found.rows);
    const ranges = lines.filter(([id]) => /^\d+-\d+$/.test(id!)).length;
    expect(found.notes).toContain(`${ranges} lines of multiword tokens (1-2) are passed over: their words follow.`);
  });

  test('Multi30k, two files', async () => {
    const unpacked = (language: string) =>
      gunzipSync(readFileSync(shared(`data/real/multi30k-train.${language}.gz`))).toString();
    const [en, de] = [unpacked('en'), unpacked('de')];
    const found = await inspect(fileOf(en), { kind: 'pairs', targetCorpus: 'de' }, fileOf(de));
    expect([found.rows, found.usable, found.problems]).toEqual([29_000, 29_000, []]);
    expect(found.preview[0]).toEqual([en.split('\n')[0], de.split('\n')[0]]);
  });

  test('the synthetic files', async () => {
    const sentiment = await inspect(shared('data/synthetic/sentiment.csv'));
    expect(sentiment.data).toMatchObject({ kind: 'table', label: { is: 'class' } });
    expect(labelCounts(sentiment)).toEqual({ positive: 100, negative: 100 });
    expect(await inspect(shared('data/synthetic/numbers.tsv'))).toMatchObject({
      data: { kind: 'pairs' },
      rows: 2000,
      usable: 2000,
    });
    expect(await inspect(shared('data/synthetic/reverse.tsv'))).toMatchObject({
      data: { kind: 'pairs' },
      rows: 1000,
      usable: 1000,
    });
    expect(await inspect(shared('data/synthetic/sines.csv'))).toMatchObject({
      data: { kind: 'numeric', layout: 'series', inputs: ['mix', 'noisy'] },
      columns: ['t', 'mix', 'noisy'],
      rows: 2000,
      usable: 2000,
    });
    expect(await inspect(shared('data/synthetic/tagging.conll'))).toMatchObject({
      data: { kind: 'tagged', format: 'columns', separator: 'tab', tagColumn: 2 },
      rows: 300,
      usable: 300,
    });
    expect(await inspect(shared('data/synthetic/nasty/ragged.csv'))).toMatchObject({
      data: { kind: 'table' },
      rows: 8,
      usable: 4,
    });
    for (const prose of ['tinyshakespeare.txt', 'timemachine.txt']) {
      expect(await inspect(shared('data/real', prose))).toMatchObject({ data: { kind: 'text' }, rows: 0 });
    }
  });
});

describe('problems', () => {
  test('a label seen once has its line, and its row is not usable', async () => {
    const found = await inspect(fileOf('text,label\na,x\nb,x\nc,y\nd\n'), { kind: 'table' });
    expect(found.problems).toEqual([
      { line: 4, message: expect.stringContaining('The label "y" is seen only here') },
      { line: 5, message: expect.stringContaining('1 cell,') },
    ]);
    expect([found.rows, found.usable]).toEqual([4, 2]);
  });

  test('more than are listed are counted', async () => {
    const found = await inspect(fileOf(`text,label\na,x\nb,x\n${'c\n'.repeat(150)}`), { kind: 'table' });
    expect([found.problems.length, found.moreProblems, found.usable]).toEqual([100, 50, 2]);
  });

  test('one that is no label column is suspicious', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `text ${i},label ${i >> 1}`).join('\n');
    expect((await inspect(fileOf(`text,label\n${rows}`), { kind: 'table' })).notes).toEqual([]);
    expect((await inspect(fileOf(`text,label\n${rows}`), { kind: 'table', labelColumn: 'text' })).notes).toEqual([
      'There are 10 different labels in 10 rows: is this the label column?',
    ]);
  });
});

describe('suggestions', () => {
  test.each([
    [
      '{"review":"a long text about it","stars":5}\n{"review":"another long text","stars":3}\n{"review":"and one","stars":1}\n',
      { kind: 'table', format: 'jsonl', textColumn: 'review', labelColumn: 'stars', label: { is: 'number' } },
    ],
    ['text,label\ngood,1\nbad,0\nfine,1\n', { kind: 'table', label: { is: 'binary' } }],
    [
      'text,topics\nabc def,a;b\nabc,a\nxyz abc,b;c\ndef,a;b\ndef ghi,b\n',
      { kind: 'table', labelColumn: 'topics', label: { is: 'labels', separator: ';' } },
    ],
    [
      'length;width;kind\n1,5;2,0;a\n1,6;2,1;b\n1,4;2,0;a\n1,7;2,4;b\n1,4;2,4;a\n',
      {
        kind: 'numeric',
        layout: 'rows',
        delimiter: ';',
        decimal: ',',
        inputs: ['length', 'width'],
        targets: ['kind'],
        targetIs: 'class',
      },
    ],
    [
      'EU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\nsings VBZ O\n',
      { kind: 'tagged', separator: 'space', tagColumn: 3 },
    ],
    ['When the war ended, the town was quiet.\nNobody spoke, nobody moved.\n', { kind: 'text' }],
    ['one line\nanother line\n', { kind: 'text' }],
    ['', { kind: 'text' }],
    ['text,label\n', { kind: 'table', header: true, textColumn: 'text', labelColumn: 'label' }],
    // Columns without a name of their own are known by their number.
    ['text,label,label\ngood,1,a\nbad,0,b\nfine,1,a\n', { kind: 'table', textColumn: 'text', labelColumn: 2 }],
    [',x,y\n0,1.5,2\n2,1,3\n4,7,3\n', { kind: 'numeric', header: true, inputs: [1, 'x', 'y'] }],
    ['{"":"good","label":"a"}\nnull\n[1]\n{"":"bad","label":"b"}\n', { kind: 'table', format: 'jsonl', textColumn: 1 }],
  ])('%j', async (text, data) => {
    const path = fileOf('');
    writeFileSync(path, text);
    expect((await inspect(path)).suggested).toMatchObject(data);
  });
});
