/** What a network makes of a few held-out examples, for people to see at every evaluation. */
import type { Dataset } from '../data/dataset.ts';
import { generateForLabel } from '../inference/predict-generation.ts';
import { translatePart } from '../inference/predict-part.ts';
import { outputsOf, type Trained } from '../inference/predict-model.ts';
import { isYes, mostLikely } from '../metrics/outputs.ts';
import type { AnyBatch } from '../model/task-model.ts';
import type { SampleDetail } from '../protocol.ts';
import type { Shown } from './learner.ts';

type Answer = Extract<SampleDetail, { kind: 'answers' }>['answers'][number];
type Forecast = Extract<SampleDetail, { kind: 'forecast' }>;

/** Examples shown. */
const most = 6;
/** Labels that something is generated for, and tokens of each. */
const mostLabels = 4;
const generatedLength = 60;
/** Tokens of a text, or of a sentence and its tags. */
const mostTokens = 60;

/** Of the validation part, which must be there; a function of the parameters and the seed. */
export async function showExamples(trained: Trained, dataset: Dataset, seed: number): Promise<Shown> {
  const { task } = dataset.codec.json;
  if (task === 'forecasting') return shownForecast(await forecast(trained, dataset));
  if (task === 'translation') return shownAnswers(await translations(trained, dataset));
  if (task === 'conditional-generation') return shownAnswers(await generated(trained, dataset, seed));
  const examples = dataset.examples('valid');
  const count = Math.min(most, examples.count);
  // From all over the part: files are often sorted by label.
  const batch = examples.fill(Int32Array.from({ length: count }, (_, i) => Math.floor((i * examples.count) / count)));
  const { outputs, K } = await outputsOf(trained, batch);
  return shownAnswers(
    Array.from({ length: batch.B }, (_, b) => (task === 'tagging' ? tagged : answered)(trained, batch, outputs, K, b)),
  );
}

function shownAnswers(answers: readonly Answer[]): Shown {
  const lines = answers.map(({ input, expected, answer, right }) =>
    right === false ? `${input} → ${answer} (${expected})` : `${input} → ${answer}`,
  );
  return { text: lines.join('\n'), detail: { kind: 'answers', answers } };
}

async function translations(trained: Trained, dataset: Dataset): Promise<Answer[]> {
  const options = { batch: most, maxLength: dataset.longest.Ty! };
  for await (const pairs of translatePart(trained, dataset, 'valid', options)) {
    return pairs.map(({ source, reference, hypothesis }) => ({
      input: source,
      expected: reference,
      answer: hypothesis,
      right: hypothesis === reference,
    }));
  }
  return [];
}

async function generated(trained: Trained, dataset: Dataset, seed: number): Promise<Answer[]> {
  const labels = dataset.codec.labels!.slice(0, mostLabels);
  const answers: Answer[] = [];
  for (const label of labels) {
    const { samples } = await generateForLabel(trained, label, { count: 1, length: generatedLength, seed });
    answers.push({ input: label, expected: null, answer: samples[0]!.text, right: null });
  }
  return answers;
}

/** The tokens of one sequence of a batch. */
function tokensOf({ codec }: Trained, { T, B, lengths, inputs }: AnyBatch, b: number): string[] {
  const length = lengths?.[b] ?? T;
  return Array.from({ length }, (_, t) => codec.tokenText(inputs[t * B + b]!));
}

function cut(parts: readonly string[], separator: string): string {
  return parts.length > mostTokens ? `${parts.slice(0, mostTokens).join(separator)} …` : parts.join(separator);
}

function tagged(trained: Trained, batch: AnyBatch, outputs: ArrayLike<number>, K: number, b: number): Answer {
  const tokens = tokensOf(trained, batch, b);
  const rows = tokens.map((_, t) => t * batch.B + b);
  const { codec } = trained;
  const expected = rows.map((row) =>
    codec.json.multilabel
      ? chosen(trained, batch.targets!, row, K, (y) => y > 0.5)
      : codec.labels![batch.targets![row]!]!,
  );
  const answer = rows.map((row) =>
    codec.json.multilabel ? chosen(trained, outputs, row, K, isYes) : codec.labels![mostLikely(outputs, row, K)]!,
  );
  return {
    input: cut(tokens, ' '),
    ...compared(cut(expected, ' '), cut(answer, ' '), answer.join(' ') === expected.join(' ')),
  };
}

/** The labels that hold, joined; "none" where none does. */
function chosen(
  { codec }: Trained,
  values: ArrayLike<number>,
  row: number,
  K: number,
  holds: (value: number) => boolean,
): string {
  return codec.labels!.filter((_, k) => holds(values[row * K + k]!)).join('+') || 'none';
}

function compared(
  expected: string,
  answer: string,
  right: boolean | null,
): Pick<Answer, 'expected' | 'answer' | 'right'> {
  return { expected, answer, right };
}

function answered(trained: Trained, batch: AnyBatch, outputs: ArrayLike<number>, K: number, b: number): Answer {
  const { codec } = trained;
  const { task, labels } = codec.json;
  const targets = batch.targets!;
  const input = inputText(trained, batch, b);
  const same = (expected: string, answer: string): Answer => ({
    input,
    ...compared(expected, answer, expected === answer),
  });
  if (task === 'multilabel')
    return same(
      chosen(trained, targets, b, K, (y) => y > 0.5),
      chosen(trained, outputs, b, K, isYes),
    );
  if (task === 'binary') return same(targets[b]! > 0.5 ? 'yes' : 'no', isYes(outputs[b]!) ? 'yes' : 'no');
  if (labels) return same(labels[targets[b]!]!, labels[mostLikely(outputs, b, K)]!);
  const row = (values: ArrayLike<number>) =>
    Array.from(codec.targetScaler!.invert(Array.from({ length: K }, (_, k) => values[b * K + k]!)), numberText).join(
      ', ',
    );
  return { input, ...compared(row(targets), row(outputs), null) };
}

function inputText(trained: Trained, batch: AnyBatch, b: number): string {
  const { codec } = trained;
  if (!codec.tokenizer) {
    const I = codec.sizes.inputs;
    const values = Array.from({ length: I }, (_, i) => batch.inputs[b * I + i]!);
    const named = Array.from(
      codec.inputScaler!.invert(values),
      (value, i) => `${codec.json.inputColumns[i]} ${numberText(value)}`,
    );
    return cut(named, ', ');
  }
  return cut(tokensOf(trained, batch, b), codec.tokenizer.config.kind === 'word' ? ' ' : '');
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The last window of validation. */
async function forecast(trained: Trained, dataset: Dataset): Promise<Forecast> {
  const { codec } = dataset;
  const { inputColumns, targetColumns, horizon, forecastAt, window } = codec.json;
  const examples = dataset.examples('valid');
  const batch = examples.fill(Int32Array.of(examples.count - 1));
  const { outputs, rows, K } = await outputsOf(trained, batch);
  const V = targetColumns.length;
  const I = inputColumns.length;
  const table = (values: ArrayLike<number>, columns: number) =>
    Array.from({ length: values.length / columns }, (_, row) =>
      Array.from({ length: columns }, (_, c) => values[row * columns + c]!),
    );
  const last = (forecastAt === 'end' ? 0 : rows - 1) * K;
  const ahead = (values: ArrayLike<number>) =>
    table(codec.targetScaler!.invert(Array.from({ length: horizon * V }, (_, i) => values[last + i]!)), V);
  const places = targetColumns.map((name) => inputColumns.indexOf(name));
  // What is forecast but not read has no history.
  const read = places.every((place) => place >= 0)
    ? table(codec.inputScaler!.invert(batch.inputs), I).slice(-window)
    : [];
  return {
    kind: 'forecast',
    columns: targetColumns,
    history: read.map((row) => places.map((place) => row[place]!)),
    truth: ahead(batch.targets!),
    forecast: ahead(outputs),
  };
}

function shownForecast(detail: Forecast): Shown {
  const text = detail.columns
    .map((name, c) => {
      const of = (rows: readonly (readonly number[])[]) => rows.map((row) => numberText(row[c]!)).join(' ');
      return `${name}: forecast ${of(detail.forecast)}; truth ${of(detail.truth)}`;
    })
    .join('\n');
  return { text, detail };
}
