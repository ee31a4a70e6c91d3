/** The workspace's database as the services see it: tables, transactions, and metrics written in batches. */
import type { Database } from 'better-sqlite3';
import type { StepMetrics } from '../../engine/protocol.ts';
import { CorpusTable } from './corpora.ts';
import { asWorkspaceError, openDatabase } from './database.ts';
import { DeviceSpeedTable } from './device-speeds.ts';
import { CheckpointTable, EvalTable, LogTable, SampleTable } from './history.ts';
import { LiveLookTable } from './live-looks.ts';
import { hasWriter, lockWorkspace, type WorkspaceLock } from './lock.ts';
import { MetricsTable } from './metrics.ts';
import { RunTable, type RunRecord } from './runs.ts';
import { ViewTable } from './views.ts';
import { createFolders, workspaceAt, type Workspace } from './workspace.ts';

/** Steps wait at most this long for the transaction that writes them. */
const flushEvery = 500; // ms

/** What to tell about writes that happen by themselves. */
export interface StoreListener {
  /** Steps of this run were written and its row brought up to date. */
  flushed(run: string): void;
  /** They could not be written (the disk is full, the drive is gone); they are kept and tried again. */
  flushFailed(error: Error): void;
}

export class Store {
  readonly workspace: Workspace;
  readonly readOnly: boolean;
  readonly corpora: CorpusTable;
  readonly runs: RunTable;
  readonly metrics: MetricsTable;
  readonly evals: EvalTable;
  readonly samples: SampleTable;
  readonly liveLooks: LiveLookTable;
  readonly log: LogTable;
  readonly checkpoints: CheckpointTable;
  readonly views: ViewTable;
  readonly deviceSpeeds: DeviceSpeedTable;
  listener: StoreListener = { flushed: () => {}, flushFailed: () => {} };

  readonly #database: Database;
  readonly #lock: WorkspaceLock | null;
  readonly #waiting = new Map<number, { id: string; steps: StepMetrics[] }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(workspace: Workspace, database: Database, lock: WorkspaceLock | null) {
    this.workspace = workspace;
    this.readOnly = lock === null;
    this.#database = database;
    this.#lock = lock;
    this.corpora = new CorpusTable(database);
    this.runs = new RunTable(database);
    this.metrics = new MetricsTable(database);
    this.evals = new EvalTable(database);
    this.samples = new SampleTable(database);
    this.liveLooks = new LiveLookTable(database);
    this.log = new LogTable(database);
    this.checkpoints = new CheckpointTable(database);
    this.views = new ViewTable(database);
    this.deviceSpeeds = new DeviceSpeedTable(database);
  }

  /**
   * Runs `change` in a transaction, after the steps that wait: whatever is recorded at a step, the steps before it are there.
   * @throws WorkspaceError 'unusable' when the disk is full or the drive is gone, and what `change` throws
   */
  write<T>(change: () => T): T {
    const waiting = [...this.#waiting.values()].map(({ id }) => id);
    const transaction = this.#database.transaction(() => {
      this.#writeWaiting();
      return change();
    });
    let result: T;
    try {
      result = transaction.immediate();
    } catch (error) {
      throw asWorkspaceError(error, this.workspace.database);
    }
    this.#settle(waiting);
    return result;
  }

  /** Records training steps; they are written together with the next `write`, or within half a second. */
  addSteps(run: { readonly key: number; readonly id: string }, steps: readonly StepMetrics[]): void {
    const waiting = this.#waiting.get(run.key);
    if (waiting) waiting.steps.push(...steps);
    else this.#waiting.set(run.key, { id: run.id, steps: [...steps] });
    this.#timer ??= setTimeout(() => this.#flushByTimer(), flushEvery);
  }

  flush(): void {
    if (this.#waiting.size > 0) this.write(() => {});
  }

  /** Is another process writing to this workspace? Only a reader needs to ask. */
  hasOtherWriter(): boolean {
    return this.readOnly && hasWriter(this.workspace);
  }

  /** Writes what waits, merges the log into the database and lets go of the workspace. */
  close(): void {
    if (!this.#database.open) return;
    try {
      this.flush();
    } finally {
      if (this.#timer) clearTimeout(this.#timer);
      this.#database.close();
      this.#lock?.release();
    }
  }

  #flushByTimer(): void {
    this.#timer = null;
    try {
      this.flush();
    } catch (error) {
      this.#timer = setTimeout(() => this.#flushByTimer(), flushEvery);
      this.listener.flushFailed(error as Error);
    }
  }

  #writeWaiting(): void {
    for (const [run, { id, steps }] of this.#waiting) {
      this.metrics.put(run, steps);
      const before = this.runs.get(id);
      const last = steps.at(-1)!;
      this.runs.update(run, {
        step: last.step,
        epoch: last.epoch,
        trainLoss: last.loss,
        tokensPerSecond: before && meanSpeed(before, steps),
        elapsed: last.elapsed,
      });
    }
  }

  #settle(written: string[]): void {
    if (written.length === 0) return;
    this.#waiting.clear();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const id of written) this.listener.flushed(id);
  }
}

/** Tokens a second over the whole run: each step's, weighed by the time since the step before it. */
function meanSpeed(before: Pick<RunRecord, 'elapsed' | 'tokensPerSecond'>, steps: readonly StepMetrics[]): number {
  let at = before.elapsed;
  let mean = before.tokensPerSecond ?? 0;
  for (const { elapsed, tokensPerSecond } of steps) {
    if (elapsed > at) mean += ((tokensPerSecond - mean) * (elapsed - at)) / elapsed;
    at = elapsed;
  }
  return mean;
}

/**
 * Opens a workspace folder, creating it if need be, as its one writer; or only for reading, beside whoever writes.
 * @throws WorkspaceError saying what is wrong and what to do
 */
export function openStore(folder: string, options: { readonly readOnly?: boolean } = {}): Store {
  const workspace = workspaceAt(folder);
  if (options.readOnly) return new Store(workspace, openDatabase(workspace.database, { readOnly: true }), null);
  createFolders(workspace);
  const lock = lockWorkspace(workspace);
  try {
    return new Store(workspace, openDatabase(workspace.database), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}
