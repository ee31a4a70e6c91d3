/** Speed tests of devices: one after the other, with progress, until the person stops them. */
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';

export class SpeedTests {
  readonly #api: Api;
  #device = $state.raw<string | null>(null);
  #progress = $state.raw(0);
  #problem = $state.raw<string | null>(null);
  #waiting = $state.raw<readonly string[]>([]);
  #stopped = new AbortController();

  constructor(api: Api) {
    this.#api = api;
  }

  /** The device that is being measured. */
  get device(): string | null {
    return this.#device;
  }

  /** How far its test is, from 0 to 1. */
  get progress(): number {
    return this.#progress;
  }

  /** Those that come after it. */
  get waiting(): readonly string[] {
    return this.#waiting;
  }

  /** Why the last test ended without a result. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Measures these devices in turn; nothing while others are being measured. */
  async measure(devices: readonly string[]): Promise<void> {
    if (this.#device !== null) return;
    this.#problem = null;
    this.#stopped = new AbortController();
    this.#waiting = devices;
    try {
      while (this.#waiting.length > 0 && !this.#stopped.signal.aborted) {
        const [next, ...others] = this.#waiting;
        this.#waiting = others;
        await this.#one(next!, this.#stopped.signal);
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#problem = reason(error);
    } finally {
      this.#device = null;
      this.#waiting = [];
    }
  }

  /** Stops; what was measured before is kept. */
  stop(): void {
    this.#stopped.abort();
  }

  async #one(device: string, signal: AbortSignal): Promise<void> {
    this.#progress = 0;
    this.#device = device;
    for await (const event of await this.#api.devices.measure({ device }, { signal })) {
      // What was found comes with the stream of changes.
      if (event.type === 'progress') this.#progress = event.total > 0 ? event.done / event.total : 0;
    }
  }
}
