/** Curves that another program recorded, as they are read: named series of numbers along steps. */
import type { CurveFormat } from './formats.ts';

export interface Series {
  readonly name: string;
  /** Whole, from 0, rising. */
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** When each was measured, in seconds since 1970; null: not known. */
  readonly times: readonly number[] | null;
}

export interface SeriesOfRun {
  /** As the file names it; null: it holds one run and does not. */
  readonly run: string | null;
  readonly series: readonly Series[];
}

export interface ReadCurves {
  readonly format: CurveFormat;
  readonly runs: readonly SeriesOfRun[];
  /** What of the file was passed over, and why: sentences. */
  readonly notes: readonly string[];
}

/** Points of one file; more would not fit into memory. */
export const mostPoints = 2_000_000;

/** Steps are kept as 32-bit whole numbers. */
export const mostSteps = 2 ** 32 - 1;

/**
 * Collects one series. Where steps go back (a run that was resumed from an earlier checkpoint), what stood from there on is
 * replaced, as TensorBoard does.
 */
export class SeriesBuilder {
  readonly #steps: number[] = [];
  readonly #values: number[] = [];
  readonly #times: (number | null)[] = [];

  add(step: number, value: number, time: number | null): void {
    while (this.#steps.length > 0 && this.#steps.at(-1)! >= step) {
      this.#steps.pop();
      this.#values.pop();
      this.#times.pop();
    }
    this.#steps.push(step);
    this.#values.push(value);
    this.#times.push(time);
  }

  series(name: string): Series {
    const times = this.#times.every((time) => time !== null) ? this.#times : null;
    return { name, steps: this.#steps, values: this.#values, times };
  }
}
