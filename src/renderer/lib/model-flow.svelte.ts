/** Bringing in models of other programs, one after the other: what a file holds, what is to be asked, the run. The dialog shows its state. */
import { modelExtensions, type FoundModel, type ImportAnswers, type VocabularySource } from '../../api/import-model.ts';
import type { SharedSource } from '../../api/share.ts';
import { m } from './messages.ts';
import { to } from './routes.ts';
import { reason, toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

type Waiting = File | SharedSource;

export type ModelStep =
  | { readonly type: 'closed' }
  /** Bytes are on their way to the host, `share` from 0 to 1. */
  | { readonly type: 'sending'; readonly share: number }
  | { readonly type: 'reading' }
  /** `refused` is why the vocabulary or the answers do not fit. */
  | { readonly type: 'found'; readonly model: FoundModel; readonly refused: string | null }
  /** It is looked at again, or taken in. */
  | { readonly type: 'working'; readonly model: FoundModel }
  | { readonly type: 'failed'; readonly message: string };

/** Whether a file is a model by its name. */
export function isModelFile(name: string): boolean {
  return modelExtensions.some((extension) => name.toLowerCase().endsWith(extension));
}

export class ModelFlow {
  readonly #workspace: Workspace;
  #step = $state.raw<ModelStep>({ type: 'closed' });
  #name = $state.raw('');
  #vocabulary = $state.raw<VocabularySource | null>(null);
  #source: SharedSource | null = null;
  #queue: Waiting[] = [];
  #cancel = new AbortController();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get step(): ModelStep {
    return this.#step;
  }

  get open(): boolean {
    return this.#step.type !== 'closed';
  }

  /** Of the file. */
  get name(): string {
    return this.#name;
  }

  /** What the person named; null: what the file has. */
  get vocabulary(): VocabularySource | null {
    return this.#vocabulary;
  }

  /** Takes files one after the other. */
  start(files: readonly Waiting[]): void {
    if (files.length === 0) return;
    this.#queue.push(...files);
    if (!this.open) void this.#next();
  }

  /** Asks which file. */
  async choose(): Promise<void> {
    this.start(await chooseFiles([...modelExtensions, '.zip'].join(','), true));
  }

  /** Asks for the file of the vocabulary, and looks whether it fits. */
  async chooseVocabulary(): Promise<void> {
    const [file] = await chooseFiles('.json,.txt', false);
    if (!file) return;
    await this.#attempt(async (signal) => {
      const source = file instanceof File ? await this.#offered(file, signal) : file;
      await this.#look({ from: 'file', source }, signal);
    });
  }

  /** Looks at the file again with a vocabulary; null: with its own. */
  async take(vocabulary: VocabularySource | null): Promise<void> {
    await this.#attempt((signal) => this.#look(vocabulary, signal));
  }

  /** Makes the run. */
  async confirm(answers: ImportAnswers, name: string): Promise<void> {
    const source = this.#source;
    if (!source || this.#step.type !== 'found') return;
    const { model } = this.#step;
    this.#step = { type: 'working', model };
    await this.#attempt(async (signal) => {
      const vocabulary = this.#vocabulary;
      const run = await this.#workspace.api.importModel.take({ source, vocabulary, answers, name }, { signal });
      this.#workspace.takeRun(run);
      toasts.done(m.importModel.imported(run.name));
      // The router follows the address.
      if (this.#queue.length === 0) location.hash = to.run(run.id);
      await this.#next();
    });
  }

  /** Gives up on this file; goes on with the next if several were dropped. */
  async skip(): Promise<void> {
    this.#abort();
    await this.#next();
  }

  close(): void {
    this.#abort();
    this.#queue = [];
    this.#step = { type: 'closed' };
  }

  async #next(): Promise<void> {
    const next = this.#queue.shift();
    this.#source = null;
    this.#vocabulary = null;
    if (!next) {
      this.#step = { type: 'closed' };
      return;
    }
    this.#name = next instanceof File || next.type === 'upload' ? next.name : next.path.split(/[\\/]/).at(-1)!;
    this.#step = { type: 'reading' };
    await this.#attempt(async (signal) => {
      this.#source = next instanceof File ? await this.#offered(next, signal) : next;
      await this.#look(null, signal);
    });
  }

  async #look(vocabulary: VocabularySource | null, signal: AbortSignal): Promise<void> {
    const source = this.#source;
    if (!source) return;
    this.#step = this.#step.type === 'found' ? { type: 'working', model: this.#step.model } : { type: 'reading' };
    const model = await this.#workspace.api.importModel.look({ source, vocabulary }, { signal });
    this.#vocabulary = vocabulary;
    this.#step = { type: 'found', model, refused: null };
  }

  async #offered(file: File, signal: AbortSignal): Promise<SharedSource> {
    const shown = this.#step.type === 'reading';
    const progress = (share: number) => {
      if (shown) this.#step = { type: 'sending', share };
    };
    const source = await this.#workspace.connection.offer(file, progress, signal);
    if (source.type === 'path' || source.type === 'upload') return source;
    throw new TypeError(`A file was offered as ${source.type}.`);
  }

  #abort(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }

  /** Does it; what fails is shown, where there is a model beside its form, unless it was given up. */
  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#cancel;
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted) return;
      const step = this.#step;
      this.#step =
        step.type === 'found' || step.type === 'working'
          ? { type: 'found', model: step.model, refused: reason(error) }
          : { type: 'failed', message: reason(error) };
    }
  }
}

/** The native dialog where there is one, otherwise the browser's. */
async function chooseFiles(accept: string, multiple: boolean): Promise<Waiting[]> {
  const bridge = window.unroll;
  if (bridge) return (await bridge.chooseFiles()).map((path) => ({ type: 'path', path }));
  return new Promise((resolve) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', accept, multiple });
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
