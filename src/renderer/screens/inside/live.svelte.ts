/** What is looked at while a run trains: all that was recorded, and what comes. */
import { unpackLiveLook } from '../../../api/inside.ts';
import type { Change } from '../../../api/types.ts';
import type { LiveLook } from '../../../engine/inside/looks/live.ts';
import { reason } from '../../lib/toasts.ts';
import type { Workspace } from '../../lib/workspace.svelte.ts';

export class Live {
  #looks = $state.raw<readonly LiveLook[]>([]);
  #problem = $state.raw<string | null>(null);

  /** By step. */
  get looks(): readonly LiveLook[] {
    return this.#looks;
  }
  /** Why they could not be loaded. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Loads a run's looks and keeps up with it until the returned function is called. Made for `$effect`. */
  follow(workspace: Workspace, id: string): () => void {
    const gone = new AbortController();
    let early: Change[] | null = []; // that came while the looks were on their way
    const stop = workspace.onChange((change) => {
      if (early) early.push(change);
      else this.#take(id, change);
    });
    const load = async () => {
      try {
        const packed = await workspace.api.inside.live({ id }, { signal: gone.signal });
        this.#looks = packed.map((one) => unpackLiveLook(one));
        this.#problem = null;
      } catch (error) {
        if (!gone.signal.aborted) this.#problem = reason(error);
      }
      const waiting = early ?? [];
      early = null;
      for (const change of waiting) this.#take(id, change);
    };
    void load();
    return () => {
      stop();
      gone.abort();
    };
  }

  #take(id: string, change: Change): void {
    if (change.type === 'rewound' && change.id === id) {
      this.#looks = this.#looks.filter(({ step }) => step <= change.step);
    }
    if (change.type !== 'live-look' || change.id !== id) return;
    const look = unpackLiveLook(change.look);
    this.#looks = [...this.#looks.filter(({ step }) => step < look.step), look];
  }
}
