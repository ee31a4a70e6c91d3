/** What else is recorded while a run trains: evaluations, samples, the log, checkpoints. */
import type { Database, Statement } from 'better-sqlite3';
import type { Evaluation, LogLine, Sample } from '../../api/types.ts';

interface EvalRow {
  step: number;
  split: Evaluation['split'];
  epoch: number;
  loss: number;
  bits_per_character: number;
  elapsed: number;
}

export class EvalTable {
  readonly #put: Statement<[EvalRow & { run: number }]>;
  readonly #read: Statement<[number], EvalRow>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.#put = database.prepare(`
      INSERT OR REPLACE INTO evals (run, step, split, epoch, loss, bits_per_character, elapsed)
      VALUES (@run, @step, @split, @epoch, @loss, @bits_per_character, @elapsed)`);
    this.#read = database.prepare('SELECT * FROM evals WHERE run = ? ORDER BY step, split DESC');
    this.#deleteAfter = database.prepare('DELETE FROM evals WHERE run = ? AND step > ?');
  }

  put(run: number, metrics: Evaluation): void {
    this.#put.run({
      run,
      step: metrics.step,
      split: metrics.split,
      epoch: metrics.epoch,
      loss: metrics.loss,
      bits_per_character: metrics.bitsPerCharacter,
      elapsed: metrics.elapsed,
    });
  }

  /** By step; at the same step validation before test. */
  read(run: number): Evaluation[] {
    return this.#read.all(run).map((row) => ({
      step: row.step,
      epoch: row.epoch,
      split: row.split,
      loss: row.loss,
      bitsPerCharacter: row.bits_per_character,
      elapsed: row.elapsed,
    }));
  }

  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run(run, step);
  }
}

export class SampleTable {
  readonly #put: Statement<[number, number, string]>;
  readonly #read: Statement<[number], Sample>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.#put = database.prepare('INSERT OR REPLACE INTO samples (run, step, text) VALUES (?, ?, ?)');
    this.#read = database.prepare('SELECT step, text FROM samples WHERE run = ? ORDER BY step');
    this.#deleteAfter = database.prepare('DELETE FROM samples WHERE run = ? AND step > ?');
  }

  put(run: number, sample: Sample): void {
    this.#put.run(run, sample.step, sample.text);
  }

  read(run: number): Sample[] {
    return this.#read.all(run);
  }

  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run(run, step);
  }
}

export class LogTable {
  readonly #add: Statement<[number, number, string, string]>;
  readonly #read: Statement<[number], LogLine>;

  constructor(database: Database) {
    this.#add = database.prepare('INSERT INTO log (run, at, level, message) VALUES (?, ?, ?, ?)');
    this.#read = database.prepare('SELECT at, level, message FROM log WHERE run = ? ORDER BY key');
  }

  add(run: number, line: LogLine): void {
    this.#add.run(run, line.at, line.level, line.message);
  }

  read(run: number): LogLine[] {
    return this.#read.all(run);
  }
}

export type CheckpointKind = 'last' | 'best';

/** A kept checkpoint: `file` is its name in the run's folder. */
export interface CheckpointRecord {
  readonly kind: CheckpointKind;
  readonly step: number;
  readonly file: string;
}

/** At most two rows a run: the last and the best checkpoint, which may be the same file. */
export class CheckpointTable {
  readonly #put: Statement<[number, string, number, string]>;
  readonly #read: Statement<[number], CheckpointRecord>;
  readonly #delete: Statement<[number, string]>;

  constructor(database: Database) {
    this.#put = database.prepare('INSERT OR REPLACE INTO checkpoints (run, kind, step, file) VALUES (?, ?, ?, ?)');
    this.#read = database.prepare('SELECT kind, step, file FROM checkpoints WHERE run = ?');
    this.#delete = database.prepare('DELETE FROM checkpoints WHERE run = ? AND kind = ?');
  }

  put(run: number, checkpoint: CheckpointRecord): void {
    this.#put.run(run, checkpoint.kind, checkpoint.step, checkpoint.file);
  }

  read(run: number): { last: CheckpointRecord | null; best: CheckpointRecord | null } {
    const rows = this.#read.all(run);
    return {
      last: rows.find((row) => row.kind === 'last') ?? null,
      best: rows.find((row) => row.kind === 'best') ?? null,
    };
  }

  delete(run: number, kind: CheckpointKind): void {
    this.#delete.run(run, kind);
  }
}
