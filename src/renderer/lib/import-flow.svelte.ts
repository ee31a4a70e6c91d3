/** Bringing texts and folders of them in, from the first byte to the finished corpus; one text after the other. The dialog shows its state. */
import { createContext } from 'svelte';
import type { ImportSource } from '../../api/contract.ts';
import { isEventFile } from '../../api/import-curves.ts';
import type { SharedSource } from '../../api/share.ts';
import type { Corpus, Preview } from '../../api/types.ts';
import { ClassFolder, lookInto, type FolderContents } from './class-folder.ts';
import { CurveFlow } from './curve-flow.svelte.ts';
import { m } from './messages.ts';
import { isModelFile, ModelFlow } from './model-flow.svelte.ts';
import { to } from './routes.ts';
import { isShared, openShared } from './share-run.ts';
import { reason, toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

export type ImportStep =
  | { readonly type: 'closed' }
  /** Asks for pasted text or a path. */
  | { readonly type: 'ask'; readonly what: 'text' | 'path' }
  /** Says what is in a folder, before it is sent. */
  | { readonly type: 'folder'; readonly contents: FolderContents }
  /** Bytes are on their way to the host, `share` from 0 to 1. */
  | { readonly type: 'sending'; readonly share: number }
  | { readonly type: 'reading' }
  | { readonly type: 'preview'; readonly preview: Preview }
  | { readonly type: 'importing'; readonly share: number | null; readonly what: string }
  | { readonly type: 'failed'; readonly message: string };

type Waiting = File | ClassFolder | ImportSource;

export class ImportFlow {
  /** Files that hold curves, and models, are brought in beside. */
  readonly curves: CurveFlow;
  readonly models: ModelFlow;
  #workspace: Workspace;
  #step = $state.raw<ImportStep>({ type: 'closed' });
  #queue: Waiting[] = [];
  #count = $state.raw({ at: 0, of: 0 });
  #source: ImportSource | null = null;
  #folder: ClassFolder | null = null;
  #name = $state.raw('');
  #cancel = new AbortController();
  /** The encoding the host found by itself, and what else it offers: kept while the person tries others. */
  #found = $state.raw<{ encoding: string; candidates: readonly string[] } | null>(null);
  /** Files that came at once, and could be the classes of one corpus. */
  #together = $state.raw<readonly File[] | null>(null);
  /** Files of the archive are named by class. */
  #classes = false;
  #onDone: (corpus: Corpus) => void;

  /** Called with every corpus that has been imported. */
  constructor(workspace: Workspace, onDone: (corpus: Corpus) => void) {
    this.#workspace = workspace;
    this.#onDone = onDone;
    this.models = new ModelFlow(workspace);
    this.curves = new CurveFlow(workspace, ([run, ...more]) => {
      // The router follows the address.
      if (run && more.length === 0) location.hash = to.run(run.id);
    });
  }

  get step(): ImportStep {
    return this.#step;
  }

  get open(): boolean {
    return this.#step.type !== 'closed';
  }

  /** Which of how many texts this is. */
  get count(): { readonly at: number; readonly of: number } {
    return this.#count;
  }

  get found(): { readonly encoding: string; readonly candidates: readonly string[] } | null {
    return this.#found;
  }

  /** The name that the text comes with. */
  get suggestedName(): string {
    return this.#name;
  }

  /** How many files could be taken as one corpus, each a class; null: there are none, or some have been imported already. */
  get together(): number | null {
    const isFirst = this.#count.at === 1 && (this.#step.type === 'preview' || this.#step.type === 'failed');
    return isFirst ? (this.#together?.length ?? null) : null;
  }

  /** Takes files, folders, paths or text (runs that were shared are opened), one after the other; what comes while others are taken waits for its turn. */
  start(found: readonly Waiting[]): void {
    const texts = found.filter((one) => !this.#takeShared(one) && !this.#takeCurves(one) && !this.#takeModel(one));
    if (texts.length === 0) return;
    if (this.open && this.#step.type !== 'ask') {
      this.#queue.push(...texts);
      this.#count = { at: this.#count.at, of: this.#count.of + texts.length };
      return;
    }
    const files = texts.filter((one) => one instanceof File);
    this.#together = files.length > 1 && files.length === texts.length ? files : null;
    this.#queue = [...texts];
    this.#count = { at: 0, of: texts.length };
    void this.#next();
  }

  /** Takes the files that came at once as one corpus, each of them a class. */
  takeTogether(): void {
    const files = this.#together;
    if (!files) return;
    this.#abort();
    this.#together = null;
    this.#queue = [new ClassFolder(m.corpora.folder.togetherName, files)];
    this.#count = { at: 0, of: 1 };
    void this.#next();
  }

  /** Asks where the text is: a box to paste into, or a path. */
  ask(what: 'text' | 'path'): void {
    this.#step = { type: 'ask', what };
  }

  /** The native dialog where there is one; otherwise `pick` opens the browser's. */
  async chooseFiles(pick: () => void): Promise<void> {
    const bridge = window.unroll;
    if (!bridge) return pick();
    const paths = await bridge.chooseFiles();
    this.start(paths.map((path) => ({ type: 'path', path })));
  }

  /** Sends the folder that was looked into, and shows how it reads. */
  async confirmFolder(): Promise<void> {
    const folder = this.#folder;
    if (!folder || this.#step.type !== 'folder') return;
    await this.#offer((progress, signal) => this.#workspace.connection.offerFolder(folder, progress, signal));
  }

  /** Shows the text as it reads in another encoding; null goes back to what was found. */
  async readAs(encoding: string | null): Promise<void> {
    const source = this.#source;
    if (!source) return;
    await this.#attempt(async (signal) => {
      const asked = { source, encoding, classes: this.#classes };
      const preview = await this.#workspace.api.corpora.preview(asked, { signal });
      if (this.#step.type === 'reading') this.#name = preview.document?.title ?? this.#name;
      if (encoding === null) this.#found = { encoding: preview.encoding, candidates: preview.candidates };
      this.#step = { type: 'preview', preview };
    });
  }

  /** Shows an archive as one text, or as files named by class. */
  async readFilesAs(classes: boolean): Promise<void> {
    this.#classes = classes;
    await this.readAs(null);
  }

  /** Imports what the preview shows. */
  async confirm(name: string): Promise<void> {
    const source = this.#source;
    if (!source || this.#step.type !== 'preview') return;
    const { preview } = this.#step;
    const encoding = preview.encodingFrom === 'chosen' ? preview.encoding : null;
    this.#step = { type: 'importing', share: null, what: m.corpora.dialog.reading };
    await this.#attempt(async (signal) => {
      const asked = { source, encoding, classes: this.#classes, name };
      const events = await this.#workspace.api.corpora.import(asked, { signal });
      for await (const event of events) {
        // Leaving the stream cancels the import.
        signal.throwIfAborted();
        if (event.type === 'progress') {
          const share = event.total > 0 ? Math.min(1, event.done / event.total) : null;
          this.#step = { type: 'importing', share, what: event.what };
        } else {
          this.#workspace.takeCorpus(event.corpus);
          toasts.done(m.corpora.imported(event.corpus.name));
          this.#onDone(event.corpus);
        }
      }
      await this.#next();
    });
  }

  /** Gives up on this text; goes on with the next if several were dropped. */
  async skip(): Promise<void> {
    this.#abort();
    await this.#next();
  }

  /** Gives up; what is not yet imported is not kept. */
  close(): void {
    this.#abort();
    this.#queue = [];
    this.#together = null;
    this.#step = { type: 'closed' };
  }

  #abort(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }

  async #next(): Promise<void> {
    const next = this.#queue.shift();
    this.#found = null;
    this.#source = null;
    this.#folder = null;
    this.#classes = false;
    if (!next) {
      this.#step = { type: 'closed' };
      return;
    }
    this.#name = nameOf(next);
    this.#count = { at: this.#count.at + 1, of: this.#count.of };
    if (next instanceof File) {
      await this.#offer((progress, signal) => this.#workspace.connection.offer(next, progress, signal));
    } else if (next instanceof ClassFolder) {
      this.#folder = next;
      this.#step = { type: 'reading' };
      await this.#attempt(async (signal) => {
        const contents = await lookInto(next, signal);
        this.#step = { type: 'folder', contents };
      });
    } else {
      this.#source = next;
      this.#step = { type: 'reading' };
      await this.readAs(null);
    }
  }

  #takeShared(one: Waiting): boolean {
    const isFile =
      one instanceof File
        ? isShared(one.name)
        : !(one instanceof ClassFolder) && one.type === 'path' && isShared(one.path);
    if (isFile) void openShared(this.#workspace, one as File | SharedSource);
    return isFile;
  }

  #takeCurves(one: Waiting): boolean {
    if (one instanceof ClassFolder || !(one instanceof File || one.type === 'path')) return false;
    const isFile = isEventFile(one instanceof File ? one.name : one.path);
    if (isFile) this.curves.start([one]);
    return isFile;
  }

  #takeModel(one: Waiting): boolean {
    if (one instanceof ClassFolder || !(one instanceof File || one.type === 'path')) return false;
    const isFile = isModelFile(one instanceof File ? one.name : one.path);
    if (isFile) this.models.start([one]);
    return isFile;
  }

  /** Makes the bytes readable for the host, and shows how they read. */
  async #offer(send: (progress: (share: number) => void, signal: AbortSignal) => Promise<ImportSource>): Promise<void> {
    this.#step = { type: 'sending', share: 0 };
    await this.#attempt(async (signal) => {
      this.#source = await send((share) => (this.#step = { type: 'sending', share }), signal);
      this.#step = { type: 'reading' };
      await this.readAs(null);
    });
  }

  /** Does it; what fails is shown, unless it was given up. */
  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#cancel;
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) this.#step = { type: 'failed', message: reason(error) };
    }
  }
}

function nameOf(text: Waiting): string {
  if (text instanceof File) return unpacked(text.name);
  if (text instanceof ClassFolder) return text.name;
  if (text.type === 'sample') return m.corpora.sampleName;
  return text.type === 'path' ? unpacked(text.path.split(/[\\/]/).findLast(Boolean) ?? text.path) : text.name;
}

/** The host unpacks what gzip has packed, and knows it by its content. */
function unpacked(name: string): string {
  return name.replace(/(?<=.)\.gz$/i, '');
}

/** The one import of the window: the frame shows its dialog, screens start it. */
export const [getImportFlow, setImportFlow] = createContext<ImportFlow>();
