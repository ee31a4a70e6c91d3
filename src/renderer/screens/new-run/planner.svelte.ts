/** Asks main what a configuration means before it runs, a moment after the last change. */
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';
import { rest } from './rest.ts';

export type PlanInput = Parameters<Api['runs']['plan']>[0];
export type Plan = Awaited<ReturnType<Api['runs']['plan']>>;

/** Milliseconds from the last change to the question. */
const PAUSE = 250;

export class Planner {
  #api: Api;
  #plan = $state.raw<Plan | null>(null);
  #fresh = $state.raw(false);
  #measuring = $state.raw(false);
  #problem = $state.raw<string | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  /** The last answer; while a new one is on its way, the old one (see `fresh`). */
  get plan(): Plan | null {
    return this.#plan;
  }

  /** The answer is to the present question. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** The speed is on its way. */
  get measuring(): boolean {
    return this.#measuring;
  }

  /** Why there is no answer. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Asks; returns how to take the question back. Made for `$effect`. Null asks nothing. */
  ask(input: PlanInput | null): () => void {
    const ended = new AbortController();
    this.#fresh = false;
    this.#measuring = input !== null;
    this.#problem = null;
    if (input) void this.#ask(input, ended.signal);
    return () => ended.abort();
  }

  async #ask(input: PlanInput, signal: AbortSignal): Promise<void> {
    try {
      await rest(PAUSE, signal);
      // The first answer comes at once; where it lacks the speed, asking again waits for the measurement.
      for (let n = 0; n < 2; n++) {
        const plan = await this.#api.runs.plan(input, { signal });
        if (signal.aborted) return;
        this.#plan = plan;
        this.#fresh = true;
        if (plan.secondsPerStep !== null || plan.problems.length > 0) break;
      }
      this.#measuring = false;
    } catch (error) {
      if (signal.aborted) return;
      this.#problem = reason(error);
      this.#measuring = false;
    }
  }
}
