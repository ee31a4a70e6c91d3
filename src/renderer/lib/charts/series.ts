/** What a chart is given, and what of it is drawn: smoothed curves, and how far the axes reach. */
import { visibleRange, type Extremes } from './decimate.ts';
import { smooth } from './smooth.ts';

export type Dash = boolean | readonly number[];

export interface Series {
  readonly id: string;
  readonly label: string;
  /** What the curve belongs to, where several have the same label: a run. */
  readonly group?: string;
  /** Any CSS colour, also a token: `var(--run-0)`. A run keeps its colour in every chart. */
  readonly color: string;
  /** Training is dashed, validation solid; or lengths of dashes and gaps in pixels. */
  readonly dash?: Dash;
  /** Abscissae, ascending. */
  readonly x: ArrayLike<number>;
  /** As many values; NaN and infinities become gaps. */
  readonly y: ArrayLike<number>;
  /** Of points that each are the mean of several measurements: their lowest and highest, and how many they are. */
  readonly extremes?: Extremes;
  readonly count?: ArrayLike<number>;
  /** Drawn as an area behind the curve: what a group spans. */
  readonly band?: Extremes;
  /** What others are held against: the tooltip says by how much they differ. */
  readonly baseline?: boolean;
  /** Drawn as measured, whatever the smoothing: for curves of few, averaged values such as validation. */
  readonly raw?: boolean;
  /** The best value, marked with a point and this label. */
  readonly mark?: { readonly x: number; readonly y: number; readonly label: string } | null;
  /** Steps back behind the others, for example while one of many is pointed at. */
  readonly faint?: boolean;
}

/** The whole name of a curve. */
export function nameOf({ group, label }: Pick<Series, 'group' | 'label'>): string {
  return group === undefined ? label : `${group}, ${label}`;
}

export interface Extent {
  readonly from: number;
  readonly to: number;
}

export interface FrameOptions {
  /** 0 draws the curves as measured; towards 1 smooths more. See smooth.ts. */
  readonly smoothing: number;
  /** Averages logarithms (for perplexities). */
  readonly geometric: boolean;
  readonly logX: boolean;
  readonly logY: boolean;
  /** The axis of y leaves out the most extreme values. */
  readonly clip?: boolean;
  /** Part of x in view; null shows everything. */
  readonly zoom: Extent | null;
  /** The x axis reaches at least to here, for example a run's planned last step. */
  readonly xMax: number | null;
}

export interface Curve {
  readonly series: Series;
  /** What is drawn as the curve: smoothed, or as measured. */
  readonly y: ArrayLike<number>;
  /** What is drawn faintly behind it: the measured values where the curve is smoothed. */
  readonly behind: ArrayLike<number> | null;
}

export interface Frame {
  readonly curves: readonly Curve[];
  /** All of x. */
  readonly full: Extent;
  /** In view. */
  readonly x: Extent;
  readonly y: Extent;
}

/** Smoothing has forgotten by `weight` after this share of all of x, so that it does not depend on the units or the zoom. */
const UNIT_SHARE = 1 / 1000;

/** Curves, smoothed, and all that they reach over: what does not change with the part in view. */
export interface Prepared {
  readonly curves: readonly Curve[];
  /** All of x, with a little room where it is a single point. */
  readonly full: Extent;
}

/** Prepares a drawing; null if there is no value that could be drawn. */
export function frameOf(series: readonly Series[], options: FrameOptions): Frame | null {
  const prepared = prepare(series, options);
  return prepared && viewOf(prepared, options);
}

/** Smooths; null if there is no value that could be drawn. */
export function prepare(
  series: readonly Series[],
  options: Pick<FrameOptions, 'smoothing' | 'geometric' | 'logX' | 'logY' | 'xMax'>,
): Prepared | null {
  const full = fullExtent(series, options);
  if (!full) return null;
  // Of a single point there is nothing to smooth, but the unit must still be above 0.
  const unit = (full.to > full.from ? full.to - full.from : 1) * UNIT_SHARE;
  const { smoothing: weight, geometric } = options;
  const curves = series.map((one): Curve => {
    if (one.raw || weight <= 0) return { series: one, y: one.y, behind: null };
    return { series: one, y: smooth(one.x, one.y, { weight, unit, geometric, count: one.count }), behind: one.y };
  });
  return { curves, full: spread(full, options.logX, 0) };
}

/** A part of what was prepared. */
export function viewOf(
  { curves, full }: Prepared,
  { zoom, logY, clip = false }: Pick<FrameOptions, 'zoom' | 'logY' | 'clip'>,
): Frame {
  const x = clampTo(zoom ?? full, full);
  return { curves, full, x, y: valueExtent(curves, x, logY, clip) ?? { from: 0, to: 1 } };
}

/** Can this value stand on an axis. */
function drawable(value: number, log: boolean): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function fullExtent(
  series: readonly Series[],
  { logX, logY, xMax }: Pick<FrameOptions, 'logX' | 'logY' | 'xMax'>,
): Extent | null {
  let from = Infinity;
  let to = -Infinity;
  for (const { x, y } of series) {
    const usable = (i: number) => drawable(x[i]!, logX) && drawable(y[i]!, logY);
    // x ascends: the first and the last that can be drawn are enough.
    let first = 0;
    while (first < x.length && !usable(first)) first++;
    if (first === x.length) continue;
    let last = x.length - 1;
    while (!usable(last)) last--;
    from = Math.min(from, x[first]!);
    to = Math.max(to, x[last]!);
  }
  if (from > to) return null;
  return { from, to: Math.max(to, xMax ?? to) };
}

/** Share of the values that an axis without outliers leaves out on either side. */
const OUTLIERS = 0.01;
/** So many values are enough to tell which are extreme. */
const ENOUGH = 20_000;

function valueExtent(curves: readonly Curve[], x: Extent, log: boolean, clip: boolean): Extent | null {
  let from = Infinity;
  let to = -Infinity;
  const values: number[] = [];
  const include = (value: number) => {
    if (!drawable(value, log)) return;
    if (value < from) from = value;
    if (value > to) to = value;
  };
  for (const curve of curves) {
    const { series } = curve;
    const [start, end] = visibleRange(series.x, x);
    const { low, high } = extremesOf(curve);
    for (let i = start; i < end; i++) {
      // The one point beyond each edge is drawn, but must not stretch the axis.
      if (!(series.x[i]! >= x.from && series.x[i]! <= x.to)) continue;
      if (clip) values.push(low[i]!, high[i]!);
      else {
        include(low[i]!);
        include(high[i]!);
      }
    }
  }
  if (clip) for (const value of withoutOutliers(values, log)) include(value);
  for (const { series } of curves) {
    if (series.mark && series.mark.x >= x.from && series.mark.x <= x.to) include(series.mark.y);
  }
  return from > to ? null : spread({ from, to }, log, 0.05);
}

/** What a curve spans at each point: its band, its extremes where they are what is drawn, or just its value. */
function extremesOf({ series, y, behind }: Curve): Extremes {
  return series.band ?? (behind === null ? series.extremes : undefined) ?? { low: y, high: y };
}

/** Lowest and highest of the values but for the most extreme hundredth on either side. */
function withoutOutliers(values: readonly number[], log: boolean): number[] {
  const every = Math.max(1, Math.floor(values.length / ENOUGH));
  const some = Float64Array.from(values.filter((value, i) => i % every === 0 && drawable(value, log))).sort();
  const at = (share: number) => some[Math.round(share * (some.length - 1))];
  return [at(OUTLIERS), at(1 - OUTLIERS)].filter((value) => value !== undefined);
}

/** Room on both sides: a share of the extent, or something sensible around a single value. */
function spread({ from, to }: Extent, log: boolean, share: number): Extent {
  if (log) {
    const margin = to > from ? (to / from) ** share : 1.1;
    return { from: from / margin, to: to * margin };
  }
  const margin = to > from ? (to - from) * share : Math.abs(from) * 0.1 || 0.5;
  return { from: from - margin, to: to + margin };
}

/** `part` within `whole`; all of it if nothing is left. */
export function clampTo(part: Extent, whole: Extent): Extent {
  const from = Math.max(part.from, whole.from);
  const to = Math.min(part.to, whole.to);
  return to > from ? { from, to } : whole;
}
