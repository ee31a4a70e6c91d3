/** What a chart is given, and what of it is drawn: smoothed curves, and how far the axes reach. */
import { visibleRange } from './decimate.ts';
import { smooth } from './smooth.ts';

export interface Series {
  readonly id: string;
  readonly label: string;
  /** What the curve belongs to, where several have the same label: a run. */
  readonly group?: string;
  /** Any CSS colour, also a token: `var(--run-0)`. A run keeps its colour in every chart. */
  readonly color: string;
  /** Training is dashed, validation solid. */
  readonly dash?: boolean;
  /** Abscissae, ascending. */
  readonly x: ArrayLike<number>;
  /** As many values; NaN and infinities become gaps. */
  readonly y: ArrayLike<number>;
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

/** Prepares a drawing; null if there is no value that could be drawn. */
export function frameOf(series: readonly Series[], options: FrameOptions): Frame | null {
  const full = fullExtent(series, options);
  if (!full) return null;
  // Of a single point there is nothing to smooth, but the unit must still be above 0.
  const unit = (full.to > full.from ? full.to - full.from : 1) * UNIT_SHARE;
  const curves = series.map((one): Curve => {
    if (one.raw || options.smoothing <= 0) return { series: one, y: one.y, behind: null };
    return {
      series: one,
      y: smooth(one.x, one.y, { weight: options.smoothing, unit, geometric: options.geometric }),
      behind: one.y,
    };
  });
  const all = spread(full, options.logX, 0);
  const x = clampTo(options.zoom ?? all, all);
  return { curves, full: all, x, y: valueExtent(curves, x, options.logY) ?? { from: 0, to: 1 } };
}

/** Can this value stand on an axis. */
function drawable(value: number, log: boolean): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function fullExtent(series: readonly Series[], { logX, logY, xMax }: FrameOptions): Extent | null {
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

function valueExtent(curves: readonly Curve[], x: Extent, log: boolean): Extent | null {
  let from = Infinity;
  let to = -Infinity;
  const include = (value: number) => {
    if (!drawable(value, log)) return;
    if (value < from) from = value;
    if (value > to) to = value;
  };
  for (const { series, y } of curves) {
    const [start, end] = visibleRange(series.x, x);
    for (let i = start; i < end; i++) {
      // The one point beyond each edge is drawn, but must not stretch the axis.
      if (series.x[i]! >= x.from && series.x[i]! <= x.to) include(y[i]!);
    }
    if (series.mark && series.mark.x >= x.from && series.mark.x <= x.to) include(series.mark.y);
  }
  return from > to ? null : spread({ from, to }, log, 0.05);
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
