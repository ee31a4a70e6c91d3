/** What else is recorded while a run trains: evaluations, samples, the log, checkpoints. */
import type { Database, Statement } from 'better-sqlite3';
import type { Evaluation, LogLine, RunFigures, Sample } from '../../api/types.ts';

interface EvalRow {
  step: number;
  split: Evaluation['split'];
  epoch: number;
  loss: number;
  bits_per_character: number | null;
  figures: string;
  metrics: string | null;
  elapsed: number;
}

export class EvalTable {
  readonly #put: Statement<[EvalRow & { run: number }]>;
  readonly #forgetMetrics: Statement<[{ run: number }]>;
  readonly #read: Statement<[number], EvalRow>;
  readonly #readFigures: Statement<[number], Pick<EvalRow, 'step' | 'epoch' | 'loss' | 'figures' | 'elapsed'>>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.#put = database.prepare(`
      INSERT OR REPLACE INTO evals (run, step, split, epoch, loss, bits_per_character, figures, metrics, elapsed)
      VALUES (@run, @step, @split, @epoch, @loss, @bits_per_character, @figures, @metrics, @elapsed)`);
    const newest = "SELECT max(step) FROM evals WHERE run = @run AND split = 'valid'";
    const best = "SELECT step FROM evals WHERE run = @run AND split = 'valid' ORDER BY loss, step LIMIT 1";
    this.#forgetMetrics = database.prepare(`
      UPDATE evals SET metrics = NULL
      WHERE run = @run AND split = 'valid' AND metrics IS NOT NULL AND step NOT IN ((${newest}), (${best}))`);
    this.#read = database.prepare('SELECT * FROM evals WHERE run = ? ORDER BY step, split DESC');
    this.#readFigures = database.prepare(
      "SELECT step, epoch, loss, figures, elapsed FROM evals WHERE run = ? AND split = 'valid' ORDER BY step",
    );
    this.#deleteAfter = database.prepare('DELETE FROM evals WHERE run = ? AND step > ?');
  }

  /** Everything measured is kept of the newest and the best validation and of the test; of others the figures. */
  put(run: number, evaluation: Evaluation): void {
    this.#put.run({
      run,
      step: evaluation.step,
      split: evaluation.split,
      epoch: evaluation.epoch,
      loss: evaluation.loss,
      bits_per_character: evaluation.bitsPerCharacter,
      figures: JSON.stringify(evaluation.figures),
      metrics: evaluation.metrics && JSON.stringify(evaluation.metrics),
      elapsed: evaluation.elapsed,
    });
    this.#forgetMetrics.run({ run });
  }

  /** By step; at the same step validation before test. */
  /** The validations without their details, which may be large. */
  readFigures(run: number): Pick<Evaluation, 'step' | 'epoch' | 'loss' | 'figures' | 'elapsed'>[] {
    return this.#readFigures.all(run).map((row) => ({ ...row, figures: JSON.parse(row.figures) as RunFigures }));
  }

  read(run: number): Evaluation[] {
    return this.#read.all(run).map((row) => ({
      step: row.step,
      epoch: row.epoch,
      split: row.split,
      loss: row.loss,
      bitsPerCharacter: row.bits_per_character,
      figures: JSON.parse(row.figures) as RunFigures,
      metrics: row.metrics === null ? null : (JSON.parse(row.metrics) as Evaluation['metrics']),
      elapsed: row.elapsed,
    }));
  }

  deleteAfter(run: number, step: number): void {
    this.#deleteAfter.run(run, step);
  }
}

interface SampleRow {
  step: number;
  text: string;
  detail: string | null;
}

export class SampleTable {
  readonly #put: Statement<[SampleRow & { run: number }]>;
  readonly #read: Statement<[number], SampleRow>;
  readonly #deleteAfter: Statement<[number, number]>;

  constructor(database: Database) {
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO samples (run, step, text, detail) VALUES (@run, @step, @text, @detail)',
    );
    this.#read = database.prepare('SELECT step, text, detail FROM samples WHERE run = ? ORDER BY step');
    this.#deleteAfter = database.prepare('DELETE FROM samples WHERE run = ? AND step > ?');
  }

  put(run: number, { step, text, detail }: Sample): void {
    this.#put.run({ run, step, text, detail: detail && JSON.stringify(detail) });
  }

  read(run: number): Sample[] {
    return this.#read.all(run).map(({ step, text, detail }) => ({
      step,
      text,
      detail: detail === null ? null : (JSON.parse(detail) as Sample['detail']),
    }));
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
