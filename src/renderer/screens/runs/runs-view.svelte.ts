/** Which runs the table shows, in which order, and which are selected. Kept while the window is open. */
import type { Run } from '../../../api/types.ts';
import type { Task } from '../../../engine/model/spec.ts';
import { networkName, taskName } from '../../lib/describe.ts';
import { directionOf, headlineMeasure, measuredOf, measureName, measures, valueOf } from '../../lib/measures.ts';
import { m } from '../../lib/messages.ts';

export const columns = [
  'status',
  'name',
  'task',
  'corpus',
  'architecture',
  'best',
  'step',
  'speed',
  'created',
] as const;
export type Column = (typeof columns)[number];

/** Columns that say most when the largest comes first. */
const descendingFirst: ReadonlySet<Column> = new Set(['created', 'step', 'speed']);

type SortKey = (run: Run) => string | number | null;

const sortKeys: Record<Column, SortKey> = {
  status: (run) => m.common.status[run.status],
  name: (run) => run.name,
  task: (run) => taskName(run.config.architecture.task),
  corpus: (run) => run.corpusName,
  architecture: (run) => networkName(run),
  best: bestKey,
  step: (run) => run.step,
  speed: (run) => run.tokensPerSecond,
  created: (run) => run.createdAt,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Of the headline: the lower the better. */
function bestKey(run: Run): number | null {
  const measure = headlineMeasure(run);
  const value = valueOf(measure, measuredOf(run, 'best'));
  return value !== null && directionOf(measure) === 'higher' ? -value : value;
}

/**
 * Runs in the order of a column. Of bests only those of one measure can be compared: one measure comes after the other, each from
 * best to worst or back. What has no value (or none that is a number) comes last, whichever the direction.
 */
export function sortRuns(runs: readonly Run[], column: Column, descending: boolean): Run[] {
  const group = (run: Run) => (column === 'best' ? measures.indexOf(headlineMeasure(run)) : 0);
  const keys = runs.map((run) => ({ run, key: sortKeys[column](run), group: group(run) }));
  const missing = (key: string | number | null) => key === null || Number.isNaN(key);
  keys.sort((a, b) => {
    if (missing(a.key) || missing(b.key)) return Number(missing(a.key)) - Number(missing(b.key));
    if (a.group !== b.group) return a.group - b.group;
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
    const parts = [
      ...[run.name, run.corpusName, taskName(architecture.task), networkName(run)],
      ...[m.common.status[run.status], measureName(headlineMeasure(run)), ...run.tags],
    ];
    const text = [...parts, run.notes].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export class RunsView {
  #search = $state.raw('');
  #archived = $state.raw(false);
  #task = $state.raw<Task | null>(null);
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

  /** Only runs of this task; null: of all. */
  get task(): Task | null {
    return this.#task;
  }
  set task(task: Task | null) {
    this.#task = task;
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
    return sortRuns(searchRuns(this.#among(runs), this.#search), this.#column, this.#descending);
  }

  /** Without a search, and of all tasks. */
  showAll(): void {
    this.#search = '';
    this.#task = null;
  }

  #among(runs: readonly Run[]): Run[] {
    const task = this.#task;
    return runs.filter(
      (run) => run.archived === this.#archived && (task === null || run.config.architecture.task === task),
    );
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
