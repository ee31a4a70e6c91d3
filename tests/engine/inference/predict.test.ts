import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset.ts';
import { predict, type Trained } from '../../../src/engine/inference/predict.ts';
import { translatePart } from '../../../src/engine/inference/predict-part.ts';
import { tagTokens } from '../../../src/engine/inference/predict-text.ts';
import type { Prediction, PredictionInput } from '../../../src/engine/inference/prediction.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { sigmoid, softmax } from '../../../src/engine/metrics/outputs.ts';
import { createTaskModel } from '../../../src/engine/model/create.ts';
import type { TaskModel } from '../../../src/engine/model/task-model.ts';
import { expectClose } from '../../compare.ts';
import { architectureOf, characters, fileOf, prepared } from '../data/files.ts';

const kernels = createReferenceKernels();
const EXACT = { atol: 1e-13, rtol: 1e-12 };

interface Case {
  readonly data: object;
  readonly architecture: object;
  readonly file: string;
  readonly tokenizer?: typeof characters;
}

/** An untrained network, with weights that make its answers differ, and the examples of a file as a batch of it. */
async function networkOf({ data, architecture, file, tokenizer }: Case) {
  const fields = { data, architecture, train: fileOf(file), split: { valid: 0, test: 0 } };
  const dataset = await prepared({ ...fields, ...(tokenizer && { tokenizer }) });
  const { codec } = dataset;
  const examples = dataset.examples('train').count;
  const sizes = { B: examples, ...dataset.longest, training: false };
  const model = createTaskModel(kernels, architectureOf(architecture), codec.sizes, sizes);
  onTestFinished(() => model.dispose());
  model.parameters.initialise(7);
  const values = await kernels.read(model.parameters.values);
  kernels.write(
    model.parameters.values,
    values.map((value) => 4 * value),
  );
  const { architecture: whole, parameters } = model;
  const trained: Trained = { kernels, architecture: whole, codec, parameters };
  return { dataset, trained, model };
}

/** Outputs for all examples of the training part, side by side, as training and evaluation compute them. */
async function batchOutputs(dataset: Dataset, model: TaskModel): Promise<(row: number) => Float64Array> {
  const [batch] = [...dataset.evaluationBatches('train', dataset.examples('train').count)];
  model.setBatch(batch);
  model.forward(null);
  const { rows, K } = model;
  const outputs = Float64Array.from(await kernels.read(model.outputs, rows * K));
  return (row) => outputs.slice(row * K, (row + 1) * K);
}

/** The answer, which must be of this kind. */
async function ask<Kind extends Prediction['kind']>(trained: Trained, kind: Kind, input: PredictionInput) {
  const prediction = await predict(trained, input);
  expect(prediction.kind).toBe(kind);
  return prediction as Extract<Prediction, { kind: Kind }>;
}

const text = (of: string): PredictionInput => ({ kind: 'text', text: of });
const table = (label: object = { is: 'class' }) => ({ kind: 'table', label });

describe('a text gets what the network computed for it in a batch', () => {
  const texts = ['good fun', 'bad', 'good good bad day', 'fun day'];
  const rows = (labels: readonly string[]) => `text,label\n${texts.map((of, i) => `${of},${labels[i]}\n`).join('')}`;

  it('a class', async () => {
    const { dataset, trained, model } = await networkOf({
      data: table(),
      architecture: { task: 'classification', bidirectional: true },
      file: rows(['x', 'y', 'y', 'x']),
    });
    const outputs = await batchOutputs(dataset, model);
    for (const [b, of] of texts.entries()) {
      const { classes, read } = await ask(trained, 'class', text(of));
      expect(read).toEqual({ tokens: of.split(' '), unknown: [], truncated: false });
      const named = new Map(classes.map(({ label, probability }) => [label, probability]));
      const want = softmax(outputs(b), 0, 2);
      expectClose(
        ['x', 'y'].map((label) => named.get(label)!),
        want,
        EXACT,
      );
      expect(classes.map(({ probability }) => probability)).toEqual([...named.values()].sort((p, q) => q - p));
    }
    const { read } = await ask(trained, 'class', text('good night'));
    expect(read).toMatchObject({ tokens: ['good', '<unk>'], unknown: ['night'] });
    await expect(predict(trained, text(' '))).rejects.toThrow('no token in this text');
    await expect(predict(trained, { kind: 'rows', rows: [[1]] })).rejects.toThrow(
      'reads a text, and was given rows of numbers',
    );
  });

  it('of a longer text than the data’s greatest length the beginning, and it says so', async () => {
    const { trained } = await networkOf({
      data: { ...table(), maxLength: 2 },
      architecture: { task: 'classification' },
      file: rows(['x', 'y', 'x', 'y']),
    });
    const long = await ask(trained, 'class', text('good fun bad'));
    expect(long.read).toMatchObject({ tokens: ['good', 'fun'], truncated: true });
    const short = await ask(trained, 'class', text('good fun'));
    expect(short.read.truncated).toBe(false);
    expect(long.classes).toEqual(short.classes);
  });

  it('labels', async () => {
    const { dataset, trained, model } = await networkOf({
      data: table({ is: 'labels' }),
      architecture: { task: 'multilabel', pooling: 'mean' },
      file: rows(['x;y', 'y', '', 'z;x;y']),
    });
    const outputs = await batchOutputs(dataset, model);
    const { labels } = await ask(trained, 'labels', text(texts[2]));
    for (const { label, probability, chosen } of labels) {
      expectClose([probability], [sigmoid(outputs(2)[dataset.codec.labels!.indexOf(label)])], EXACT);
      expect(chosen).toBe(probability > 0.5);
    }
    expect(labels.map(({ label }) => label).sort()).toEqual(['x', 'y', 'z']);
  });

  it('yes or no', async () => {
    const { dataset, trained, model } = await networkOf({
      data: table({ is: 'binary' }),
      architecture: { task: 'binary' },
      file: rows(['yes', 'no', 'yes', 'no']),
    });
    const outputs = await batchOutputs(dataset, model);
    for (const [b, of] of texts.entries()) {
      const { probability, yes } = await ask(trained, 'yes-or-no', text(of));
      expectClose([probability], [sigmoid(outputs(b)[0])], EXACT);
      expect(yes).toBe(probability > 0.5);
    }
  });

  it('a rating, in the units of the data', async () => {
    const { dataset, trained, model } = await networkOf({
      data: table({ is: 'number' }),
      architecture: { task: 'regression', pooling: 'max' },
      file: rows(['10', '20', '30', '60']),
    });
    const outputs = await batchOutputs(dataset, model);
    // Mean 30, deviation √((400 + 100 + 0 + 900) / 4) = √350.
    const { value } = await ask(trained, 'value', text(texts[1]));
    expectClose([value], [30 + Math.sqrt(350) * outputs(1)[0]], EXACT);
  });
});

describe('a sentence gets its tags', () => {
  const file = 'the\tD\ndog\tN\nruns\tV\n\ndogs\tN\nrun\tV\n';

  it('one for each token', async () => {
    const { dataset, trained, model } = await networkOf({
      data: { kind: 'tagged' },
      architecture: { task: 'tagging', bidirectional: true },
      file,
    });
    const outputs = await batchOutputs(dataset, model);
    const { tokens } = await ask(trained, 'tags', text('the dog runs'));
    expect(tokens.map(({ token, known }) => [token, known])).toEqual(['the', 'dog', 'runs'].map((of) => [of, true]));
    for (const [t, { tags, probabilities }] of tokens.entries()) {
      const want = softmax(outputs(t * 2), 0, 3); // [T,B=2]
      for (const { label, probability } of probabilities) {
        expectClose([probability], [want[dataset.codec.labels!.indexOf(label)]], EXACT);
      }
      expect(tags).toEqual([probabilities[0].label]);
      expect(probabilities[0].probability).toBe(Math.max(...probabilities.map(({ probability }) => probability)));
    }
    const strange = await ask(trained, 'tags', text('The dog.'));
    expect(strange.tokens.map(({ token, known }) => [token, known])).toEqual([
      ['The', false],
      ['dog', true],
      ['.', false],
    ]);
    expect((await tagTokens(trained, ['the', 'dog', 'runs'])).tokens).toEqual(tokens);
    await expect(predict(trained, text(''))).rejects.toThrow('no token in this sentence');
  });

  it('any number for each token', async () => {
    const { trained } = await networkOf({
      data: { kind: 'tagged', tagSeparator: '|' },
      architecture: { task: 'tagging', multilabel: true },
      file: 'the\tD|x\ndog\tN\n\nruns\t_\nran\tx\n',
    });
    const { tokens } = await ask(trained, 'tags', text('the dog'));
    for (const { tags, probabilities } of tokens) {
      expect(tags).toEqual(probabilities.filter(({ probability }) => probability > 0.5).map(({ label }) => label));
      expect(probabilities.length).toBe(3);
    }
  });
});

describe('a translation', () => {
  const pairs: Case = {
    data: { kind: 'pairs' },
    architecture: { task: 'translation', attention: 'luong', bidirectional: true },
    file: 'a b c\tx y\nb a\ty\nc\tz x y\n',
  };

  it('its tokens, scores and attention over the words that were read', async () => {
    const { trained } = await networkOf(pairs);
    const translate = { width: 4, best: 3, maxLength: 6, lengthPenalty: 1 };
    const { read, translations } = await ask(trained, 'translations', {
      ...text('b a c'),
      translate,
    } as PredictionInput);
    expect(read.tokens).toEqual(['b', 'a', 'c']);
    expect(translations.length).toBe(3);
    for (const { text: of, tokens, attention, finished, logProbability, score } of translations) {
      expect(of).toBe(tokens.filter((token) => token !== '<eos>').join(' '));
      expect(finished).toBe(tokens.at(-1) === '<eos>');
      expect(score).toBeCloseTo(logProbability / ((5 + tokens.length) / 6), 12);
      expect(attention!.length).toBe(tokens.length);
      for (const weights of attention!) expectClose([weights.reduce((a, b) => a + b), weights.length], [1, 3], EXACT);
    }
    const finished = translations.filter((translation) => translation.finished).map(({ score }) => score);
    expect(finished).toEqual([...finished].sort((a, b) => b - a));
  });

  it('without attention there is none; options that make no sense are refused', async () => {
    const { trained } = await networkOf({ ...pairs, architecture: { task: 'translation' } });
    const { translations } = await ask(trained, 'translations', text('a b'));
    expect(translations).toMatchObject([{ attention: null }]);
    const refused = (translate: object) => predict(trained, { kind: 'text', text: 'a', translate });
    await expect(refused({ width: 0 })).rejects.toThrow('A beam of 0');
    await expect(refused({ width: 1.5 })).rejects.toThrow('A beam of 1.5');
    await expect(refused({ width: 1, best: 2 })).rejects.toThrow('ask for 1 to 1');
  });
});

it('a part is translated greedily, each source beside its reference', async () => {
  const lines = Array.from({ length: 10 }, (_, i) => `${'a b c d'.slice(0, 1 + 2 * (i % 4))}\t${i % 2 ? 'x y' : 'z'}`);
  const fields = { data: { kind: 'pairs' }, architecture: { task: 'translation', attention: 'bahdanau' } };
  const dataset = await prepared({ ...fields, train: fileOf(`${lines.join('\n')}\n`), split: { valid: 0.5, test: 0 } });
  const sizes = { B: 1, ...dataset.longest, training: false };
  const model = createTaskModel(kernels, architectureOf(fields.architecture), dataset.codec.sizes, sizes);
  onTestFinished(() => model.dispose());
  model.parameters.initialise(4);
  const { architecture, parameters } = model;
  const trained: Trained = { kernels, architecture, codec: dataset.codec, parameters };
  const batches = [];
  for await (const pairs of translatePart(trained, dataset, 'valid', { batch: 2, maxLength: 5 })) batches.push(pairs);
  expect(batches.map(({ length }) => length)).toEqual([2, 2, 1]);
  const given = await dataset.pairTexts('valid');
  expect(batches.flat().map(({ source, reference: target }) => ({ source, target }))).toEqual(given);
  for (const { source, hypothesis } of batches.flat()) {
    const input: PredictionInput = { kind: 'text', text: source, translate: { width: 1, maxLength: 5 } };
    const { translations } = await ask(trained, 'translations', input);
    expect(hypothesis).toBe(translations[0].text);
  }
});

it('a network whose training diverged is said to have, whatever is asked of it', async () => {
  const names = 'text,label\nab,x\nb,y\nbca,x\na,y\n';
  const cases: [Case, PredictionInput][] = [
    [{ data: table(), architecture: { task: 'classification' }, file: names }, text('ab')],
    [
      { data: table(), architecture: { task: 'conditional-generation' }, file: names, tokenizer: characters },
      { kind: 'label', label: 'x' },
    ],
    [{ data: { kind: 'pairs' }, architecture: { task: 'translation' }, file: 'a\tx\nb\ty\n' }, text('a')],
  ];
  for (const [of, input] of cases) {
    const { trained } = await networkOf(of);
    kernels.fill(trained.parameters.values, NaN);
    await expect(predict(trained, input)).rejects.toThrow('its training diverged');
  }
});

describe('texts for a label', () => {
  const names: Case = {
    data: table(),
    architecture: { task: 'conditional-generation' },
    file: 'text,label\nab,x\nb,y\nbca,x\na,y\n',
    tokenizer: characters,
  };
  const generate = (of: string, options: object): PredictionInput => ({ kind: 'label', label: of, generate: options });

  it('the same for the same seed, whatever their number', async () => {
    const { trained } = await networkOf(names);
    const five = await ask(trained, 'generated', generate('x', { count: 5, length: 12, seed: 3 }));
    const two = await ask(trained, 'generated', generate('x', { count: 2, length: 12, seed: 3 }));
    expect(two.samples).toEqual(five.samples.slice(0, 2));
    expect(new Set(five.samples.map((sample) => sample.text)).size).toBeGreaterThan(1);
    for (const sample of five.samples) {
      expect(sample.text).toMatch(/^[abc]*$/);
      if (!sample.finished) expect(sample.text.length).toBe(12);
    }
  });

  it('the most probable text is what teacher forcing finds most probable at every step', async () => {
    const { trained, dataset } = await networkOf(names);
    for (const label of ['x', 'y']) {
      const options = { count: 1, length: 6, temperature: 0 };
      const { samples } = await ask(trained, 'generated', generate(label, options));
      const ids = [...dataset.codec.encodeTarget(samples[0].text), ...(samples[0].finished ? [2] : [])];
      const sizes = { B: 1, T: ids.length, training: false };
      const { architecture, codec, parameters } = trained;
      const model = createTaskModel(kernels, architecture, codec.sizes, sizes, parameters);
      const inputs = Int32Array.of(1, ...ids.slice(0, -1));
      const labels = Int32Array.of(codec.labels!.indexOf(label));
      model.setBatch({ T: ids.length, B: 1, lengths: null, inputs, targets: null, labels });
      model.forward(null);
      const logits = await kernels.read(model.outputs);
      const best = ids.map((_, t) => {
        // Padding, BOS and <unk> (0, 1, 3) are never drawn.
        const allowed = [2, 4, 5, 6];
        return allowed.reduce((a, b) => (logits[t * model.K + b] > logits[t * model.K + a] ? b : a));
      });
      expect(best).toEqual(ids);
      model.dispose();
    }
  });

  it('a label that there is not, and a count of none', async () => {
    const { trained } = await networkOf(names);
    await expect(predict(trained, generate('q', {}))).rejects.toThrow('no label “q” in the data: choose one of x, y.');
    await expect(predict(trained, generate('x', { count: 0 }))).rejects.toThrow('count is a whole number from 1');
    await expect(predict(trained, text('x'))).rejects.toThrow('reads a label to generate for');
  });
});

describe('numbers', () => {
  const series = Array.from({ length: 9 }, (_, i) => [i * i, 100 - i]);
  const file = `v,w\n${series.map((row) => `${row.join(',')}\n`).join('')}`;
  const data = { kind: 'numeric', inputs: ['v', 'w'], targets: ['w', 'v'], window: 3, scaling: 'minmax' };
  const forecasting = { task: 'forecasting', input: 'numbers', embedding: 0, horizon: 2 };

  it.each(['end', 'every-step'])(
    'a forecast (at %s) of the last window, in the units of the data',
    async (forecastAt) => {
      const architecture = { ...forecasting, forecastAt };
      const { dataset, trained, model } = await networkOf({ data, architecture, file });
      const outputs = await batchOutputs(dataset, model);
      // The window of rows 2, 3, 4.
      const windows = dataset.examples('train').count;
      const row = forecastAt === 'end' ? 2 : 2 * windows + 2;
      const { columns, steps } = await ask(trained, 'forecast', { kind: 'rows', rows: series.slice(0, 5) });
      expect(columns).toEqual(['w', 'v']);
      // w goes from 92 to 100, v from 0 to 64.
      const [w1, v1, w2, v2] = outputs(row);
      expectClose(steps.flat(), [92 + 8 * w1, 64 * v1, 92 + 8 * w2, 64 * v2], EXACT);
      expect(steps.length).toBe(2);
      await expect(predict(trained, { kind: 'rows', rows: series.slice(0, 1) })).rejects.toThrow(
        'made from 3 rows, and there is 1',
      );
      const bad = [...series.slice(0, 4), [1, NaN]];
      await expect(predict(trained, { kind: 'rows', rows: bad })).rejects.toThrow('Row 5 has NaN in w');
      await expect(predict(trained, { kind: 'rows', rows: [[1], [2], [3]] })).rejects.toThrow(
        'Row 1 has 1 numbers: this network reads 2, the columns v, w',
      );
    },
  );

  it('a standard network: classes and numbers for rows', async () => {
    const rows = { kind: 'numeric', layout: 'rows', inputs: ['a', 'b'], scaling: 'none' };
    const standard = { task: 'standard', input: 'numbers', embedding: 0 };
    const numbers = 'a,b,kind,y\n0,5,x,5\n2,6,y,6\n4,7,x,7\n2,8,y,8\n';
    const given: PredictionInput = {
      kind: 'rows',
      rows: [
        ...[
          [0, 5],
          [2, 6],
          [4, 7],
          [2, 8],
        ],
      ],
    };
    const classes = await networkOf({
      data: { ...rows, targets: ['kind'], targetIs: 'class' },
      architecture: standard,
      file: numbers,
    });
    const logits = await batchOutputs(classes.dataset, classes.model);
    const answer = await ask(classes.trained, 'row-classes', given);
    answer.rows.forEach((found, row) => {
      const want = softmax(logits(row), 0, 2);
      for (const { label, probability } of found) expectClose([probability], [want['xy'.indexOf(label)]], EXACT);
    });
    expect(answer.rows.length).toBe(4);

    const values = await networkOf({
      data: { ...rows, targets: ['y'], targetIs: 'number', scaling: 'minmax' },
      architecture: { ...standard, predicts: 'value' },
      file: numbers,
    });
    const outputs = await batchOutputs(values.dataset, values.model);
    const predicted = await ask(values.trained, 'row-values', given);
    expect(predicted.columns).toEqual(['y']);
    expectClose(
      predicted.rows.flat(),
      [0, 1, 2, 3].map((row) => 5 + 3 * outputs(row)[0]),
      EXACT,
    );
    await expect(predict(values.trained, { kind: 'rows', rows: [] })).rejects.toThrow('There are no rows');
  });
});
