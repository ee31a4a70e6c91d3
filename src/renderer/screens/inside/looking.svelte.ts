/** Asking for a picture of a checkpoint, one at a time: the newest. Make it in a component, and cancel it when that goes. */
import { unpack, type CheckpointName } from '../../../api/inside.ts';
import type { Look, LookedAt } from '../../../engine/inside/look.ts';
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';

/** What a picture is of. */
export interface Subject {
  readonly id: string;
  readonly checkpoint: CheckpointName;
  /** The step that the checkpoint is of now: another one is another picture. */
  readonly step: number;
}

/** Pictures that were made are shown again at once. */
const kept = new Map<string, unknown>();
const mostKept = 12;

export class Looking<L extends Look> {
  #found = $state.raw<LookedAt<L> | null>(null);
  #problem = $state.raw<string | null>(null);
  #progress = $state.raw<{ readonly share: number | null; readonly what: string } | null>(null);
  #busy = $state.raw(false);
  #asked: string | null = null;
  #cancel = new AbortController();
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest picture; while another is made, the one before it. */
  get found(): LookedAt<L> | null {
    return this.#found;
  }
  /** Why there is none. */
  get problem(): string | null {
    return this.#problem;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** How far the work is; null before anything is known. */
  get progress(): { readonly share: number | null; readonly what: string } | null {
    return this.#progress;
  }

  /** Asks, unless that is what was asked last. */
  look(subject: Subject, look: L): void {
    const key = JSON.stringify([subject, look]);
    if (key === this.#asked) return;
    this.cancel();
    this.#asked = key;
    this.#problem = null;
    const known = kept.get(key) as LookedAt<L> | undefined;
    if (known) this.#found = known;
    else void this.#ask(key, subject, look);
  }

  /** The same again, after a failure. */
  retry(subject: Subject, look: L): void {
    this.#asked = null;
    this.look(subject, look);
  }

  cancel(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
    this.#busy = false;
    this.#progress = null;
    this.#asked = null;
  }

  async #ask(key: string, { id, checkpoint }: Subject, look: L): Promise<void> {
    const { signal } = this.#cancel;
    this.#busy = true;
    try {
      const events = await this.#api.inside.look({ id, checkpoint, look }, { signal });
      for await (const event of events) {
        if (signal.aborted) return;
        if (event.type === 'done') {
          this.#found = unpack<LookedAt<L>>(event.looked);
          keep(key, this.#found);
        } else {
          const { done, total, what } = event;
          this.#progress = { share: total > 0 ? done / total : null, what };
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#problem = reason(error);
      this.#found = null;
    }
    if (signal.aborted) return;
    this.#busy = false;
    this.#progress = null;
  }
}

function keep(key: string, found: unknown): void {
  kept.set(key, found);
  const oldest = kept.keys().next();
  if (kept.size > mostKept && !oldest.done) kept.delete(oldest.value);
}
