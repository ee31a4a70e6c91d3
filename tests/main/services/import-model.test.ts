import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/api/types.ts';
import { readSafetensors, writeSafetensors, type SafetensorsEntry } from '../../../src/engine/export/safetensors.ts';
import { dataSchema } from '../../../src/engine/data/config.ts';
import { architectureDefaults } from '../../../src/engine/model/spec.ts';
import { decodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { workspaceAt } from '../../../src/main/store/workspace.ts';
import { normals } from '../../engine/numbers.ts';
import { temporaryFolder } from '../temporary.ts';
import { configFor, type ConfigChanges } from './app-options.ts';
import { importText, openTestApp, textOf, Watcher, workspaceWithText, type TestApp } from './harness.ts';

const answers = { task: null, activation: null, gateOrder: null, labels: null };

/** A GRU of characters as a program with PyTorch saves it. */
function gruFile(folder: string, vocabulary: number, name = 'model.safetensors'): string {
  const H = 4;
  let seed = 0;
  const entry = (...shape: number[]): SafetensorsEntry => ({
    shape,
    data: Float32Array.from(
      normals(
        ++seed,
        shape.reduce((a, b) => a * b),
      ),
    ),
  });
  const tensors = new Map([
    ['encoder.weight', entry(vocabulary, H)],
    ['rnn.weight_ih_l0', entry(3 * H, H)],
    ['rnn.weight_hh_l0', entry(3 * H, H)],
    ['rnn.bias_ih_l0', entry(3 * H)],
    ['rnn.bias_hh_l0', entry(3 * H)],
    ['decoder.weight', entry(vocabulary, H)],
    ['decoder.bias', entry(vocabulary)],
  ]);
  const path = join(folder, name);
  writeFileSync(path, writeSafetensors({ tensors, metadata: { format: 'pt' } }));
  return path;
}

async function textOfRun(app: TestApp, id: string): Promise<string> {
  const options = { prompt: 'the ', length: 40, temperature: 0.8, topK: null, topP: null, seed: 7 };
  let text = '';
  for await (const event of await app.services.generate.start(id, options))
    if (event.type === 'text') text += event.text;
  return text;
}

describe('a model of another program', () => {
  test('is looked at, then taken in as a finished run that can be used', async () => {
    const app = await openTestApp({ engine: 'real' });
    const letters = [...new Set(textOf(1_000))].sort();
    const path = gruFile(temporaryFolder(), letters.length);
    const source = { type: 'path', path } as const;

    const found = await app.services.importModel.look({ source });
    expect(found).toMatchObject({
      ...{ fileName: 'model.safetensors', kind: 'network', cell: 'gru', hidden: 4, firstTokens: null },
      asks: { vocabulary: true, activation: false },
    });
    await expect(app.services.importModel.take({ source, answers })).rejects.toThrow(
      /which tokens its 16 rows stand for/,
    );
    expect(readdirSync(workspaceAt(app.folder).runs)).toEqual([]);
    expect(app.services.runs.list()).toEqual([]);

    const vocabulary = { from: 'corpus', corpus: app.corpus.id, way: 'sorted-characters' } as const;
    expect((await app.services.importModel.look({ source, vocabulary })).asks.vocabulary).toBe(false);
    const run = await app.services.importModel.take({ source, vocabulary, answers });
    expect(run).toMatchObject({
      ...{ name: 'model', status: 'finished', step: 0, vocabularySize: 17, corpusName: 'model.safetensors' },
      imported: { file: 'model.safetensors' },
    });
    expect(await textOfRun(app, run.id)).toMatch(/^[a-z ]{40}$/);
  });

  test('a vocabulary beside the file is found where it fits, and not spoken of where it does not', async () => {
    const app = await openTestApp({ engine: 'real' });
    const folder = temporaryFolder();
    const path = gruFile(folder, 3);
    writeFileSync(join(folder, 'vocab.json'), JSON.stringify({ a: 0, b: 1, c: 2 }));
    const source = { type: 'path', path } as const;
    expect(await app.services.importModel.look({ source })).toMatchObject({
      ...{ vocabularyBeside: 'vocab.json', firstTokens: ['a', 'b', 'c'] },
    });
    writeFileSync(join(folder, 'vocab.json'), JSON.stringify({ a: 0, b: 1, c: 2, d: 3 }));
    expect(await app.services.importModel.look({ source })).toMatchObject({
      vocabularyBeside: null,
      firstTokens: null,
    });
    const file = { from: 'file', source: { type: 'path', path: join(folder, 'vocab.json') } } as const;
    await expect(app.services.importModel.look({ source, vocabulary: file })).rejects.toThrow(
      'The vocabulary has 4 tokens and the model 3: it is not the one that the model was trained with.',
    );
    await expect(app.services.importModel.look({ source: { type: 'path', path: folder } })).rejects.toThrow(
      /is no file/,
    );
  });
});

describe('a run that begins with what another has learnt', () => {
  test('goes on from its parameters, with its vocabulary, on another text', async () => {
    const app = await openTestApp({ engine: 'real' });
    const letters = [...new Set(textOf(1_000))].sort();
    const path = gruFile(temporaryFolder(), letters.length);
    const vocabulary = { from: 'corpus', corpus: app.corpus.id, way: 'sorted-characters' } as const;
    const model = await app.services.importModel.take({ source: { type: 'path', path }, vocabulary, answers });
    const other = await importText(app, 'a lazy dog and a crazy fox! '.repeat(40), 'another text');
    const config = {
      ...configFor(other, { device: 'reference', training: { maxSteps: 6, evalEvery: 2 } }),
      architecture: model.config.architecture,
      start: { run: model.id, vocabulary: null },
    };
    const watcher = new Watcher(app);
    const { id } = await app.services.runs.create({ config, name: null, tags: [] });
    const run = await watcher.status(id, 'finished');
    expect(run).toMatchObject({ step: 6, vocabularySize: model.vocabularySize, config: { start: { run: model.id } } });
    // The exclamation mark is not in that vocabulary.
    expect(run.unknownRate).toBeGreaterThan(0);

    // With a step too small to be felt it still is that model.
    const still = { ...config, training: { ...config.training, maxSteps: 1, learningRate: 1e-12 } };
    const same = await app.services.runs.create({ config: still, name: null, tags: [] });
    await watcher.status(same.id, 'finished');
    expect(await textOfRun(app, same.id)).toBe(await textOfRun(app, model.id));

    const wider = { ...config, architecture: { ...config.architecture, hidden: 9 } };
    await expect(app.services.runs.create({ config: wider, name: null, tags: [] })).rejects.toThrow(
      /as it is; hidden is different/,
    );
  });
});

/** The parameters, the optimiser's memory and the state that is carried: everything that training goes on from. */
function tensorsOf(app: TestApp, id: string): Map<string, number[]> {
  const folder = join(workspaceAt(app.folder).runs, id);
  const last = readdirSync(folder).sort().at(-1)!;
  const { tensors } = decodeCheckpoint(readFileSync(join(folder, last)));
  return new Map([...tensors].map(([name, { data }]) => [name, Array.from(data)]));
}

const reviews = Array.from({ length: 60 }, (_, i) =>
  i % 2 ? `a fine film number ${i},good` : `a bad film number ${i},bad`,
);
const table = ['text,label', ...reviews].join('\n');

const network = { cell: 'gru', layers: 1, hidden: 6, embedding: 5, dropout: 0, tie: false } as const;

const cases: Readonly<Record<string, { readonly text: string; readonly changes: ConfigChanges }>> = {
  'a language model': { text: textOf(1_000), changes: {} },
  'a classifier': {
    text: table,
    changes: {
      architecture: { ...architectureDefaults, ...network, task: 'classification', pooling: 'mean' },
      data: dataSchema.parse({ kind: 'table' }),
    },
  },
};

describe('export, import and on with training is as if it had never left', () => {
  test.each(Object.entries(cases))('%s, bit for bit', { timeout: 120_000 }, async (_what, { text, changes }) => {
    const here = await openTestApp({ engine: 'real' });
    const corpus = await importText(here, text, 'the data');
    const config = configFor(corpus, {
      ...{ ...changes, split: { valid: 0, test: 0 }, device: 'native', training: { maxSteps: 12 } },
    });
    const watcher = new Watcher(here);
    const whole = await here.services.runs.create({ config, name: 'whole', tags: [] });
    await watcher.status(whole.id, 'finished');
    const half = await leftAt(here, config, 7);
    const path = join(temporaryFolder(), 'half.zip');
    await here.services.export.export({ ids: [half.id], format: 'safetensors', path });

    const there = await openTestApp({ engine: 'real', folder: workspaceWithText(500) });
    await importText(there, text, 'the same data');
    const taken = await there.services.importModel.take({ source: { type: 'path', path }, answers });
    expect(taken).toMatchObject({ status: 'stopped', step: 7, name: 'half', corpusName: 'the data' });
    const thereWatcher = new Watcher(there);
    await there.services.runs.resume(taken.id);
    const finished = await thereWatcher.status(taken.id, 'finished');
    expect(finished.step).toBe(12);
    expect(tensorsOf(there, taken.id)).toEqual(tensorsOf(here, whole.id));
  });
});

/** A run that ended after some steps of those that `config` wants, with a checkpoint as if it had been stopped there. */
async function leftAt(app: TestApp, config: ReturnType<typeof configFor>, step: number): Promise<Run> {
  const watcher = new Watcher(app);
  const short = { ...config, training: { ...config.training, maxSteps: step } };
  const { id } = await app.services.runs.create({ config: short, name: 'half', tags: [] });
  await watcher.status(id, 'finished');
  const folder = join(workspaceAt(app.folder).runs, id);
  const [file] = readdirSync(folder);
  // As a run that was to go on writes it.
  const { tensors, metadata } = readSafetensors(readFileSync(join(folder, file!)));
  const state = JSON.parse(metadata['unroll']!) as { config: { training: { maxSteps: number } } };
  state.config.training.maxSteps = config.training.maxSteps!;
  writeFileSync(
    join(folder, file!),
    writeSafetensors({ tensors, metadata: { ...metadata, unroll: JSON.stringify(state) } }),
  );
  return app.services.runs.show(id);
}
