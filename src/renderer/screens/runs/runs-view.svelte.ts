/** Which runs the table shows, in which order, and which are selected. Kept while the window is open. */
import type { Run } from '../../../api/types.ts';
import { architectureName } from '../../lib/describe.ts';
import { m } from '../../lib/messages.ts';

export const columns = ['status', 'name', 'corpus', 'architecture', 'best', 'step', 'speed', 'created'] as const;
export type Column = (typeof columns)[number];

/** Columns that say most when the largest comes first. */
const descendingFirst: ReadonlySet<Column> = new Set(['created', 'step', 'speed']);

type SortKey = (run: Run) => string | number | null;

const sortKeys: Record<Column, SortKey> = {
  status: (run) => m.common.status[run.status],
  name: (run) => run.name,
  corpus: (run) => run.corpusName,
  architecture: (run) => architectureName(run.config.architecture),
  best: (run) => run.bestLoss,
  step: (run) => run.step,
  speed: (run) => run.tokensPerSecond,
  created: (run) => run.createdAt,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Runs in the order of a column. What has no value (or none that is a number) comes last, whichever the direction. */
export function sortRuns(runs: readonly Run[], column: Column, descending: boolean): Run[] {
  const keys = runs.map((run) => ({ run, key: sortKeys[column](run) }));
  const missing = (key: string | number | null) => key === null || Number.isNaN(key);
  keys.sort((a, b) => {
    if (missing(a.key) || missing(b.key)) return Number(missing(a.key)) - Number(missing(b.key));
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : collator.compare(String(a.key), String(b.key));
    return (descending ? -order : order) || b.run.createdAt - a.run.createdAt;
  });
  return keys.map(({ run }) => run);
}

/** Runs in which every word of `search` occurs somewhere. */
export function searchRuns(runs: readonly Run[], search: string): readonly Run[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return runs;
  return runs.filter((run) => {
    const { architecture } = run.config;
    const parts = [run.name, run.corpusName, architectureName(architecture), m.common.status[run.status], ...run.tags];
    const text = [...parts, run.notes].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export class RunsView {
  #search = $state.raw('');
  #archived = $state.raw(false);
  #column = $state.raw<Column>('created');
  #descending = $state.raw(true);
  #selected = $state.raw<ReadonlySet<string>>(new Set());

  get search(): string {
    return this.#search;
  }
  set search(text: string) {
    this.#search = text;
  }

  /** Show the archive instead of the current runs. */
  get archived(): boolean {
    return this.#archived;
  }
  set archived(archived: boolean) {
    this.#archived = archived;
    this.#selected = new Set();
  }

  get column(): Column {
    return this.#column;
  }

  get descending(): boolean {
    return this.#descending;
  }

  get selected(): ReadonlySet<string> {
    return this.#selected;
  }

  /** Sorts by a column; the other way round when it is already sorted by it. */
  sortBy(column: Column): void {
    this.#descending = column === this.#column ? !this.#descending : descendingFirst.has(column);
    this.#column = column;
  }

  /** The rows of the table. */
  rows(runs: readonly Run[]): Run[] {
    const of = runs.filter((run) => run.archived === this.#archived);
    return sortRuns(searchRuns(of, this.#search), this.#column, this.#descending);
  }

  toggle(id: string): void {
    const next = new Set(this.#selected);
    if (!next.delete(id)) next.add(id);
    this.#selected = next;
  }

  select(ids: Iterable<string>): void {
    this.#selected = new Set(ids);
  }

  add(ids: Iterable<string>): void {
    this.#selected = new Set([...this.#selected, ...ids]);
  }

  clear(): void {
    if (this.#selected.size > 0) this.#selected = new Set();
  }
}

export const runsView = new RunsView();
