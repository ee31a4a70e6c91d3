/**
 * The one state of the renderer: corpora, runs, the details of the runs on the screen, and the way to change them. It follows
 * main's stream of changes; methods are the only writers.
 */
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { AppInfo, Change, Corpus, Run, RunDetail } from '../../api/types.ts';
import type { Api, Connection, ConnectionState } from './client.ts';
import { m } from './messages.ts';
import { applyToDetail, detailOf, isLive } from './run-detail.ts';
import { reason, toasts } from './toasts.ts';

/** A run's detail while screens look at it. */
interface Followed {
  users: number;
  /** Changes that came while the detail was on its way; null once it is here. */
  early: Change[] | null;
}

export class Workspace {
  readonly connection: Connection;

  #state = $state.raw<ConnectionState>('connecting');
  #info = $state.raw<AppInfo | null>(null);
  #corpora = $state.raw<ReadonlyMap<string, Corpus>>(new Map());
  #runs = $state.raw<ReadonlyMap<string, Run>>(new Map());
  #loaded = $state.raw(false);
  #problem = $state.raw<string | null>(null);
  #details = new SvelteMap<string, RunDetail>();
  #detailProblems = new SvelteMap<string, string>();
  #followed = new Map<string, Followed>();
  /** Changes that came while the lists were on their way; null once they are here. */
  #early: Change[] | null = null;
  #listeners = new Set<(change: Change) => void>();
  #ended = new AbortController();

  constructor(connection: Connection) {
    this.connection = connection;
    const stop = connection.onState((state) => (this.#state = state));
    this.#ended.signal.addEventListener('abort', stop);
    void this.#follow();
  }

  get api(): Api {
    return this.connection.api;
  }

  /** Whether the host answers. */
  get state(): ConnectionState {
    return this.#state;
  }

  get info(): AppInfo | null {
    return this.#info;
  }

  /** The lists have been loaded at least once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Why the lists could not be loaded, while that is so. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Corpora that are not deleted, newest first. */
  readonly corpora = $derived(
    [...this.#corpora.values()].filter((one) => one.deletedAt === null).sort((a, b) => b.createdAt - a.createdAt),
  );

  /** Runs that are not deleted, newest first; archived ones too. */
  readonly runs = $derived(
    [...this.#runs.values()].filter((one) => one.deletedAt === null).sort((a, b) => b.createdAt - a.createdAt),
  );

  /** Runs that train, are about to, or are paused; the one at work first. */
  readonly live = $derived(
    this.runs.filter(isLive).sort((a, b) => liveOrder.indexOf(a.status) - liveOrder.indexOf(b.status)),
  );

  corpus(id: string): Corpus | undefined {
    return this.#corpora.get(id);
  }

  run(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /** A followed run's curves, samples and log, once loaded. */
  detail(id: string): RunDetail | undefined {
    return this.#details.get(id);
  }

  detailProblem(id: string): string | undefined {
    return this.#detailProblems.get(id);
  }

  /** Calls back with every change until the returned function is called. Made for `$effect`. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Loads a run's detail and keeps it live until the returned function is called. Made for `$effect`. */
  followRun(id: string): () => void {
    const followed = this.#followed.get(id);
    if (followed) followed.users++;
    else {
      this.#followed.set(id, { users: 1, early: [] });
      void this.#loadDetail(id);
    }
    return () => {
      const now = this.#followed.get(id);
      if (!now || --now.users > 0) return;
      this.#followed.delete(id);
      this.#details.delete(id);
      this.#detailProblems.delete(id);
    };
  }

  /** Pauses a run that trains, goes on with one that is paused; nothing otherwise. */
  async togglePause(run: Run): Promise<void> {
    if (run.status === 'running') await this.try(() => this.api.runs.pause({ id: run.id }));
    else if (run.status === 'paused') await this.resume(run.id);
  }

  /** @param device null: where it was trained before */
  async resume(id: string, device: string | null = null): Promise<void> {
    await this.try(() => this.api.runs.resume({ id, device }));
  }

  async stop(id: string): Promise<void> {
    await this.try(() => this.api.runs.stop({ id }));
  }

  async updateRun(id: string, change: { name?: string; notes?: string; tags?: string[] }): Promise<boolean> {
    const run = await this.try(() => this.api.runs.update({ id, ...change }));
    if (run) this.#reduce({ type: 'run', run });
    return run !== undefined;
  }

  async archiveRuns(ids: string[], archived: boolean): Promise<void> {
    const done = await this.try(async () => (await this.api.runs.archive({ ids, archived }), true));
    if (!done) return;
    const text = archived ? m.runs.archived(ids.length) : m.runs.unarchived(ids.length);
    toasts.undo(text, () => void this.try(() => this.api.runs.archive({ ids, archived: !archived })));
  }

  /** Deletes runs; a toast offers to take it back. */
  async removeRuns(ids: string[]): Promise<void> {
    const done = await this.try(async () => (await this.api.runs.remove({ ids }), true));
    if (done) toasts.undo(m.runs.deleted(ids.length), () => void this.try(() => this.api.runs.restore({ ids })));
  }

  /** Removes corpora; a toast offers to take it back. */
  async removeCorpora(ids: string[]): Promise<void> {
    const name = this.corpus(ids[0] ?? '')?.name ?? '';
    const done = await this.try(() => this.api.corpora.remove({ ids }));
    if (!done) return;
    const text = ids.length === 1 ? m.corpora.removedOne(name) : m.corpora.removed(ids.length);
    toasts.undo(text, () => void this.try(() => this.api.corpora.restore({ ids: done.undo })));
  }

  /** Takes over what a call answered, ahead of the stream: the next screen can show it at once. */
  takeRun(run: Run): void {
    this.#reduce({ type: 'run', run });
  }

  takeCorpus(corpus: Corpus): void {
    this.#reduce({ type: 'corpus', corpus });
  }

  /** Does it; when it fails, says why in a toast and answers undefined. */
  async try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      toasts.failed(error);
      return undefined;
    }
  }

  /** Stops following the host. */
  close(): void {
    this.#ended.abort();
  }

  async #follow(): Promise<void> {
    let delay = firstDelay;
    while (!this.#ended.signal.aborted) {
      const attempt = new AbortController();
      const signal = AbortSignal.any([this.#ended.signal, attempt.signal]);
      try {
        const changes = await this.api.app.watch(undefined, { signal });
        // Reads from the start: what changes while the lists load is not missed.
        await Promise.all([this.#read(changes), this.#load().then(() => (delay = firstDelay))]);
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        if (this.#state === 'open') this.#problem = reason(error);
      } finally {
        attempt.abort();
      }
      // The stream ends with its channel. The connection opens again by itself, and calls wait for that.
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(2 * delay, longestDelay);
    }
  }

  async #read(changes: AsyncIterable<Change>): Promise<void> {
    for await (const change of changes) this.#reduce(change);
  }

  async #load(): Promise<void> {
    const early: Change[] = (this.#early = []);
    const [info, corpora, runs] = await Promise.all([
      this.api.app.info(),
      this.api.corpora.list(),
      this.api.runs.list(),
    ]);
    this.#info = info;
    this.#corpora = new Map(corpora.map((one) => [one.id, one]));
    this.#runs = new Map(runs.map((one) => [one.id, one]));
    // The lists may be older than what came meanwhile.
    this.#early = null;
    for (const change of early) this.#apply(change);
    this.#loaded = true;
    this.#problem = null;
    await Promise.all([...this.#followed.keys()].map((id) => this.#loadDetail(id)));
  }

  async #loadDetail(id: string): Promise<void> {
    const followed = this.#followed.get(id);
    if (!followed) return;
    followed.early = [];
    try {
      let detail = await this.api.runs.get({ id });
      if (this.#followed.get(id) !== followed) return;
      for (const change of followed.early) {
        const one = detailOf(change);
        if (one) detail = applyToDetail(detail, one.change);
      }
      this.#details.set(id, detail);
      this.#detailProblems.delete(id);
    } catch (error) {
      if (this.#followed.get(id) === followed && this.#state === 'open') this.#detailProblems.set(id, reason(error));
    } finally {
      followed.early = null;
    }
  }

  #reduce(change: Change): void {
    this.#early?.push(change);
    this.#apply(change);
    for (const listener of this.#listeners) listener(change);
    const one = detailOf(change);
    if (!one) return;
    this.#followed.get(one.id)?.early?.push(change);
    const detail = this.#details.get(one.id);
    if (detail) this.#details.set(one.id, applyToDetail(detail, one.change));
  }

  /** Brings a change into the lists. Twice is as good as once. */
  #apply(change: Change): void {
    switch (change.type) {
      case 'corpus':
        this.#corpora = new Map(this.#corpora).set(change.corpus.id, change.corpus);
        break;
      case 'corpus-purged':
        this.#corpora = without(this.#corpora, change.id);
        break;
      case 'run':
        this.#runs = new Map(this.#runs).set(change.run.id, change.run);
        break;
      case 'run-purged':
        this.#runs = without(this.#runs, change.id);
        break;
      case 'devices':
        if (this.#info) this.#info = { ...this.#info, devices: change.devices, auto: change.auto };
        break;
      default:
        break;
    }
  }
}

/** Milliseconds before the stream of changes is asked for again; doubled after each failure. */
const firstDelay = 250;
const longestDelay = 8000;

/** What trains comes first. */
const liveOrder: readonly Run['status'][] = ['running', 'preparing', 'paused', 'queued'];

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** The workspace for the components under App.svelte. */
export const [getWorkspace, setWorkspace] = createContext<Workspace>();
