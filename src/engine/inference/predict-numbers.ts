/** Answers to rows of numbers: the forecast of a series, and what a standard network says of each row. */
import { CorpusError } from '../corpus/errors.ts';
import type { ExampleCodec } from '../data/codec.ts';
import { classesOf, outputsOf, requireTask, type Trained } from './predict-model.ts';
import type { ForecastPrediction, RowClassesPrediction, RowValuesPrediction } from './prediction.ts';

/** Rows of the input columns, in the units of the data. */
export type NumberRows = readonly (readonly number[])[];

/**
 * The steps that follow the last row.
 * @param rows in order; the window that the network was trained on is read of their end
 * @throws CorpusError when they are fewer than a window, or are not numbers of the input columns
 */
export async function forecast(trained: Trained, rows: NumberRows): Promise<ForecastPrediction> {
  requireTask(trained, 'forecasting');
  const { codec } = trained;
  const { window: T, horizon, targetColumns } = codec.json;
  if (rows.length < T) {
    throw new CorpusError(`A forecast is made from ${T} rows, and there ${are(rows.length)}: give at least ${T}.`);
  }
  const inputs = scaled(codec, rows.slice(-T), rows.length - T);
  const { outputs, rows: answers, K } = await outputsOf(trained, { T, B: 1, lengths: null, inputs, targets: null });
  // Of forecasts at every step the last one is of what is not known yet.
  const last = codec.targetScaler!.invert(outputs.subarray((answers - 1) * K, answers * K));
  return { kind: 'forecast', columns: targetColumns, steps: rowsOf(last, horizon) };
}

/**
 * A class, or numbers, for each row.
 * @throws CorpusError when there are none, or they are not numbers of the input columns
 */
export async function predictRows(
  trained: Trained,
  rows: NumberRows,
): Promise<RowClassesPrediction | RowValuesPrediction> {
  requireTask(trained, 'standard');
  const { codec } = trained;
  if (rows.length === 0) throw new CorpusError('There are no rows to predict from: give at least one.');
  const inputs = scaled(codec, rows, 0);
  const { outputs } = await outputsOf(trained, { T: 1, B: rows.length, lengths: null, inputs, targets: null });
  if (codec.labels) return { kind: 'row-classes', rows: rows.map((_, row) => classesOf(trained, outputs, row)) };
  const values = codec.targetScaler!.invert(outputs);
  return { kind: 'row-values', columns: codec.json.targetColumns, rows: rowsOf(values, rows.length) };
}

/** [count*columns] as rows. */
function rowsOf(values: Float64Array, count: number): number[][] {
  const columns = values.length / count;
  return Array.from({ length: count }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

/** @param before rows that were given before these, for messages */
function scaled(codec: ExampleCodec, rows: NumberRows, before: number): Float64Array {
  const { inputColumns: names } = codec.json;
  rows.forEach((row, i) => {
    const where = `Row ${before + i + 1}`;
    if (row.length !== names.length) {
      throw new CorpusError(
        `${where} has ${row.length} numbers: this network reads ${names.length}, the columns ${names.join(', ')}.`,
      );
    }
    const bad = row.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (bad >= 0)
      throw new CorpusError(`${where} has ${row[bad]} in ${names[bad]}: expected a finite number, up to about 3.4e38.`);
  });
  return codec.inputScaler!.apply(rows.flat());
}

function are(count: number): string {
  return count === 1 ? 'is 1' : `are ${count}`;
}
