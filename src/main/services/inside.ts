/** Looking inside a trained run's network. */
import { pack, type LookEvent, type LookRequest } from '../../api/inside.ts';
import { readsData } from '../../engine/inside/look.ts';
import type { TrainingData } from '../../engine/protocol.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { hashesOf } from '../store/text-hashes.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { DatasetCache } from './dataset-cache.ts';
import type { DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, conflict } from './errors.ts';
import { noModel } from './generate.ts';
import { recipeOf } from './recipes.ts';
import type { Runs } from './runs.ts';
import { Stream } from './stream.ts';
import type { TokenCache } from './token-cache.ts';

export interface InsideDependencies {
  readonly store: Store;
  readonly runs: Runs;
  readonly checkpoints: RunCheckpoints;
  readonly devices: DeviceList;
  readonly engines: EngineProcesses;
  readonly tokens: TokenCache;
  readonly datasets: DatasetCache;
  readonly texts: CorpusTexts;
}

type Progress = (done: number, total: number, what: string) => void;

export class Inside {
  readonly #in: InsideDependencies;

  constructor(dependencies: InsideDependencies) {
    this.#in = dependencies;
  }

  /** What was looked at while it trained, by step, packed. @throws ServiceError NOT_FOUND */
  live(id: string): string[] {
    return this.#in.store.liveLooks.read(this.#in.runs.record(id).key);
  }

  /**
   * One picture of a run's checkpoint, made in an engine process. Leaving the stream (or aborting `signal`) stops it.
   * The stream fails with ServiceError NOT_FOUND, CONFLICT while there is no checkpoint or the data are gone, BAD_INPUT for what this
   * network cannot be asked.
   */
  look(request: LookRequest, signal?: AbortSignal): Stream<LookEvent> {
    const leave = new AbortController();
    const signals = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
    const events: Stream<LookEvent> = new Stream<LookEvent>({
      onLeave: () => {
        leave.abort();
        return settled;
      },
      fold: newestProgress,
    });
    const settled: Promise<void> = this.#look(request, signals, events).then(
      () => events.end(),
      (error: unknown) => events.fail(error),
    );
    return events;
  }

  async #look({ id, checkpoint, look }: LookRequest, signal: AbortSignal, events: Stream<LookEvent>): Promise<void> {
    const { runs, checkpoints, devices, engines } = this.#in;
    const run = runs.record(id);
    const progress: Progress = (done, total, what) => events.push({ type: 'progress', done, total, what });
    try {
      const data = readsData(look) ? await this.#data(run, progress, signal) : null;
      const device = await devices.deviceFor(run.device, run.config.device);
      // A checkpoint that is written meanwhile removes an older one: which it is is decided last.
      const checkpointPath = checkpoints.model(run, checkpoint);
      if (checkpointPath === null) throw conflict(noModel(run.name));
      const { looked } = await engines.runSoon(
        { type: 'look', checkpointPath, data, look, device },
        { signal, onEvent: (event) => event.type === 'progress' && progress(event.done, event.total, event.what) },
      );
      events.push({ type: 'done', looked: pack(looked) });
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? badInput(error.message, error) : error;
    }
  }

  /** The data that it was trained on, prepared anew if need be. */
  async #data(run: RunRecord, progress: Progress, signal: AbortSignal): Promise<TrainingData> {
    const { tokens, datasets, texts } = this.#in;
    const recipe = recipeOf(run.config, run);
    const found =
      recipe.kind === 'examples' ? await datasets.find(recipe.of) : ((await tokens.find(recipe.of))?.data ?? null);
    if (found) return found;
    if (hashesOf(run).some((hash) => !texts.exists(hash))) {
      throw conflict(
        `The corpus of "${run.name}" is gone, and this picture is made from its data. Import the same file again.`,
      );
    }
    if (recipe.kind === 'examples') return datasets.prepare(recipe.of, progress, signal);
    return (
      await tokens.prepare(
        recipe.of,
        run.config.start ? this.#in.checkpoints.model(run, 'last') : null,
        progress,
        signal,
      )
    ).data;
  }
}

/** Only the newest progress matters to a reader that lags behind. */
function newestProgress(unread: LookEvent[], event: LookEvent): boolean {
  if (event.type !== 'progress' || unread.at(-1)?.type !== 'progress') return false;
  unread[unread.length - 1] = event;
  return true;
}
