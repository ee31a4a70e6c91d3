/** Asks main what a corpus is as data: first what it looks like, then what is found when it is read as the fields say. */
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';
import { namesColumns, type ColumnNames } from './columns.ts';
import { rest } from './rest.ts';

export type InspectInput = Parameters<Api['corpora']['inspect']>[0];
export type Inspection = Awaited<ReturnType<Api['corpora']['inspect']>>;

/** Milliseconds from the last change to the question. */
const PAUSE = 250;

export class Inspector {
  #api: Api;
  #looks = $state.raw<{ readonly corpus: string; readonly inspection: Inspection } | null>(null);
  #found = $state.raw<{ readonly corpus: string; readonly inspection: Inspection } | null>(null);
  #fresh = $state.raw(false);
  #problem = $state.raw<string | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  /** What a corpus looks like when nobody says how to read it. */
  get looks(): { readonly corpus: string; readonly inspection: Inspection } | null {
    return this.#looks;
  }

  /** What was found last in this corpus; while the next answer is on its way, the one before it (see `fresh`). */
  found(corpus: string): Inspection | null {
    return this.#found?.corpus === corpus ? this.#found.inspection : null;
  }

  /** A corpus' columns: as it was read last, else as it looks. */
  columns(corpus: string): ColumnNames {
    const looks = this.#looks?.corpus === corpus ? this.#looks.inspection : null;
    const { columns = [], data } = this.found(corpus) ?? looks ?? {};
    return { names: columns, named: data !== undefined && namesColumns(data) };
  }

  /** `found` is the answer to the present question. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** Why there is no answer. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Asks; returns how to take the question back. Made for `$effect`. Null asks nothing. */
  ask(input: InspectInput | null): () => void {
    const ended = new AbortController();
    this.#fresh = false;
    this.#problem = null;
    if (input) void this.#ask(input, ended.signal);
    return () => ended.abort();
  }

  async #ask({ id, target, data }: InspectInput, signal: AbortSignal): Promise<void> {
    try {
      if (this.#looks?.corpus !== id) {
        const inspection = await this.#api.corpora.inspect({ id, target: null, data: null }, { signal });
        if (signal.aborted) return;
        this.#looks = { corpus: id, inspection };
      }
      // Who sees the looks may now ask something else.
      await rest(data ? PAUSE : 0, signal);
      if (!data) return;
      const looks = this.#looks.inspection;
      const known = target === null && JSON.stringify(looks.data) === JSON.stringify(data);
      const inspection = known ? looks : await this.#api.corpora.inspect({ id, target, data }, { signal });
      if (signal.aborted) return;
      this.#found = { corpus: id, inspection };
      this.#fresh = true;
    } catch (error) {
      if (!signal.aborted) this.#problem = reason(error);
    }
  }
}
