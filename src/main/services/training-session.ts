/** One sitting of a run: its data prepared, the engine's training job, and everything it reports into the store and to watchers. */
import { basename } from 'node:path';
import { pack } from '../../api/inside.ts';
import type { LogLine, Run, RunStatus } from '../../api/types.ts';
import type { LiveLook } from '../../engine/inside/looks/live.ts';
import { hasMixedPrecision } from '../../engine/kernels/precision.ts';
import type { EvalMetrics, JobResult, SampleMetrics, StepMetrics, TrainingData } from '../../engine/protocol.ts';
import type { StepSizes } from '../../engine/speed-cases.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import { appendStep, emptyColumns } from '../store/metrics.ts';
import type { RunPatch, RunRecord } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { DatasetCache } from './dataset-cache.ts';
import type { DeviceList } from './devices.ts';
import {
  EngineExited,
  EngineFailure,
  type EngineProcess,
  type EngineProcesses,
  type JobEvent,
} from './engine-processes.ts';
import { splitProblems } from './split-check.ts';
import { recipeOf } from './recipes.ts';
import { standing } from './standing.ts';
import type { TokenCache } from './token-cache.ts';

/** The engine ends a step, writes a checkpoint and stops; if it takes longer than this it is ended by force. */
const stopPatience = 10_000; // ms

export interface SessionDependencies {
  readonly store: Store;
  readonly changes: Changes;
  readonly engines: EngineProcesses;
  readonly devices: DeviceList;
  readonly tokens: TokenCache;
  readonly datasets: DatasetCache;
  readonly texts: CorpusTexts;
  readonly checkpoints: RunCheckpoints;
  /** Tells watchers how the run stands now. */
  publish(runId: string): void;
}

type TrainResult = Extract<JobResult, { type: 'train' }>;
/** What the person, or the app on its way out, wants of the session. */
type Wish = { readonly status: 'stopped' | 'interrupted'; readonly message: string | null };

export class TrainingSession {
  readonly runId: string;
  /** Settles when the session is over and recorded; never rejects. */
  readonly ended: Promise<void>;

  readonly #in: SessionDependencies;
  readonly #run: RunRecord;
  readonly #preparation = new AbortController();
  #engine: EngineProcess | null = null;
  #wish: Wish | null = null;
  /** Where the session began; up to there the engine only repeats what its checkpoint remembers, and `recover` has recorded. */
  #firstStep = 0;
  #remembered: ReadonlySet<string> = new Set();
  #secondsLeft: number | null = null;
  #preparing: string | null = null;
  #acknowledged: (() => void)[] = [];
  #isOver = false;
  #unrecorded: string | null = null;

  constructor(run: RunRecord, dependencies: SessionDependencies) {
    this.runId = run.id;
    this.#run = run;
    this.#in = dependencies;
    this.ended = this.#work();
  }

  get secondsLeft(): number | null {
    return this.#secondsLeft;
  }

  /** How far the preparation is, for people; null once training. */
  get preparing(): string | null {
    return this.#preparing;
  }

  /** Once over: why, where that could not be recorded because the workspace cannot be written; else null. */
  get unrecorded(): string | null {
    return this.#unrecorded;
  }

  /** Resolves when training stands still (after the step it is at), or is over. */
  pause(): Promise<void> {
    return this.#tell('pause');
  }

  /** Resolves when a paused training goes on. */
  continue(): Promise<void> {
    return this.#tell('continue');
  }

  /** Ends the session, keeping what was trained; resolves when it is recorded. */
  async stop(wish: Wish): Promise<void> {
    this.#wish ??= wish;
    this.#preparation.abort();
    const engine = this.#engine;
    engine?.tell('stop');
    const timer = setTimeout(() => engine?.close(), stopPatience);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends the session at once because it cannot be recorded any more. */
  abandon(message: string): void {
    this.#wish ??= { status: 'interrupted', message };
    this.#preparation.abort();
    this.#engine?.close();
  }

  async #work(): Promise<void> {
    try {
      const data = await this.#prepare();
      const resumeFrom = await this.#goBack();
      const result = await this.#train(data, resumeFrom);
      this.#finish(result);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isOver = true;
      this.#engine?.close();
      this.#acknowledge();
    }
  }

  async #prepare(): Promise<TrainingData> {
    const { store, tokens, datasets } = this.#in;
    this.#preparing = 'Preparing the data';
    this.#update({ status: 'preparing', message: null, finishedAt: null });
    const recipe = recipeOf(this.#run.config, this.#run);
    const showProgress = (done: number, total: number, what: string) => {
      this.#preparing = total > 0 ? `${what}: ${Math.floor((100 * done) / total)} %` : what;
      this.#in.publish(this.runId);
    };
    const { signal } = this.#preparation;
    const record = (patch: RunPatch) => {
      this.#preparing = null;
      store.write(() => store.runs.update(this.#run.key, patch));
      signal.throwIfAborted();
    };
    if (recipe.kind === 'examples') {
      const data = await datasets.prepare(recipe.of, showProgress, signal);
      // Numbers have no vocabulary.
      const vocabularySize = recipe.of.data.kind === 'numeric' ? null : data.sizes.inputs;
      record({ vocabularySize, unknownRate: data.summary.unknownRate });
      return data;
    }
    const { data, unknownRate } = await tokens.prepare(
      recipe.of,
      this.#run.config.start ? this.#in.checkpoints.model(this.#run, 'last') : null,
      showProgress,
      signal,
    );
    const { vocabularySize, charactersPerToken } = data;
    record({ vocabularySize, charactersPerToken, unknownRate });
    const problems = splitProblems(data, this.#run.config.training);
    if (problems.length > 0) throw new EngineFailure('input', problems.join(' '));
    return data;
  }

  /** Goes back to the newest checkpoint: what was recorded after it did not happen. Returns the checkpoint's path. */
  async #goBack(): Promise<string | null> {
    const { store, checkpoints, changes } = this.#in;
    const found = await checkpoints.recover(this.#run);
    const { key } = this.#run;
    const step = found?.state.step ?? 0;
    const recordedUpTo = store.metrics.last(key)?.step ?? 0;
    this.#firstStep = step;
    if (found === null && recordedUpTo === 0) return null;
    store.write(() => {
      for (const table of [store.metrics, store.evals, store.samples, store.liveLooks]) table.deleteAfter(key, step);
      // What was measured is whole again of those that are now the newest.
      for (const metrics of found?.state.evals ?? []) store.evals.put(key, metrics);
      const best = found?.state.progress.best ?? null;
      const last = store.metrics.last(key);
      store.runs.update(key, {
        step,
        epoch: last?.epoch ?? 0,
        elapsed: found?.state.elapsed ?? 0,
        trainLoss: last?.loss ?? null,
        ...standing(store.evals.read(key), best),
        testLoss: null,
        testFigures: null,
      });
    });
    changes.publish({ type: 'rewound', id: this.runId, step });
    if (found) {
      const { evals, samples } = found.state;
      this.#remembered = new Set([
        ...evals.map((metrics) => `${metrics.split} ${metrics.step}`),
        ...samples.map((sample) => `sample ${sample.step}`),
      ]);
      this.#publishSteps(found.added.steps);
      for (const metrics of found.added.evals) changes.publish({ type: 'eval', id: this.runId, eval: metrics });
      for (const sample of found.added.samples) changes.publish({ type: 'sample', id: this.runId, sample });
    }
    this.#log(
      'info',
      found ? `Going on from the checkpoint of step ${step}.` : 'There was no checkpoint: starting over.',
    );
    return found?.path ?? null;
  }

  async #train(data: TrainingData, resumeFrom: string | null): Promise<TrainResult> {
    const checkpointDir = await this.#in.checkpoints.createFolder(this.runId);
    const device = await this.#chooseDevice(data);
    const config = { ...this.#run.config, device, precision: this.#precisionOn(device) };
    this.#preparation.signal.throwIfAborted();
    const engine = this.#in.engines.start(config.device);
    this.#engine = engine;
    const onEvent = (event: JobEvent) => {
      try {
        this.#record(event);
      } catch (error) {
        this.abandon(unwritable(error));
      }
    };
    const { vectorsHash } = this.#run;
    const vectorsPath = vectorsHash && this.#in.texts.path(vectorsHash);
    return engine.run({ type: 'train', config, data, checkpointDir, resumeFrom, vectorsPath }, { onEvent });
  }

  /** Where it was trained before (or is to go on), if that device is still here: only there it continues bit for bit. */
  async #chooseDevice(data: TrainingData): Promise<string> {
    const { devices } = this.#in;
    const { device: before, config } = this.#run;
    const device = await devices.deviceFor(before, config.device);
    if (device !== 'auto') return device;
    const choice = await devices.choose('auto', stepSizes(config, data));
    if (choice.device !== null) this.#log('info', `auto takes ${choice.device}: ${choice.why}.`);
    return choice.device ?? 'auto';
  }

  /** As configured; a run in mixed precision that goes on where there is none goes on in float32. */
  #precisionOn(device: string): RunConfig['precision'] {
    const { precision } = this.#run.config;
    if (precision === 'float32' || hasMixedPrecision(device)) return precision;
    this.#log('info', `${device} has no mixed precision: the run goes on in float32.`);
    return 'float32';
  }

  #record(event: JobEvent): void {
    switch (event.type) {
      case 'started': {
        const { device, deviceDetail, parameters, memoryBytes, stepsPerEpoch, totalSteps } = event;
        const startedAt = this.#run.startedAt ?? Date.now();
        const deviceHistory = wentOn(this.#run.deviceHistory, { device, detail: deviceDetail, step: event.step });
        const started = { device, deviceDetail, deviceHistory, parameters, memoryBytes, startedAt };
        return this.#update({ status: 'running', ...started, stepsPerEpoch, totalSteps });
      }
      case 'steps':
        this.#secondsLeft = event.secondsLeft;
        return this.#recordSteps(event.steps);
      case 'eval':
        return this.#recordEval(event.metrics, event.best);
      case 'sample':
        return this.#recordSample(event.sample);
      case 'live-look':
        return this.#recordLook(event.look);
      case 'checkpoint':
        return this.#recordCheckpoint(event.step, basename(event.path), event.best);
      case 'log':
        return this.#log(event.level, event.message);
      case 'paused':
        this.#update({ status: 'paused' });
        return this.#acknowledge();
      case 'continued':
        this.#update({ status: 'running' });
        return this.#acknowledge();
      case 'progress':
      case 'token':
      case 'unknown':
    }
  }

  #recordSteps(steps: readonly StepMetrics[]): void {
    const fresh = steps.filter(
      (metrics) => metrics.step > this.#firstStep && Object.values(metrics).every(Number.isFinite),
    );
    if (fresh.length === 0) return;
    this.#in.store.addSteps(this.#run, fresh);
    this.#publishSteps(fresh);
  }

  #publishSteps(steps: readonly StepMetrics[]): void {
    if (steps.length === 0) return;
    const columns = emptyColumns();
    for (const step of steps) appendStep(columns, step);
    this.#in.changes.publish({ type: 'steps', id: this.runId, steps: columns });
  }

  #recordEval(metrics: EvalMetrics, best: boolean): void {
    const { store, changes } = this.#in;
    const { step, split, loss } = metrics;
    if (this.#remembered.has(`${split} ${step}`)) return;
    if (!Number.isFinite(loss)) {
      return this.#log(
        'warning',
        `The ${split === 'valid' ? 'validation' : 'test'} loss at step ${step} is not a finite number.`,
      );
    }
    const { figures } = metrics;
    const patch: RunPatch =
      split === 'test' ? { testLoss: loss, testFigures: figures } : { validLoss: loss, validFigures: figures };
    store.write(() => {
      store.evals.put(this.#run.key, metrics);
      store.runs.update(
        this.#run.key,
        best ? { ...patch, bestStep: step, bestLoss: loss, bestFigures: figures } : patch,
      );
    });
    changes.publish({ type: 'eval', id: this.runId, eval: metrics });
    this.#in.publish(this.runId);
  }

  #recordSample(sample: SampleMetrics): void {
    const { store, changes } = this.#in;
    if (this.#remembered.has(`sample ${sample.step}`)) return;
    store.write(() => store.samples.put(this.#run.key, sample));
    changes.publish({ type: 'sample', id: this.runId, sample });
  }

  #recordLook(look: LiveLook): void {
    const { store, changes } = this.#in;
    const packed = pack(look);
    store.write(() => store.liveLooks.put(this.#run.key, look.step, packed));
    changes.publish({ type: 'live-look', id: this.runId, look: packed });
  }

  #recordCheckpoint(step: number, file: string, best: boolean): void {
    const { store } = this.#in;
    store.write(() => {
      store.checkpoints.put(this.#run.key, { kind: 'last', step, file });
      if (best) store.checkpoints.put(this.#run.key, { kind: 'best', step, file });
    });
    this.#in.publish(this.runId);
  }

  #log(level: LogLine['level'], message: string): void {
    const line = { at: Date.now(), level, message };
    this.#in.store.write(() => this.#in.store.log.add(this.#run.key, line));
    this.#in.changes.publish({ type: 'log', id: this.runId, line });
  }

  #finish(result: TrainResult): void {
    const wish = this.#wish;
    if (result.reason === 'stopped' && wish) return this.#end(wish.status, wish.message);
    this.#end(result.reason, null);
  }

  #fail(error: unknown): void {
    const wish = this.#wish;
    try {
      if (wish) return this.#end(wish.status, wish.message);
      if (error instanceof EngineExited) {
        this.#log('error', [error.message, error.exit.stderr.trim()].filter(Boolean).join('\n'));
        return this.#end('interrupted', `${error.message}. ${this.#howToGoOn()}`);
      }
      const message = error instanceof Error ? error.message : String(error);
      this.#log('error', message);
      if (error instanceof EngineFailure && error.kind === 'lost') {
        // It may come back; whether it is there is looked at again.
        this.#in.devices.forget();
        return this.#end('interrupted', `${message} ${this.#howToGoOn()}`);
      }
      if (error instanceof EngineFailure && error.kind === 'input') return this.#end('failed', message);
      const [summary] = message.split('\n');
      this.#end(
        'failed',
        `Something went wrong inside Unroll: ${summary!.replace(/\.$/, '')}. The log has the details. ${this.#howToGoOn()}`,
      );
    } catch (failure) {
      // The row still says "running", which the next start turns into "interrupted".
      this.#unrecorded = this.#wish?.message ?? unwritable(failure);
    }
  }

  #howToGoOn(): string {
    const { last } = this.#in.store.checkpoints.read(this.#run.key);
    return last
      ? `Resume goes on from the checkpoint of step ${last.step}.`
      : 'There is no checkpoint yet: Resume starts over.';
  }

  #end(status: RunStatus, message: string | null): void {
    this.#secondsLeft = null;
    this.#preparing = null;
    this.#isOver = true;
    this.#update({ status, message, finishedAt: Date.now() });
  }

  #update(patch: RunPatch): void {
    this.#in.store.write(() => this.#in.store.runs.update(this.#run.key, patch));
    this.#in.publish(this.runId);
  }

  async #tell(what: 'pause' | 'continue'): Promise<void> {
    if (this.#isOver || !this.#engine) return;
    const acknowledged = new Promise<void>((resolve) => this.#acknowledged.push(resolve));
    this.#engine.tell(what);
    await acknowledged;
  }

  #acknowledge(): void {
    for (const resolve of this.#acknowledged.splice(0)) resolve();
  }
}

type Sitting = Run['deviceHistory'][number];

/** The devices of a run that goes on with `next`: what came after its first step did not happen. */
function wentOn(history: readonly Sitting[], next: Sitting): Sitting[] {
  const before = history.filter(({ step }) => step < next.step);
  const last = before.at(-1);
  return last?.device === next.device && last.detail === next.detail ? before : [...before, next];
}

function stepSizes({ architecture, training }: RunConfig, data: TrainingData): StepSizes {
  const { batch } = training;
  if (!('directory' in data)) {
    const sizes = { inputs: data.vocabularySize, outputs: data.vocabularySize };
    return { architecture, sizes, batch, steps: training.steps, targetSteps: training.steps };
  }
  const { longest, longestTarget } = data.summary;
  return { architecture, sizes: data.sizes, batch, steps: longest, targetSteps: longestTarget ?? longest };
}

/** Said of a run that ends because nothing can be recorded of it any more. */
export function unwritable(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `Nothing can be recorded any more: ${why.replace(/\.$/, '')}. Resume goes on from the last checkpoint once that is mended.`;
}
