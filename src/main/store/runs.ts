/** Rows of `runs`, with their tags and the step of their last checkpoint. */
import type { Database, Statement } from 'better-sqlite3';
import type { Imported } from '../../api/share.ts';
import type { Run, RunFigures, RunStatus } from '../../api/types.ts';
import type { RecordedThing } from '../../engine/import-curves/formats.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import type { TextHashes } from './text-hashes.ts';

/** A run as stored. What only a live run has (`secondsLeft`) is added by the service. */
export interface RunRecord extends Omit<Run, 'secondsLeft' | 'corpusHash'>, TextHashes {
  readonly key: number;
  readonly config: RunConfig;
  readonly tokensKey: string;
  readonly queuedAt: number;
}

export interface BriefRun extends Pick<RunRecord, 'key' | 'startedAt' | 'createdAt'> {
  /** Of curves from elsewhere what was recorded beside losses; null: everything. */
  readonly recorded: readonly RecordedThing[] | null;
}

type BriefRow = Omit<BriefRun, 'recorded'> & { readonly recorded: string | null };

export type NewRun = Pick<
  RunRecord,
  'id' | 'name' | 'config' | 'corpusName' | 'tokensKey' | 'appVersion' | 'createdAt'
> &
  TextHashes;

/** Column of every field that changes after a run is created. */
const columns = {
  name: 'name',
  status: 'status',
  message: 'message',
  vocabularySize: 'vocabulary_size',
  charactersPerToken: 'characters_per_token',
  unknownRate: 'unknown_rate',
  parameters: 'parameters',
  memoryBytes: 'memory_bytes',
  device: 'device',
  deviceDetail: 'device_detail',
  deviceHistory: 'device_history',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  elapsed: 'elapsed',
  step: 'step',
  epoch: 'epoch',
  stepsPerEpoch: 'steps_per_epoch',
  totalSteps: 'total_steps',
  trainLoss: 'train_loss',
  validLoss: 'valid_loss',
  bestStep: 'best_step',
  bestLoss: 'best_loss',
  testLoss: 'test_loss',
  validFigures: 'valid_figures',
  bestFigures: 'best_figures',
  testFigures: 'test_figures',
  tokensPerSecond: 'tokens_per_second',
  notes: 'notes',
  imported: 'imported',
  archived: 'archived',
  deletedAt: 'deleted_at',
} as const satisfies Partial<Record<keyof RunRecord, string>>;

type Field = keyof typeof columns;
export type RunPatch = Partial<Pick<RunRecord, Field>>;

type Row = Record<string, string | number | null>;

const colorCount = 8;
const select = `SELECT runs.*, checkpoints.step AS checkpoint_step FROM runs
  LEFT JOIN checkpoints ON checkpoints.run = runs.key AND checkpoints.kind = 'last'`;

/** The statement that lists runs, newest first: its plan is tested to need no sorting. */
export const listRunsSql = `${select} WHERE runs.deleted_at IS NULL ORDER BY runs.created_at DESC, runs.key DESC`;

export class RunTable {
  readonly #database: Database;
  readonly #insert: Statement<[Row]>;
  readonly #lastColor: Statement<[], number>;
  readonly #get: Statement<[string], Row>;
  readonly #brief: Statement<[string], BriefRow>;
  readonly #importedFrom: Statement<[string], Row>;
  readonly #list: Statement<[], Row>;
  readonly #deleted: Statement<[], Row>;
  readonly #active: Statement<[], Row>;
  readonly #nextQueued: Statement<[], Row>;
  readonly #tagsOf: Statement<[number], string>;
  readonly #allTags: Statement<[], { run: number; tag: string }>;
  readonly #clearTags: Statement<[number]>;
  readonly #addTag: Statement<[number, string]>;
  readonly #purge: Statement<[number]>;
  readonly #tokensUsed: Statement<[string], number>;
  readonly #updates = new Map<string, Statement<[Row]>>();

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(`
      INSERT INTO runs (id, name, status, config, corpus_name, corpus_hash, target_hash, valid_hash, valid_target_hash,
        test_hash, test_target_hash, vectors_hash, tokens_key, seed, app_version, created_at, queued_at, color)
      VALUES (@id, @name, 'queued', @config, @corpus_name, @corpus_hash, @target_hash, @valid_hash, @valid_target_hash,
        @test_hash, @test_target_hash, @vectors_hash, @tokens_key, @seed, @app_version, @created_at, @created_at, @color)`);
    this.#lastColor = database.prepare<[], number>('SELECT color FROM runs ORDER BY key DESC LIMIT 1').pluck();
    this.#get = database.prepare(`${select} WHERE runs.id = ?`);
    this.#brief = database.prepare(
      `SELECT key, started_at AS startedAt, created_at AS createdAt, imported ->> '$.curves.recorded' AS recorded
       FROM runs WHERE id = ? AND deleted_at IS NULL`,
    );
    this.#importedFrom = database.prepare(
      `${select} WHERE runs.imported ->> 'digest' = ? AND runs.deleted_at IS NULL ORDER BY runs.key LIMIT 1`,
    );
    this.#list = database.prepare(listRunsSql);
    this.#deleted = database.prepare(`${select} WHERE runs.deleted_at IS NOT NULL`);
    this.#active = database.prepare(
      `${select} WHERE runs.status IN ('queued', 'preparing', 'running', 'paused') ORDER BY runs.key`,
    );
    this.#nextQueued = database.prepare(
      `${select} WHERE runs.status = 'queued' AND runs.deleted_at IS NULL ORDER BY runs.queued_at, runs.key LIMIT 1`,
    );
    this.#tagsOf = database.prepare<[number], string>('SELECT tag FROM tags WHERE run = ? ORDER BY tag').pluck();
    this.#allTags = database.prepare('SELECT run, tag FROM tags ORDER BY run, tag');
    this.#clearTags = database.prepare('DELETE FROM tags WHERE run = ?');
    this.#addTag = database.prepare('INSERT OR IGNORE INTO tags (run, tag) VALUES (?, ?)');
    this.#purge = database.prepare('DELETE FROM runs WHERE key = ?');
    this.#tokensUsed = database
      .prepare<[string], number>('SELECT EXISTS (SELECT 1 FROM runs WHERE tokens_key = ?)')
      .pluck();
  }

  /** Adds a queued run; colours go round. */
  insert(run: NewRun): void {
    const last = this.#lastColor.get();
    this.#insert.run({
      id: run.id,
      name: run.name,
      config: JSON.stringify(run.config),
      corpus_name: run.corpusName,
      corpus_hash: run.corpusHash,
      target_hash: run.targetHash,
      valid_hash: run.validHash,
      valid_target_hash: run.validTargetHash,
      test_hash: run.testHash,
      test_target_hash: run.testTargetHash,
      vectors_hash: run.vectorsHash,
      tokens_key: run.tokensKey,
      seed: run.config.training.seed,
      app_version: run.appVersion,
      created_at: run.createdAt,
      color: last === undefined ? 0 : (last + 1) % colorCount,
    });
  }

  get(id: string): RunRecord | null {
    const row = this.#get.get(id);
    return row ? this.#withTags(row) : null;
  }

  /** What curves need of a run that is not deleted; null: there is none. */
  brief(id: string): BriefRun | null {
    const row = this.#brief.get(id);
    if (!row) return null;
    const { recorded, ...run } = row;
    return { ...run, recorded: recorded === null ? null : (JSON.parse(recorded) as RecordedThing[]) };
  }

  /** Those that are not deleted, newest first. */
  list(): RunRecord[] {
    const tags = new Map<number, string[]>();
    for (const { run, tag } of this.#allTags.iterate()) {
      const of = tags.get(run);
      if (of) of.push(tag);
      else tags.set(run, [tag]);
    }
    return this.#list.all().map((row) => fromRow(row, tags.get(row['key'] as number) ?? []));
  }

  deleted(): RunRecord[] {
    return this.#deleted.all().map((row) => this.#withTags(row));
  }

  /** Queued, preparing, running or paused, deleted ones included. */
  active(): RunRecord[] {
    return this.#active.all().map((row) => this.#withTags(row));
  }

  /** The one that has waited longest. */
  nextQueued(): RunRecord | null {
    const row = this.#nextQueued.get();
    return row ? this.#withTags(row) : null;
  }

  update(key: number, patch: RunPatch): void {
    const fields = (Object.keys(patch) as Field[]).filter((field) => patch[field] !== undefined);
    if (fields.length === 0) return;
    const sql = `UPDATE runs SET ${fields.map((field) => `${columns[field]} = @${field}`).join(', ')} WHERE key = @key`;
    let statement = this.#updates.get(sql);
    if (!statement) this.#updates.set(sql, (statement = this.#database.prepare<[Row]>(sql)));
    const values: Row = { key };
    for (const field of fields) values[field] = stored(patch[field]!);
    statement.run(values);
  }

  setTags(key: number, tags: readonly string[]): void {
    this.#clearTags.run(key);
    for (const tag of tags) this.#addTag.run(key, tag);
  }

  /** The run that a file with this digest was opened as, if it has not been deleted. */
  importedFrom(digest: string): RunRecord | null {
    const row = this.#importedFrom.get(digest);
    return row ? this.#withTags(row) : null;
  }

  /** Removes the run with everything recorded of it. */
  purge(key: number): void {
    this.#purge.run(key);
  }

  areTokensUsed(tokensKey: string): boolean {
    return this.#tokensUsed.get(tokensKey) === 1;
  }

  #withTags(row: Row): RunRecord {
    return fromRow(row, this.#tagsOf.all(row['key'] as number));
  }
}

function stored(value: NonNullable<RunPatch[Field]> | null): string | number | null {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function fromRow(row: Row, tags: string[]): RunRecord {
  const text = (column: string) => row[column] as string;
  const number = (column: string) => row[column] as number;
  const optional = (column: string) => row[column] as number | null;
  const optionalText = (column: string) => row[column] as string | null;
  const json = <T>(column: string) => {
    const stored = optionalText(column);
    return stored === null ? null : (JSON.parse(stored) as T);
  };
  const figures = (column: string) => json<RunFigures>(column);
  return {
    key: number('key'),
    id: text('id'),
    name: text('name'),
    status: text('status') as RunStatus,
    message: optionalText('message'),
    config: JSON.parse(text('config')) as RunConfig,
    corpusName: text('corpus_name'),
    corpusHash: text('corpus_hash'),
    targetHash: optionalText('target_hash'),
    validHash: optionalText('valid_hash'),
    validTargetHash: optionalText('valid_target_hash'),
    testHash: optionalText('test_hash'),
    testTargetHash: optionalText('test_target_hash'),
    vectorsHash: optionalText('vectors_hash'),
    tokensKey: text('tokens_key'),
    vocabularySize: optional('vocabulary_size'),
    charactersPerToken: optional('characters_per_token'),
    unknownRate: optional('unknown_rate'),
    parameters: optional('parameters'),
    memoryBytes: optional('memory_bytes'),
    device: optionalText('device'),
    deviceDetail: optionalText('device_detail'),
    deviceHistory: JSON.parse(text('device_history')) as Run['deviceHistory'],
    appVersion: text('app_version'),
    createdAt: number('created_at'),
    queuedAt: number('queued_at'),
    startedAt: optional('started_at'),
    finishedAt: optional('finished_at'),
    elapsed: number('elapsed'),
    step: number('step'),
    epoch: number('epoch'),
    stepsPerEpoch: optional('steps_per_epoch'),
    totalSteps: optional('total_steps'),
    trainLoss: optional('train_loss'),
    validLoss: optional('valid_loss'),
    bestStep: optional('best_step'),
    bestLoss: optional('best_loss'),
    testLoss: optional('test_loss'),
    validFigures: figures('valid_figures'),
    bestFigures: figures('best_figures'),
    testFigures: figures('test_figures'),
    tokensPerSecond: optional('tokens_per_second'),
    checkpointStep: optional('checkpoint_step'),
    notes: text('notes'),
    tags,
    imported: json<Imported>('imported'),
    color: number('color'),
    archived: row['archived'] === 1,
    deletedAt: optional('deleted_at'),
  };
}
