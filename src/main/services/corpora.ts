/** Texts to train on: looking at them before importing, importing, reading, naming, removing. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Corpus, ImportEvent, ImportSource, Preview } from '../../api/types.ts';
import type { ImportedText } from '../../engine/protocol.ts';
import type { CorpusRecord } from '../store/corpora.ts';
import type { Store } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import { EngineExited, EngineFailure, type EngineProcesses, type JobOptions } from './engine-processes.ts';
import { badInput, conflict, notFound, requireWriter } from './errors.ts';
import type { ImportSources, SourceFile } from './import-sources.ts';
import { documentPatience, watched } from './patience.ts';
import { needsEngine, previewOf, previewPasted, previewTaken } from './preview.ts';
import { Stream } from './stream.ts';
import type { Uploads } from './uploads.ts';

export interface ImportRequest {
  readonly source: ImportSource;
  /** null: found out. */
  readonly encoding: string | null;
  /** Files of an archive are named by class, one example a line. */
  readonly classes?: boolean;
  /** null: the document's title, or the file's name. */
  readonly name: string | null;
}

export interface CorporaDependencies {
  readonly store: Store;
  readonly texts: CorpusTexts;
  readonly sources: ImportSources;
  readonly uploads: Uploads;
  readonly engines: EngineProcesses;
  readonly changes: Changes;
}

function pathOf({ path, fileName }: SourceFile): { sourcePath: string; sourceName: string } {
  return { sourcePath: path, sourceName: fileName };
}

export class Corpora {
  readonly #in: CorporaDependencies;

  constructor(dependencies: CorporaDependencies) {
    this.#in = dependencies;
  }

  list(): Corpus[] {
    return this.#in.store.corpora.list().map((record) => this.#view(record));
  }

  /** @throws ServiceError NOT_FOUND, also for one that was removed */
  get(id: string): Corpus {
    const record = this.#in.store.corpora.get(id);
    if (!record || record.deletedAt !== null)
      throw notFound('This corpus no longer exists. Choose another, or import it again.');
    return this.#view(record);
  }

  /** As it would be imported, without importing. @throws ServiceError BAD_INPUT when it is not text */
  async preview(
    source: ImportSource,
    encoding: string | null,
    { classes = false, signal }: { classes?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<Preview> {
    if (source.type === 'text') return previewPasted(source.text, encoding);
    const file = await this.#in.sources.open(source);
    if (!(await needsEngine(file))) return previewOf(file, encoding);
    const { preview } = await this.#read(
      file,
      signal,
      () => {},
      (options) => this.#in.engines.runSoon({ type: 'preview-document', classes, encoding, ...pathOf(file) }, options),
    );
    return previewTaken(preview, (await stat(file.path)).size);
  }

  /** Progress, and at last the corpus. Leaving the stream (or aborting `signal`) cancels and keeps nothing. */
  import(request: ImportRequest, signal?: AbortSignal): Stream<ImportEvent> {
    const cancel = new AbortController();
    const signals = signal ? AbortSignal.any([signal, cancel.signal]) : cancel.signal;
    const events: Stream<ImportEvent> = new Stream<ImportEvent>({
      onLeave: () => {
        cancel.abort();
        return settled;
      },
      // Only the newest progress is of interest.
      fold: (unread, event) => {
        if (event.type !== 'progress' || unread.at(-1)?.type !== 'progress') return false;
        unread[unread.length - 1] = event;
        return true;
      },
    });
    const settled: Promise<void> = this.#import(request, signals, (event) => events.push(event)).then(
      (corpus) => {
        events.push({ type: 'done', corpus });
        events.end();
      },
      (error: unknown) => events.fail(error),
    );
    return events;
  }

  async #import(request: ImportRequest, signal: AbortSignal, onEvent: (event: ImportEvent) => void): Promise<Corpus> {
    requireWriter(this.#in.store);
    const source = await this.#in.sources.open(request.source);
    try {
      return await this.#in.uploads.inScratchFolder(async (folder) => {
        const { encoding, classes = false } = request;
        const asked = { classFiles: source.classFiles, classes, targetDir: folder, encoding, ...pathOf(source) };
        const { imported } = await this.#read(source, signal, onEvent, (options) =>
          this.#in.engines.run({ type: 'import-text', ...asked }, options),
        );
        signal.throwIfAborted();
        const { sha256, bytes } = imported;
        await this.#in.texts.adopt(join(folder, `${sha256}.txt`), sha256, bytes);
        return this.#add(imported, source, request.name?.trim() || imported.document?.title || source.name);
      });
    } finally {
      await source.discard();
    }
  }

  /** Lets an engine process read a file. A document that holds it up is given up: it may be made to. */
  async #read<T>(
    source: SourceFile,
    outer: AbortSignal | undefined,
    onEvent: (event: ImportEvent) => void,
    work: (options: JobOptions) => Promise<T>,
  ): Promise<T> {
    const patience = (await needsEngine(source)) ? documentPatience : Infinity;
    const standstill = () =>
      badInput(
        `${source.fileName} cannot be read: nothing came of it for ${documentPatience / 1000} seconds. It may be damaged. Save its text as a plain text file and import that.`,
      );
    return watched(patience, standstill, outer, async ({ signal, moved }) => {
      try {
        return await work({
          signal,
          onEvent: (event) => {
            if (event.type !== 'progress') return;
            moved();
            onEvent({ type: 'progress', done: event.done, total: event.total, what: event.what });
          },
        });
      } catch (error) {
        if (error instanceof EngineFailure && error.kind === 'input') throw badInput(error.message, error);
        if (!(error instanceof EngineExited) || patience === Infinity) throw error;
        throw badInput(
          `${source.fileName} cannot be read. ${error.message}: the document may be damaged, or too large for this machine. Save its text as a plain text file and import that.`,
          error,
        );
      }
    });
  }

  /** The same text under the same name is the same corpus: importing it twice does not make two. */
  #add(imported: ImportedText, source: SourceFile, name: string): Corpus {
    const { store, changes } = this.#in;
    const same = store.corpora.withText(imported.sha256).find((corpus) => corpus.name === name);
    if (same) return this.#view(same);
    const { preview: _, document: __, ...statistics } = imported;
    const record: CorpusRecord = {
      ...statistics,
      frequentCharacters: [...imported.frequentCharacters],
      frequentWords: [...imported.frequentWords],
      id: randomUUID(),
      name,
      source: source.origin,
      createdAt: Date.now(),
      deletedAt: null,
    };
    store.write(() => store.corpora.insert(record));
    const corpus = this.#view(record);
    changes.publish({ type: 'corpus', corpus });
    return corpus;
  }

  /** A part of the stored text: see CorpusTexts.slice. */
  async text(id: string, offset: number, length: number): Promise<{ text: string; offset: number; total: number }> {
    return this.#in.texts.slice(this.whole(id).sha256, offset, length);
  }

  /** A corpus whose text is there. @throws ServiceError NOT_FOUND, CONFLICT */
  whole(id: string): Corpus {
    const corpus = this.get(id);
    if (corpus.missing) {
      throw conflict(`The stored text of "${corpus.name}" is missing or was changed on disk. Import the file again.`);
    }
    return corpus;
  }

  rename(id: string, name: string): Corpus {
    requireWriter(this.#in.store);
    this.get(id);
    this.#in.store.write(() => this.#in.store.corpora.rename(id, name));
    return this.#publish(id);
  }

  /** Hides corpora until they are restored, or purged when the app is next started. Returns what to restore. */
  remove(ids: readonly string[]): { undo: string[] } {
    requireWriter(this.#in.store);
    for (const id of ids) this.get(id);
    this.#setDeleted(ids, Date.now());
    return { undo: [...ids] };
  }

  restore(ids: readonly string[]): void {
    requireWriter(this.#in.store);
    for (const id of ids) {
      if (!this.#in.store.corpora.get(id)) throw notFound('This corpus is gone for good. Import the file again.');
    }
    this.#setDeleted(ids, null);
  }

  /** Removes for good what was removed. A text that a run or another corpus refers to stays. */
  async purge(): Promise<void> {
    const { store, texts, changes } = this.#in;
    for (const { id, sha256 } of store.corpora.deleted()) {
      store.write(() => store.corpora.purge(id));
      if (!store.corpora.isTextUsed(sha256)) await texts.remove(sha256);
      changes.publish({ type: 'corpus-purged', id });
    }
  }

  #setDeleted(ids: readonly string[], at: number | null): void {
    const { store } = this.#in;
    store.write(() => {
      for (const id of ids) store.corpora.setDeleted(id, at);
    });
    for (const id of ids) this.#publish(id);
  }

  #publish(id: string): Corpus {
    const corpus = this.#view(this.#in.store.corpora.get(id)!);
    this.#in.changes.publish({ type: 'corpus', corpus });
    return corpus;
  }

  #view({ sourceBytes: _, ...record }: CorpusRecord): Corpus {
    return { ...record, missing: !this.#in.texts.isWhole(record.sha256, record.bytes) };
  }
}
