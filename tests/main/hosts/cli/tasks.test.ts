/** Every task from a file to an answer, as real processes on real workspaces. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { philox } from '../../../../src/engine/random.ts';
import { endAll, jsonLines, start, unroll } from './unroll.ts';

// Each process loads the whole program, most of them also an engine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 3 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unroll-tasks-'));
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));

const draw = (stream: number, i: number, n: number) => philox(1, stream, 0, i)[0]! % n;
const many = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
const pick = (words: string, stream: number, i: number) => words.split(' ')[draw(stream, i, words.split(' ').length)]!;

function written(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  const text = lines.join('\n') + '\n';
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const good = 'good great fine lovely';
const poor = 'bad awful dull poor';
/** A review and whether it is one of praise: a network learns it in a few steps. */
const review = (i: number) => `the ${pick('film book play', 1, i)} was ${pick(i % 2 ? good : poor, 2, i)}`;
const reviews = (label: (i: number) => string | number) => many(120, (i) => `${review(i)},${label(i)}`);

const small = ['--hidden', '16', '--batch', '8', '--device', 'reference', '--seed', '1'];
const embedded = [...small, '--embedding', '12', '--lr', '0.02'];

interface Answer {
  readonly [field: string]: unknown;
}

interface Case {
  readonly task: string;
  /** Writes what it is trained on, and says with which arguments. */
  readonly data: () => readonly string[];
  readonly train: readonly string[];
  readonly ask: () => readonly string[];
  /** Figures of the test. */
  readonly figures: readonly string[];
  readonly answer: (answer: Answer) => void;
}

const classesOf = (answer: Answer) => answer['classes'] as { label: string; probability: number }[];

const cases: readonly Case[] = [
  {
    task: 'classification',
    data: () => [written('sentiment.csv', ['text,label', ...reviews((i) => (i % 2 ? 'praise' : 'blame'))])],
    train: [...embedded, '--max-steps', '30', '--class-weights', 'balanced'],
    ask: () => ['--input', 'the play was awful'],
    figures: ['accuracy', 'macroF1'],
    answer(answer) {
      expect(answer).toMatchObject({ input: 'the play was awful', kind: 'class', read: { unknown: [] } });
      expect(classesOf(answer).map(({ label }) => label)).toEqual(['blame', 'praise']);
      expect(classesOf(answer).reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
    },
  },
  {
    task: 'binary',
    data: () => [
      written('spam.tsv', [
        'text\tlabel',
        ...reviews((i) => (i % 2 ? 'praise' : 'blame')).map((row) => row.replace(',', '\t')),
      ]),
    ],
    train: [...embedded, '--max-steps', '30', '--positive', 'praise'],
    ask: () => ['--input', 'the film was lovely'],
    figures: ['accuracy', 'f1', 'precision', 'recall'],
    answer: (answer) => expect(answer).toMatchObject({ kind: 'yes-or-no', yes: true }),
  },
  {
    task: 'regression',
    data: () => [written('stars.csv', ['stars,review', ...many(120, (i) => `${i % 2 ? 5 : 1},${review(i)}`)])],
    train: [...embedded, '--max-steps', '40'],
    ask: () => ['--input', 'the book was great'],
    figures: ['rmse', 'mae', 'r2'],
    answer(answer) {
      expect(answer['kind']).toBe('value');
      expect(answer['value']).toBeGreaterThan(3.5);
    },
  },
  {
    task: 'multilabel',
    data: () => [
      written(
        'topics.jsonl',
        many(120, (i) =>
          JSON.stringify({
            text: review(i),
            label: [i % 2 ? 'praise' : 'blame', /film|play|book/.exec(review(i))![0]],
          }),
        ),
      ),
    ],
    train: [...embedded, '--max-steps', '60'],
    ask: () => ['--input', 'the film was dull'],
    figures: ['microF1', 'macroF1', 'exactMatch'],
    answer(answer) {
      const labels = answer['labels'] as { label: string; chosen: boolean; probability: number }[];
      expect(labels.map(({ label }) => label).sort()).toEqual(['blame', 'book', 'film', 'play', 'praise']);
      expect(labels.every(({ chosen, probability }) => chosen === probability > 0.5)).toBe(true);
    },
  },
  {
    task: 'tagging',
    data: () => [
      written(
        'tags.conll',
        many(
          60,
          (i) =>
            review(i)
              .split(' ')
              .map((word) => `${word}\t${word === 'the' ? 'DET' : word === 'was' ? 'VERB' : 'OTHER'}`)
              .join('\n') + '\n',
        ),
      ),
    ],
    train: [...embedded, '--max-steps', '25', '--min-frequency', '1'],
    ask: () => ['--input', 'the film was unheard-of'],
    figures: ['tokenAccuracy', 'sentenceAccuracy', 'macroF1'],
    answer(answer) {
      const tokens = answer['tokens'] as { token: string; known: boolean; tags: string[] }[];
      expect(tokens.map(({ token, known }) => [token, known])).toEqual([
        ['the', true],
        ['film', true],
        ['was', true],
        ['unheard-of', false],
      ]);
      expect(tokens.slice(0, 3).map(({ tags }) => tags)).toEqual([['DET'], ['OTHER'], ['VERB']]);
    },
  },
  {
    task: 'translation',
    data() {
      const words = many(150, (i) => many(1 + draw(3, i, 3), (k) => pick('a b c', 4, 10 * i + k)).join(' '));
      const target = written(
        'target.gz',
        words.map((line) => line.toUpperCase()),
      );
      return [written('source.gz', words), '--target-file', target];
    },
    train: [...embedded, '--max-steps', '30', '--scheduled-sampling', '0.2', '--min-frequency', '1', '--no-lowercase'],
    ask: () => ['--input', 'a b', '--beam', '3', '--best', '2', '--max-length', '6'],
    // BLEU only if one of the answers has four tokens.
    figures: ['exactMatch', 'tokenAccuracy'],
    answer(answer) {
      const translations = answer['translations'] as {
        text: string;
        score: number;
        tokens: string[];
        attention: number[][];
      }[];
      expect(translations).toHaveLength(2);
      expect(translations[0]!.score).toBeGreaterThanOrEqual(translations[1]!.score);
      for (const { text, tokens, attention } of translations) {
        expect(text).toMatch(/^[ABC ]*$/);
        expect(attention.map((row) => row.length)).toEqual(tokens.map(() => 2));
      }
    },
  },
  {
    task: 'conditional-generation',
    data() {
      const path = join(folder, 'names');
      mkdirSync(path);
      writeFileSync(join(path, 'low.txt'), many(60, (i) => pick('abba baab abab', 5, i)).join('\n'));
      writeFileSync(join(path, 'high.txt'), many(60, (i) => pick('yzzy zyyz zzyy', 6, i)).join('\n'));
      return [path];
    },
    train: [...embedded, '--max-steps', '30', '--label-embedding', '6'],
    ask: () => [
      '--label',
      'high',
      '--count',
      '3',
      '--length',
      '9',
      '--temperature',
      '0.5',
      '--top-k',
      '3',
      '--seed',
      '7',
    ],
    figures: ['tokenAccuracy'],
    answer(answer) {
      expect(answer).toMatchObject({ kind: 'generated', label: 'high', seed: 7 });
      const samples = answer['samples'] as { text: string }[];
      expect(samples).toHaveLength(3);
      for (const { text } of samples) expect(text.length).toBeLessThanOrEqual(9);
    },
  },
  {
    task: 'forecasting',
    data: () => [
      written('wave.csv', ['t,up,down', ...many(200, (i) => `${i},${Math.sin(i / 4)},${-Math.sin(i / 4)}`)]),
    ],
    train: [...small, '--lr', '0.02', '--max-steps', '30', '--window', '8', '--horizon', '3'],
    ask: () => ['--file', written('now.csv', ['down,t,up', ...many(9, (i) => `${-i},7,${i}`)])],
    figures: ['rmse', 'mae', 'r2', 'rmseToNaive'],
    answer(answer) {
      expect(answer).toMatchObject({ kind: 'forecast', columns: ['up', 'down'] });
      expect((answer['steps'] as number[][]).map((step) => step.length)).toEqual([2, 2, 2]);
    },
  },
  {
    task: 'standard',
    data: () => [
      written('petals.csv', [
        'width,length,kind',
        ...many(90, (i) => `${(i % 3) + draw(7, i, 10) / 20},${draw(8, i, 9) / 9},${'abc'[i % 3]}`),
      ]),
    ],
    train: [...small, '--lr', '0.02', '--max-steps', '60'],
    ask: () => ['--input', '0.2,0.5; 2.2,0.5'],
    figures: ['accuracy', 'macroF1'],
    answer(answer) {
      expect(answer['kind']).toBe('row-classes');
      expect((answer['rows'] as { label: string }[][]).map(([best]) => best!.label)).toEqual(['a', 'c']);
    },
  },
  {
    task: 'language-model',
    data: () => [written('words.txt', many(300, review))],
    train: [...small, '--steps', '8', '--max-steps', '5'],
    ask: () => ['--input', 'the'],
    figures: [],
    answer: () => expect.unreachable('a language model generates'),
  },
];

test.concurrent.each(cases)('$task: train, look, ask', async ({ task, data, train, ask, figures, answer }) => {
  const at = ['--workspace', join(folder, `workspace-${task}`)];
  const trained = await unroll('train', ...data(), '--task', task, ...train, '--json', ...at);
  expect(trained, trained.stderr).toMatchObject({ code: 0 });
  const events = jsonLines(trained);
  const ofTokens = ['language-model', 'translation', 'conditional-generation'].includes(task);
  if (task !== 'language-model') expect(events[0]).toMatchObject({ event: 'data', problems: [] });
  const evaluation = events.find(({ event, split }) => event === 'eval' && split === 'test')!;
  expect(Object.keys(evaluation['figures'] as object).filter((name) => name !== 'bleu')).toEqual(figures);
  expect('perplexity' in evaluation).toBe(ofTokens);
  if (figures.length > 0) expect(evaluation['metrics']).toHaveProperty('kind');
  const done = events.at(-1)!;
  expect(done).toMatchObject({ event: 'done', best: { loss: expect.any(Number) }, test: { loss: evaluation['loss'] } });

  const asked = await unroll('predict', 'latest', ...ask(), '--json', ...at);
  if (task === 'language-model') {
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain('unroll generate latest --prompt');
    return;
  }
  expect(asked, asked.stderr).toMatchObject({ code: 0 });
  const lines = jsonLines(asked);
  expect(lines).toHaveLength(1);
  answer(lines[0]!);
  const shown = await unroll('show', 'latest', ...at);
  expect(shown.code).toBe(0);
  expect(shown.stdout).not.toMatch(/NaN|undefined|\[object/);
  expect(shown.stdout).toContain(task);
});

describe('a run of another task than language models', () => {
  let at: string[];
  let file: string;
  const train = (...more: string[]) => ['train', file, '--task', 'classification', ...embedded, ...more, ...at];

  beforeAll(async () => {
    at = ['--workspace', join(folder, 'workspace-more')];
    file = written('more.csv', ['text,label', ...reviews((i) => (i % 2 ? 'praise' : 'blame'))]);
    expect(await unroll(...train('--max-steps', '4', '--name', 'first'))).toMatchObject({ code: 0 });
    expect(await unroll(...train('--max-steps', '8', '--pooling', 'mean', '--name', 'second'))).toMatchObject({
      code: 0,
    });
  });
  afterEach(endAll);

  test('is listed, compared and found by its name', async () => {
    const runs = jsonLines(await unroll('runs', '--json', ...at));
    expect(runs.map(({ task }) => task)).toEqual(['classification', 'classification']);
    const compared = jsonLines(await unroll('compare', 'first', 'second', '--json', ...at));
    expect(compared.map(({ differs }) => differs)).toEqual([
      { 'architecture.pooling': 'max', 'training.maxSteps': 4 },
      { 'architecture.pooling': 'mean', 'training.maxSteps': 8 },
    ]);
    const { stdout } = await unroll('compare', 'first', 'second', ...at);
    expect(stdout).toMatch(/^best accuracy .*%.*%/m);
    expect(stdout).not.toContain('perplexity');
  });

  test('answers every line of a file or of what is piped in, and says which one it cannot', async () => {
    const lines = written('lines.txt', ['the play was good', '', 'the book was dull']);
    const outcome = await unroll('predict', 'second', '--file', lines, '--json', ...at);
    expect(jsonLines(outcome).map(({ input }) => input)).toEqual(['the play was good', 'the book was dull']);
    expect(outcome.stderr).toBe('1 empty line was passed over.\n');
    const piped = start(['predict', 'second', '--json', ...at], {}, readFileSync(lines, 'utf8'));
    expect((await piped.ended).stdout).toBe(outcome.stdout);
  });

  test('refuses a file that is not UTF-8', async () => {
    const path = written('latin-1.txt', []);
    writeFileSync(path, Buffer.from('caf\u00e9\n', 'latin1'));
    const { code, stdout, stderr } = await unroll('predict', 'first', '--file', path, ...at);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('is not text in UTF-8');
  });

  test.each([
    [['--label', 'praise'], '--label is for conditional generation'],
    [['--input', 'x', '--beam', '3'], '--beam is for translation'],
    [['--input', 'x', '--file', 'y'], 'give one of them'],
    [['--file', '/does/not/exist'], 'cannot be read'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await unroll('predict', 'first', ...args, ...at);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('does not generate', async () => {
    const { code, stderr } = await unroll('generate', 'first', ...at);
    expect(code).toBe(2);
    expect(stderr).toContain('classification');
  });

  test('is exported under PyTorch’s names, with its labels', async () => {
    const out = join(folder, 'more.safetensors');
    expect(await unroll('export', 'first', '--out', out, ...at)).toMatchObject({ code: 0 });
    const bytes = readFileSync(out);
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0)))) as {
      __metadata__: { codec: string };
      'rnn.weight_ih_l0_reverse': { shape: number[] };
    };
    expect(header['rnn.weight_ih_l0_reverse'].shape).toEqual([64, 12]);
    expect(JSON.parse(header.__metadata__.codec)).toMatchObject({ labels: ['blame', 'praise'] });
  });

  test('stops at Ctrl-C and goes on from there', async () => {
    const running = start(train('--max-steps', '100000', '--epochs', '100000', '--early-stopping', '0', '--json'));
    await running.printed(/"step":20,/);
    running.process.kill('SIGINT');
    const events = jsonLines(await running.ended);
    expect(events.at(-1)).toMatchObject({ event: 'done', status: 'stopped' });
    const last = events.findLast(({ event }) => event === 'step')!['step'] as number;
    const resumed = start(['resume', 'latest', '--json', ...at]);
    await resumed.printed(new RegExp(`"step":${last + 3},`));
    resumed.process.kill('SIGINT');
    const steps = jsonLines(await resumed.ended).filter(({ event }) => event === 'step');
    expect(steps[0]!['step']).toBe(last + 1);
  });

  test('is not begun with bad data unless they are to be left out', async () => {
    const bad = written('bad.csv', [
      'text,label',
      ...reviews((i) => (i % 2 ? 'praise' : 'blame')),
      'no label,',
      'a,b,c',
    ]);
    const command = ['train', bad, '--task', 'classification', ...embedded, '--max-steps', '1', ...at];
    const refused = await unroll(...command);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /has 2 rows that cannot be used:\n {2}Line 122: .*\n {2}Line 123: .*\n.*--skip-bad-rows/,
    );
    const skipped = await unroll(...command, '--skip-bad-rows', '--json');
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toContain('Line 123: ');
    expect(jsonLines(skipped)[0]).toMatchObject({ event: 'data', rows: 122, usable: 120 });
  });
});
