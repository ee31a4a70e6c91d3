/** The examples of a part of a time series, or of rows of numbers. */
import type { SequenceBatch } from '../model/batch.ts';
import type { ExampleCodec } from './codec.ts';
import type { Examples } from './example-batches.ts';
import { naiveForecast } from './series.ts';
import type { Entry } from './text-examples.ts';

/** Windows of a series: what is read [T,B,I], and the rows that follow. */
export class SeriesExamples implements Examples {
  readonly count: number;
  readonly lengths = null;
  /** Of each window's first forecast row. */
  readonly lines: ArrayLike<number>;
  readonly #codec: ExampleCodec;
  readonly #first: ArrayLike<number>;
  readonly #inputs: Float64Array; // [rows,I], scaled
  readonly #targets: Float64Array; // [rows,V], scaled
  readonly #I: number;
  readonly #V: number;

  constructor(codec: ExampleCodec, entry: Entry) {
    const { window, forecastAt, inputColumns, targetColumns } = codec.json;
    this.#codec = codec;
    this.#first = entry('windows');
    this.#I = inputColumns.length;
    this.#V = targetColumns.length;
    this.#inputs = codec.inputScaler!.apply(entry('inputs'));
    this.#targets = codec.targetScaler!.apply(entry('targets'));
    this.count = this.#first.length;
    const lines = entry('line');
    this.lines = Int32Array.from(this.#first, (first) => lines[first + (forecastAt === 'end' ? window : 1)]!);
  }

  /** Targets are [B,h*V], or [T,B,h*V] of a forecast at every step: step after step, the variables side by side. */
  fill(indices: Int32Array): SequenceBatch {
    const { window: T } = this.#codec.json;
    const B = indices.length;
    const I = this.#I;
    const inputs = new Float64Array(T * B * I);
    indices.forEach((index, b) => {
      const first = this.#first[index]!;
      for (let t = 0; t < T; t++)
        inputs.set(this.#inputs.subarray((first + t) * I, (first + t + 1) * I), (t * B + b) * I);
    });
    const targets = this.#answers(indices, (row, horizon) =>
      this.#targets.subarray((row + 1) * this.#V, (row + 1 + horizon) * this.#V),
    );
    return { T, B, lengths: null, inputs, targets };
  }

  /** The naive last-value forecast of the same windows, laid out and scaled as their targets are. */
  naive(indices: Int32Array): Float64Array {
    const V = this.#V;
    return this.#answers(indices, (row, horizon) =>
      naiveForecast(this.#targets.subarray(row * V, (row + 1) * V), horizon),
    );
  }

  /** @param after what is forecast of the rows after `row`, [h,V] */
  #answers(indices: Int32Array, after: (row: number, horizon: number) => Float64Array): Float64Array {
    const { window: T, horizon, forecastAt } = this.#codec.json;
    const B = indices.length;
    const K = horizon * this.#V;
    const steps = forecastAt === 'end' ? [T - 1] : Array.from({ length: T }, (_, t) => t);
    const answers = new Float64Array(steps.length * B * K);
    steps.forEach((t, step) => {
      indices.forEach((index, b) => answers.set(after(this.#first[index]! + t, horizon), (step * B + b) * K));
    });
    return answers;
  }
}

/** Independent rows: a batch has one step. */
export class RowExamples implements Examples {
  readonly count: number;
  readonly lengths = null;
  readonly lines: ArrayLike<number>;
  readonly #inputs: Float64Array; // [rows,I], scaled
  readonly #I: number;
  /** Classes [rows], or numbers [rows,V], scaled. */
  readonly #targets: ArrayLike<number>;
  readonly #V: number;
  readonly #classes: boolean;

  constructor(codec: ExampleCodec, entry: Entry) {
    this.#I = codec.json.inputColumns.length;
    this.#classes = codec.labels !== null;
    this.#V = this.#classes ? 1 : codec.json.targetColumns.length;
    this.#inputs = codec.inputScaler!.apply(entry('inputs'));
    this.#targets = this.#classes ? entry('label') : codec.targetScaler!.apply(entry('targets'));
    this.lines = entry('line');
    this.count = this.lines.length;
  }

  fill(indices: Int32Array): SequenceBatch {
    const B = indices.length;
    const [I, V] = [this.#I, this.#V];
    const inputs = new Float64Array(B * I);
    const targets = this.#classes ? new Int32Array(B) : new Float64Array(B * V);
    indices.forEach((index, b) => {
      inputs.set(this.#inputs.subarray(index * I, (index + 1) * I), b * I);
      for (let v = 0; v < V; v++) targets[b * V + v] = this.#targets[index * V + v]!;
    });
    return { T: 1, B, lengths: null, inputs, targets };
  }
}
