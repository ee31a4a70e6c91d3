/** Asking a trained run: one question at a time, the newest, and the answers of this sitting that are worth going back to. */
import type { PredictionRequest, Run } from '../../../api/types.ts';
import type { Prediction } from '../../../engine/inference/prediction.ts';
import type { AskApi } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';

/** What is asked of a run's name and settings. */
export type AskedRun = Pick<Run, 'id' | 'name' | 'color' | 'config' | 'corpusName'>;

export interface Answer {
  readonly run: AskedRun;
  /** What was asked at once: a line each of a text to translate, otherwise one. */
  readonly inputs: readonly PredictionRequest[];
  /** One for each input, in order; fewer while they are still coming. */
  readonly predictions: readonly Prediction[];
}

/** Answers kept, at most. */
const most = 100;

/** What was asked on purpose since the window was opened, newest first. */
class Earlier {
  #answers = $state.raw<readonly Answer[]>([]);

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** Keeps an answer; the same question again takes its place at the top. */
  keep(answer: Answer): void {
    const others = this.#answers.filter((one) => !sameQuestion(one, answer));
    this.#answers = [answer, ...others].slice(0, most);
  }

  remove(answer: Answer): void {
    this.#answers = this.#answers.filter((one) => one !== answer);
  }
}

export const earlier = new Earlier();

export function sameQuestion(a: Answer, b: Answer): boolean {
  return a.run.id === b.run.id && keyOf(a.inputs) === keyOf(b.inputs);
}

function keyOf(inputs: readonly PredictionRequest[]): string {
  return JSON.stringify(inputs);
}

export class Asking {
  readonly #api: AskApi;
  readonly #run: AskedRun;
  #answer = $state.raw<Answer | null>(null);
  #problem = $state.raw<string | null>(null);
  #busy = $state.raw(false);
  #asked = keyOf([]);
  #keep = false;
  #cancel = new AbortController();

  constructor(api: AskApi, run: AskedRun) {
    this.#api = api;
    this.#run = run;
  }

  /** The newest answer; while another is on its way, the one before. */
  get answer(): Answer | null {
    return this.#answer;
  }
  /** Why there is no answer. */
  get problem(): string | null {
    return this.#problem;
  }
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Asks after a pause, unless it is what was asked last. The question before is given up.
   * @param pause milliseconds
   */
  ask(inputs: readonly PredictionRequest[], pause: number): void {
    const key = keyOf(inputs);
    if (key === this.#asked) return;
    this.#start(inputs);
    const { signal } = this.#cancel;
    if (inputs.length === 0) return;
    setTimeout(() => void this.#answerTo(inputs, signal), pause);
  }

  /** Asks at once, whatever was asked last, and keeps the answer. */
  askNow(inputs: readonly PredictionRequest[]): void {
    this.#start(inputs);
    this.#keep = true;
    void this.#answerTo(inputs, this.#cancel.signal);
  }

  /** Keeps the answer to what was asked last, now or as soon as it is there. */
  keep(): void {
    if (this.#busy) this.#keep = true;
    else if (this.#answer && this.#problem === null) earlier.keep(this.#answer);
  }

  /** Gives the question up. */
  cancel(): void {
    if (!this.#busy) return;
    this.#cancel.abort();
    this.#busy = false;
  }

  /** Shows an answer that is there already. */
  show(answer: Answer): void {
    this.#start(answer.inputs);
    this.#busy = false;
    this.#answer = answer;
  }

  #start(inputs: readonly PredictionRequest[]): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
    this.#asked = keyOf(inputs);
    this.#keep = false;
    this.#problem = null;
    this.#busy = inputs.length > 0;
    if (inputs.length === 0) this.#answer = null;
  }

  async #answerTo(inputs: readonly PredictionRequest[], signal: AbortSignal): Promise<void> {
    const predictions: Prediction[] = [];
    try {
      for (const input of inputs) {
        if (signal.aborted) return;
        predictions.push(await this.#api.runs.predict({ id: this.#run.id, input }, { signal }));
        if (signal.aborted) return;
        this.#answer = { run: this.#run, inputs, predictions: [...predictions] };
      }
      if (this.#keep && this.#answer) earlier.keep(this.#answer);
    } catch (error) {
      if (signal.aborted) return;
      this.#problem = reason(error);
      this.#answer = null;
    }
    this.#busy = false;
    this.#keep = false;
  }
}
