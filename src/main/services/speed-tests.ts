/** Speed tests of devices, one at a time, never beside a training run; what they find is kept in the workspace. */
import type { SpeedTestEvent } from '../../api/types.ts';
import type { Store } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { adapterOf, type DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, conflict, requireWriter } from './errors.ts';
import { Stream } from './stream.ts';

const besideARun = 'beside it a speed test would find too little. Measure again when nothing trains.';

export interface SpeedTestsDependencies {
  readonly store: Store;
  readonly changes: Changes;
  readonly engines: EngineProcesses;
  readonly devices: DeviceList;
  /** Measuring beside a training run would be wrong and slow it down. */
  isTraining(): boolean;
}

export class SpeedTests {
  readonly #in: SpeedTestsDependencies;
  /** The test under way; one that was left takes a moment to end. */
  #running: { readonly name: string; readonly signal: AbortSignal; readonly ended: Promise<unknown> } | null = null;

  constructor(dependencies: SpeedTestsDependencies) {
    this.#in = dependencies;
  }

  /** Measures a device. Leaving the stream (or aborting `signal`) stops it and keeps nothing. */
  start(name: string, signal?: AbortSignal): Stream<SpeedTestEvent> {
    const leave = new AbortController();
    const signals = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
    const events: Stream<SpeedTestEvent> = new Stream<SpeedTestEvent>({
      onLeave: () => {
        leave.abort();
        return settled;
      },
    });
    const settled: Promise<void> = this.#measure(name, signals, events).then(
      () => events.end(),
      (error: unknown) => events.fail(error),
    );
    return events;
  }

  async #measure(name: string, signal: AbortSignal, events: Stream<SpeedTestEvent>): Promise<void> {
    const { store, devices, engines, changes } = this.#in;
    requireWriter(store);
    const find = async () => (await devices.list()).find((one) => one.name === name);
    const device = await find();
    if (!device) throw badInput(`There is no device called "${name}".`);
    if (!device.available) throw conflict(`"${name}" cannot be used here: ${device.detail}`);
    if (this.#in.isTraining()) throw conflict(`A run is training or paused: ${besideARun}`);
    while (this.#running?.signal.aborted) await this.#running.ended;
    signal.throwIfAborted();
    if (this.#running) throw conflict(`${this.#running.name} is being measured. One after the other.`);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#running = { name, signal, ended };
    try {
      const { seconds } = await engines.run(
        { type: 'measure', device: name },
        {
          signal,
          onEvent: (event) => {
            if (event.type === 'progress') events.push({ type: 'progress', done: event.done, total: event.total });
          },
        },
      );
      if (this.#in.isTraining()) throw conflict(`A run began meanwhile: ${besideARun}`);
      store.write(() => store.deviceSpeeds.put(name, adapterOf(device), { measuredAt: Date.now(), ...seconds }));
      changes.publish({ type: 'devices', ...(await devices.listOrReason()) });
      events.push({ type: 'done', device: (await find()) ?? device });
    } catch (error) {
      if (error instanceof EngineFailure && error.kind === 'lost') devices.forget();
      throw error instanceof EngineFailure && error.kind !== 'internal' ? conflict(error.message, error) : error;
    } finally {
      this.#running = null;
      end();
    }
  }
}
