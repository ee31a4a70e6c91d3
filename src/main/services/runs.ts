/** Training runs: creating, queueing one after the other, pausing, stopping, resuming, and keeping them in order. */
import { createHash, randomUUID } from 'node:crypto';
import type { Run, RunDetail, RunStatus } from '../../api/types.ts';
import { CorpusError } from '../../engine/corpus/errors.ts';
import { beginFrom } from '../../engine/training/begin-from.ts';
import type { Checkpoint } from '../../engine/training/checkpoint.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import type { RunRecord } from '../store/runs.ts';
import { hashesOf } from '../store/text-hashes.ts';
import type { Changes } from './changes.ts';
import type { Corpora } from './corpora.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import { badInput, conflict, notFound, requireWriter } from './errors.ts';
import type { FolderCache } from './folder-cache.ts';
import { describeRun, findTexts, hashesOfTexts, parseRunConfig, settingProblems } from './run-check.ts';
import { recipeOf } from './recipes.ts';
import { standing } from './standing.ts';
import { certainSplitProblems } from './split-check.ts';
import { TrainingSession, unwritable, type SessionDependencies } from './training-session.ts';

export interface RunsDependencies extends Omit<SessionDependencies, 'publish'> {
  readonly corpora: Corpora;
  readonly texts: CorpusTexts;
  readonly folders: FolderCache;
  readonly changes: Changes;
  readonly appVersion: string;
}

export interface NewRunRequest {
  readonly config: RunConfig;
  /** null: made from the configuration. */
  readonly name: string | null;
  readonly tags: readonly string[];
}

export interface RunUpdate {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

const inProgress: ReadonlySet<RunStatus> = new Set(['preparing', 'running', 'paused']);
const resumable: ReadonlySet<RunStatus> = new Set(['interrupted', 'stopped', 'failed']);

export class Runs {
  readonly #in: RunsDependencies;
  /** One training at a time: two would only slow each other down. A paused one keeps its place. */
  #session: TrainingSession | null = null;
  #closing = false;
  /** Runs whose end could not be recorded, and why they ended: their rows still say that they train. */
  readonly #unrecorded = new Map<string, string>();

  constructor(dependencies: RunsDependencies) {
    this.#in = dependencies;
    dependencies.store.listener = {
      flushed: (id) => this.#publish(id),
      flushFailed: (error) => this.#session?.abandon(unwritable(error)),
    };
  }

  /** Does a run train (or prepare to) right now? */
  get isTraining(): boolean {
    return this.#session !== null;
  }

  list(): Run[] {
    const writing = !this.#in.store.readOnly || this.#in.store.hasOtherWriter();
    return this.#in.store.runs.list().map((record) => this.#view(record, writing));
  }

  /** @throws ServiceError NOT_FOUND */
  get(id: string): RunDetail {
    const { store } = this.#in;
    const record = this.record(id);
    const { key } = record;
    store.flush();
    return {
      run: this.#view(store.runs.get(id) ?? record, !store.readOnly || store.hasOtherWriter()),
      steps: store.metrics.read(key),
      evals: store.evals.read(key),
      samples: store.samples.read(key),
      log: store.log.read(key),
    };
  }

  /** The run as everyone sees it. @throws ServiceError NOT_FOUND */
  show(id: string): Run {
    return this.#view(this.record(id), true);
  }

  /** Tells everyone of a run that was added otherwise than by training. */
  announce(id: string): Run {
    this.#publish(id);
    return this.#current(id);
  }

  /** The run as stored. @throws ServiceError NOT_FOUND, also for one that was removed */
  record(id: string): RunRecord {
    const record = this.#in.store.runs.get(id);
    if (!record || record.deletedAt !== null) throw notFound('This run no longer exists.');
    return record;
  }

  /** Checks everything that can be checked now, then queues it. @throws ServiceError BAD_INPUT */
  async create(request: NewRunRequest): Promise<Run> {
    const { store, corpora, devices, tokens, datasets, appVersion } = this.#in;
    requireWriter(store);
    const asked = parseRunConfig(request.config);
    const start = asked.start && (await this.#startOf(asked));
    const texts = findTexts(asked, (id) => corpora.whole(id));
    const { corpus, valid, test } = texts;
    // A split of its own makes the part superfluous.
    const config = {
      ...asked,
      ...start?.config,
      split: { valid: valid ? 0 : asked.split.valid, test: test ? 0 : asked.split.test },
    };
    const hashes = hashesOfTexts(texts);
    const recipe = recipeOf(config, hashes);
    const problems = settingProblems(config, config.device === 'auto' ? [] : await devices.list());
    if (recipe.kind === 'text') problems.push(...certainSplitProblems(texts, config, await tokens.find(recipe.of)));
    if (problems.length > 0) throw badInput(problems.join(' '));

    const id = randomUUID();
    if (start) await this.#in.checkpoints.write(id, beginFromRun(start.checkpoint, config));
    store.write(() => {
      store.runs.insert({
        id,
        name: request.name?.trim() || describeRun(config, corpus.name),
        config,
        ...hashes,
        corpusName: corpus.name,
        tokensKey: recipe.kind === 'text' ? tokens.key(recipe.of) : datasets.key(recipe.of),
        appVersion,
        createdAt: Date.now(),
      });
      store.runs.setTags(store.runs.get(id)!.key, request.tags);
    });
    if (start) await this.#in.checkpoints.recover(store.runs.get(id)!);
    this.#publish(id);
    this.#startNext();
    return this.#current(id);
  }

  /** The model that a run begins with, and what of the settings follows from it. @throws ServiceError BAD_INPUT, NOT_FOUND */
  async #startOf({ start, ...asked }: RunConfig) {
    const record = this.record(start!.run);
    const checkpoint = await this.#in.checkpoints.read(record);
    if (checkpoint === null)
      throw badInput(`"${record.name}" has no checkpoint yet, so no run can begin with what it has learnt.`);
    const { state } = checkpoint;
    const vocabulary = createHash('sha256').update(JSON.stringify(state.tokenizer)).digest('hex');
    // Its vocabulary is taken, not learnt.
    const tokenizer = state.config.tokenizer;
    beginFromRun(checkpoint, { ...asked, start });
    return { checkpoint, config: { tokenizer, start: { run: record.id, vocabulary } } };
  }

  async pause(id: string): Promise<void> {
    const { status, name } = this.record(id);
    if (status === 'paused') return;
    const session = this.#sessionOf(id);
    if (!session || status !== 'running') {
      throw conflict(`"${name}" is ${describe(status)}: only a run that is training can be paused.`);
    }
    await session.pause();
  }

  /**
   * Goes on: after a pause at once, otherwise queued to go on from the last checkpoint.
   * @param device to go on with; null: the one it was trained on, if it is still there
   */
  async resume(id: string, device: string | null = null): Promise<void> {
    const { store } = this.#in;
    requireWriter(store);
    const record = this.record(id);
    const { status, name } = record;
    if (device !== null) await this.#requireDevice(device);
    if (status === 'paused') return this.#continue(record, device);
    const isOver = resumable.has(status) || (this.#unrecorded.has(id) && !this.#sessionOf(id));
    if (!isOver && (status === 'queued' || inProgress.has(status))) return;
    if (!isOver) {
      throw conflict(`"${name}" is ${describe(status)}: there is nothing left to do. Duplicate it to train longer.`);
    }
    this.#requireTexts(record);
    const queued = { status: 'queued', message: null, queuedAt: Date.now() } as const;
    store.write(() => store.runs.update(record.key, { ...queued, ...(device !== null && { device }) }));
    this.#unrecorded.delete(id);
    this.#publish(id);
    this.#startNext();
  }

  async #continue({ id, name, device: present }: RunRecord, device: string | null): Promise<void> {
    if (device !== null && device !== present) {
      throw conflict(`"${name}" is paused on ${present}. Stop it, then resume it on ${device}.`);
    }
    await this.#sessionOf(id)?.continue();
  }

  async #requireDevice(name: string): Promise<void> {
    const devices = await this.#in.devices.list();
    const device = devices.find((one) => one.name === name);
    const known = devices.map((one) => one.name).join(', ');
    if (!device) throw badInput(`There is no device called "${name}". This machine knows: ${known}.`);
    if (!device.available) throw badInput(`The device "${name}" cannot be used here: ${device.detail}`);
  }

  /** Ends a run, keeping a checkpoint of where it is. */
  async stop(id: string): Promise<void> {
    const { store } = this.#in;
    requireWriter(store);
    const { key, status, name } = this.record(id);
    const session = this.#sessionOf(id);
    if (session) return session.stop({ status: 'stopped', message: null });
    if (status !== 'queued') throw conflict(`"${name}" is ${describe(status)}: there is nothing to stop.`);
    store.write(() => store.runs.update(key, { status: 'stopped', finishedAt: Date.now() }));
    this.#publish(id);
  }

  update(id: string, { name, notes, tags }: RunUpdate): Run {
    const { store } = this.#in;
    requireWriter(store);
    const { key } = this.record(id);
    store.write(() => {
      store.runs.update(key, { ...(name !== undefined && { name }), ...(notes !== undefined && { notes }) });
      if (tags) store.runs.setTags(key, tags);
    });
    this.#publish(id);
    return this.#current(id);
  }

  archive(ids: readonly string[], archived: boolean): void {
    this.#updateAll(
      ids.map((id) => this.record(id)),
      { archived },
    );
  }

  /** Hides runs until they are restored, or purged when the app is next started. */
  remove(ids: readonly string[]): void {
    const records = ids.map((id) => this.record(id));
    const busy = records.find(({ id }) => this.#sessionOf(id));
    if (busy) throw conflict(`"${busy.name}" is ${describe(busy.status)}. Stop it first, then delete it.`);
    this.#updateAll(
      records.filter(({ status }) => status === 'queued'),
      {
        status: 'interrupted',
        message: 'It was deleted before it began. Resume starts it.',
      },
    );
    this.#updateAll(records, { deletedAt: Date.now() });
  }

  restore(ids: readonly string[]): void {
    const records = ids.map((id) => {
      const record = this.#in.store.runs.get(id);
      if (!record) throw notFound('This run is gone for good: deleted runs are kept until the app is next started.');
      return record;
    });
    this.#updateAll(records, { deletedAt: null });
  }

  /**
   * At start, before anything else: what an earlier process left in progress is interrupted. Nothing starts by itself: who opens
   * the app to look something up does not want a machine at full load.
   */
  async recover(): Promise<void> {
    const { store, checkpoints } = this.#in;
    for (const record of store.runs.active()) {
      const found = await checkpoints.recover(record);
      const last = store.metrics.last(record.key);
      store.write(() => {
        if (last) {
          const { step, epoch, loss: trainLoss, elapsed } = last;
          store.runs.update(record.key, { step, epoch, trainLoss, elapsed });
        }
        const recorded = record.bestStep === null ? null : { step: record.bestStep, loss: record.bestLoss };
        const remembered = found?.state.progress.best ?? null;
        const best = (remembered?.step ?? 0) > (recorded?.step ?? 0) ? remembered : recorded;
        store.runs.update(record.key, {
          ...standing(store.evals.read(record.key), best),
          status: 'interrupted',
          message: interruption(record.status, found?.state.step ?? null),
          finishedAt: Date.now(),
        });
      });
    }
  }

  /** At start: removes for good what was removed, with its files, and what no run needs: prepared data, folders left half made. */
  async purge(): Promise<void> {
    const { store, checkpoints, folders, texts, changes } = this.#in;
    for (const run of store.runs.deleted()) {
      const { key, id } = run;
      await checkpoints.removeFolder(id);
      store.write(() => store.runs.purge(key));
      for (const hash of hashesOf(run)) {
        if (!store.corpora.isTextUsed(hash)) await texts.remove(hash);
      }
      changes.publish({ type: 'run-purged', id });
    }
    // Checkpoints are put in place before the database learns of a run that is taken in.
    for (const id of await checkpoints.runIds()) {
      if (!store.runs.get(id)) await checkpoints.removeFolder(id);
    }
    // What was prepared for plans that never became runs goes too.
    for (const key of await folders.keys()) {
      if (!store.runs.areTokensUsed(key)) await folders.remove(key);
    }
  }

  /** The app is closing: what trains is checkpointed and becomes interrupted. */
  async close(): Promise<void> {
    this.#closing = true;
    const message = 'Unroll was closed while it trained. Resume goes on where it was.';
    await this.#session?.stop({ status: 'interrupted', message });
    if (this.#in.store.readOnly) return;
    const waiting = this.#in.store.runs.active();
    this.#updateAll(waiting, { status: 'interrupted', message: interruption('queued', null), finishedAt: Date.now() });
  }

  #startNext(): void {
    if (this.#session || this.#closing) return;
    const next = this.#in.store.runs.nextQueued();
    if (!next) return;
    const session = new TrainingSession(next, { ...this.#in, publish: (id) => this.#publish(id) });
    this.#session = session;
    void session.ended.then(() => {
      this.#session = null;
      if (session.unrecorded === null) return this.#startNext();
      // The next in line would fare no better.
      this.#unrecorded.set(session.runId, session.unrecorded);
      this.#publish(session.runId);
    });
  }

  #sessionOf(id: string): TrainingSession | null {
    return this.#session?.runId === id ? this.#session : null;
  }

  /** A resumed run needs its texts, though perhaps not its corpora any more. */
  #requireTexts(run: RunRecord): void {
    if (hashesOf(run).every((hash) => this.#in.texts.exists(hash))) return;
    if (run.imported)
      throw conflict(
        `"${run.name}" was trained elsewhere, on "${run.corpusName}", which is not in this workspace (SHA-256 ${run.corpusHash.slice(0, 12)}…). Import that very text, then resume it.`,
      );
    throw conflict(`The text that "${run.name}" trains on is not in the workspace any more. Import the file again.`);
  }

  #updateAll(records: readonly RunRecord[], patch: Parameters<RunsDependencies['store']['runs']['update']>[1]): void {
    const { store } = this.#in;
    requireWriter(store);
    if (records.length === 0) return;
    store.write(() => {
      for (const { key } of records) store.runs.update(key, patch);
    });
    for (const { id } of records) this.#publish(id);
  }

  #publish(id: string): void {
    this.#in.changes.publish({ type: 'run', run: this.#current(id) });
  }

  #current(id: string): Run {
    return this.#view(this.#in.store.runs.get(id)!, true);
  }

  /** @param writing false when nobody writes to the workspace: then nothing trains, whatever a killed process left in the row */
  #view(record: RunRecord, writing: boolean): Run {
    const run = withoutInternals(record);
    const session = this.#sessionOf(record.id);
    if (session) return { ...run, message: session.preparing ?? run.message, secondsLeft: session.secondsLeft };
    const unrecorded = this.#unrecorded.get(record.id);
    if (unrecorded !== undefined) return { ...run, status: 'interrupted', message: unrecorded, secondsLeft: null };
    if (!writing && (run.status === 'queued' || inProgress.has(run.status))) {
      return {
        ...run,
        status: 'interrupted',
        message: interruption(run.status, run.checkpointStep),
        secondsLeft: null,
      };
    }
    return { ...run, secondsLeft: null };
  }
}

/** What of a row is for main alone. */
function withoutInternals(record: RunRecord): Omit<Run, 'secondsLeft'> {
  const { key: _key, tokensKey: _tokens, queuedAt: _queued, ...rest } = record;
  const { targetHash: _t, validHash: _v, validTargetHash: _vt, testHash: _e, testTargetHash: _et, ...more } = rest;
  const { vectorsHash: _vectors, ...run } = more;
  return run;
}

function beginFromRun(checkpoint: Checkpoint, config: RunConfig): Checkpoint {
  try {
    return beginFrom(checkpoint, config);
  } catch (error) {
    throw error instanceof CorpusError ? badInput(error.message, error) : error;
  }
}

function interruption(status: RunStatus, checkpointStep: number | null): string {
  if (status === 'queued') return 'Unroll was closed before it began. Resume queues it again.';
  if (status === 'preparing') return 'Unroll ended while it prepared the data. Resume starts again.';
  const where =
    checkpointStep === null
      ? 'starts over: there is no checkpoint yet'
      : `goes on from the checkpoint of step ${checkpointStep}`;
  return `Unroll ended while it trained. Resume ${where}.`;
}

function describe(status: RunStatus): string {
  const words: Partial<Record<RunStatus, string>> = {
    preparing: 'preparing its data',
    running: 'training',
    'early-stopped': 'finished (stopped early)',
  };
  return words[status] ?? status;
}
