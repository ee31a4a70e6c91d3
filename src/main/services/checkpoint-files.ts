/** Checkpoint files of runs: what is on the disk counts, whatever the database knew when it was last written. */
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from '../../api/types.ts';
import type { EvalMetrics, StepMetrics } from '../../engine/protocol.ts';
import { checkpointFileName, checkpointStep } from '../../engine/training/checkpoint-files.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type CheckpointState,
} from '../../engine/training/checkpoint.ts';
import type { CheckpointKind, CheckpointRecord as StoredCheckpoint } from '../store/history.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { checkpointRecordAt, type CheckpointRecord } from './checkpoint-record.ts';

/** Of a run. */
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface StepFile {
  readonly file: string;
  readonly step: number;
}

/** What is recorded while training. */
export interface Recorded {
  readonly steps: readonly StepMetrics[];
  readonly evals: readonly EvalMetrics[];
  readonly samples: readonly Sample[];
}

export interface RecoveredCheckpoint {
  readonly path: string;
  readonly state: CheckpointState;
  /** What the database had lost and has now. */
  readonly added: Recorded;
}

export class RunCheckpoints {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  folder(runId: string): string {
    return join(this.#store.workspace.runs, runId);
  }

  /** The folder, made if need be. */
  async createFolder(runId: string): Promise<string> {
    const folder = this.folder(runId);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async removeFolder(runId: string): Promise<void> {
    await rm(this.folder(runId), { recursive: true, force: true });
  }

  /** The runs that have a folder, those that the database knows and others. */
  async runIds(): Promise<string[]> {
    return (await readdir(this.#store.workspace.runs)).filter((name) => idPattern.test(name));
  }

  /** Path of the model to use: the best checkpoint (unless the last is preferred), else the other; null when there is none. */
  model(run: RunRecord, prefer: 'best' | 'last' = 'best'): string | null {
    const { best, last } = this.#store.checkpoints.read(run.key);
    const there = new Set(this.#files(run.id).map(({ file }) => file));
    const wanted = prefer === 'best' ? [best, last] : [last, best];
    const record = wanted.find((checkpoint) => checkpoint && there.has(checkpoint.file));
    return record ? join(this.folder(run.id), record.file) : null;
  }

  /** The model to use, read whole; null when there is none. @throws CheckpointError */
  async read(run: RunRecord): Promise<Checkpoint | null> {
    const path = this.model(run);
    return path === null ? null : decodeCheckpoint(await readFile(path));
  }

  /** The first checkpoint of a run that has not begun. */
  async write(runId: string, checkpoint: Checkpoint): Promise<void> {
    const path = join(await this.createFolder(runId), checkpointFileName(checkpoint.state.step));
    await writeFile(path, encodeCheckpoint(checkpoint), { flush: true });
  }

  /** Of a run with a single checkpoint, that one. @throws CheckpointError */
  async only(runId: string): Promise<Checkpoint> {
    const [only] = this.#files(runId);
    return decodeCheckpoint(await readFile(join(this.folder(runId), only!.file)));
  }

  /** The last and the best checkpoint, as far as their files are there. */
  kept(run: RunRecord): Record<CheckpointKind, StepFile | null> {
    const { best, last } = this.#store.checkpoints.read(run.key);
    const there = new Set(this.#files(run.id).map(({ file }) => file));
    const present = (one: StoredCheckpoint | null) =>
      one && there.has(one.file) ? { step: one.step, file: one.file } : null;
    return { last: present(last), best: present(best) };
  }

  /**
   * The newest checkpoint that can be read; null when there is none. The database is brought in line with it: which files are the
   * last and the best, and what the checkpoint remembers that never reached the database.
   */
  async recover(run: RunRecord): Promise<RecoveredCheckpoint | null> {
    const files = this.#files(run.id).sort((a, b) => b.step - a.step);
    for (const { file } of files) {
      const path = join(this.folder(run.id), file);
      let checkpoint: CheckpointRecord;
      try {
        checkpoint = await checkpointRecordAt(path);
      } catch {
        continue; // cut off or overwritten: the one before it will do
      }
      const { state } = checkpoint;
      const best = files.find(({ step }) => step === state.progress.best?.step) ?? null;
      return { path, state, added: this.#completeDatabase(run, { file, step: state.step }, best, checkpoint) };
    }
    this.#store.write(() => {
      this.#store.checkpoints.delete(run.key, 'last');
      this.#store.checkpoints.delete(run.key, 'best');
    });
    return null;
  }

  #completeDatabase(run: RunRecord, last: StepFile, best: StepFile | null, checkpoint: CheckpointRecord): Recorded {
    const { checkpoints, metrics, evals, samples } = this.#store;
    return this.#store.write(() => {
      const lastStep = metrics.last(run.key)?.step ?? 0;
      const known = new Set(evals.read(run.key).map(evalKey));
      const sampled = new Set(samples.read(run.key).map(({ step }) => step));
      const added: Recorded = {
        steps: checkpoint.steps.filter(({ step }) => step > lastStep),
        evals: checkpoint.state.evals.filter((metrics) => !known.has(evalKey(metrics))),
        samples: checkpoint.state.samples.filter(({ step }) => !sampled.has(step)),
      };
      checkpoints.put(run.key, { kind: 'last', ...last });
      if (best) checkpoints.put(run.key, { kind: 'best', ...best });
      else checkpoints.delete(run.key, 'best');
      metrics.put(run.key, added.steps, null);
      for (const metrics of added.evals) evals.put(run.key, metrics);
      for (const sample of added.samples) samples.put(run.key, sample);
      return added;
    });
  }

  #files(runId: string): StepFile[] {
    let names: string[];
    try {
      names = readdirSync(this.folder(runId));
    } catch {
      return []; // no folder yet
    }
    return names.flatMap((file) => {
      const step = checkpointStep(file);
      return step === null ? [] : [{ file, step }];
    });
  }
}

const evalKey = ({ step, split }: EvalMetrics) => `${step} ${split}`;
