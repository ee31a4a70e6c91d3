/**
 * Unroll as a module: `import { train, load } from 'unroll/engine'`. The same services as the app's, in a workspace of its own that
 * is gone with the model unless one is named; training runs in an engine process, so the caller's event loop stays free.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ExportFormat } from '../../api/export.ts';
import type { PredictionRequest, Run } from '../../api/types.ts';
import type { Prediction } from '../../engine/inference/prediction.ts';
import { type App, openApp } from '../app.ts';
import { forkEngine } from '../services/engine-channel.ts';
import type { Client } from './cli/app-session.ts';
import { beginRun, checkFlags } from './cli/begin-run.ts';
import { findRun } from './cli/find-run.ts';
import { followRun } from './cli/follow-run.ts';
import { Terminal } from './cli/terminal.ts';
import type { TrainFlags } from './cli/train-flags.ts';
import { type GenerateFlags, generateOptions } from './cli/use.ts';
import { findLayout } from './layout.ts';

export type { ExportFormat, GenerateFlags as GenerateOptions, Prediction, PredictionRequest as PredictionInput, Run };

/** What the command line prints under `--json` (docs/cli.md): `data`, `start`, `step`, `eval`, `done`. */
export type TrainEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** The flags of `unroll train` (docs/cli.md) in camel case, with their defaults: `{ cell: 'gru', hidden: 128, maxSteps: 500 }`. */
export interface TrainOptions extends Partial<TrainFlags> {
  /** Folder of a workspace to keep corpus and run in; without, a temporary one. */
  readonly workspace?: string;
  /** Stops training after the step it is at; the model so far is returned. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Remarks for people, such as rows that are left out. */
  readonly onNote?: (sentence: string) => void;
}

/** A text that is in memory. */
export interface InMemory {
  readonly text: string;
  /** With an ending that says what it is: `reviews.csv`. Default: `text.txt`. */
  readonly name?: string;
}

/**
 * Trains a network and returns it when training has ended.
 * @param data path of a file, or of a folder of files named by class; or the text itself
 * @throws Error whose message says which option or which line of the data cannot be used, or why training failed
 */
export async function train(data: string | InMemory, options: TrainOptions = {}): Promise<Model> {
  const { workspace, signal, onEvent, onNote, ...given } = options;
  signal?.throwIfAborted();
  const flags: TrainFlags = { task: 'language-model', ...given };
  checkFlags(typeof data === 'string' ? data : (data.name ?? 'text.txt'), flags);
  return Session.use(workspace ?? null, async (session) => {
    const { client } = session;
    const listener = new Listener(onEvent, onNote);
    const watching = new AbortController();
    const changes = await client.app.watch(undefined, { signal: watching.signal });
    try {
      const file = typeof data === 'string' ? data : await session.write(data);
      const run = await beginRun(client, file, flags, listener, noBar, signal ?? watching.signal);
      const stop = () => void client.runs.stop({ id: run.id }).catch(() => {});
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
      try {
        return new Model(session, await followRun(client, changes, run, 0, listener, noBar));
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    } finally {
      watching.abort();
    }
  });
}

/**
 * Opens a trained model: a run that was shared as one file (`.unroll`).
 * @throws Error whose message says what is wrong with the file
 */
export async function load(file: string, options: { readonly workspace?: string } = {}): Promise<Model> {
  return Session.use(options.workspace ?? null, async (session) => {
    const run = await session.client.share.open({ source: { type: 'path', path: resolve(file) } });
    return new Model(session, run);
  });
}

/**
 * Opens a run of a workspace, such as the app's.
 * @param name its id, the beginning of it, its name, or "latest"
 * @throws Error when there is no such run, or the workspace is in use by another program
 */
export async function open(workspace: string, name: string): Promise<Model> {
  return Session.use(workspace, async (session) => new Model(session, await findRun(session.client, name)));
}

/** A trained network. Close it: it holds a workspace and perhaps an engine process. */
export class Model {
  /** What it is and how it was trained: configuration, steps, losses (nats), scores, device. */
  readonly run: Run;
  readonly #session: Session;

  /** @internal */
  constructor(session: Session, run: Run) {
    this.#session = session;
    this.run = run;
  }

  /**
   * Text from a language model, in pieces as it is written. Leaving the loop stops it.
   * @throws Error for options out of range, or a network of another task
   */
  async *generate(options: GenerateFlags = {}): AsyncGenerator<string, void, undefined> {
    const events = await this.#session.client.runs.generate({ id: this.run.id, options: generateOptions(options) });
    for await (const event of events) if (event.type === 'text') yield event.text;
  }

  /**
   * What a network of any other task answers: classes, tags, translations, values, forecasts, texts of a label.
   * @throws Error for an input that it cannot read
   */
  predict(input: PredictionRequest): Promise<Prediction> {
    return this.#session.client.runs.predict({ id: this.run.id, input });
  }

  /** Writes the whole run as one file, which `load` and the app open. @param path ending in .unroll */
  async save(path: string): Promise<void> {
    await this.#session.client.share.write({ id: this.run.id, path: resolve(path) });
  }

  /** Writes the model for other programs (docs/export.md). @param path a folder, or a file ending in .zip */
  async export(format: ExportFormat, path: string): Promise<void> {
    await this.#session.client.runs.export({ ids: [this.run.id], format, path: resolve(path) });
  }

  /** Ends its engine process; a temporary workspace is removed. */
  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A workspace that is open for one model. */
class Session {
  readonly client: Client;
  readonly #app: App;
  /** Of files that are not the person's; removed at the end. */
  readonly #folder: string;

  private constructor(app: App, folder: string) {
    this.#app = app;
    this.#folder = folder;
    this.client = createRouterClient(app.router);
  }

  /** @param workspace null: a temporary one */
  static async use(workspace: string | null, work: (session: Session) => Promise<Model>): Promise<Model> {
    const layout = findLayout();
    const folder = await mkdtemp(join(tmpdir(), 'unroll-'));
    let session: Session | null = null;
    try {
      const app = await openApp({
        workspace: resolve(workspace ?? join(folder, 'workspace')),
        resourcesDir: layout.resources,
        pageDir: layout.page,
        spawnEngine: () => forkEngine(layout.engineProcess),
        host: 'cli',
        capabilities: { filePaths: true, saveDialog: false, nativeMenu: false },
        version: layout.version,
      });
      session = new Session(app, folder);
      return await work(session);
    } catch (error) {
      if (session) await session.close();
      else await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async write({ text, name = 'text.txt' }: InMemory): Promise<string> {
    const path = join(this.#folder, basename(name));
    await writeFile(path, text);
    return path;
  }

  async close(): Promise<void> {
    await this.#app.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A terminal that is a program. */
class Listener extends Terminal {
  readonly #onEvent: TrainOptions['onEvent'];
  readonly #onNote: TrainOptions['onNote'];

  constructor(onEvent: TrainOptions['onEvent'], onNote: TrainOptions['onNote']) {
    super(true);
    this.#onEvent = onEvent;
    this.#onNote = onNote;
  }

  override event(value: TrainEvent): void {
    this.#onEvent?.(value);
  }

  override note(text: string): void {
    this.#onNote?.(text);
  }
}

const noBar = { update() {}, stop() {} };
