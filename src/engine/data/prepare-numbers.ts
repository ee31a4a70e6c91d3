/** Preparing columns of numbers: parts, and scales learned on the training part. */
import { CorpusError } from '../corpus/errors.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { CodecJson } from './codec.ts';
import type { NumericConfig } from './config.ts';
import { LabelIds, labelNames } from './label-ids.ts';
import type { Preparation } from './prepare.ts';
import { readNumeric } from './read-numeric.ts';
import { Scaler } from './scaler.ts';
import { windowsIn } from './series.ts';
import { assignParts, contiguousParts, partNames, splitPlan, type PartName } from './splitting.ts';
import { names, writeJson, writeTensors, type PreparedMeta } from './store.ts';
import type { DataSource } from './survey.ts';

/** Good rows of a file. */
interface Numbers {
  readonly lines: readonly number[];
  /** [rows,columns] */
  readonly values: Float64Array;
  readonly labels: readonly (string | null)[];
  /** Rows that do not follow on the one before, because a bad one was between. */
  readonly gaps: readonly number[];
}

export async function prepareNumbers(preparation: Preparation): Promise<PreparedMeta> {
  const data = preparation.request.data as NumericConfig;
  return data.layout === 'series' ? prepareSeries(preparation, data) : prepareRows(preparation, data);
}

async function readNumbers({ files, reading }: Preparation, source: DataSource, data: NumericConfig): Promise<Numbers> {
  const lines: number[] = [];
  const labels: (string | null)[] = [];
  const blocks: Float64Array[] = [];
  const gaps: number[] = [];
  let broken = false;
  for await (const rows of readNumeric(files, source.path, data, reading('Encoding'))) {
    for (const { line, example } of rows) {
      if (!example) {
        broken = true;
        continue;
      }
      if (broken) gaps.push(lines.length);
      broken = false;
      lines.push(line);
      labels.push(example.label);
      blocks.push(example.values);
    }
  }
  const columns = blocks[0]?.length ?? 0;
  const values = new Float64Array(blocks.length * columns);
  blocks.forEach((block, row) => values.set(block, row * columns));
  return { lines, values, labels, gaps };
}

/** The first `inputs` numbers of every row, and the others. */
function columnsOf(values: Float64Array, columns: number, from: number, to: number): Float64Array {
  const rows = columns === 0 ? 0 : values.length / columns;
  const taken = new Float64Array(rows * (to - from));
  for (let row = 0; row < rows; row++) {
    taken.set(values.subarray(row * columns + from, row * columns + to), row * (to - from));
  }
  return taken;
}

function baseCodec(
  { request }: Preparation,
  data: NumericConfig,
): Omit<CodecJson, 'inputScaler' | 'targetScaler' | 'labels' | 'kind'> {
  const { task, horizon, forecastAt } = request.architecture;
  return {
    ...{ format: 'unroll-codec/1', task, tokenizer: null, targetTokenizer: null, multilabel: false },
    inputColumns: data.inputs.map(String),
    targetColumns: (data.targets ?? data.inputs).map(String),
    ...{ window: data.window, horizon, forecastAt, maxLength: null },
  };
}

function ints(values: readonly number[]): SafetensorsEntry {
  return { shape: [values.length], data: Int32Array.from(values) };
}

function matrix(data: Float64Array, columns: number): SafetensorsEntry {
  return { shape: [columns === 0 ? 0 : data.length / columns, columns], data };
}

async function prepareSeries(preparation: Preparation, data: NumericConfig): Promise<PreparedMeta> {
  const { files, request, surveys } = preparation;
  const { horizon, forecastAt } = request.architecture;
  const plan = splitPlan(
    request.split,
    null,
    { valid: request.valid !== null, test: request.test !== null },
    request.seed,
  );
  const main = await readNumbers(preparation, request.train, data);
  const [trainEnd, validEnd] = contiguousParts(main.lines.length, plan);
  const I = data.inputs.length;
  const V = (data.targets ?? data.inputs).length;
  const tensors = new Map<string, SafetensorsEntry>();
  const counts: Record<PartName, number | null> = { train: null, valid: null, test: null };
  const rowCounts: Record<PartName, number> = { train: 0, valid: 0, test: 0 };

  const add = (part: PartName, numbers: Numbers, from: number, to: number): void => {
    // The rows before a part are its past: windows may begin there.
    const past = Math.min(from, data.window);
    const first = from - past;
    const slice = numbers.values.subarray(first * (I + V), to * (I + V));
    const gaps = numbers.gaps.filter((row) => row > first && row < to).map((row) => row - first);
    const rows = to - first;
    const windows = windowsIn({ rows, past, gaps, window: data.window, horizon, forecastAt });
    if (windows.length === 0) throw tooFewRows(part, to - from, data.window, horizon);
    tensors.set(`${part}.inputs`, matrix(columnsOf(slice, I + V, 0, I), I));
    tensors.set(`${part}.targets`, matrix(columnsOf(slice, I + V, I, I + V), V));
    tensors.set(`${part}.windows`, ints(windows));
    tensors.set(`${part}.line`, ints(numbers.lines.slice(first, to)));
    counts[part] = windows.length;
    rowCounts[part] = to - from;
  };
  add('train', main, 0, trainEnd);
  if (plan.valid > 0) add('valid', main, trainEnd, validEnd);
  if (plan.test > 0) add('test', main, validEnd, main.lines.length);
  for (const part of ['valid', 'test'] as const) {
    const source = request[part];
    if (!source) continue;
    const own = await readNumbers(preparation, source, data);
    add(part, own, 0, own.lines.length);
  }
  const learn = (name: string, columns: number) =>
    Scaler.learn(tensors.get(`train.${name}`)!.data, columns, data.scaling).toJSON();
  const codec: CodecJson = {
    ...baseCodec(preparation, data),
    ...{ kind: 'series', labels: null, inputScaler: learn('inputs', I), targetScaler: learn('targets', V) },
  };
  await writeTensors(files, request.targetDir, names.index, tensors);
  await writeJson(files, request.targetDir, names.codec, codec);
  const of = (part: PartName) => (counts[part] === null ? null : { examples: counts[part], tokens: rowCounts[part] });
  return numericMeta(surveys, of, data.window, null);
}

function tooFewRows(part: PartName, rows: number, window: number, horizon: number): CorpusError {
  const title = { train: 'training', valid: 'validation', test: 'test' }[part];
  return new CorpusError(
    `The ${title} part has ${rows} rows, too few for a window of ${window} steps and a forecast of ${horizon} without a gap. Make the part larger, or the window or the horizon shorter.`,
  );
}

async function prepareRows(preparation: Preparation, data: NumericConfig): Promise<PreparedMeta> {
  const { files, request, surveys, lonely } = preparation;
  const own = { valid: request.valid !== null, test: request.test !== null };
  const plan = splitPlan(request.split, data.folds, own, request.seed);
  const labels = data.targetIs === 'class' ? new LabelIds(labelNames(preparation)) : null;
  const tensors = new Map<string, SafetensorsEntry>();
  const counts: Record<PartName, number | null> = { train: null, valid: null, test: null };
  const I = data.inputs.length;
  const V = labels ? 0 : data.targets!.length;

  const add = (part: PartName, numbers: Numbers, rows: readonly number[]): void => {
    if (rows.length === 0) throw emptyPart(part);
    const values = new Float64Array(rows.length * (I + V));
    rows.forEach((row, i) => values.set(numbers.values.subarray(row * (I + V), (row + 1) * (I + V)), i * (I + V)));
    tensors.set(`${part}.inputs`, matrix(columnsOf(values, I + V, 0, I), I));
    if (labels) tensors.set(`${part}.label`, ints(rows.map((row) => labels.id(numbers.labels[row]!))));
    else tensors.set(`${part}.targets`, matrix(columnsOf(values, I + V, I, I + V), V));
    tensors.set(`${part}.line`, ints(rows.map((row) => numbers.lines[row]!)));
    counts[part] = rows.length;
  };
  const main = await readNumbers(preparation, request.train, data);
  const { labelOf } = surveys.train!;
  const usable = main.lines.map((_, row) => row).filter((row) => !lonely.has(labelOf[row]!));
  const parts = assignParts(
    usable.map((row) => labelOf[row]!),
    plan,
  );
  const ofPart = (number: number) => usable.filter((_, i) => parts[i] === number);
  add('train', main, ofPart(0));
  if (plan.valid > 0) add('valid', main, ofPart(1));
  if (plan.test > 0 || plan.folds) add('test', main, ofPart(2));
  for (const part of ['valid', 'test'] as const) {
    const source = request[part];
    if (!source) continue;
    const numbers = await readNumbers(preparation, source, data);
    add(part, numbers, [...numbers.lines.keys()]);
  }
  const inputScaler = Scaler.learn(tensors.get('train.inputs')!.data, I, data.scaling).toJSON();
  const targets = tensors.get('train.targets');
  const codec: CodecJson = {
    ...baseCodec(preparation, data),
    ...{ kind: 'rows', labels: labels && [...labels.names], inputScaler },
    targetScaler: targets ? Scaler.learn(targets.data, V, data.scaling).toJSON() : null,
  };
  await writeTensors(files, request.targetDir, names.index, tensors);
  await writeJson(files, request.targetDir, names.codec, codec);
  const of = (part: PartName) => (counts[part] === null ? null : { examples: counts[part], tokens: counts[part] });
  return numericMeta(surveys, of, 1, labels && countEach(tensors.get('train.label')!.data, labels.names.length));
}

/** How often each of the ids 0 … n-1 is there. */
export function countEach(ids: ArrayLike<number>, n: number): number[] {
  const counts = new Array<number>(n).fill(0);
  for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
  return counts;
}

/** @param tooLong examples, of any part, that the greatest length left out */
export function emptyPart(part: PartName, tooLong = 0): CorpusError {
  const title = { train: 'training', valid: 'validation', test: 'test' }[part];
  const left =
    tooLong > 0 ? `; ${tooLong.toLocaleString('en-US')} are longer than the greatest length and left out` : '';
  return new CorpusError(`The ${title} part has no examples: there are too few, or its share is too small${left}.`);
}

function numericMeta(
  surveys: Preparation['surveys'],
  of: (part: PartName) => { examples: number; tokens: number } | null,
  longest: number,
  labelCounts: number[] | null,
): PreparedMeta {
  return {
    ...{ bytesPerToken: 2, bytesPerTarget: 2, labelSets: null },
    summary: {
      ...{ train: of('train')!, valid: of('valid'), test: of('test'), longest, longestTarget: null, labelCounts },
      ...{ unknownRate: null, targetUnknownRate: null, cut: 0, tooLong: 0, vectors: null },
      skippedRows: partNames.reduce((sum, part) => sum + (surveys[part]?.problems.count ?? 0), 0),
    },
  };
}
