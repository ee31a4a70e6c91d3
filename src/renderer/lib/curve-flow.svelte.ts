/** Bringing in curves that another program recorded: from a file to runs that can be compared, one file after the other. */
import type { CurveMapping, FoundCurves } from '../../api/import-curves.ts';
import type { SharedSource } from '../../api/share.ts';
import type { Run } from '../../api/types.ts';
import { m } from './messages.ts';
import { reason, toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

export type CurveStep =
  | { readonly type: 'closed' }
  /** Bytes are on their way to the host, `share` from 0 to 1. */
  | { readonly type: 'sending'; readonly share: number }
  | { readonly type: 'reading' }
  /** Asks what the series are. `refused`: why they cannot be imported as it was said. */
  | { readonly type: 'found'; readonly found: FoundCurves; readonly refused: string | null }
  | { readonly type: 'importing'; readonly found: FoundCurves }
  | { readonly type: 'failed'; readonly message: string };

type CurveFile = File | SharedSource;

export class CurveFlow {
  readonly #workspace: Workspace;
  readonly #onDone: (runs: readonly Run[]) => void;
  #step = $state.raw<CurveStep>({ type: 'closed' });
  #name = $state.raw('');
  #count = $state.raw({ at: 0, of: 0 });
  #queue: CurveFile[] = [];
  #source: SharedSource | null = null;
  #cancel = new AbortController();

  /** Called with the runs of every file. */
  constructor(workspace: Workspace, onDone: (runs: readonly Run[]) => void) {
    this.#workspace = workspace;
    this.#onDone = onDone;
  }

  get step(): CurveStep {
    return this.#step;
  }

  get open(): boolean {
    return this.#step.type !== 'closed';
  }

  /** Which of how many files this is. */
  get count(): { readonly at: number; readonly of: number } {
    return this.#count;
  }

  /** The file's name. */
  get name(): string {
    return this.#name;
  }

  start(files: readonly CurveFile[]): void {
    if (files.length === 0) return;
    this.#queue.push(...files);
    this.#count = { at: this.#count.at, of: this.#count.of + files.length };
    if (!this.open) void this.#next();
  }

  /** Asks which files. */
  async choose(): Promise<void> {
    const bridge = window.unroll;
    if (bridge) return this.start((await bridge.chooseFiles()).map((path) => ({ type: 'path', path })));
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.addEventListener('change', () => this.start([...(input.files ?? [])]));
    input.click();
  }

  /** Imports them as they are said to be. @param name null: the file's */
  async confirm(mapping: CurveMapping, name: string | null): Promise<void> {
    const source = this.#source;
    if (!source || this.#step.type !== 'found') return;
    const { found } = this.#step;
    const { signal } = this.#cancel;
    this.#step = { type: 'importing', found };
    try {
      const runs = await this.#workspace.api.importCurves.take({ source, mapping, name }, { signal });
      for (const run of runs) this.#workspace.takeRun(run);
      const text = m.importCurves;
      toasts.done(runs.length === 1 ? text.done(runs[0]!.name) : text.doneSeveral(runs.length));
      this.#onDone(runs);
      await this.#next();
    } catch (error) {
      if (!signal.aborted) this.#step = { type: 'found', found, refused: reason(error) };
    }
  }

  /** Gives up on this file; goes on with the next if there are several. */
  async skip(): Promise<void> {
    this.#abort();
    await this.#next();
  }

  close(): void {
    this.#abort();
    this.#queue = [];
    this.#end();
  }

  #abort(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }

  #end(): void {
    this.#step = { type: 'closed' };
    this.#count = { at: 0, of: 0 };
  }

  async #next(): Promise<void> {
    const file = this.#queue.shift();
    if (!file) return this.#end();
    this.#count = { at: this.#count.at + 1, of: this.#count.of };
    this.#name = file instanceof File || file.type === 'upload' ? file.name : baseOf(file.path);
    const { signal } = this.#cancel;
    try {
      this.#source = file instanceof File ? await this.#send(file, signal) : file;
      this.#step = { type: 'reading' };
      const found = await this.#workspace.api.importCurves.look({ source: this.#source }, { signal });
      this.#step = { type: 'found', found, refused: null };
    } catch (error) {
      if (!signal.aborted) this.#step = { type: 'failed', message: reason(error) };
    }
  }

  async #send(file: File, signal: AbortSignal): Promise<SharedSource> {
    this.#step = { type: 'sending', share: 0 };
    const progress = (share: number) => (this.#step = { type: 'sending', share });
    const source = await this.#workspace.connection.offer(file, progress, signal);
    if (source.type === 'path' || source.type === 'upload') return source;
    throw new TypeError(`A file was offered as ${source.type}.`);
  }
}

function baseOf(path: string): string {
  return path.split(/[\\/]/).findLast(Boolean) ?? path;
}
