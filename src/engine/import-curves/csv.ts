/**
 * Curves in CSV: a column of steps and columns of numbers, or (MLflow, Unroll) a row for each measurement. What Weights & Biases,
 * TensorBoard, MLflow and Unroll export is told by its header.
 */
import Papa from 'papaparse';
import { CorpusError } from '../corpus/errors.ts';
import type { CurveFormat } from './formats.ts';
import { mostPoints, mostSteps, SeriesBuilder, type ReadCurves } from './series.ts';
import { passedOver, tooMany } from './tensorboard.ts';

/** Names of a column that counts steps, best first. */
const stepNames = [
  'step',
  '_step',
  'global_step',
  'trainer/global_step',
  'iteration',
  'iterations',
  'iter',
  'batch',
  'update',
  'updates',
  'epoch',
  'epochs',
];
const runNames = ['run', 'run_id', 'run id', 'run name', 'run_uuid'];
const timeNames = ['wall time', 'timestamp', '_timestamp', 'wall_time', 'time'];

/** @param fileName names a series that the file does not name @throws CorpusError when it is no table of curves */
export function readCsv(text: string, fileName: string): ReadCurves {
  const { data, meta } = Papa.parse<string[]>(text.trim(), {
    skipEmptyLines: 'greedy',
    delimiter: '',
    delimitersToGuess: [',', '\t', ';', '|'],
  });
  const [header = [], ...rows] = data;
  const names = header.map((name) => name.trim());
  if (names.length < 2 || rows.length === 0 || names.every((name) => isNumber(name))) {
    throw new CorpusError(
      `${fileName} is no table of curves: its first line must name the columns, one of them the step, and numbers must follow${meta.delimiter === '' ? ' (separated by commas or tabs)' : ''}.`,
    );
  }
  const table = new Table(names, rows);
  const read = readLong(table) ?? readTensorBoardCsv(table, fileName) ?? readWandb(table) ?? readWide(table);
  if (read.runs.every(({ series }) => series.length === 0))
    throw new CorpusError(`${fileName} has no column of numbers beside "${names[0]}": there is no curve in it.`);
  return read;
}

class Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: string[] = [];
  #unusable = 0;
  #points = 0;

  constructor(names: readonly string[], rows: readonly (readonly string[])[]) {
    this.names = names;
    this.rows = rows;
  }

  /** Index of the first of these names; -1: none. */
  find(candidates: readonly string[]): number {
    const lower = this.names.map((name) => name.toLowerCase());
    return candidates.map((name) => lower.indexOf(name)).find((at) => at >= 0) ?? -1;
  }

  /** A cell as a number; null: it is empty, or nothing that can be drawn. */
  value(row: readonly string[], column: number): number | null {
    const cell = row[column]?.trim() ?? '';
    if (cell === '') return null;
    const value = Number(cell);
    if (Number.isFinite(value)) {
      if (++this.#points > mostPoints) throw tooMany();
      return value;
    }
    this.#unusable++;
    return null;
  }

  /** A step; null: the row has none. */
  step(row: readonly string[], column: number): number | null {
    const cell = row[column]?.trim() ?? '';
    const step = cell === '' ? NaN : Number(cell);
    if (Number.isInteger(step) && step >= 0 && step <= mostSteps) return step;
    this.#unusable++;
    return null;
  }

  /** Seconds since 1970, of a number of seconds or milliseconds. */
  time(row: readonly string[], column: number): number | null {
    const time = column < 0 ? NaN : Number(row[column]);
    if (!(time > 1e8)) return null;
    return time > 1e11 ? time / 1000 : time;
  }

  said(): string[] {
    return this.#unusable > 0 ? [...this.notes, passedOver(this.#unusable)] : this.notes;
  }
}

/** A row for each measurement: of MLflow (key, value, step), or of Unroll (split, step, and a column for each measure). */
function readLong(table: Table): ReadCurves | null {
  const [step, run, time] = [table.find(stepNames), table.find(runNames), table.find(timeNames)];
  const [key, value, split] = [
    table.find(['key', 'metric', 'metric_name']),
    table.find(['value', 'metric_value']),
    table.find(['split']),
  ];
  const keyed = key >= 0 && value >= 0;
  if (step < 0 || !(keyed || split >= 0)) return null;
  const runs = new Runs();
  const measures = keyed
    ? [value]
    : table.names.map((_, at) => at).filter((at) => ![step, run, split, time].includes(at));
  for (const row of table.rows) {
    const at = table.step(row, step);
    if (at === null) continue;
    for (const column of measures) {
      const number = table.value(row, column);
      if (number === null) continue;
      const name = keyed ? row[key]!.trim() : `${row[split]!.trim()}/${table.names[column]}`;
      runs.add(run < 0 ? null : (row[run]?.trim() ?? ''), name, at, number, table.time(row, time));
    }
  }
  return runs.read(keyed ? 'mlflow' : 'unroll', table);
}

/** What TensorBoard's own download of one curve is: Wall time, Step, Value. */
function readTensorBoardCsv(table: Table, fileName: string): ReadCurves | null {
  const [time, step, value] = ['wall time', 'step', 'value'].map((name) => table.find([name])) as [
    number,
    number,
    number,
  ];
  if (table.names.length !== 3 || time < 0 || step < 0 || value < 0) return null;
  const runs = new Runs();
  // "run-NAME-tag-TAG.csv"
  const [, run = null, tag] = /^(?:run-(.+?)-)?tag-(.+)\.csv$/i.exec(fileName) ?? [];
  const name = tag ?? fileName.replace(/\.csv$/i, '');
  for (const row of table.rows) {
    const at = table.step(row, step);
    const number = at === null ? null : table.value(row, value);
    if (at !== null && number !== null) runs.add(run === '.' ? null : run, name, at, number, table.time(row, time));
  }
  return runs.read('tensorboard-csv', table);
}

/** A panel of Weights & Biases: of each run "RUN - METRIC", with its smallest and greatest value beside it. */
function readWandb(table: Table): ReadCurves | null {
  const panel = table.names.some((name) => name.endsWith('__MIN') || name.endsWith('__MAX'));
  const history = table.find(['_step']) >= 0 && table.find(['_runtime', '_timestamp']) >= 0;
  if (!panel && !history) return null;
  const step = table.find(stepNames);
  const time = table.find(['_timestamp']);
  const runs = new Runs();
  for (const [row, at] of stepped(table, step)) {
    for (const [column, name] of table.names.entries()) {
      if (column === step || column === time || /__(MIN|MAX)$/.test(name)) continue;
      const number = table.value(row, column);
      if (number === null) continue;
      const cut = panel ? name.lastIndexOf(' - ') : -1;
      const plain = name === '_runtime' ? 'runtime' : name.slice(cut < 0 ? 0 : cut + 3);
      runs.add(cut < 0 ? null : name.slice(0, cut), plain, at, number, table.time(row, time));
    }
  }
  return runs.read('wandb', table);
}

function readWide(table: Table): ReadCurves {
  let step = table.find(stepNames);
  // Parts of epochs are no steps.
  if (step >= 0 && !table.rows.every((row) => Number.isInteger(Number(row[step])))) step = -1;
  if (step < 0) table.notes.push('No column counts whole steps: the rows were counted from 1.');
  const run = table.find(runNames);
  const time = table.find(timeNames);
  const runs = new Runs();
  for (const [row, at] of stepped(table, step)) {
    for (const [column, name] of table.names.entries()) {
      if (column === step || column === run || column === time) continue;
      const number = table.value(row, column);
      if (number !== null) runs.add(run < 0 ? null : (row[run]?.trim() ?? ''), name, at, number, table.time(row, time));
    }
  }
  return runs.read('csv', table);
}

/** Rows with their steps; without a column of steps, counted from 1. */
function* stepped(table: Table, column: number): Generator<[readonly string[], number]> {
  for (const [at, row] of table.rows.entries()) {
    const step = column < 0 ? at + 1 : table.step(row, column);
    if (step !== null) yield [row, step];
  }
}

/** Series of several runs, in the order in which they were met. */
class Runs {
  readonly #runs = new Map<string | null, Map<string, SeriesBuilder>>();

  add(run: string | null, name: string, step: number, value: number, time: number | null): void {
    let series = this.#runs.get(run);
    if (!series) this.#runs.set(run, (series = new Map<string, SeriesBuilder>()));
    let builder = series.get(name);
    if (!builder) series.set(name, (builder = new SeriesBuilder()));
    builder.add(step, value, time);
  }

  read(format: CurveFormat, table: Table): ReadCurves {
    const runs = [...this.#runs].map(([run, series]) => ({
      run: run === '' ? null : run,
      series: [...series].map(([name, builder]) => builder.series(name)),
    }));
    return { format, runs, notes: table.said() };
  }
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell));
}
