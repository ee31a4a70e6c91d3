/** The texts generated since the window was opened, newest first, and the one that is being written. */
import type { GenerateRequest } from '../../../api/types.ts';
import type { AskApi } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';
import type { AskedRun } from './asking.svelte.ts';

export type GenerationState = 'writing' | 'done' | 'stopped' | 'failed';

/** Milliseconds between two additions to the text on the screen. */
const REFRESH = 50;

export class Generation {
  readonly id: number;
  readonly run: AskedRun;
  readonly options: GenerateRequest;
  #text = $state.raw('');
  #count = $state.raw(0);
  #tokensPerSecond = $state.raw<number | null>(null);
  #unknown = $state.raw<readonly string[]>([]);
  #state = $state.raw<GenerationState>('writing');
  #problem = $state.raw<string | null>(null);
  #stop = new AbortController();

  constructor(id: number, run: AskedRun, options: GenerateRequest) {
    this.id = id;
    this.run = run;
    this.options = options;
  }

  /** What was generated, without the prompt. */
  get text(): string {
    return this.#text;
  }
  /** Tokens so far. */
  get count(): number {
    return this.#count;
  }
  get tokensPerSecond(): number | null {
    return this.#tokensPerSecond;
  }
  /** Characters (or words) of the prompt that the vocabulary lacks. */
  get unknown(): readonly string[] {
    return this.#unknown;
  }
  get state(): GenerationState {
    return this.#state;
  }
  /** Why it failed. */
  get problem(): string | null {
    return this.#problem;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Reads the stream to its end. */
  async write(api: AskApi): Promise<void> {
    const { signal } = this.#stop;
    const started = performance.now();
    let text = '';
    let count = 0;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      timer = null;
      this.#text = text;
      this.#count = count;
      if (this.#state === 'writing' && count > 0) {
        this.#tokensPerSecond = count / Math.max(1e-3, (performance.now() - started) / 1000);
      }
    };
    try {
      const events = await api.runs.generate({ id: this.run.id, options: this.options }, { signal });
      for await (const event of events) {
        if (event.type === 'text') {
          text += event.text;
          count = event.count;
          timer ??= setTimeout(show, REFRESH);
        } else if (event.type === 'unknown') this.#unknown = event.characters;
        else {
          this.#tokensPerSecond = event.tokensPerSecond;
          this.#state = 'done';
        }
      }
      if (this.#state === 'writing') this.#state = 'stopped';
    } catch (error) {
      this.#state = signal.aborted ? 'stopped' : 'failed';
      this.#problem = signal.aborted ? null : reason(error);
    }
    if (timer !== null) clearTimeout(timer);
    show();
  }
}

class Session {
  #generations = $state.raw<readonly Generation[]>([]);
  #shown = $state.raw<number | null>(null);
  #next = 1;

  get generations(): readonly Generation[] {
    return this.#generations;
  }

  /** The one on the screen: the newest, unless an earlier one was chosen. */
  get shown(): Generation | null {
    return this.#generations.find((one) => one.id === this.#shown) ?? this.#generations[0] ?? null;
  }

  readonly writing = $derived(this.#generations.find((one) => one.state === 'writing') ?? null);

  show(generation: Generation): void {
    this.#shown = generation.id;
  }

  /** Starts a text; one that is being written is stopped first. */
  generate(api: AskApi, run: AskedRun, options: GenerateRequest): void {
    this.writing?.stop();
    const generation = new Generation(this.#next++, run, options);
    this.#generations = [generation, ...this.#generations];
    this.#shown = generation.id;
    void generation.write(api);
  }

  remove(generation: Generation): void {
    generation.stop();
    this.#generations = this.#generations.filter((one) => one !== generation);
  }
}

export const session = new Session();
