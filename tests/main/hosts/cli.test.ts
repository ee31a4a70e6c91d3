/** The command line as real processes on a real workspace. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { philox } from '../../../src/engine/random.ts';
import { endAll, jsonLines, type Outcome, start, unroll } from './cli/unroll.ts';

// Each process loads the whole program, most of them also an engine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let workspace: string;
let text: string;

const words = 'the cat sat on a mat and the dog ran to the red house by the sea'.split(' ');
const small = ['--hidden', '12', '--layers', '1', '--batch', '4', '--steps', '8', '--device', 'reference'];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unroll-cli-'));
  workspace = join(folder, 'workspace');
  text = join(folder, 'words.txt');
  const word = (i: number) => words[philox(1, 0, 0, i)[0]! % words.length]!;
  writeFileSync(text, Array.from({ length: 1500 }, (_, i) => word(i)).join(' ') + '\n');
});

afterEach(endAll);
afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));

const at = (...args: string[]) => unroll(...args, '--workspace', workspace);
const train = (...args: string[]) => at('train', text, ...small, ...args);

describe('usage', () => {
  test('help and version come on stdout and end well', async () => {
    const help = await unroll('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of [
      'train',
      'resume',
      'runs',
      'show',
      'compare',
      'generate',
      'predict',
      'export',
      'script',
      'delete',
      'devices',
      'serve',
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(await unroll('train', '--help')).toMatchObject({ code: 0, stderr: '' });
    expect((await unroll('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[], 'Usage'],
    [['tarin'], 'unknown command'],
    [['train', 'a.txt', '--layers', 'two'], 'must be a number'],
    [['train', 'a.txt', '--layers', '0'], '--layers 0: it must be at least 1.'],
    [['compare', 'one'], "missing required argument 'runs'"],
    [['conformance', '/does/not/exist'], 'cannot be read'],
  ])('%j ends with 2, a sentence on stderr and nothing on stdout', async (args, message) => {
    const { code, stdout, stderr } = await unroll(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('what cannot be imported ends with 2 and says why', async () => {
    for (const [file, message] of [
      [join(folder, 'missing.txt'), 'There is no file'],
      [folder, 'A folder of files named by class needs two classes'],
    ] as const) {
      const { code, stdout, stderr } = await at('train', file, '--json');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  test('a text too short for the batch ends with 2 and the numbers', async () => {
    const { code, stderr } = await at('train', text, '--batch', '500');
    expect(code).toBe(2);
    expect(stderr).toMatch(/one batch of 500\D+50\D+25,001/);
  });

  test('looking where nothing is makes nothing', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(await unroll('runs', '--json', '--workspace', nowhere)).toMatchObject({ code: 0, stdout: '' });
    expect(await unroll('show', 'x', '--workspace', nowhere)).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('from a text to a model', () => {
  let first: Outcome;
  let id: string;

  beforeAll(async () => {
    first = await train('--max-steps', '30', '--eval-every', '10', '--name', 'first', '--json');
    id = String(jsonLines(first)[0]?.['run']);
  });

  test('train --json prints the events and nothing else', () => {
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const events = jsonLines(first);
    const of = (event: string) => events.filter((candidate) => candidate['event'] === event);
    expect(events[0]).toEqual({
      event: 'start',
      run: expect.any(String),
      parameters: expect.any(Number),
      vocabulary: new Set(words.join('') + ' \n').size,
      device: 'reference',
    });
    expect(of('step').map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    for (const step of of('step')) {
      expect(Object.keys(step)).toEqual([
        'event',
        'step',
        'epoch',
        'loss',
        'perplexity',
        'grad_norm',
        'lr',
        'tokens_per_s',
      ]);
      expect(
        Object.values(step)
          .slice(1)
          .every((value) => Number.isFinite(value)),
      ).toBe(true);
      expect(step['perplexity']).toBeCloseTo(Math.exp(step['loss'] as number), 9);
    }
    expect(of('eval').map(({ split, step }) => [split, step])).toEqual([
      ['valid', 10],
      ['valid', 20],
      ['valid', 30],
      ['test', 30],
    ]);
    const best = of('eval')
      .filter(({ split }) => split === 'valid')
      .sort((a, b) => (a['loss'] as number) - (b['loss'] as number))[0]!;
    const test = of('eval').at(-1)!;
    expect(events.at(-1)).toEqual({
      event: 'done',
      run: id,
      status: 'finished',
      best: { step: best['step'], loss: best['loss'], perplexity: best['perplexity'], figures: {} },
      test: { loss: test['loss'], perplexity: test['perplexity'], figures: {} },
    });
    expect(events).toHaveLength(1 + 30 + 4 + 1);
  });

  test('it learns', () => {
    const losses = jsonLines(first)
      .filter(({ event }) => event === 'step')
      .map(({ loss }) => loss as number);
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1);
  });

  test('the same command gives the same numbers, and the same file is the same corpus', async () => {
    const again = await train('--max-steps', '30', '--eval-every', '10', '--json');
    const numbers = (outcome: Outcome) =>
      jsonLines(outcome)
        .filter(({ event }) => event === 'step')
        .map(({ loss, grad_norm }) => [loss, grad_norm]);
    expect(numbers(again)).toEqual(numbers(first));
    const shown = async (run: unknown) => jsonLines(await at('show', String(run), '--json'))[0]!;
    const [one, two] = await Promise.all([shown(id), shown(jsonLines(again)[0]!['run'])]);
    expect((two['config'] as { corpus: string }).corpus).toBe((one['config'] as { corpus: string }).corpus);
    expect(one['corpus_sha256']).toBe(createHash('sha256').update(readFileSync(text)).digest('hex'));
  });

  test('runs, show and compare tell about it, by the beginning of its id too', async () => {
    const runs = jsonLines(await at('runs', '--json'));
    expect(runs.find(({ run }) => run === id)).toMatchObject({
      name: 'first',
      status: 'finished',
      step: 30,
      cell: 'lstm',
    });
    const [shown] = jsonLines(await at('show', id.slice(0, 12), '--json'));
    expect(shown).toMatchObject({ run: id, corpus: 'words', config: { training: { maxSteps: 30 } } });
    expect((shown!['curve'] as { step: number[] }).step).toHaveLength(30);
    const other = String(jsonLines(await train('--cell', 'gru', '--max-steps', '5', '--json'))[0]!['run']);
    const compared = jsonLines(await at('compare', id, other, '--json'));
    expect(compared.map(({ run, differs }) => [run, differs])).toEqual([
      [id, { 'architecture.cell': 'lstm', 'training.maxSteps': 30, 'training.evalEvery': 10 }],
      [other, { 'architecture.cell': 'gru', 'training.maxSteps': 5, 'training.evalEvery': null }],
    ]);
    for (const { code, stdout, stderr } of await Promise.all([at('runs'), at('show', id), at('compare', id, other)])) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('first');
      expect(stdout).not.toContain('NaN');
    }
  });

  test('a run that is not there is not found, in one sentence', async () => {
    const { code, stdout, stderr } = await at('show', 'zzz', '--json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('There is no run "zzz" in this workspace. "unroll runs" lists them.\n');
  });

  test('generate writes the same text for the same seed and says what it does not know', async () => {
    const write = (...args: string[]) => at('generate', id, '--length', '40', '--seed', '7', ...args);
    const [once, again, other, unknown] = await Promise.all([
      write('--prompt', 'the '),
      write('--prompt', 'the '),
      write('--prompt', 'the ', '--seed', '8'),
      write('--prompt', 'the ☃', '--json'),
    ]);
    expect(once.code).toBe(0);
    expect(once.stdout.startsWith('the ')).toBe(true);
    expect(Array.from(once.stdout.slice(4).trimEnd()).length).toBeGreaterThan(20);
    expect(again.stdout).toBe(once.stdout);
    expect(other.stdout).not.toBe(once.stdout);
    expect(unknown.stderr).toContain('"☃"');
    const events = jsonLines(unknown);
    expect(events).toContainEqual({ event: 'unknown', characters: ['☃'] });
    expect(events.at(-1)).toMatchObject({ event: 'done', run: id, seed: 7 });
    const { code, stderr } = await write('--top-p', '2');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '--top-p 2: it must be at most 1.\n' });
  });

  test('export writes a safetensors file with PyTorch’s names', async () => {
    const out = join(folder, 'model.safetensors');
    const [event] = jsonLines(await at('export', id, '--format', 'safetensors', '--out', out, '--json'));
    const file = readFileSync(out);
    expect(event).toEqual({ event: 'exported', run: id, format: 'safetensors', path: out, bytes: file.length });
    const header = JSON.parse(file.toString('utf8', 8, 8 + Number(file.readBigUInt64LE(0)))) as Record<string, unknown>;
    expect(Object.keys(header).join(' ')).toContain('weight_ih_l0');
    expect(await at('export', id, '--out', join(folder, 'no', 'such', 'folder'))).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('export writes a folder, an archive, and what was measured', async () => {
    const out = join(folder, 'model');
    expect(await at('export', id, '--out', out)).toMatchObject({ code: 0 });
    expect(readdirSync(out).sort()).toEqual([
      ...['README.md', 'config.json', 'model.py', 'model.safetensors', 'tokenizer.json', 'training.safetensors'],
    ]);
    expect(await at('export', id, '--out', `${out}.zip`)).toMatchObject({ code: 0 });
    expect(readFileSync(`${out}.zip`).toString('latin1', 0, 2)).toBe('PK');
    expect(await at('export', id, '--format', 'metrics-csv', '--out', `${out}.csv`)).toMatchObject({ code: 0 });
    expect(readFileSync(`${out}.csv`, 'utf8')).toMatch(/^run,split,step,epoch,loss,/);
    expect((await at('export', id, '--format', 'gif', '--out', out)).stderr).toContain('metrics-csv');
  });

  test('script prints the command that trains it again, and a program', async () => {
    const { stdout } = await at('script', id);
    expect(stdout).toContain(`unroll train ${text} `);
    expect(await at('script', id, '--as', 'pytorch', '--out', join(folder, 'train.py'))).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'train.py'), 'utf8')).toContain('class Network(nn.Module):');
    expect(await at('script', id, '--out', join(folder, 'no', 'such', 'file'))).toMatchObject({ code: 2, stdout: '' });
  });

  test('delete takes it away', async () => {
    const run = String(jsonLines(await train('--max-steps', '2', '--json'))[0]!['run']);
    expect(jsonLines(await at('delete', run, '--json'))).toEqual([{ event: 'deleted', run }]);
    expect(await at('show', run)).toMatchObject({ code: 2 });
    expect((await at('runs')).stdout).not.toContain(run.slice(0, 8));
  });
});

describe('interrupting', () => {
  test('Ctrl-C stops the run with a checkpoint; resume goes on from it', async () => {
    const running = start(['train', text, ...small, '--max-steps', '100000', '--json', '--workspace', workspace]);
    await running.printed(/"step":20,/);
    running.process.kill('SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(0);
    const events = jsonLines(outcome);
    expect(events.at(-1)).toMatchObject({ event: 'done', status: 'stopped' });
    const lastStep = events.filter(({ event }) => event === 'step').at(-1)!['step'] as number;
    const id = String(events[0]!['run']);
    const [stopped] = jsonLines(await at('show', id, '--json'));
    expect(stopped).toMatchObject({ status: 'stopped', step: lastStep, checkpoint_step: lastStep });

    const resumed = start(['resume', id, '--json', '--workspace', workspace]);
    await resumed.printed(new RegExp(`"step":${lastStep + 5},`));
    resumed.process.kill('SIGINT');
    const steps = jsonLines(await resumed.ended).filter(({ event }) => event === 'step');
    expect(steps[0]!['step']).toBe(lastStep + 1);
  });

  test('a killed run is interrupted, and can be resumed', async () => {
    const running = start([
      'train',
      text,
      ...small,
      '--max-steps',
      '100000',
      '--eval-every',
      '10',
      '--json',
      '--workspace',
      workspace,
    ]);
    await running.printed(/"eval","step":20,/);
    running.process.kill('SIGKILL');
    const { signal, stdout } = await running.ended;
    expect(signal).toBe('SIGKILL');
    const id = (JSON.parse(stdout.split('\n')[0]!) as { run: string }).run;
    // The next writer finds what the last one left.
    await train('--max-steps', '1', '--json');
    const [shown] = jsonLines(await at('show', id, '--json'));
    expect(shown).toMatchObject({ status: 'interrupted' });
    expect(shown!['checkpoint_step']).toBeGreaterThanOrEqual(10);
    const resumed = start(['resume', id, '--json', '--workspace', workspace]);
    await resumed.printed(/"event":"step"/);
    resumed.process.kill('SIGINT');
    expect((await resumed.ended).code).toBe(0);
  });

  test('while one Unroll trains another may look but not write, and is told who does', async () => {
    const running = start(['train', text, ...small, '--max-steps', '100000', '--json', '--workspace', workspace]);
    await running.printed(/"event":"step"/);
    expect(await at('runs', '--json')).toMatchObject({ code: 0, stderr: '' });
    const second = await train('--max-steps', '1', '--json');
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`in use by another Unroll (process ${running.process.pid})`);
    running.process.kill('SIGINT');
    await running.ended;
  });
});

test('devices lists the reference device and one that auto takes', async () => {
  const devices = jsonLines(await unroll('devices', '--json'));
  expect(devices).toContainEqual(expect.objectContaining({ name: 'reference', available: true, precision: 'float64' }));
  expect(devices.filter(({ preferred }) => preferred)).toHaveLength(1);
  const { code, stderr } = await train('--device', 'abacus', '--max-steps', '1');
  expect(code).toBe(2);
  expect(stderr).toContain('abacus');
});
