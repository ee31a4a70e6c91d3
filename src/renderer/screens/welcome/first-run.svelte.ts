/** The first run, from one press of a button to a text: imports the sample, trains a small network on it, and lets it write. */
import type { Corpus, Run, RunStatus } from '../../../api/types.ts';
import { runConfigSchema } from '../../../engine/training/config.ts';
import { presets } from '../../../engine/training/presets.ts';
import { m } from '../../lib/messages.ts';
import { reason } from '../../lib/toasts.ts';
import type { Workspace } from '../../lib/workspace.svelte.ts';

export type FirstRunStep = 'start' | 'importing' | 'training' | 'writing' | 'done' | 'failed';

const ended: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'early-stopped']);
const broken: ReadonlySet<RunStatus> = new Set(['failed', 'interrupted']);

/** Characters of the text. */
const length = 420;
const prompt = 'The Time Traveller ';

export class FirstRun {
  readonly #workspace: Workspace;
  #step = $state.raw<FirstRunStep>('start');
  #runId = $state.raw<string | null>(null);
  #text = $state.raw('');
  #problem = $state.raw<string | null>(null);

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get step(): FirstRunStep {
    return this.#step;
  }
  get runId(): string | null {
    return this.#runId;
  }
  /** What it wrote, with what it was given to begin with. */
  get text(): string {
    return this.#text;
  }
  get problem(): string | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    this.#step = 'importing';
    this.#problem = null;
    await this.#attempt(async () => {
      const corpus = await this.#sample();
      const { config } = presets[0]!;
      const { api } = this.#workspace;
      const run = await api.runs.create({
        config: runConfigSchema.parse({ ...config, corpus: corpus.id }),
        name: m.welcome.runName,
        tags: [],
      });
      this.#workspace.takeRun(run);
      this.#runId = run.id;
      this.#step = 'training';
    });
  }

  /** Call it whenever the run changes: when it has ended the text begins. */
  follow(run: Run | undefined): void {
    if (this.#step !== 'training' || !run) return;
    if (broken.has(run.status)) this.#fail(run.message ?? '');
    else if (ended.has(run.status)) {
      this.#step = 'writing';
      void this.#attempt(() => this.#write(run.id));
    }
  }

  async #sample(): Promise<Corpus> {
    const { api, corpora } = this.#workspace;
    const known = corpora.find(({ source, missing }) => source === 'sample' && !missing);
    if (known) return known;
    for await (const event of await api.corpora.import({ source: { type: 'sample' }, encoding: null, name: null })) {
      if (event.type !== 'done') continue;
      this.#workspace.takeCorpus(event.corpus);
      return event.corpus;
    }
    throw new Error(m.common.internalError);
  }

  async #write(id: string): Promise<void> {
    const options = { prompt, length, temperature: 0.7, topK: null, topP: null, seed: 1 };
    this.#text = prompt;
    for await (const event of await this.#workspace.api.runs.generate({ id, options })) {
      if (event.type === 'text') this.#text += event.text;
    }
    this.#step = 'done';
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(reason(error));
    }
  }

  #fail(problem: string): void {
    this.#problem = problem;
    this.#step = 'failed';
  }
}
