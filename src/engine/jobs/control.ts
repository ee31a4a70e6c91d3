/** What a person may ask of a job while it works, and how the job notices. */
import { eventLoopTurns } from '../event-loop.ts';

/** The job was told to stop (`stop` keeps its work, `cancel` does not). */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** How long a job may compute before messages are looked at: well under what a person notices. */
const turnEverySeconds = 0.02;

export class JobControl {
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #turns = eventLoopTurns();
  readonly #clock: () => number;
  #lastTurn: number;
  #paused = false;
  #wake: () => void = () => {};

  /** @param clock seconds, monotonic */
  constructor(clock: () => number) {
    this.signal = this.#abort.signal;
    this.#clock = clock;
    this.#lastTurn = clock();
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  continue(): void {
    this.#paused = false;
    this.#wake();
  }

  stop(): void {
    this.#abort.abort();
    this.#wake();
  }

  /** Resolves when the job is no longer paused, or is stopped. */
  async whilePaused(): Promise<void> {
    while (this.#paused && !this.signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /**
   * To be called often: gives the event loop a turn now and then, so that messages are seen.
   * @throws StoppedError once the job was stopped
   */
  readonly turn = async (): Promise<void> => {
    if (this.#clock() - this.#lastTurn >= turnEverySeconds) {
      await this.#turns.turn();
      this.#lastTurn = this.#clock();
    }
    if (this.signal.aborted) throw new StoppedError('stopped');
  };

  close(): void {
    this.#turns.close();
  }
}
