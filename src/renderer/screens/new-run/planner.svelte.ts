/** Asks main what a configuration means before it runs, a moment after the last change, and again while parts are on their way. */
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';

export type PlanInput = Parameters<Api['runs']['plan']>[0];
export type Plan = Awaited<ReturnType<Api['runs']['plan']>>;

/** Milliseconds from the last change to the question, and between questions for what was not ready. */
const PAUSE = 250;
const AGAIN = 1500;
const MOST_QUESTIONS = 20;

export class Planner {
  #api: Api;
  #plan = $state.raw<Plan | null>(null);
  #fresh = $state.raw(false);
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

  /** Why there is no answer. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Asks; returns how to take the question back. Made for `$effect`. Null asks nothing. */
  ask(input: PlanInput | null): () => void {
    const ended = new AbortController();
    this.#fresh = false;
    this.#problem = null;
    if (input) void this.#ask(input, ended.signal);
    return () => ended.abort();
  }

  async #ask(input: PlanInput, signal: AbortSignal): Promise<void> {
    try {
      await rest(PAUSE, signal);
      for (let n = 0; n < MOST_QUESTIONS; n++) {
        const plan = await this.#api.runs.plan(input, { signal });
        if (signal.aborted) return;
        this.#plan = plan;
        this.#fresh = true;
        const complete = plan.vocabularyExact && plan.secondsPerStep !== null;
        if (complete || plan.problems.length > 0) return;
        await rest(AGAIN, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#problem = reason(error);
      this.#plan = null;
    }
  }
}

/** Resolves after `ms`; rejects as soon as the signal is aborted. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
