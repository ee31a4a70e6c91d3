/** Text from a trained run, as it is generated. */
import type { GenerateEvent, GenerateRequest } from '../../api/types.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, conflict } from './errors.ts';
import type { Runs } from './runs.ts';
import { Stream } from './stream.ts';

export class Generate {
  readonly #runs: Runs;
  readonly #checkpoints: RunCheckpoints;
  readonly #devices: DeviceList;
  readonly #engines: EngineProcesses;

  constructor(runs: Runs, checkpoints: RunCheckpoints, devices: DeviceList, engines: EngineProcesses) {
    this.#runs = runs;
    this.#checkpoints = checkpoints;
    this.#devices = devices;
    this.#engines = engines;
  }

  /** Uses the run's best checkpoint, else its last. Leaving the stream (or aborting `signal`) stops it. */
  start(runId: string, options: GenerateRequest, signal?: AbortSignal): Stream<GenerateEvent> {
    const leave = new AbortController();
    const signals = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
    const events: Stream<GenerateEvent> = new Stream<GenerateEvent>({
      onLeave: () => {
        leave.abort();
        return settled;
      },
      fold: joinTexts,
    });
    const settled: Promise<void> = this.#generate(runId, options, signals, events).then(
      () => events.end(),
      (error: unknown) => events.fail(error),
    );
    return events;
  }

  async #generate(
    runId: string,
    options: GenerateRequest,
    signal: AbortSignal,
    events: Stream<GenerateEvent>,
  ): Promise<void> {
    const run = this.#runs.record(runId);
    const checkpointPath = this.#checkpoints.model(run);
    if (checkpointPath === null) throw conflict(noModel(run.name));
    const device = await this.#devices.deviceFor(run.device, run.config.device);
    try {
      const { tokensPerSecond } = await this.#engines.runSoon(
        { type: 'generate', checkpointPath, options, device },
        {
          signal,
          onEvent: (event) => {
            if (event.type === 'unknown') events.push({ type: 'unknown', characters: [...event.characters] });
            if (event.type === 'token') events.push({ type: 'text', text: event.text, count: event.count });
          },
        },
      );
      events.push({ type: 'done', tokensPerSecond });
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? badInput(error.message, error) : error;
    }
  }
}

/** Why there is nothing to use yet. */
export function noModel(name: string): string {
  return `"${name}" has no checkpoint yet. One is written at the first evaluation, and when a run is paused or stopped.`;
}

/** A reader that lags behind gets longer pieces. */
function joinTexts(unread: GenerateEvent[], event: GenerateEvent): boolean {
  const last = unread.at(-1);
  if (event.type !== 'text' || last?.type !== 'text') return false;
  unread[unread.length - 1] = { type: 'text', text: last.text + event.text, count: event.count };
  return true;
}
