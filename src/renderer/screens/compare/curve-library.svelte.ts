/** The curves of the runs that are compared: loaded as finely as the screen shows them, finer where it zooms in, and kept live. */
import { decodeCurves, type CurveX, type Quantity, type RunCurve } from '../../../api/curves.ts';
import type { Change } from '../../../api/types.ts';
import type { Extent } from '../../lib/charts/series.ts';
import type { Api } from '../../lib/client.ts';
import { reason } from '../../lib/toasts.ts';
import { refine, stepsIn, withEval, withSteps } from './run-curves.ts';

/** Buckets of a curve over the whole width, at least: about the pixels that a chart has. There may be twice as many. */
const POINTS = 750;
/** More curves than this are shown roughly first: an eighth of the points is there several times as soon. */
const MANY = 24;
const ROUGH = 180;
/** A curve that grows by more steps than this while it is looked at is loaded anew. */
const GROWN = 20_000;
/** Milliseconds without a further change of the view before what it shows is loaded. */
const SETTLE = 30;

/** What is wanted; everything else follows. */
export interface Wanted {
  readonly ids: readonly string[];
  readonly x: CurveX;
  readonly quantities: readonly Quantity[];
  readonly zoom: Extent | null;
}

export class CurveLibrary {
  readonly #api: Api;
  /** Over all of x. */
  #whole = $state.raw<ReadonlyMap<string, RunCurve>>(new Map());
  /** What is in view, in finer buckets. */
  #parts = $state.raw<ReadonlyMap<string, RunCurve>>(new Map());
  #x = $state.raw<CurveX>('step');
  #problem = $state.raw<string | null>(null);
  #quantities: ReadonlySet<Quantity> = new Set();
  #wanted: Wanted = { ids: [], x: 'step', quantities: [], zoom: null };
  #loading = $state.raw(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the newest request for a part: older answers are not waited for. */
  #asked = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Along what the curves are: what was wanted, once it is here. */
  get x(): CurveX {
    return this.#x;
  }

  /** Why the curves could not be loaded. */
  get problem(): string | null {
    return this.#problem;
  }

  get loading(): boolean {
    return this.#loading > 0;
  }

  /** By run; those that are loaded. */
  readonly curves: ReadonlyMap<string, RunCurve> = $derived.by(() => {
    if (this.#parts.size === 0) return this.#whole;
    const all = new Map(this.#whole);
    for (const [id, part] of this.#parts) {
      const whole = all.get(id);
      if (whole) all.set(id, refine(whole, part));
    }
    return all;
  });

  /** Loads what is wanted and not here. */
  want(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    const other = wanted.x !== before.x || wanted.quantities.some((name) => !this.#quantities.has(name));
    const missing = other ? wanted.ids : wanted.ids.filter((id) => !this.#whole.has(id) && !before.ids.includes(id));
    if (other) this.#quantities = new Set(wanted.quantities);
    if (missing.length > 0) void this.#load(missing, other);
    clearTimeout(this.#timer);
    if (wanted.zoom === null) {
      this.#asked++;
      if (this.#parts.size > 0) this.#parts = new Map();
    } else if (wanted.zoom !== before.zoom) this.#timer = setTimeout(() => void this.#loadParts(), SETTLE);
  }

  /** Takes over what is trained while the curves are looked at. */
  apply(change: Change): void {
    if (change.type !== 'steps' && change.type !== 'eval' && change.type !== 'rewound') return;
    const curve = this.#whole.get(change.id);
    if (!curve) return;
    if (change.type === 'rewound') void this.#load([change.id], false);
    else if (change.type === 'eval') this.#set(withEval(curve, change.eval, this.#x));
    else {
      const grown = withSteps(curve, change.steps, this.#x, Date.now());
      this.#set(grown);
      if (grown.step.length > GROWN) void this.#load([change.id], false);
    }
  }

  /** After a lost connection: everything again. */
  reload(): void {
    if (this.#wanted.ids.length > 0) void this.#load(this.#wanted.ids, false);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #set(curve: RunCurve): void {
    this.#whole = new Map(this.#whole).set(curve.id, curve);
  }

  /** @param other the curves that are here are along something else: they go */
  async #load(ids: readonly string[], other: boolean): Promise<void> {
    this.#loading++;
    try {
      if (ids.length > MANY) await this.#loadWhole(ids, other, ROUGH);
      await this.#loadWhole(ids, other, POINTS);
    } finally {
      this.#loading--;
    }
  }

  async #loadWhole(ids: readonly string[], other: boolean, points: number): Promise<void> {
    const { x } = this.#wanted;
    const runs = ids.map((id) => ({ id, from: 0, to: null }));
    const loaded = await this.#ask(runs, x, points);
    if (!loaded || x !== this.#wanted.x) return;
    const all = new Map(other ? [] : this.#whole);
    for (const curve of loaded) all.set(curve.id, curve);
    const kept = new Set(this.#wanted.ids);
    for (const id of all.keys()) if (!kept.has(id)) all.delete(id);
    if (other) this.#parts = new Map();
    this.#x = x;
    this.#whole = all;
  }

  async #loadParts(): Promise<void> {
    const { ids, zoom, x } = this.#wanted;
    if (zoom === null || x !== this.#x) return;
    const runs = ids.flatMap((id) => {
      const curve = this.#whole.get(id);
      const part = curve && stepsIn(curve, zoom);
      return part ? [{ id, ...part }] : [];
    });
    if (runs.length === 0) return;
    const asked = ++this.#asked;
    const loaded = await this.#ask(runs, x, POINTS);
    if (loaded && asked === this.#asked) this.#parts = new Map(loaded.map((curve) => [curve.id, curve]));
  }

  async #ask(
    runs: { id: string; from: number; to: number | null }[],
    x: CurveX,
    points: number,
  ): Promise<RunCurve[] | null> {
    this.#loading++;
    try {
      const quantities = [...this.#quantities];
      const blob = await this.#api.compare.curves({ runs, x, quantities, points });
      this.#problem = null;
      return decodeCurves(await blob.arrayBuffer());
    } catch (error) {
      this.#problem = reason(error);
      return null;
    } finally {
      this.#loading--;
    }
  }
}
