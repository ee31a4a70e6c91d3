/** What comparing needs of the store: many runs' curves as finely as a screen can show them, and saved views. */
import { setImmediate } from 'node:timers/promises';
import { encodeCurves, type CurvesRequest, type CurveX, type RunCurve } from '../../api/curves.ts';
import type { SavedView } from '../../api/views.ts';
import { figureNames } from '../../engine/metrics/figures.ts';
import type { Buckets, Position } from '../store/buckets.ts';
import type { BriefRun } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { requireWriter } from './errors.ts';

const position: Record<Exclude<CurveX, 'step'>, Position> = {
  epoch: 'epoch',
  tokens: 'tokens',
  time: 'elapsed',
  clock: 'clock',
};

/** Other work of the process waits for so many runs at most. */
const runsAtOnce = 8;

export class Compare {
  readonly #store: Store;
  readonly #changes: Changes;

  constructor(store: Store, changes: Changes) {
    this.#store = store;
    this.#changes = changes;
  }

  /** Curves of the runs that still exist, as src/api/curves.ts packs them. */
  async curves({ runs, x, quantities: wanted, points }: CurvesRequest): Promise<Blob> {
    const store = this.#store;
    store.flush();
    const curves: RunCurve[] = [];
    const at: Position[] = x === 'step' ? [] : x === 'clock' ? ['clock', 'elapsed'] : [position[x]];
    for (const [index, { id, from, to }] of runs.entries()) {
      if (index % runsAtOnce === runsAtOnce - 1) await setImmediate();
      const run = store.runs.brief(id);
      if (!run) continue;
      const { curves: table } = store.metrics;
      const recorded = table.extent(run.key) ?? { first: 0, last: 0 };
      if (!store.readOnly && table.isBehind(run.key, recorded.last)) store.write(() => table.pack(run.key));
      const range = { from: Math.max(from, recorded.first), to: Math.min(to ?? recorded.last, recorded.last) };
      const { recorded: things } = run;
      const values = things === null ? wanted : wanted.filter((one) => one === 'loss' || things.includes(one));
      const buckets = table.read(run.key, { ...range, points, at, values });
      curves.push({ id, ...curveOf(buckets, run, x), evals: this.#evals(run, x) });
    }
    return new Blob([encodeCurves(curves)]);
  }

  /** Saved comparisons, oldest first. */
  views(): SavedView[] {
    return this.#store.views.list();
  }

  /** Saves a view, or replaces the one of its id. */
  saveView(view: SavedView): void {
    requireWriter(this.#store);
    this.#store.write(() => this.#store.views.put(view));
    this.#changes.publish({ type: 'views', views: this.views() });
  }

  removeView(id: string): void {
    requireWriter(this.#store);
    this.#store.write(() => this.#store.views.remove(id));
    this.#changes.publish({ type: 'views', views: this.views() });
  }

  #evals(run: BriefRun, x: CurveX): RunCurve['evals'] {
    const rows = this.#store.evals.readFigures(run.key);
    const column = (value: (row: (typeof rows)[number]) => number | undefined) =>
      Float64Array.from(rows, (row) => value(row) ?? NaN);
    const names = figureNames.filter((name) => rows.some(({ figures }) => figures[name] !== undefined));
    const along: Record<CurveX, (row: (typeof rows)[number]) => number | undefined> = {
      step: (row) => row.step,
      epoch: (row) => row.epoch,
      time: (row) => row.elapsed,
      tokens: () => undefined,
      clock: () => undefined,
    };
    return {
      step: column((row) => row.step),
      x: isRecorded(run, x) ? column(along[x]) : column(() => undefined),
      loss: column((row) => row.loss),
      figures: Object.fromEntries(names.map((name) => [name, column((row) => row.figures[name])])),
    };
  }
}

/** What curves from elsewhere say of it is not known by itself. */
function isRecorded({ recorded }: BriefRun, x: CurveX): boolean {
  if (recorded === null || x === 'step') return true;
  return x === 'tokens' ? recorded.includes('tokensPerSecond') && recorded.includes('time') : recorded.includes(x);
}

function curveOf({ step, count, at, values }: Buckets, run: BriefRun, x: CurveX): Omit<RunCurve, 'id' | 'evals'> {
  if (x === 'step') return { step, x: step, count, values };
  if (!isRecorded(run, x)) return { step, x: step.map(() => NaN), count, values };
  const { startedAt, createdAt } = run;
  const column = at[position[x]]!;
  if (x !== 'clock') return { step, x: column, count, values };
  // Where the clock was not recorded it stands as if the run had trained without a pause.
  const began = startedAt ?? createdAt;
  const clock = column.map((ms, i) => (Number.isNaN(ms) ? began + at.elapsed![i]! * 1000 : ms));
  return { step, x: clock, count, values };
}
