/**
 * Curves of training at several resolutions: rows of `curves`, each a column of some neighbouring buckets of steps. Level n has
 * one bucket for 8ⁿ steps; level 0 are the rows of `metrics` themselves. So any part of a curve of any length is read in time
 * that depends on how finely it is wanted, not on how long it is.
 */
import type { Database, Statement } from 'better-sqlite3';
import { quantities, type Quantity } from '../../api/curves.ts';
import {
  byName,
  decodeColumns,
  encodeColumn,
  joinBuckets,
  mergeBuckets,
  positions,
  sliceBuckets,
  type Buckets,
  type ColumnName,
  type Position,
  type Wanted,
} from './buckets.ts';

/** Steps of a bucket are this many times those of the level below. */
const factor = 8;
/** Buckets in a row of `curves`. */
const chunk = 32;
const levels = 5;

/** Steps of one bucket, and of one row. */
const bucketSpan = (level: number) => factor ** level;
const chunkSpan = (level: number) => chunk * bucketSpan(level);

const everything: Wanted = { at: positions, values: quantities };
const columnNames: readonly ColumnName[] = ['step', ...positions, ...quantities];

/** Columns of `metrics`; of its clock, what is not known is NULL. */
const columnOf: Record<Exclude<Position, 'tokens'> | Quantity, string> = {
  epoch: 'epoch',
  elapsed: 'elapsed',
  clock: 'at',
  loss: 'loss',
  gradNorm: 'grad_norm',
  learningRate: 'learning_rate',
  tokensPerSecond: 'tokens_per_s',
};

export interface CurvePart extends Wanted {
  /** First and last step. */
  readonly from: number;
  readonly to: number;
  /** At least so many buckets, if there are as many steps; at most about twice as many. */
  readonly points: number;
}

interface Place {
  readonly run: number;
  readonly level: number;
  readonly name: ColumnName;
  readonly chunk: number;
}

export class CurveTable {
  readonly #database: Database;
  /** By the columns that they read. */
  readonly #steps = new Map<string, Statement<[{ run: number; from: number; to: number }], (number | null)[]>>();
  readonly #extent: Statement<[{ run: number }], { first: number | null; last: number | null }>;
  readonly #lastChunk: Statement<[{ run: number; level: number }], number>;
  readonly #insert: Statement<[Place & { until: number; data: Uint8Array }]>;
  readonly #read: Statement<
    [{ run: number; level: number; name: ColumnName; from: number; to: number }],
    [chunk: number, data: Buffer]
  >;
  readonly #deleteAfter: Statement<[{ run: number; step: number }]>;

  constructor(database: Database) {
    this.#database = database;
    this.#extent = database.prepare(
      'SELECT (SELECT min(step) FROM metrics WHERE run = @run) AS first, (SELECT max(step) FROM metrics WHERE run = @run) AS last',
    );
    this.#lastChunk = database
      .prepare<[{ run: number; level: number }], number>(
        "SELECT chunk FROM curves WHERE run = @run AND level = @level AND name = 'step' ORDER BY chunk DESC LIMIT 1",
      )
      .pluck();
    this.#insert = database.prepare(
      'INSERT INTO curves (run, level, name, chunk, until, data) VALUES (@run, @level, @name, @chunk, @until, @data)',
    );
    this.#read = database
      .prepare<[{ run: number; level: number; name: ColumnName; from: number; to: number }], [number, Buffer]>(
        `SELECT chunk, data FROM curves
         WHERE run = @run AND level = @level AND name = @name AND chunk BETWEEN @from AND @to ORDER BY chunk`,
      )
      .raw();
    this.#deleteAfter = database.prepare('DELETE FROM curves WHERE run = @run AND until > @step + 1');
  }

  /** Whether `pack` has something to do: in a workspace of an earlier format. @param last step that is recorded */
  isBehind(run: number, last: number): boolean {
    const { from, until } = this.#unpacked(run, last);
    return until > from;
  }

  /** Brings the levels up to date with the recorded steps. What is not yet a whole row of a level waits. */
  pack(run: number): void {
    const { from, until } = this.#unpacked(run, this.extent(run)?.last ?? -1);
    for (let start = from; start < until; start += chunkSpan(1)) {
      const steps = this.#stepBuckets(run, start, start + chunkSpan(1) - 1, everything);
      this.#put(run, 1, start, mergeBuckets(steps, bucketSpan(1)));
    }
    for (let level = 2; until > from && level < levels; level++) {
      for (let start = this.#reached(run, level); start + chunkSpan(level) <= until; start += chunkSpan(level)) {
        const { parts } = this.#chunks(run, level - 1, start, start + chunkSpan(level) - 1, everything);
        this.#put(run, level, start, mergeBuckets(joinBuckets(parts, everything), bucketSpan(level)));
      }
    }
  }

  /** Steps that are recorded; null if there are none. */
  extent(run: number): { readonly first: number; readonly last: number } | null {
    const { first, last } = this.#extent.get({ run })!;
    return first === null || last === null ? null : { first, last };
  }

  /** A part of a curve, about as finely as wanted, with a bucket more on either side where there is one. */
  read(run: number, { from, to, points, ...wanted }: CurvePart): Buckets {
    const steps = Math.max(1, to - from + 1);
    let level = 0;
    while (level + 1 < levels && steps / bucketSpan(level + 1) >= points) level++;
    const span = bucketSpan(level) * Math.max(1, Math.floor(steps / bucketSpan(level) / points));
    const end = (Math.floor(to / span) + 2) * span - 1;
    const parts: Buckets[] = [];
    // Each level as far as it reaches; what is newer is in the finer ones.
    let at = Math.max(0, (Math.floor(from / span) - 1) * span);
    for (let finer = level; finer >= 1 && at <= end; finer--) {
      const found = this.#chunks(run, finer, at, end, wanted);
      parts.push(...found.parts);
      at = found.reached;
    }
    if (at <= end) parts.push(this.#stepBuckets(run, at, end, wanted));
    return mergeBuckets(joinBuckets(parts, wanted), span);
  }

  /** A resumed run goes on from its checkpoint: what stood after this step is gone. */
  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run({ run, step });
  }

  #unpacked(run: number, last: number): { from: number; until: number } {
    return { from: this.#reached(run, 1), until: Math.floor((last + 1) / chunkSpan(1)) * chunkSpan(1) };
  }

  /** First step that a level does not have. */
  #reached(run: number, level: number): number {
    return ((this.#lastChunk.get({ run, level }) ?? -1) + 1) * chunkSpan(level);
  }

  #put(run: number, level: number, start: number, buckets: Buckets): void {
    const place = { run, level, chunk: start / chunkSpan(level), until: start + chunkSpan(level) };
    for (const name of columnNames) this.#insert.run({ ...place, name, data: encodeColumn(buckets, name) });
  }

  /** The level's buckets from the step `start` on, which is a multiple of its bucket's. `reached`: the first step it does not have. */
  #chunks(run: number, level: number, start: number, end: number, wanted: Wanted) {
    const span = chunkSpan(level);
    const range = { run, level, from: Math.floor(start / span), to: Math.floor(end / span) };
    const columns = byName<ColumnName, [number, Buffer][]>(['step', ...wanted.at, ...wanted.values], (name) =>
      this.#read.all({ ...range, name }),
    );
    const chunks = columns.step!;
    const parts = chunks.map(([number], i) => {
      const buckets = decodeColumns((name) => columns[name]![i]![1], wanted);
      const { step } = buckets;
      let first = 0;
      while (number * span < start && first < step.length && step[first]! < start) first++;
      let last = step.length;
      while (last > first && Math.floor(step[last - 1]! / bucketSpan(level)) * bucketSpan(level) > end) last--;
      return sliceBuckets(buckets, first, last);
    });
    const last = chunks.at(-1);
    return { parts, reached: last === undefined ? start : (last[0] + 1) * span };
  }

  /** Steps as buckets of one. */
  #stepBuckets(run: number, from: number, to: number, wanted: Wanted): Buckets {
    const read = [...wanted.at.filter((name) => name !== 'tokens'), ...wanted.values];
    const rows = this.#rows(run, from, to, read);
    const column = <A extends Float64Array | Float32Array>(into: A, index: number): A => {
      for (let i = 0; i < rows.length; i++) into[i] = rows[i]![index] ?? NaN;
      return into;
    };
    const places = (name: Position) =>
      name === 'tokens'
        ? this.#tokensOf(run, from, to, rows.length)
        : column(new Float64Array(rows.length), 1 + read.indexOf(name));
    return {
      step: column(new Float64Array(rows.length), 0),
      count: new Uint32Array(rows.length).fill(1),
      at: byName(wanted.at, places),
      values: byName(wanted.values, (name) => {
        const values = column(new Float32Array(rows.length), 1 + read.indexOf(name));
        return { low: values, high: values, mean: values };
      }),
    };
  }

  /** Recorded steps: the step, then the columns asked for. */
  #rows(run: number, from: number, to: number, names: readonly (keyof typeof columnOf)[]): (number | null)[][] {
    const columns = ['step', ...names.map((name) => columnOf[name])].join(', ');
    let statement = this.#steps.get(columns);
    if (!statement) {
      statement = this.#database
        .prepare<[{ run: number; from: number; to: number }], (number | null)[]>(
          `SELECT ${columns} FROM metrics WHERE run = @run AND step BETWEEN @from AND @to ORDER BY step`,
        )
        .raw();
      this.#steps.set(columns, statement);
    }
    return statement.all({ run, from, to });
  }

  /** Tokens trained on so far, at each of the last `count` steps up to `to`. */
  #tokensOf(run: number, from: number, to: number, count: number): Float64Array {
    // They are counted on from the last bucket of the row before, and `from` may lie within one.
    const start = Math.floor(from / chunkSpan(1)) * chunkSpan(1);
    const before = this.#chunks(run, 1, Math.max(0, start - chunkSpan(1)), start - 1, {
      at: ['elapsed', 'tokens'],
      values: [],
    });
    const known = before.parts.at(-1)?.at;
    let elapsed = known?.elapsed?.at(-1) ?? 0;
    let tokens = known?.tokens?.at(-1) ?? 0;
    const rows = this.#rows(run, start, to, ['elapsed', 'tokensPerSecond']);
    const counted = Float64Array.from(rows, ([, now, rate]) => {
      if (now! > elapsed) tokens += rate! * (now! - elapsed);
      elapsed = now!;
      return tokens;
    });
    return counted.subarray(rows.length - count);
  }
}
