/** Training curves: rows of `metrics`, one a step. */
import type { Database, Statement } from 'better-sqlite3';
import type { StepColumns } from '../../api/types.ts';
import type { StepMetrics } from '../../engine/protocol.ts';
import { CurveTable } from './curves.ts';

interface Row {
  step: number;
  epoch: number;
  loss: number;
  grad_norm: number;
  learning_rate: number;
  tokens_per_s: number;
  elapsed: number;
}

/** A step with the clock when it ended, in ms since 1970; null: not known. */
export interface RecordedStep extends StepMetrics {
  readonly at: number | null;
}

/** More points than any screen has pixels: longer curves are read thinned. */
export const mostPoints = 20_000;
/** Steps read at once. */
const pageSize = 5_000;

export class MetricsTable {
  /** The same curves, coarser too. */
  readonly curves: CurveTable;
  readonly #put: Statement<[Row & { run: number; at: number | null }]>;
  readonly #count: Statement<[number], number>;
  readonly #last: Statement<[number], Row>;
  readonly #read: Statement<[{ run: number; stride: number }], Row>;
  readonly #page: Statement<[number, number], Row & { at: number | null }>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.curves = new CurveTable(database);
    this.#put = database.prepare(`
      INSERT OR REPLACE INTO metrics (run, step, epoch, loss, grad_norm, learning_rate, tokens_per_s, elapsed, at)
      VALUES (@run, @step, @epoch, @loss, @grad_norm, @learning_rate, @tokens_per_s, @elapsed, @at)`);
    this.#count = database.prepare<[number], number>('SELECT count(*) FROM metrics WHERE run = ?').pluck();
    this.#last = database.prepare('SELECT * FROM metrics WHERE run = ? ORDER BY step DESC LIMIT 1');
    this.#read = database.prepare(`
      SELECT * FROM metrics
      WHERE run = @run AND (step % @stride = 0 OR step = (SELECT max(step) FROM metrics WHERE run = @run))
      ORDER BY step`);
    this.#page = database.prepare(`SELECT * FROM metrics WHERE run = ? AND step > ? ORDER BY step LIMIT ${pageSize}`);
    this.#deleteAfter = database.prepare('DELETE FROM metrics WHERE run = ? AND step > ?');
  }

  /** @param endedAt when the last of the steps ended, in ms since 1970; null: not known */
  put(run: number, steps: readonly StepMetrics[], endedAt: number | null = Date.now()): void {
    const total = steps.at(-1)?.elapsed ?? 0;
    for (const step of steps) {
      const at = endedAt === null ? null : Math.round(endedAt - (total - step.elapsed) * 1000);
      this.#put.run({ ...toRow(run, step), at });
    }
    this.curves.pack(run);
  }

  /** Steps that were recorded elsewhere. */
  putRecorded(run: number, steps: readonly RecordedStep[]): void {
    for (const step of steps) this.#put.run({ ...toRow(run, step), at: step.at });
    this.curves.pack(run);
  }

  /** Every step, in pieces: between them others may use the database. */
  *pages(run: number): Generator<RecordedStep[]> {
    for (let after = -1; ;) {
      const page = this.#page.all(run, after).map((row) => ({ ...fromRow(row), at: row.at }));
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)!.step;
    }
  }

  last(run: number): StepMetrics | null {
    const row = this.#last.get(run);
    return row ? fromRow(row) : null;
  }

  /** The curves by column; of more than `mostPoints` steps only every second, third … and always the last. */
  read(run: number): StepColumns {
    const stride = Math.max(1, Math.ceil((this.#count.get(run) ?? 0) / mostPoints));
    const columns = emptyColumns();
    for (const row of this.#read.iterate({ run, stride })) appendStep(columns, fromRow(row));
    return columns;
  }

  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run(run, step);
    this.curves.deleteAfter(run, step);
  }
}

export function emptyColumns(): StepColumns {
  return { step: [], epoch: [], loss: [], gradNorm: [], learningRate: [], tokensPerSecond: [], elapsed: [] };
}

export function appendStep(columns: StepColumns, step: StepMetrics): void {
  columns.step.push(step.step);
  columns.epoch.push(step.epoch);
  columns.loss.push(step.loss);
  columns.gradNorm.push(step.gradNorm);
  columns.learningRate.push(step.learningRate);
  columns.tokensPerSecond.push(step.tokensPerSecond);
  columns.elapsed.push(step.elapsed);
}

function toRow(run: number, step: StepMetrics): Row & { run: number } {
  return {
    run,
    step: step.step,
    epoch: step.epoch,
    loss: step.loss,
    grad_norm: step.gradNorm,
    learning_rate: step.learningRate,
    tokens_per_s: step.tokensPerSecond,
    elapsed: step.elapsed,
  };
}

function fromRow(row: Row): StepMetrics {
  return {
    step: row.step,
    epoch: row.epoch,
    loss: row.loss,
    gradNorm: row.grad_norm,
    learningRate: row.learning_rate,
    tokensPerSecond: row.tokens_per_s,
    elapsed: row.elapsed,
  };
}
