import { mean, requireSome } from './counts.ts';
import type { ColumnErrors, ErrorFigures, RegressionResult } from './results.ts';

/** Sums of errors. */
class Errors {
  count = 0;
  squares = 0;
  #absolute = 0;

  add(error: number): void {
    this.count++;
    this.squares += error * error;
    this.#absolute += Math.abs(error);
  }

  get figures(): ErrorFigures {
    return { rmse: Math.sqrt(this.squares / this.count), mae: this.#absolute / this.count };
  }
}

/** Σ(y - ȳ)² of numbers as they come (Welford 1962), without the cancellation of Σy² - nȳ². */
class Spread {
  squares = 0;
  #count = 0;
  #mean = 0;

  add(y: number): void {
    const before = y - this.#mean;
    this.#mean += before / ++this.#count;
    this.squares += before * (y - this.#mean);
  }
}

function newErrors(count: number): Errors[] {
  return Array.from({ length: count }, () => new Errors());
}

function meanFigures(figures: readonly ErrorFigures[]): ErrorFigures {
  return { rmse: mean(figures.map(({ rmse }) => rmse)), mae: mean(figures.map(({ mae }) => mae)) };
}

/** Of predicted numbers, in the units of the data, beside the naive forecast's where there is one. */
export class RegressionMetrics {
  readonly #names: readonly string[];
  readonly #horizon: number;
  /** Of each column at each step ahead, [h,V]. */
  readonly #errors: Errors[];
  readonly #naive: Errors[];
  readonly #columns: readonly { readonly errors: Errors; readonly naive: Errors; readonly spread: Spread }[];
  #rows = 0;
  #naiveRows = 0;

  /**
   * @param names of the V columns that are predicted
   * @param horizon steps h of them that a row holds
   */
  constructor(names: readonly string[], horizon = 1) {
    this.#names = names;
    this.#horizon = horizon;
    this.#errors = newErrors(horizon * names.length);
    this.#naive = newErrors(horizon * names.length);
    this.#columns = names.map(() => ({ errors: new Errors(), naive: new Errors(), spread: new Spread() }));
  }

  /** All [rows,h*V] in the units of the data: step after step, the columns side by side. */
  add(
    predictions: ArrayLike<number>,
    targets: ArrayLike<number>,
    rows: number,
    naive: ArrayLike<number> | null = null,
  ): void {
    const V = this.#names.length;
    const K = this.#horizon * V;
    for (let i = 0; i < rows * K; i++) {
      const column = this.#columns[i % V];
      const error = predictions[i] - targets[i];
      this.#errors[i % K].add(error);
      column.errors.add(error);
      column.spread.add(targets[i]);
      if (!naive) continue;
      this.#naive[i % K].add(naive[i] - targets[i]);
      column.naive.add(naive[i] - targets[i]);
    }
    this.#rows += rows;
    if (naive) this.#naiveRows += rows;
  }

  /**
   * @throws RangeError when nothing was added
   * @throws Error when some rows came with a naive forecast and others did not: the two errors would not be of the same targets
   */
  result(): RegressionResult {
    requireSome(this.#rows, 'examples');
    const hasNaive = this.#naiveRows > 0;
    if (hasNaive && this.#naiveRows !== this.#rows) {
      throw new Error('Give the naive forecast of all rows, or of none: errors compare on the same targets only.');
    }
    const columns = this.#columns.map(({ errors, naive, spread }, v): ColumnErrors => {
      const r2 = errors.count < 2 ? null : determination(errors.squares, spread.squares);
      return { name: this.#names[v], ...errors.figures, r2, naive: hasNaive ? naive.figures : null };
    });
    const naive = columns.flatMap((column) => column.naive ?? []);
    const r2 = columns.flatMap((column) => column.r2 ?? []);
    return {
      kind: 'regression',
      examples: this.#rows,
      ...meanFigures(columns),
      r2: r2.length === columns.length ? mean(r2) : null,
      naive: hasNaive ? meanFigures(naive) : null,
      columns,
      ahead: this.#ahead(hasNaive),
    };
  }

  #ahead(hasNaive: boolean): RegressionResult['ahead'] {
    const V = this.#names.length;
    const at = (errors: readonly Errors[], step: number) =>
      meanFigures(errors.slice(step * V, (step + 1) * V).map(({ figures }) => figures));
    return Array.from({ length: this.#horizon }, (_, step) => ({
      ...at(this.#errors, step),
      naive: hasNaive ? at(this.#naive, step) : null,
    }));
  }
}

function determination(residual: number, total: number): number {
  if (total > 0) return 1 - residual / total;
  return residual === 0 ? 1 : 0;
}
