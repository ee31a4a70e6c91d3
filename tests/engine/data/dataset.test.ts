import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classFolderToTable } from '../../../src/engine/data/class-folder.ts';
import { BOS, EOS, ExampleCodec, SPECIALS } from '../../../src/engine/data/codec.ts';
import { openDataset, type Dataset } from '../../../src/engine/data/dataset.ts';
import type { ExampleBatch } from '../../../src/engine/data/example-batches.ts';
import { prepareDataset } from '../../../src/engine/data/prepare.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { createTaskModel } from '../../../src/engine/model/create.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { haveShared, shared } from '../../shared.ts';
import { never, temporaryFolder } from '../corpus/texts.ts';
import { architectureOf, characters, fileOf, prepared, requestOf, words, type RequestFields } from './files.ts';

const parts = ['train', 'valid', 'test'] as const;

function column(ids: ArrayLike<number>, b: number, B: number, length: number): number[] {
  return Array.from({ length }, (_, t) => ids[t * B + b]!);
}

/** Every training example of an epoch, as what `show` makes of sequence b of a batch, by its index. */
function examplesOf(dataset: Dataset, batch: number, show: (batch: ExampleBatch, b: number) => unknown): unknown[] {
  const batches = dataset.trainingBatches({ batch, seed: 2 });
  const found: unknown[] = [];
  for (let i = 0; i < batches.stepsPerEpoch; i++) {
    const given = batches.next();
    given.indices.forEach((index, b) => (found[index] = show(given, b)));
  }
  return found;
}

const whole = { valid: 0, test: 0 };

describe('batches', () => {
  test('classes: padded with 0, one target for each', async () => {
    const path = fileOf('text,label\nabc,x\nb,y\nca,x\ncc,y\n');
    const dataset = await prepared({
      data: { kind: 'table' },
      architecture: { task: 'classification' },
      train: path,
      tokenizer: characters,
      split: whole,
    });
    const [batch] = [...dataset.evaluationBatches('train', 4)];
    // c is there four times, b and a twice: a before b by code point.
    expect(batch).toMatchObject({ T: 3, B: 4, lengths: Int32Array.of(3, 1, 2, 2), targets: Int32Array.of(0, 1, 0, 1) });
    expect([...batch!.inputs]).toEqual([2, 3, 1, 1, 3, 0, 2, 1, 1, 0, 0, 0]);
    expect(dataset.codec.labels).toEqual(['x', 'y']);
    expect(dataset.codec.sizes).toEqual({ inputs: 4, outputs: 2 });
    expect([...dataset.codec.encode('acz')]).toEqual([2, 1, 0]);
    expect([...Array.from(dataset.examples('train').lines)]).toEqual([2, 3, 4, 5]);
  });

  test('yes or no, ratings, several labels', async () => {
    const file = (rows: string) => fileOf(`text,label\n${rows}`);
    const numbers = async (label: object, architecture: object, rows: string) => {
      const dataset = await prepared({ data: { kind: 'table', label }, architecture, train: file(rows), split: whole });
      const [batch] = [...dataset.evaluationBatches('train', 9)];
      return { dataset, targets: batch!.targets! };
    };
    const binary = await numbers({ is: 'binary', positive: 'spam' }, { task: 'binary' }, 'a,spam\nb,ham\nc,eggs\n');
    expect(binary.targets).toEqual(Float64Array.of(1, 0, 0));
    expect(binary.dataset.summary.labelCounts).toEqual([2, 1]);

    const rating = await numbers({ is: 'number' }, { task: 'regression' }, 'a,1\nb,3\nc,5\n');
    const deviation = Math.sqrt(8 / 3);
    expect([...rating.targets].map((value) => value.toFixed(9))).toEqual(
      [-2 / deviation, 0, 2 / deviation].map((value) => value.toFixed(9)),
    );
    const back = rating.dataset.codec.targetScaler!.invert(rating.targets);
    back.forEach((value, i) => expect(value).toBeCloseTo([1, 3, 5][i]!, 12));

    const several = await numbers({ is: 'labels' }, { task: 'multilabel' }, 'a,x;y\nb,\nc,y; z;y\n');
    expect(several.targets).toEqual(Float64Array.of(1, 1, 0, 0, 0, 0, 0, 1, 1));
    expect(several.dataset.summary.labelCounts).toEqual([1, 2, 1]);
  });

  test('tags, one or several at a step', async () => {
    const path = fileOf('the\tD|x\ndog\tN\n\nruns\t_\n');
    const one = await prepared({
      data: { kind: 'tagged' },
      architecture: { task: 'tagging' },
      train: path,
      split: whole,
    });
    const [batch] = [...one.evaluationBatches('train', 2)];
    expect(one.codec.labels).toEqual(['D|x', 'N', '_']);
    expect(batch).toMatchObject({ T: 2, B: 2, lengths: Int32Array.of(2, 1), targets: Int32Array.of(0, 2, 1, -1) });

    const several = await prepared({
      data: { kind: 'tagged', tagSeparator: '|' },
      architecture: { task: 'tagging', multilabel: true },
      train: path,
      split: whole,
    });
    const [sets] = [...several.evaluationBatches('train', 2)];
    expect(several.codec.labels).toEqual(['D', 'N', 'x']);
    expect(sets!.targets).toEqual(Float64Array.of(...[1, 0, 1], ...[0, 0, 0], ...[0, 1, 0], ...[0, 0, 0]));
    expect(several.codec.words('The dog, runs.')).toEqual(['The', 'dog', ',', 'runs', '.']);
    expect(Array.from(several.codec.encode('dog runs zzz'))).toEqual([
      ...several.codec.encodeForms(['dog', 'runs', 'zzz']),
    ]);
    expect(several.codec.encode('zzz')[0]).toBe(0);
  });

  test('pairs: BOS before, EOS behind', async () => {
    const path = fileOf('a b\tx y z\nb\tx\n');
    const dataset = await prepared({
      data: { kind: 'pairs' },
      architecture: { task: 'translation' },
      train: path,
      split: whole,
    });
    const { codec } = dataset;
    const [x, y, z] = codec.encodeTarget('x y z');
    const [batch] = [...dataset.evaluationBatches('train', 2)];
    expect(batch).toMatchObject({
      ...{ T: 4, B: 2, lengths: Int32Array.of(4, 2), Tx: 2, sourceLengths: Int32Array.of(2, 1) },
      inputs: Int32Array.of(BOS, BOS, x!, x!, y!, 0, z!, 0),
      targets: Int32Array.of(x!, x!, y!, EOS, z!, -1, EOS, -1),
    });
    expect([...batch!.source!]).toEqual([...codec.encode('a b b 0')].slice(0, 1).concat([...codec.encode('b b')], [0]));
    expect(dataset.longest).toEqual({ T: 2, Ty: 4 });
    expect(codec.sizes).toEqual({ inputs: 3, outputs: 3 + 4 });
    expect(codec.decodeTarget([x!, y!, EOS, z!])).toBe('x y');
    expect([codec.targetTokenText(EOS), codec.targetTokenText(SPECIALS), codec.targetTokenText(x!)]).toEqual([
      '<eos>',
      '<unk>',
      'x',
    ]);
  });

  test('conditional generation', async () => {
    const path = fileOf('text,label\nab,x\nb,y\nb,x\na,y\n');
    const dataset = await prepared({
      data: { kind: 'table' },
      architecture: { task: 'conditional-generation' },
      train: path,
      tokenizer: characters,
      split: whole,
    });
    const [a, b] = dataset.codec.encodeTarget('ab');
    const [batch] = [...dataset.evaluationBatches('train', 2)];
    expect(batch).toMatchObject({
      ...{ T: 3, B: 2, lengths: Int32Array.of(3, 2), labels: Int32Array.of(0, 1) },
      ...{ inputs: Int32Array.of(BOS, BOS, a!, b!, b!, 0), targets: Int32Array.of(a!, b!, b!, EOS, EOS, -1) },
    });
    expect(dataset.codec.sizes).toEqual({ inputs: 6, outputs: 6, labels: 2 });
  });

  test('windows of a series, at the end and at every step', async () => {
    const path = fileOf(`v,w\n${Array.from({ length: 8 }, (_, i) => `${i},${10 * i}`).join('\n')}\n`);
    const data = { kind: 'numeric', inputs: ['v', 'w'], targets: ['w'], window: 3, scaling: 'none' };
    const series = { task: 'forecasting', input: 'numbers', embedding: 0, horizon: 2 };
    const end = await prepared({ data, architecture: series, train: path, split: whole });
    const [batch] = [...end.evaluationBatches('train', 2)];
    expect(end.examples('train').count).toBe(4);
    expect(batch).toMatchObject({ T: 3, B: 2, lengths: null });
    expect([...batch!.inputs]).toEqual([...[0, 0, 1, 10], ...[1, 10, 2, 20], ...[2, 20, 3, 30]]);
    expect([...batch!.targets!]).toEqual([30, 40, 40, 50]);
    expect([...end.naiveForecast('train', batch!.indices)]).toEqual([20, 20, 30, 30]);

    const every = await prepared({
      data,
      architecture: { ...series, forecastAt: 'every-step' },
      train: path,
      split: whole,
    });
    const [steps] = [...every.evaluationBatches('train', 1)];
    expect([...steps!.targets!]).toEqual([...[10, 20], ...[20, 30], ...[30, 40]]);
    expect([...every.naiveForecast('train', Int32Array.of(0))]).toEqual([...[0, 0], ...[10, 10], ...[20, 20]]);
  });

  test('rows for a standard network', async () => {
    const path = fileOf('a,b,kind,c,d\n0,5,x,5,0\n2,5,y,5,2\n4,5,x,5,4\n2,5,y,5,2\n');
    const data = { kind: 'numeric', layout: 'rows', inputs: ['a', 'b'], targets: ['kind'], targetIs: 'class' };
    const standard = { task: 'standard', input: 'numbers', embedding: 0 };
    const dataset = await prepared({ data, architecture: standard, train: path, split: whole });
    const [batch] = [...dataset.evaluationBatches('train', 4)];
    const s = Math.SQRT2;
    expect(batch).toMatchObject({ T: 1, B: 4, lengths: null, targets: Int32Array.of(0, 1, 0, 1) });
    // The column that never changes becomes zeros.
    expect([...batch!.inputs]).toEqual([-s, 0, 0, 0, s, 0, 0, 0].map((value) => expect.closeTo(value, 12) as number));
    const values = await prepared({
      data: { ...data, targets: ['c', 'd'], targetIs: 'number', scaling: 'minmax' },
      architecture: { ...standard, predicts: 'value' },
      ...{ train: path, split: whole },
    });
    expect([...[...values.evaluationBatches('train', 4)][0]!.targets!]).toEqual([0, 0, 0, 0.5, 0, 1, 0, 0.5]);
    expect(values.codec.sizes).toEqual({ inputs: 2, outputs: 2 });
  });
});

describe('order', () => {
  test('any position goes on exactly as without a pause, and every example comes once an epoch', async () => {
    const rows = Array.from({ length: 57 }, (_, i) => `${'w '.repeat(1 + ((i * 5) % 13)).trim()},${i % 2 ? 'x' : 'y'}`);
    const dataset = await prepared({
      data: { kind: 'table' },
      architecture: { task: 'classification' },
      train: fileOf(`text,label\n${rows.join('\n')}`),
      split: whole,
    });
    const straight = dataset.trainingBatches({ batch: 4, seed: 9 });
    expect(straight.stepsPerEpoch).toBe(15);
    const all = Array.from({ length: 40 }, () => straight.next());
    expect(
      all
        .slice(0, 15)
        .flatMap((batch) => [...batch.indices])
        .sort((a, b) => a - b),
    ).toEqual([...rows.keys()]);
    fc.assert(
      fc.property(fc.nat(38), (position) => {
        const resumed = dataset.trainingBatches({ batch: 4, seed: 9 });
        resumed.position = position;
        expect(resumed.next()).toEqual(all[position]);
        expect(resumed.next()).toEqual(all[position + 1]);
        expect(resumed.position).toBe(position + 2);
      }),
    );
  });
});

describe('preparing', () => {
  const table = { data: { kind: 'table' }, architecture: { task: 'classification' } } as const;

  test('bad rows are refused with their lines, or left out and counted', async () => {
    const path = fileOf('text,label\na,x\nb\nc,y\nd,x\ne,y\nf,z\n');
    await expect(prepared({ ...table, train: path })).rejects.toThrow(
      /^The data have 2 bad rows\. Line 3: .* Line 7: The label "z" is seen only here.* Correct the file, or choose to leave bad rows out\.$/,
    );
    const dataset = await prepared({ ...table, data: { kind: 'table', skipBadRows: true }, train: path, split: whole });
    expect(dataset.summary).toMatchObject({ train: { examples: 4 }, skippedRows: 2, labelCounts: [2, 2] });
    expect(dataset.codec.labels).toEqual(['x', 'y']);
  });

  test('data and task that do not go together', async () => {
    const path = fileOf('a\tb\n');
    await expect(prepared({ data: { kind: 'pairs' }, architecture: { task: 'tagging' }, train: path })).rejects.toThrow(
      'The task tagging learns from sentences with a tag for every token',
    );
  });

  test('parts that would be empty', async () => {
    const few = fileOf('text,label\na,x\nb,x\nc,y\nd,y\n');
    await expect(prepared({ ...table, train: few, split: { valid: 0.1, test: 0 } })).rejects.toThrow(
      'The validation part has no examples',
    );
    const series = {
      data: { kind: 'numeric', inputs: [1], window: 3 },
      architecture: { task: 'forecasting', input: 'numbers', embedding: 0 },
    };
    await expect(prepared({ ...series, train: fileOf('v\n1\n2\n3\n'), split: whole })).rejects.toThrow(
      'The training part has 3 rows, too few for a window of 3 steps and a forecast of 1',
    );
  });

  test('long texts are cut and counted, long pairs left out and counted', async () => {
    const cut = await prepared({
      ...table,
      data: { kind: 'table', maxLength: 2 },
      train: fileOf('text,label\na b c,x\nb,x\nc,y\nb,y\n'),
      split: whole,
    });
    expect(cut.summary).toMatchObject({ cut: 1, tooLong: 0, longest: 2 });
    expect(cut.codec.encode('a a a a')).toHaveLength(2);
    const pairs = await prepared({
      data: { kind: 'pairs', maxLength: 2 },
      architecture: { task: 'translation' },
      train: fileOf('a\tb c d\na\tb\n'),
      split: whole,
    });
    expect(pairs.summary).toMatchObject({ cut: 0, tooLong: 1, train: { examples: 1 } });
  });

  test('vocabulary and scale come from the training part', async () => {
    const own = (text: string) => ({ path: fileOf(text), targetPath: null });
    const text = await prepared({
      ...table,
      train: fileOf('text,label\na,x\na,y\na,x\na,y\n'),
      test: own('text,label\nb,z\na,x\n'),
      split: whole,
    });
    expect(text.codec.sizes).toEqual({ inputs: 2, outputs: 3 });
    const [batch] = [...text.evaluationBatches('test', 2)];
    expect([[...batch!.inputs], [...batch!.targets!]]).toEqual([
      [0, 1],
      [2, 0],
    ]);
    expect(text.summary.unknownRate).toBeCloseTo(1 / 6);

    const rows = [...Array.from({ length: 8 }, (_, i) => i), 1000, 2000].join('\n');
    const numeric = await prepared({
      data: { kind: 'numeric', inputs: [1], window: 2 },
      architecture: { task: 'forecasting', input: 'numbers', embedding: 0 },
      train: fileOf(`v\n${rows}\n`),
      split: { valid: 0, test: 0.2 },
    });
    expect(numeric.codec.inputScaler!.offset).toEqual([3.5]);
    // Windows of the test part begin in its past, and forecast each of its rows.
    const [test] = [...numeric.evaluationBatches('test', 9)];
    expect([...numeric.codec.targetScaler!.invert(test!.targets!)].map(Math.round)).toEqual([1000, 2000]);
    expect([...(numeric.examples('test').lines as Int32Array)]).toEqual([10, 11]);
  });

  test('no window reaches across a row that is left out', async () => {
    const path = fileOf('v\n0\n1\n2\nx\n4\n5\n6\n');
    const dataset = await prepared({
      data: { kind: 'numeric', inputs: [1], window: 2, scaling: 'none', skipBadRows: true },
      architecture: { task: 'forecasting', input: 'numbers', embedding: 0 },
      ...{ train: path, split: whole },
    });
    const [batch] = [...dataset.evaluationBatches('train', 9)];
    expect([...batch!.targets!]).toEqual([2, 6]);
  });

  test('the same request is not done twice, an unfinished or other one is done anew', async () => {
    const fields: RequestFields = { ...table, train: fileOf('text,label\na,x\nb,x\nc,y\nd,y\n'), split: whole };
    const request = requestOf(fields);
    const said: string[] = [];
    const prepare = (seed = 1) =>
      prepareDataset(
        nodeFiles(),
        { ...request, seed },
        (done, total, what) => said.push(`${what} ${done <= total}`),
        never,
      );
    const first = await prepare();
    expect(said.at(-1)).toBe('Encoding true');
    expect(said.every((line) => line.endsWith('true'))).toBe(true);
    said.length = 0;
    expect(await prepare()).toEqual(first);
    expect(said).toEqual([]);
    await prepare(2);
    expect(said).not.toEqual([]);
    rmSync(join(request.targetDir, 'meta.json'));
    await expect(openDataset(nodeFiles(), request.targetDir)).rejects.toThrow('holds no prepared data set');
    await prepare();
    expect(readdirSync(request.targetDir).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each(['tokens.bin', 'index.safetensors'])(
    'a folder whose %s was cut off or lost is made again',
    async (name) => {
      const request = requestOf({ ...table, train: fileOf('text,label\na,x\nb,x\nc,y\nd,y\n'), split: whole });
      const prepare = () => prepareDataset(nodeFiles(), request, () => {}, never);
      const path = join(request.targetDir, name);
      await prepare();
      const complete = readFileSync(path);
      for (const damage of [() => writeFileSync(path, complete.subarray(0, 2)), () => rmSync(path)]) {
        damage();
        await expect(openDataset(nodeFiles(), request.targetDir)).rejects.toThrow('holds no prepared data set');
        await prepare();
        expect(readFileSync(path)).toEqual(complete);
      }
    },
  );

  test.each<[string, object, string, object, string]>([
    ['classes', { kind: 'table' }, 'text,label\na,x\nb,x\n', { task: 'classification' }, 'the label "x"'],
    [
      'yes or no',
      { kind: 'table', label: { is: 'binary', positive: 'good' } },
      'text,label\na,x\nb,y\n',
      { task: 'binary' },
      'No label is "good"; there are "x", "y".',
    ],
    [
      'yes',
      { kind: 'table', label: { is: 'binary' } },
      'text,label\na,yes\nb,1\n',
      { task: 'binary' },
      'Every example is a yes',
    ],
    [
      'several labels',
      { kind: 'table', label: { is: 'labels' } },
      'text,label\na,\nb,\n',
      { task: 'multilabel' },
      'No example has a label',
    ],
    ['tags', { kind: 'tagged' }, 'a\tN\nb\tN\n', { task: 'tagging' }, 'Every token has the tag "N"'],
  ])('nothing to tell apart: %s', async (_, data, text, architecture, message) => {
    await expect(prepared({ data, architecture, train: fileOf(text), split: whole })).rejects.toThrow(message);
  });

  test('texts of one label can be learned to write', async () => {
    const dataset = await prepared({
      data: { kind: 'table' },
      architecture: { task: 'conditional-generation' },
      ...{ train: fileOf('text,label\na,x\nb,x\n'), split: whole },
    });
    expect(dataset.codec.labels).toEqual(['x']);
  });

  test('a file without examples', async () => {
    await expect(prepared({ ...table, train: fileOf('text,label\n'), split: whole })).rejects.toThrow(
      'The data hold no example. The file has no rows.',
    );
    const skipping = { ...table, data: { kind: 'table', skipBadRows: true } };
    await expect(prepared({ ...skipping, train: fileOf('text,label\na,\n'), split: whole })).rejects.toThrow(
      'The data hold no example. None of the rows can be used. Line 2: The label is missing.',
    );
  });

  test('cancelling leaves no data set and no temporary files', async () => {
    const request = requestOf({ ...table, train: fileOf('text,label\na,x\nb,x\nc,y\nd,y\n'), split: whole });
    const control = new AbortController();
    const stop = () => control.abort(new Error('enough'));
    await expect(
      prepareDataset(nodeFiles(), request, (_done, _total, what) => what === 'Encoding' && stop(), control.signal),
    ).rejects.toThrow('enough');
    expect(readdirSync(request.targetDir)).toEqual([]);
  });

  test('word vectors for the embedding', async () => {
    const vectors = fileOf('the 1 2 3\ncat 4 5 6\n', 'glove.txt');
    const train = fileOf('text,label\nthe Cat sat,x\nthe,x\nthe,y\nthe sat,y\n');
    const dataset = await prepared({ ...table, train, vectorsPath: vectors, split: whole });
    const read = (await dataset.vectors())!;
    const at = (word: string) => [
      ...read.matrix.subarray(3 * dataset.codec.encode(word)[0]!, 3 * dataset.codec.encode(word)[0]! + 3),
    ];
    expect([at('the'), at('Cat'), at('sat')]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [0, 0, 0],
    ]);
    expect(dataset.summary.vectors).toEqual({ tokens: 2, vocabulary: 4, share: 5 / 7 });
    await expect(
      prepared({
        ...table,
        train,
        vectorsPath: vectors,
        split: whole,
        tokenizer: { ...words, kind: 'bpe', maxVocabulary: 300 },
      }),
    ).rejects.toThrow('take words as tokens');
    await expect(
      prepared({
        data: table.data,
        architecture: { task: 'classification', embedding: 0 },
        train,
        vectorsPath: vectors,
        split: whole,
      }),
    ).rejects.toThrow('need an embedding');
    const others = fileOf('le 1 2 3\n');
    await expect(prepared({ ...table, train, vectorsPath: others, split: whole })).rejects.toThrow(
      'No token of these data has a word vector',
    );
  });

  test('the codec travels as JSON', async () => {
    const dataset = await prepared({ ...table, train: fileOf('text,label\na b,x\nb,x\na,y\nb,y\n'), split: whole });
    const codec = ExampleCodec.parse(JSON.parse(JSON.stringify(dataset.codec.json)));
    expect(codec.encode('b a')).toEqual(dataset.codec.encode('b a'));
    expect(() => ExampleCodec.parse({ format: 'other' })).toThrow('not a description of data');
  });
});

describe.skipIf(!haveShared)('real data', () => {
  const split = { valid: 0.1, test: 0.2 };
  const bytes = (path: string) => readFileSync(shared('data', path));

  function namesTable(): string {
    const folder = shared('data/real/names');
    const entries = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    return fileOf(classFolderToTable(entries), 'names.csv');
  }

  test('names: every line is in one part, as it was, stratified', async () => {
    const path = namesTable();
    const dataset = await prepared({
      data: { kind: 'table' },
      architecture: { task: 'classification' },
      train: path,
      tokenizer: characters,
      split,
    });
    const { codec, summary } = dataset;
    const found: string[] = [];
    for (const part of parts) {
      for (const batch of dataset.evaluationBatches(part, 64)) {
        batch.indices.forEach((_, b) => {
          const ids = column(batch.inputs, b, batch.B, batch.lengths![b]!);
          const name = codec.labels![batch.targets![b]!];
          // A character that only held-out names have cannot come back.
          if (!ids.includes(0)) found.push(`${codec.tokenizer!.decode(ids)}\t${name}`);
        });
      }
    }
    const folder = shared('data/real/names');
    const lines = readdirSync(folder).flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line.trim())
        .map((line) => `${line.trim()}\t${file.replace('.txt', '')}`),
    );
    const missing = lines.length - found.length;
    expect(missing).toBeLessThan(20);
    const left = new Map<string, number>();
    for (const line of lines) left.set(line, (left.get(line) ?? 0) + 1);
    for (const line of found) left.set(line, (left.get(line) ?? 0) - 1);
    expect([...left.values()].filter((count) => count < 0)).toEqual([]);
    expect([...left.values()].reduce((a, b) => a + b, 0)).toBe(missing);
    expect([summary.train.examples, summary.valid!.examples, summary.test!.examples]).toEqual([14_035, 2005, 4010]);
    const russian = codec.labels!.indexOf('Russian');
    expect(Math.abs(summary.labelCounts![russian]! - 0.7 * 9384)).toBeLessThanOrEqual(2);
  });

  test('UD EWT: tokens and tags of dev and test come back', async () => {
    const own = { path: shared('data/real/en_ewt-ud-test.conllu'), targetPath: null };
    const data = { kind: 'tagged', format: 'conllu', tokenColumn: 2, tagColumn: 4 };
    const dataset = await prepared({
      data,
      architecture: { task: 'tagging', bidirectional: true },
      train: shared('data/real/en_ewt-ud-dev.conllu'),
      test: own,
      split: whole,
    });
    const { codec } = dataset;
    const sentences = (file: string) =>
      bytes(file)
        .toString()
        .split('\n\n')
        .map((sentence) =>
          sentence
            .split('\n')
            .filter((line) => /^\d+\t/.test(line))
            .map((line) => line.split('\t')),
        )
        .filter((sentence) => sentence.length > 0);
    const train = sentences('real/en_ewt-ud-dev.conllu');
    const tags = examplesOf(dataset, 32, ({ targets, B, lengths }, b) =>
      column(targets!, b, B, lengths![b]!).map((id) => codec.labels![id]),
    );
    expect(tags).toEqual(train.map((sentence) => sentence.map((cells) => cells[3])));
    const tokens = examplesOf(dataset, 32, ({ inputs, B, lengths }, b) =>
      column(inputs, b, B, lengths![b]!).map((id) => codec.tokenText(id)),
    );
    expect(tokens).toEqual(train.map((sentence) => sentence.map((cells) => cells[1])));
    expect(dataset.summary.test).toEqual({ examples: 2077, tokens: 25_094 });
    const known = new Set(train.flat().map((cells) => cells[1]));
    const unknown = sentences('real/en_ewt-ud-test.conllu')
      .flat()
      .filter((cells) => !known.has(cells[1])).length;
    expect(dataset.summary.unknownRate).toBeCloseTo(unknown / (25_147 + 25_094), 12);
  });

  test('Multi30k: texts for comparison, lengths, padding', async () => {
    const folder = temporaryFolder();
    const unpacked = (name: string) => {
      writeFileSync(join(folder, name), gunzipSync(bytes(`real/multi30k-${name}.gz`)));
      return join(folder, name);
    };
    const pair = (name: string) => ({ path: unpacked(`${name}.en`), targetPath: unpacked(`${name}.de`) });
    const dataset = await prepared({
      ...{
        data: { kind: 'pairs', targetCorpus: 'de' },
        architecture: { task: 'translation' },
        tokenizer: { ...words, lowercase: true, minFrequency: 2 },
      },
      ...{
        train: pair('val').path,
        trainTarget: pair('val').targetPath,
        test: pair('test_2016_flickr'),
        split: { valid: 0.1, test: 0 },
      },
    });
    const { train, valid, test } = dataset.summary;
    expect([train.examples + valid!.examples, test!.examples]).toEqual([1014, 1000]);
    const texts = await dataset.pairTexts('test');
    const lines = (language: string) =>
      gunzipSync(bytes(`real/multi30k-test_2016_flickr.${language}.gz`))
        .toString()
        .trim()
        .split('\n');
    expect(texts.map(({ source }) => source)).toEqual(lines('en').map((line) => line.trim()));
    expect(texts.map(({ target }) => target)).toEqual(lines('de').map((line) => line.trim()));
    for (const batch of dataset.evaluationBatches('test', 100)) {
      batch.indices.forEach((index, b) => {
        const target = column(batch.targets!, b, batch.B, batch.T).filter((id) => id >= 0);
        expect(target).toEqual([...dataset.codec.encodeTarget(texts[index]!.target), EOS]);
        expect(batch.lengths![b]).toBe(target.length);
      });
    }
  });

  test.each([
    [
      'names',
      () => ({
        data: { kind: 'table' },
        architecture: { task: 'conditional-generation' },
        train: namesTable(),
        tokenizer: characters,
      }),
    ],
    [
      'numbers.tsv',
      () => ({
        data: { kind: 'pairs' },
        architecture: { task: 'translation', attention: 'luong' },
        train: shared('data/synthetic/numbers.tsv'),
      }),
    ],
    [
      'sentiment.csv',
      () => ({
        data: { kind: 'table', label: { is: 'binary' }, folds: { count: 5, index: 5 } },
        architecture: { task: 'binary' },
        train: shared('data/synthetic/sentiment.csv'),
      }),
    ],
    [
      'sines.csv',
      () => ({
        data: { kind: 'numeric', inputs: ['mix', 'noisy'], targets: ['mix'] },
        architecture: { task: 'forecasting', input: 'numbers', embedding: 0, horizon: 20 },
        train: shared('data/synthetic/sines.csv'),
      }),
    ],
    [
      'tagging.conll',
      () => ({
        data: { kind: 'tagged' },
        architecture: { task: 'tagging' },
        train: shared('data/synthetic/tagging.conll'),
      }),
    ],
  ])('%s: a network takes every batch', async (_name, fields) => {
    const request = fields();
    const dataset = await prepared(request);
    const kernels = createReferenceKernels();
    const architecture = architectureOf(request.architecture);
    const model = createTaskModel(kernels, architecture, dataset.codec.sizes, {
      B: 50,
      ...dataset.longest,
      training: false,
    });
    model.parameters.initialise(1);
    for (const batch of dataset.evaluationBatches('test', 50)) {
      model.setBatch(batch);
      model.forward(null);
      model.measureLoss();
    }
    const [sum, count] = await kernels.read(model.loss);
    expect(sum! / count!).toBeGreaterThan(0);
    model.dispose();
  });
});
