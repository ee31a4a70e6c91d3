/** A host without a machine behind it: the contract over made-up data in memory, for looking at screens and testing them. */
import { fakeModel } from './fake-model.ts';
import { createRouterClient, implement, ORPCError } from '@orpc/server';
import { contract } from '../../../src/api/contract.ts';
import type { ImportSource } from '../../../src/api/contract.ts';
import { pack, type LookRequest } from '../../../src/api/inside.ts';
import { tasks, type Task } from '../../../src/engine/model/spec.ts';
import { documentKinds } from '../../../src/engine/documents/kinds.ts';
import type { Change, Corpus, Preview, Run } from '../../../src/api/types.ts';
import type { ClassFolder } from '../../../src/renderer/lib/class-folder.ts';
import type { Api, Connection, ConnectionState } from '../../../src/renderer/lib/client.ts';
import type { SavedView } from '../../../src/api/views.ts';
import { curvesOf } from './fake-curves.ts';
import { curveRuns, foundCurves } from './fake-import-curves.ts';
import { modelInput, predict } from './fake-answers.ts';
import { config, corpus, detail, evaluationOf, lossAt, lossScale, random, run, stepsBetween } from './fake-data.ts';
import { FakeDevices } from './fake-devices.ts';
import { liveLooks, lookedAt } from './fake-inside.ts';
import { inspection } from './fake-inspections.ts';
import { planOf } from './fake-plan.ts';
import { sampleOf } from './fake-results.ts';
import { dataTexts, inspectText, isDataText } from './fake-texts.ts';

export interface FakeOptions {
  readonly runs: number;
  readonly corpora: number;
  /** Corpora of data besides, of every kind, that can be looked through. */
  readonly data?: boolean;
  /** What the runs do; `all`: every task in turn. */
  readonly task?: Task | 'all';
  /** Classes of classifications. */
  readonly classes?: number;
  /** The first run trains. */
  readonly train: boolean;
  /** Devices were measured before. */
  readonly measured?: boolean;
  /** A call that fails, as "runs.list". */
  readonly fail: string | null;
  /** Lists never arrive. */
  readonly slow: boolean;
}

/** @param sent texts of files, by their names */
function decode(source: ImportSource, sent: ReadonlyMap<string, string>): string {
  if (source.type === 'text') return source.text;
  const text = source.type === 'upload' ? sent.get(source.upload) : undefined;
  if (text !== undefined) return text;
  return 'The Time Traveller (for so it will be convenient to speak of him)…\n'.repeat(40);
}

/** By the name alone, as no bytes are looked at. */
function documentOf(source: ImportSource, classes: boolean): Preview['document'] {
  const name = source.type === 'path' ? source.path : 'name' in source ? source.name : '';
  const kind = documentKinds.find((one) => name.endsWith(`.${one}`));
  if (!kind) return null;
  const parts = { html: 1, docx: 1, epub: 24, pdf: 312, zip: 18 }[kind];
  const leftOut = kind === 'zip' ? ['names/cover.jpg', 'names/a-picture-with-a-very-long-name-indeed.png'] : [];
  const title = kind === 'epub' ? 'Frankenstein; Or, The Modern Prometheus' : null;
  return { kind, title, parts, leftOut, moreLeftOut: leftOut.length > 0 ? 7 : 0, classes };
}

export class FakeHost implements Connection {
  readonly api: Api;
  readonly corpora = new Map<string, Corpus>();
  readonly runs = new Map<string, Run>();
  views: SavedView[] = [];
  /** The call that fails, as "runs.list"; null when all work. */
  fail: string | null;
  /** Calls of runs.list and runs.get that wait for `hold` to be released. */
  held = 0;
  /** Texts of files that were offered, by their names. */
  readonly #sent = new Map<string, string>();
  #gate: Promise<void> = Promise.resolve();
  #slow: boolean;
  #classes: number;
  #devices: FakeDevices;
  #watchers = new Set<(change: Change) => void>();
  #stateListeners = new Set<(state: ConnectionState) => void>();

  constructor(options: FakeOptions) {
    this.fail = options.fail;
    this.#slow = options.slow;
    this.#classes = options.classes ?? 18;
    this.#devices = new FakeDevices(options.measured ?? true);
    for (let index = 0; index < options.corpora; index++) this.corpora.set(`corpus-${index}`, corpus(index));
    const { task = 'language-model' } = options;
    if (options.data) for (const one of dataTexts()) this.corpora.set(one.id, one);
    for (let index = 0; index < options.runs; index++) {
      this.runs.set(`run-${index}`, run(index, task === 'all' ? tasks[index % tasks.length] : task));
    }
    this.api = createRouterClient(this.#router());
    if (options.train) this.#train();
  }

  onState(callback: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(callback);
    callback('open');
    return () => this.#stateListeners.delete(callback);
  }

  become(state: ConnectionState): void {
    for (const listener of this.#stateListeners) listener(state);
  }

  async offer(file: File): Promise<ImportSource> {
    this.#sent.set(file.name, await file.text());
    return { type: 'upload', upload: file.name, name: file.name };
  }

  async offerFolder(folder: ClassFolder): Promise<ImportSource> {
    return { type: 'uploads', name: folder.name, files: folder.files.map(({ name }) => ({ upload: name, name })) };
  }

  /** From now on runs.list and runs.get answer with what there was when they were called, once the returned function was called. */
  hold(): () => void {
    let release = () => undefined as void;
    this.#gate = new Promise((resolve) => (release = resolve));
    return () => release();
  }

  async #held(): Promise<void> {
    this.held++;
    await this.#gate;
    this.held--;
  }

  send(change: Change): void {
    if (change.type === 'run') this.runs.set(change.run.id, change.run);
    if (change.type === 'corpus') this.corpora.set(change.corpus.id, change.corpus);
    for (const watcher of this.#watchers) watcher(change);
  }

  #run(id: string): Run {
    const one = this.runs.get(id);
    if (!one) throw new ORPCError('NOT_FOUND', { message: 'This run no longer exists.' });
    return one;
  }

  #changeRun(id: string, change: Partial<Run>): Run {
    const next = { ...this.#run(id), ...change };
    this.send({ type: 'run', run: next });
    return next;
  }

  #setViews(views: SavedView[]): void {
    this.views = views;
    this.send({ type: 'views', views });
  }

  #train(): void {
    const index = 0;
    const id = 'run-0';
    let step = 1_400;
    this.#changeRun(id, { status: 'running', step, finishedAt: null, totalSteps: 4900, secondsLeft: 130 });
    setInterval(() => {
      const one = this.runs.get(id);
      if (one?.status !== 'running') return;
      const scale = lossScale(one.config);
      const steps = stepsBetween(step + 1, step + 11, index, scale);
      step += 10;
      this.send({ type: 'steps', id, steps });
      const loss = lossAt(step, index) * scale;
      if (step % 100 === 0) {
        const found = evaluationOf(one.config, index, step, 'valid');
        const { figures } = found;
        this.send({ type: 'eval', id, eval: found });
        this.send({ type: 'sample', id, sample: sampleOf(one.config.architecture.task, step, random(step)) });
        const best = { bestLoss: found.loss, bestFigures: figures, bestStep: step };
        this.#changeRun(id, { validLoss: found.loss, validFigures: figures, ...best, checkpointStep: step });
      }
      this.#changeRun(id, { step, epoch: step / 490, trainLoss: loss, secondsLeft: (4900 - step) * 0.04 });
    }, 200);
  }

  async *#look({ id, look }: LookRequest) {
    yield { type: 'progress' as const, done: 1, total: 2, what: 'Looking' };
    yield { type: 'done' as const, looked: pack(lookedAt(look, this.#run(id))) };
  }

  /** Ten steps of progress; leaving the stream in between imports nothing. */
  async *#import(source: ImportSource, name: string | null, signal: AbortSignal | undefined) {
    for (let done = 0; done < 10; done++) {
      yield { type: 'progress' as const, done, total: 10, what: 'Reading' };
      await new Promise((resolve) => setTimeout(resolve, 40));
      if (signal?.aborted) return;
    }
    const characters = decode(source, this.#sent).length;
    const id = `imported-${this.corpora.size}`;
    const made = { ...corpus(0), id, name: name ?? 'Imported', characters, createdAt: Date.now() };
    this.send({ type: 'corpus', corpus: made });
    yield { type: 'done' as const, corpus: made };
  }

  #router() {
    const os = implement(contract);
    const hold = new Promise<never>(() => undefined);
    const guard = async (name: string) => {
      if (this.#slow) await hold;
      if (this.fail === name) {
        throw new ORPCError('CONFLICT', {
          message: 'The workspace is open in another Unroll. Close that one and try again.',
        });
      }
    };
    const setRuns = (ids: string[], change: Partial<Run>) => ids.forEach((id) => this.#changeRun(id, change));
    const setCorpora = (ids: string[], change: Partial<Corpus>) =>
      ids.forEach((id) => {
        const one = this.corpora.get(id);
        if (one) this.send({ type: 'corpus', corpus: { ...one, ...change } });
      });
    return os.router({
      app: {
        info: os.app.info.handler(() => ({
          version: '0.1.0',
          workspace: '/home/ada/.local/share/unroll',
          platform: 'linux',
          host: 'serve' as const,
          capabilities: { filePaths: false, saveDialog: false, nativeMenu: false },
          ...this.#devices.info,
          cores: 2,
        })),
        save: os.app.save.handler(() => undefined),
        watch: os.app.watch.handler(({ signal }) => this.#changes(signal)),
      },
      devices: {
        measure: os.devices.measure.handler(async ({ input, signal }) => {
          await guard('devices.measure');
          return this.#devices.measure(input.device, signal, () =>
            this.send({ type: 'devices', ...this.#devices.info }),
          );
        }),
      },
      corpora: {
        list: os.corpora.list.handler(async () => {
          await guard('corpora.list');
          return [...this.corpora.values()];
        }),
        preview: os.corpora.preview.handler(({ input }) => {
          const text = decode(input.source, this.#sent);
          if (text.includes('\0')) {
            const name = 'name' in input.source ? input.source.name : 'The file';
            throw new ORPCError('BAD_INPUT', { message: `${name} is not text: it contains zero bytes.` });
          }
          return {
            text: text.slice(0, 4000),
            encoding: input.encoding ?? 'utf-8',
            encodingFrom: input.encoding ? ('chosen' as const) : ('utf-8' as const),
            candidates: ['utf-8', 'windows-1252', 'shift_jis'],
            bytes: text.length,
            document: documentOf(input.source, input.classes),
          };
        }),
        import: os.corpora.import.handler(({ input, signal }) => this.#import(input.source, input.name, signal)),
        text: os.corpora.text.handler(({ input }) => {
          const text =
            'The Time Traveller (for so it will be convenient to speak of him) was expounding a recondite matter to us.\n\n'.repeat(
              60,
            );
          return {
            text: text.slice(input.offset, input.offset + input.length),
            offset: input.offset,
            total: text.length,
          };
        }),
        inspect: os.corpora.inspect.handler(async ({ input }) => {
          await guard('corpora.inspect');
          if (!isDataText(input.id)) return inspection(Number(input.id.split('-')[1]));
          return inspectText(input.id, input.target, input.data).catch((error: Error) => {
            throw new ORPCError('BAD_INPUT', { message: error.message });
          });
        }),
        rename: os.corpora.rename.handler(({ input }) => {
          setCorpora([input.id], { name: input.name });
          return this.corpora.get(input.id) ?? corpus(0);
        }),
        remove: os.corpora.remove.handler(({ input }) => {
          setCorpora(input.ids, { deletedAt: Date.now() });
          return { undo: input.ids };
        }),
        restore: os.corpora.restore.handler(({ input }) => setCorpora(input.ids, { deletedAt: null })),
      },
      runs: {
        list: os.runs.list.handler(async () => {
          await guard('runs.list');
          const all = [...this.runs.values()];
          await this.#held();
          return all;
        }),
        get: os.runs.get.handler(async ({ input }) => {
          const one = this.runs.get(input.id);
          await this.#held();
          if (!one) throw new ORPCError('NOT_FOUND', { message: 'This run no longer exists.' });
          return detail(one, Number(input.id.split('-')[1]), this.#classes);
        }),
        create: os.runs.create.handler(({ input }) => {
          const made = {
            ...run(7),
            id: `run-${this.runs.size}`,
            config: input.config,
            name: input.name ?? 'New run',
            createdAt: Date.now(),
          };
          this.send({ type: 'run', run: made });
          return made;
        }),
        pause: os.runs.pause.handler(({ input }) => void this.#changeRun(input.id, { status: 'paused' })),
        resume: os.runs.resume.handler(
          ({ input }) => void this.#changeRun(input.id, { status: 'running', message: null }),
        ),
        stop: os.runs.stop.handler(({ input }) => void this.#changeRun(input.id, { status: 'stopped' })),
        update: os.runs.update.handler(({ input: { id, ...change } }) =>
          this.#changeRun(id, JSON.parse(JSON.stringify(change)) as Partial<Run>),
        ),
        archive: os.runs.archive.handler(({ input }) => setRuns(input.ids, { archived: input.archived })),
        remove: os.runs.remove.handler(({ input }) => setRuns(input.ids, { deletedAt: Date.now() })),
        restore: os.runs.restore.handler(({ input }) => setRuns(input.ids, { deletedAt: null })),
        plan: os.runs.plan.handler(async ({ input }) => {
          await guard('runs.plan');
          return planOf(input);
        }),
        generate: os.runs.generate.handler(async function* () {
          for (const text of ['ROMEO:\n', 'What, ', 'shall ', 'the day ', 'be so?']) {
            yield { type: 'text' as const, text, count: text.length };
          }
          yield { type: 'done' as const, tokensPerSecond: 8000 };
        }),
        predict: os.runs.predict.handler(async ({ input }) => {
          await guard('runs.predict');
          const answer = predict(this.#run(input.id), input.input);
          if (!answer) throw new ORPCError('BAD_INPUT', { message: 'This network reads something else.' });
          return answer;
        }),
        modelInput: os.runs.modelInput.handler(async ({ input }) => {
          await guard('runs.modelInput');
          return modelInput(this.#run(input.id));
        }),
        script: os.runs.script.handler(({ input }) => ({
          text: `unroll train 'a text.txt' --seed 1 # ${input.as}`,
          fileName: 'train.sh',
        })),
        export: os.runs.export.handler(({ input }) => ({
          path: input.path,
          ticket: null,
          fileName: `run ${input.format}.zip`,
          bytes: config(0).architecture.hidden,
        })),
      },
      share: {
        write: os.share.write.handler(({ input }) => ({
          path: input.path,
          ticket: null,
          fileName: 'run.unroll',
          bytes: config(0).architecture.hidden,
        })),
        open: os.share.open.handler(async ({ input }) => {
          await guard('share.open');
          const name = input.source.type === 'upload' ? input.source.name : input.source.path;
          const made = {
            ...run(1),
            id: `run-${this.runs.size}`,
            name,
            imported: { at: Date.now(), digest: name, file: null, curves: null },
          };
          this.send({ type: 'run', run: made });
          return made;
        }),
      },
      importCurves: {
        look: os.importCurves.look.handler(async ({ input }) => {
          await guard('importCurves.look');
          return foundCurves(input.source);
        }),
        take: os.importCurves.take.handler(async ({ input }) => {
          await guard('importCurves.take');
          const made = curveRuns(input).map((one, i) => ({ ...run(1), ...one, id: `run-${this.runs.size + i}` }));
          for (const one of made) this.send({ type: 'run', run: one });
          return made;
        }),
      },
      importModel: {
        look: os.importModel.look.handler(async ({ input }) => {
          await guard('importModel.look');
          return fakeModel(input);
        }),
        take: os.importModel.take.handler(async ({ input }) => {
          await guard('importModel.take');
          const file = input.source.type === 'upload' ? input.source.name : input.source.path;
          const imported = { at: Date.now(), digest: file, file, curves: null };
          const made = { ...run(1), id: `run-${this.runs.size}`, name: input.name ?? file, imported };
          this.send({ type: 'run', run: made });
          return made;
        }),
      },
      compare: {
        curves: os.compare.curves.handler(async ({ input }) => {
          await guard('compare.curves');
          return curvesOf(input, (id) => {
            const one = this.runs.get(id);
            return one ? detail(one, Number(id.split('-')[1]), this.#classes) : null;
          });
        }),
        views: os.compare.views.handler(() => this.views),
        saveView: os.compare.saveView.handler(({ input }) =>
          this.#setViews([...this.views.filter(({ id }) => id !== input.id), input]),
        ),
        removeView: os.compare.removeView.handler(({ input }) =>
          this.#setViews(this.views.filter(({ id }) => id !== input.id)),
        ),
      },
      inside: {
        live: os.inside.live.handler(({ input }) => liveLooks(this.#run(input.id)).map(pack)),
        look: os.inside.look.handler(async ({ input }) => {
          await guard('inside.look');
          return this.#look(input);
        }),
      },
    });
  }

  async *#changes(signal: AbortSignal | undefined): AsyncGenerator<Change, void> {
    const queue: Change[] = [];
    let wake = () => undefined as void;
    const watcher = (change: Change) => {
      queue.push(change);
      wake();
    };
    this.#watchers.add(watcher);
    signal?.addEventListener('abort', () => wake());
    try {
      while (!signal?.aborted) {
        yield* queue.splice(0);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }
}
