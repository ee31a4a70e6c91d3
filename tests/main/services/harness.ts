/** An app on a temporary workspace with engine processes, fake ones unless told otherwise, and ways to wait for what it says. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Change, Corpus, Run, RunStatus } from '../../../src/api/types.ts';
import { openApp, type App } from '../../../src/main/app.ts';
import { forkEngine, type EngineChannel } from '../../../src/main/services/engine-channel.ts';
import { ServiceError } from '../../../src/main/services/errors.ts';
import { openStore } from '../../../src/main/store/store.ts';
import { sampleCorpus } from '../store/samples.ts';
import { temporaryFolder } from '../temporary.ts';
import { appOptions, configFor, type ConfigChanges } from './app-options.ts';
import type { FakeFaults } from './fake-engine.ts';

const fakeEngine = join(import.meta.dirname, 'fake-engine.ts');
const realEngine = join(import.meta.dirname, '../../../src/main/engine-process.ts');
const entries = { fake: fakeEngine, real: realEngine, losing: join(import.meta.dirname, 'losing-engine.ts') };

export interface TestApp extends App {
  readonly folder: string;
  /** Every engine process started, oldest first. */
  readonly channels: EngineChannel[];
  /** A text of 1,000 characters that was there from the beginning. */
  readonly corpus: Corpus;
}

/** What goes wrong in engine processes started from now on. */
export function setFaults(faults: FakeFaults): void {
  process.env['FAKE_ENGINE'] = JSON.stringify(faults);
  onTestFinished(() => void delete process.env['FAKE_ENGINE']);
}

export async function openTestApp(
  options: { folder?: string; faults?: FakeFaults; readOnly?: boolean; engine?: 'fake' | 'real' | 'losing' } = {},
): Promise<TestApp> {
  const folder = options.folder ?? workspaceWithText();
  setFaults(options.faults ?? {});
  const channels: EngineChannel[] = [];
  const app = await openApp({
    ...appOptions(folder, () => {
      const channel = forkEngine(entries[options.engine ?? 'fake']);
      channels.push(channel);
      return channel;
    }),
    readOnly: options.readOnly ?? false,
  });
  onTestFinished(() => app.close());
  return { ...app, folder, channels, corpus: app.services.corpora.list().at(-1)! };
}

/** A workspace that holds one text, without the time that importing takes. */
export function workspaceWithText(length = 1_000): string {
  const folder = join(temporaryFolder(), 'workspace');
  const store = openStore(folder);
  const text = textOf(length);
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(store.workspace.corpora, `${sha256}.txt`), text);
  const size = { bytes: text.length, sourceBytes: text.length, characters: text.length };
  store.write(() => store.corpora.insert(sampleCorpus('corpus-1', { name: 'a text', sha256, ...size })));
  store.close();
  return folder;
}

/** A text of `length` characters, all ASCII. */
export function textOf(length: number): string {
  return 'the quick brown fox '.repeat(Math.ceil(length / 20)).slice(0, length);
}

export async function importText(app: App, text = textOf(1_000), name = 'a text'): Promise<Corpus> {
  for await (const event of app.services.corpora.import({
    source: { type: 'text', text, name },
    encoding: null,
    name: null,
  })) {
    if (event.type === 'done') return event.corpus;
  }
  throw new Error('the import ended without a corpus');
}

/** Remembers every change from now on, and waits for those that matter. */
export class Watcher {
  readonly changes: Change[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(app: App) {
    void this.#read(app);
  }

  async #read(app: App): Promise<void> {
    for await (const change of app.services.changes.watch()) {
      this.changes.push(change);
      for (const look of [...this.#waiting]) look();
    }
  }

  /** The first change, past or to come, that `accepts`. */
  find<T extends Change>(accepts: (change: Change) => change is T): Promise<T>;
  find(accepts: (change: Change) => boolean): Promise<Change>;
  find(accepts: (change: Change) => boolean): Promise<Change> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.changes.find(accepts);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The run as it is when it first has one of these statuses, after `since` changes. */
  async status(id: string, statuses: RunStatus | readonly RunStatus[], since = 0): Promise<Run> {
    const wanted: readonly RunStatus[] = typeof statuses === 'string' ? [statuses] : statuses;
    const change = await this.find(
      (one): one is Extract<Change, { type: 'run' }> =>
        one.type === 'run' &&
        one.run.id === id &&
        wanted.includes(one.run.status) &&
        this.changes.indexOf(one) >= since,
    );
    return change.run;
  }

  /** Training has reached this step, as told to watchers, after `since` changes. */
  async step(id: string, step: number, since = 0): Promise<void> {
    await this.find(
      (one) =>
        one.type === 'steps' && one.id === id && one.steps.step.includes(step) && this.changes.indexOf(one) >= since,
    );
  }

  statusesOf(id: string): RunStatus[] {
    const all = this.changes.flatMap((one) => (one.type === 'run' && one.run.id === id ? [one.run.status] : []));
    return all.filter((status, i) => status !== all[i - 1]);
  }
}

export async function startRun(app: TestApp, changes: ConfigChanges = {}): Promise<Run> {
  return app.services.runs.create({ config: configFor(app.corpus, changes), name: null, tags: [] });
}

/** What a service refuses. @throws what else goes wrong, or that nothing does */
export async function refusal(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw error;
}

/** The bundled sample, as small as it may be, where the test app looks for it. */
export function addSample(app: TestApp, text: string): void {
  const samples = join(app.folder, '..', 'resources', 'samples');
  mkdirSync(samples, { recursive: true });
  writeFileSync(join(samples, 'timemachine.txt'), text);
}
