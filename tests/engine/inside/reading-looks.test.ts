/** The pictures that a network reads for: neurons, their matches, predictions and confusions, of networks that were trained a little. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { openDataset } from '../../../src/engine/data/dataset.ts';
import { prepareDataset } from '../../../src/engine/data/prepare.ts';
import { cellStep } from '../../../src/engine/inside/cell-step.ts';
import { confusion } from '../../../src/engine/inside/confusion.ts';
import type { NeuronMatchesLook, NeuronsLook } from '../../../src/engine/inside/looks/neurons.ts';
import type { LookSource } from '../../../src/engine/inside/looks/source.ts';
import { neuronMatches } from '../../../src/engine/inside/neuron-matches.ts';
import { neurons } from '../../../src/engine/inside/neurons.ts';
import { OpenedCheckpoint } from '../../../src/engine/inside/opened.ts';
import { predictions } from '../../../src/engine/inside/predictions.ts';
import { JobControl, StoppedError } from '../../../src/engine/jobs/control.ts';
import { Devices, type DeviceLoader } from '../../../src/engine/kernels/devices.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { logSoftmax, softmax } from '../../../src/engine/metrics/outputs.ts';
import { LanguageModel } from '../../../src/engine/model/language-model.ts';
import type { TrainingData } from '../../../src/engine/protocol.ts';
import { encodeCheckpoint, type Checkpoint } from '../../../src/engine/training/checkpoint.ts';
import { runConfigSchema } from '../../../src/engine/training/config.ts';
import { ExampleLearner } from '../../../src/engine/training/example-learner.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { cellOf } from '../../../src/engine/model/spec.ts';
import { nodeFiles } from '../../../src/main/files.ts';
import { modelSetting } from '../../../src/renderer/screens/inside/equations/steps/model-setting.ts';
import { walk } from '../../../src/renderer/screens/inside/equations/steps/walk.ts';
import { expectClose } from '../../compare.ts';
import { temporaryFolder } from '../../main/temporary.ts';
import { fileOf, requestOf, words } from '../data/files.ts';
import { tinyConfig } from '../training/tiny.ts';

const reference: DeviceLoader = {
  ...{ name: 'reference', precision: 'float64', automatic: 'never' },
  probe: async () => ({ available: true, detail: 'reference' }),
  create: async () => createReferenceKernels(),
};

interface Trained {
  readonly checkpoint: Checkpoint;
  readonly data: TrainingData;
}

async function opened({ checkpoint, data }: Trained, control = new JobControl(() => 0)): Promise<OpenedCheckpoint> {
  const path = join(temporaryFolder(), 'checkpoint');
  writeFileSync(path, encodeCheckpoint(checkpoint));
  return OpenedCheckpoint.open({
    ...{ checkpointPath: path, data, device: 'reference', control, files: nodeFiles() },
    devices: new Devices([reference]),
    progress: () => {},
  });
}

const text = '"The quick brown fox," she said, "jumps over the lazy dog; pack my box with five dozen jugs." '.repeat(9);
const tokenizer = await learnTokenizer(tinyConfig().tokenizer, text);
const ids = tokenizer.encode(text);

async function languageModel(): Promise<Trained> {
  const kernels = createReferenceKernels();
  const config = tinyConfig({ training: { maxSteps: 5 } });
  const tokens = {
    tokenizer,
    charactersPerToken: 1,
    train: tokensInMemory(ids),
    valid: null,
    test: null,
    vectors: null,
  };
  const learner = new TextLearner(kernels, config, tokens);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => 0 });
  while (trainer.finished === null) await trainer.trainStep();
  const path = join(temporaryFolder(), 'tokens');
  writeFileSync(path, new Uint8Array(Uint16Array.from(ids).buffer));
  const part = { path, bytesPerToken: 2, start: 0, length: ids.length } as const;
  const sizes = { vocabularySize: tokenizer.vocabularySize, charactersPerToken: 1 };
  return {
    checkpoint: await trainer.checkpoint(),
    data: { tokenizerPath: '', ...sizes, train: part, valid: part, test: null },
  };
}

const animals = ['cat', 'dog', 'owl', 'elephant', 'bee'];
const lines = (line: (i: number) => string) => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');
const data = {
  tagging: {
    file: `${lines((i) => `the\tDET\n${animals[i % 5]}\tNOUN\n${i % 2 ? 'sings\tVERB\n' : ''}`)}\n`,
    data: { kind: 'tagged' },
  },
  classification: {
    file: `text,label\n${lines((i) => `the ${animals[i % 5]} ${i % 3 ? 'is here' : 'sleeps'},${animals[i % 5]}`)}\n`,
    data: { kind: 'table' },
  },
  'conditional-generation': {
    file: `text,label\n${lines((i) => `the ${animals[i % 5]},${i % 2 ? 'odd' : 'even'}`)}\n`,
    data: { kind: 'table' },
  },
  forecasting: {
    file: `t,wave\n${Array.from({ length: 80 }, (_, i) => `${i},${Math.sin(i / 3).toFixed(4)}`).join('\n')}\n`,
    data: { kind: 'numeric', inputs: ['wave'], window: 6 },
  },
  standard: {
    file: `a,b,c\n${lines((i) => `${(i / 7).toFixed(3)},${i % 4},${i % 4 < 2 ? 'low' : 'high'}`)}\n`,
    data: { kind: 'numeric', layout: 'rows', inputs: ['a', 'b'], targets: ['c'], targetIs: 'class' },
  },
  translation: {
    file: lines((i) => `${animals[i % 5]} ${animals[i % 3]}\t${animals[i % 3]} ${animals[i % 5]} now`),
    data: { kind: 'pairs' },
  },
} as const;

async function exampleModel(task: keyof typeof data, more: object = {}): Promise<Trained> {
  const kernels = createReferenceKernels();
  const fields = { cell: 'gru', layers: 1, hidden: 4, embedding: 3, dropout: 0, tie: false, task, ...more };
  const request = requestOf({ data: data[task].data, architecture: fields, train: fileOf(data[task].file) });
  const summary = await prepareDataset(nodeFiles(), request, () => {}, new AbortController().signal);
  const dataset = await openDataset(nodeFiles(), request.targetDir);
  const { architecture: _, ...usual } = tinyConfig({ training: { maxSteps: 6 } });
  const config = runConfigSchema.parse({ ...usual, data: request.data, tokenizer: words, architecture: fields });
  const learner = new ExampleLearner(kernels, config, dataset);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => 0 });
  while (trainer.finished === null) await trainer.trainStep();
  const checkpoint = await trainer.checkpoint();
  const { sizes } = dataset.codec;
  dataset.close();
  return { checkpoint, data: { directory: request.targetDir, sizes, summary: summary as never } };
}

const exact = { atol: 1e-12, rtol: 1e-12 };
const own: LookSource = { from: 'text', text: '"The lazy fox," she said.' };

describe('neurons', () => {
  const look = (source: LookSource, more: Partial<NeuronsLook> = {}): NeuronsLook => ({
    ...{ picture: 'neurons', source, layer: 1, quantity: 'h' },
    ...more,
  });

  it('are shown over a text of one’s own, with the text that they read', async () => {
    const found = await neurons(await opened(await languageModel()), look(own));
    expect(found.pieces.join('')).toBe(own.from === 'text' ? own.text : '');
    expect(found).toMatchObject({
      step: 5,
      H: 6,
      scale: 1,
      source: { from: 'text', unit: 'tokens', truncated: false },
    });
    expect(found.layers.map(({ layer, H }) => [layer, H])).toEqual([
      [0, 6],
      [1, 6],
    ]);
    expect(found.values.length).toBe(6 * found.pieces.length);
    expect(new Set(found.values).size).toBeGreaterThan(20);
  });

  it('know what stands before a stretch of the data', async () => {
    const trained = await languageModel();
    const at = (start: number) => look({ from: 'data', start, length: 20 });
    const whole = await neurons(await opened(trained), look({ from: 'data', start: 0, length: 300 }));
    const found = await neurons(await opened(trained), at(270));
    expect(found.pieces).toEqual(whole.pieces.slice(270, 290));
    // 256 tokens before it are as good as all 270.
    const same = whole.values.subarray(270 * 6, 290 * 6);
    found.values.forEach((byte, i) => expect(Math.abs(byte - same[i]!)).toBeLessThanOrEqual(1));
    expect((await neurons(await opened(trained), at(ids.length - 5))).pieces.length).toBe(5);
  });

  it('are refused beyond the text, and where the network does not have them', async () => {
    const trained = await languageModel();
    const refused = async (asked: NeuronsLook) => expect(neurons(await opened(trained), asked)).rejects;
    await (await refused(look({ from: 'data', start: 1e6, length: 5 }))).toThrow(/none at 1,000,000/);
    await (await refused(look(own, { layer: 2 }))).toThrow('2 layers');
    await (await refused(look(own, { quantity: 'z' }))).toThrow('has no "z"');
  });

  it('of both directions read an example whole, its gates too', async () => {
    const trained = await exampleModel('tagging', { bidirectional: true });
    const source: LookSource = { from: 'data', start: 1, length: 1 };
    const found = await neurons(await opened(trained), look(source, { layer: 1, quantity: 'r' }));
    expect(found.layers.map(({ direction }) => direction)).toEqual(['forward', 'backward']);
    expect(found.source).toMatchObject({ from: 'valid', unit: 'examples', start: 1 });
    expect(found.pieces.slice(0, 1)).toEqual(['the ']);
    expect(found.values.every((byte) => byte > 128)).toBe(true); // a gate is between 0 and 1
  });

  it('of a decoder stand beside what it reads', async () => {
    const trained = await exampleModel('translation', { attention: 'luong' });
    const source: LookSource = { from: 'data', start: 0, length: 1 };
    const found = await neurons(await opened(trained), look(source, { layer: 1 }));
    expect(found.layers.map(({ part }) => part)).toEqual(['encoder', 'decoder']);
    expect(found.pieces[0]).toBe('<bos> ');
    expect(found.pieces.length * found.H).toBe(found.values.length);
  });

  it('of a network that reads numbers stand beside these', async () => {
    const trained = await exampleModel('forecasting', { input: 'numbers', embedding: 0 });
    const found = await neurons(await opened(trained), look({ from: 'data', start: 0, length: 1 }, { layer: 0 }));
    expect(found.pieces.length).toBe(6);
    for (const piece of found.pieces) expect(Math.abs(Number(piece))).toBeLessThanOrEqual(1);
    await expect(neurons(await opened(trained), look(own, { layer: 0 }))).rejects.toThrow('example of its data');
  });

  it('are refused of a network without time', async () => {
    const trained = await exampleModel('standard', { input: 'numbers', embedding: 0 });
    await expect(neurons(await opened(trained), look(own))).rejects.toThrow('no neuron of it has a state over time');
  });

  it('are given up when the job is cancelled', async () => {
    const control = new JobControl(() => 0);
    control.stop();
    const checkpoint = await opened(await languageModel(), control);
    await expect(neurons(checkpoint, look(own))).rejects.toThrow(StoppedError);
  });
});

describe('places where the same neurons fire', () => {
  const asked: NeuronMatchesLook = {
    ...{ picture: 'neuron-matches', layer: 0, quantity: 'h', threshold: 0.1, span: 4, tokens: 400, places: 5 },
    units: [
      { unit: 0, sign: 1 },
      { unit: 2, sign: -1 },
    ],
  };

  it('are found in running text, and repeat where the text repeats', async () => {
    const { places, searched, from } = await neuronMatches(await opened(await languageModel()), asked);
    expect([from, searched]).toEqual(['valid', 400]);
    expect(places.length).toBeGreaterThan(1);
    for (const place of places) expect(place.text).toBe(text.slice(place.start, place.start + 4));
    expect(places.map(({ score }) => score)).toEqual(places.map(({ score }) => score).sort((a, b) => b - a));
  });

  it('are found in examples', async () => {
    const { places } = await neuronMatches(await opened(await exampleModel('tagging')), { ...asked, span: 1 });
    expect(places.every(({ example }) => example !== null)).toBe(true);
    expect(places.length).toBeGreaterThan(0);
  });

  it('are not searched for neurons that there are not', async () => {
    const units = [{ unit: 99, sign: 1 as const }];
    await expect(neuronMatches(await opened(await languageModel()), { ...asked, units })).rejects.toThrow('6 units');
  });
});

describe('a step of a cell', () => {
  /** The state after it, by the walk that the screen shows, and by the network itself. */
  async function bothOf(trained: Trained, layer: number, first = 1) {
    const { architecture } = trained.checkpoint.state.config;
    const found = await cellStep(await opened(trained), { picture: 'cell-step', layer });
    const steps = walk(cellOf(architecture), modelSetting(cellOf(architecture), found, first));
    const { h } = Object.assign({}, ...steps.map(({ computed }) => computed)) as { h: number[] };
    const turned = h.map((_, j) => h[(j - first + found.H) % found.H]!);
    return { found, turned };
  }

  it('of running text is the network’s own, with the gradient of its next token', async () => {
    const trained = await languageModel();
    for (const layer of [0, 1]) {
      const { found, turned } = await bothOf(trained, layer);
      expectClose(turned, found.hNext, exact, `layer ${layer}`);
      expect([found.lossOf, found.pieces.length, found.c?.length]).toEqual(['this-step', 64, 6]);
    }
    // -ln p of the next token by h of the top layer: Wᵀ (p - 1 at that token).
    const { found } = await bothOf(trained, 1);
    const [W, b] = ['out.weight', 'out.bias'].map((name) => trained.checkpoint.tensors.get(name)!.data);
    const V = b!.length;
    const logits = Float64Array.from(b!, (at, v) => found.hNext.reduce((sum, h, j) => sum + h * W![v * 6 + j]!, at));
    const p = softmax(logits, 0, V);
    const next = ids[64]!;
    const want = found.hNext.map((_, j) => {
      let sum = 0;
      for (let v = 0; v < V; v++) sum += (p[v]! - (v === next ? 1 : 0)) * W![v * 6 + j]!;
      return sum;
    });
    expectClose(found.dh, want, exact, 'dh');
  });

  it.each([
    ['tagging', { bidirectional: true }, 1, 'this-step'],
    ['classification', { cell: 'rnn', activation: 'relu' }, 0, 'sequence'],
    ['translation', { attention: 'luong', reset: 'before' }, 1, 'sequence'],
    ['forecasting', { input: 'numbers', embedding: 0 }, 0, 'sequence'],
  ] as const)('of %s with %j too', async (task, fields, layer, lossOf) => {
    const { found, turned } = await bothOf(await exampleModel(task, fields), layer);
    expectClose(turned, found.hNext, exact, task);
    expect(found.lossOf).toBe(lossOf);
    expect(Math.hypot(...found.dh)).toBeGreaterThan(0);
  });

  it('is refused of a network without layers over time', async () => {
    const trained = await exampleModel('standard', { input: 'numbers', embedding: 0 });
    const asked = cellStep(await opened(trained), { picture: 'cell-step', layer: 0 });
    await expect(asked).rejects.toThrow('no neuron of it has a state over time');
  });
});

describe('predictions', () => {
  it('of running text are those of the network, token by token', async () => {
    const trained = await languageModel();
    const checkpoint = await opened(trained);
    const found = await predictions(checkpoint, { picture: 'predictions', source: own, top: 4 });
    const read = tokenizer.encode(found.pieces.join(''));
    expect(found).toMatchObject({ of: 'token', k: 4, choices: tokenizer.vocabularySize, attention: null, reads: null });
    expect(found.surprisal[0]).toBeNaN();
    const kernels = createReferenceKernels();
    const V = tokenizer.vocabularySize;
    const model = new LanguageModel(kernels, checkpoint.architecture, V, { B: 1, T: read.length, training: false });
    model.parameters.write(model.parameters.values, (name) => trained.checkpoint.tensors.get(name)!);
    model.setBatch(read, null, read.length);
    model.forward(null);
    const logits = await kernels.read(model.logits);
    for (let t = 1; t < read.length; t++) {
      const ln = logSoftmax(logits, t - 1, V);
      expectClose([found.surprisal[t]!], [-ln[read[t]!]! / Math.LN2], { rtol: 1e-6, atol: 1e-6 }, `token ${t}`);
      expect(found.names[found.truth[t]!]).toBe(tokenizer.tokenText(read[t]!));
      expectClose([found.probability[t * 4]!], [Math.exp(Math.max(...ln))], { rtol: 1e-6 });
    }
  });

  it('of a stretch of the data know the token before it', async () => {
    const source: LookSource = { from: 'data', start: 10, length: 12 };
    const found = await predictions(await opened(await languageModel()), { picture: 'predictions', source, top: 2 });
    expect(found.pieces.join('')).toBe(text.slice(10, 22));
    expect(found.surprisal.every(Number.isFinite)).toBe(true);
  });

  it('of a tagger are tags, with the truth where it is known', async () => {
    const trained = await exampleModel('tagging');
    const look = (source: LookSource) => ({ picture: 'predictions', source, top: 20 }) as const;
    const known = await predictions(await opened(trained), look({ from: 'data', start: 0, length: 1 }));
    expect(known.of).toBe('tag');
    expect([...known.names].sort()).toEqual(['DET', 'NOUN', 'VERB']);
    expect(known.names[known.truth[0]!]).toBe('DET');
    const typed = await predictions(await opened(trained), look({ from: 'text', text: 'the owl' }));
    expect(typed.pieces).toEqual(['the ', 'owl ']);
    expect([...typed.truth]).toEqual([-1, -1]);
    expect(typed.entropy.every(Number.isFinite)).toBe(true);
  });

  it('of a translator come with what it looked at', async () => {
    const source: LookSource = { from: 'data', start: 0, length: 1 };
    const checkpoint = await opened(await exampleModel('translation', { attention: 'bahdanau' }));
    const { pieces, attention, reads } = await predictions(checkpoint, { picture: 'predictions', source, top: 3 });
    expect(pieces.at(-1)).toBe('<eos> ');
    expect(attention!.source).toEqual(reads!.map((piece) => piece.trimEnd()));
    const Tx = attention!.source.length;
    for (let t = 0; t < pieces.length; t++) {
      const row = attention!.weights.subarray(t * Tx, (t + 1) * Tx);
      expectClose([row.reduce((a, b) => a + b, 0)], [1], { atol: 1e-6 });
    }
  });

  it('of a generator are of the tokens it is to write', async () => {
    const source: LookSource = { from: 'data', start: 0, length: 1 };
    const checkpoint = await opened(await exampleModel('conditional-generation'));
    const { pieces, surprisal, names, truth } = await predictions(checkpoint, {
      picture: 'predictions',
      source,
      top: 3,
    });
    expect(pieces).toEqual(['the ', expect.any(String), '<eos> ']);
    expect(surprisal.every(Number.isFinite)).toBe(true);
    expect(names[truth[2]!]).toBe('<eos>');
  });

  it('are refused of a network that answers once', async () => {
    const checkpoint = await opened(await exampleModel('classification'));
    await expect(predictions(checkpoint, { picture: 'predictions', source: own, top: 3 })).rejects.toThrow(
      'every step',
    );
  });
});

describe('confusion', () => {
  it('has an answer for every example, with its text and its line', async () => {
    const found = await confusion(await opened(await exampleModel('classification')), {
      picture: 'confusion',
      examples: 100,
    });
    expect(found).toMatchObject({ of: 'example', from: 'valid', read: found.total });
    expect([...found.labels].sort()).toEqual([...animals].sort());
    found.truth.forEach((truth, i) => {
      expect(found.texts[found.example[i]!]!.join('')).toContain(found.labels[truth]);
      expect(found.ofTruth[i]).toBeLessThanOrEqual(found.probability[i]!);
      if (found.answer[i] === truth) expect(found.ofTruth[i]).toBe(found.probability[i]);
    });
  });

  it('of a tagger has one for every token', async () => {
    const found = await confusion(await opened(await exampleModel('tagging')), { picture: 'confusion', examples: 3 });
    expect(found).toMatchObject({ of: 'token', read: 3 });
    expect(found.truth.length).toBe(found.texts.reduce((sum, { length }) => sum + length, 0));
    found.example.forEach((example, i) => {
      if (i > 0) expect(example).toBeGreaterThanOrEqual(found.example[i - 1]!);
    });
  });

  it('of a standard network names its columns', async () => {
    const trained = await exampleModel('standard', { input: 'numbers', embedding: 0 });
    const found = await confusion(await opened(trained), { picture: 'confusion', examples: 100 });
    expect([...found.labels].sort()).toEqual(['high', 'low']);
    expect(found.texts[0]!.join('')).toMatch(/^a [\d.]+ +b \d +$/);
  });

  it('is refused of a language model', async () => {
    const checkpoint = await opened(await languageModel());
    await expect(confusion(checkpoint, { picture: 'confusion', examples: 5 })).rejects.toThrow(
      'one of several classes',
    );
  });
});
