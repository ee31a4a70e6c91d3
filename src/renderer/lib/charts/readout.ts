/** What stands under the crosshair, and the rows of a chart's table. */
import { GAP, lowerBound, nearest, visibleRange } from './decimate.ts';
import type { Curve, Extent, Frame, Series } from './series.ts';

export interface Reading {
  readonly series: Series;
  /** Where it was measured; near the crosshair, not always under it. */
  readonly x: number;
  /** Of the curve as drawn. */
  readonly y: number;
  /** As measured, where the curve is smoothed. */
  readonly measured: number | null;
}

/** The x nearest to `at` at which any curve has a value within `reach`; null if none has. */
export function snap(curves: readonly Curve[], at: number, reach: number): number | null {
  let found: number | null = null;
  for (const { series, y } of curves) {
    const i = nearest(series.x, y, at, reach);
    if (i === GAP) continue;
    const x = series.x[i]!;
    if (found === null || Math.abs(x - at) < Math.abs(found - at)) found = x;
  }
  return found;
}

/** Each curve's value nearest to `at`, highest first, as they stand above each other in the chart. */
export function readings(curves: readonly Curve[], at: number, reach: number): Reading[] {
  const found: Reading[] = [];
  for (const { series, y, behind } of curves) {
    const i = nearest(series.x, y, at, reach);
    if (i === GAP) continue;
    found.push({ series, x: series.x[i]!, y: y[i]!, measured: behind ? behind[i]! : null });
  }
  return found.sort((a, b) => b.y - a.y);
}

/** Of more readings than there is room for, those nearest to a value, in their order. */
export function closest(all: readonly Reading[], near: number | null, most: number): readonly Reading[] {
  if (all.length <= most) return all;
  const target = near ?? all[0]!.y;
  const chosen = new Set([...all].sort((a, b) => Math.abs(a.y - target) - Math.abs(b.y - target)).slice(0, most));
  return all.filter((one) => chosen.has(one));
}

/** How much more a reading is than the baseline's of the same kind; null where there is none, or it is that itself. */
export function difference({ series, y }: Reading, all: readonly Reading[]): number | null {
  const base = all.find((one) => one.series.baseline && one.series.label === series.label);
  return base === undefined || base.series === series ? null : y - base.y;
}

/** The next x with a value on some curve in a direction; null at the end. Passes over `least`, to move in visible steps. */
export function stepAlong(frame: Frame, from: number, direction: 1 | -1, least: number): number | null {
  let found: number | null = null;
  for (const { series, y } of frame.curves) {
    const target = from + direction * least;
    let i = lowerBound(series.x, target);
    if (direction < 0 && series.x[i] !== target) i--;
    while (i >= 0 && i < series.x.length && (!Number.isFinite(y[i]) || series.x[i] === from)) i += direction;
    const x = series.x[i];
    if (x === undefined || x < frame.x.from || x > frame.x.to) continue;
    if (found === null || Math.abs(x - from) < Math.abs(found - from)) found = x;
  }
  return found;
}

export interface Table {
  /** The x of each row. */
  readonly rows: readonly number[];
  /** How many different x there are in view. */
  readonly total: number;
}

/** Rows for a table of at most about `most`: every x of the curves with few points, and of the others evenly chosen ones. */
export function tableRows(curves: readonly Curve[], view: Extent, most: number): Table {
  const sparse = new Set<number>();
  const all = new Set<number>();
  for (const { series } of curves) {
    const [start, end] = visibleRange(series.x, view);
    const few = end - start <= most / 2;
    for (let i = start; i < end; i++) {
      const x = series.x[i]!;
      if (x < view.from || x > view.to) continue;
      all.add(x);
      if (few) sparse.add(x);
    }
  }
  const sorted = [...all].sort((a, b) => a - b);
  if (sorted.length <= most) return { rows: sorted, total: sorted.length };
  const room = Math.max(2, most - sparse.size);
  const chosen = new Set(sparse);
  for (let n = 0; n < room; n++) chosen.add(sorted[Math.round((n * (sorted.length - 1)) / (room - 1))]!);
  return { rows: [...chosen].sort((a, b) => a - b), total: sorted.length };
}

/** A curve's measured value at exactly this x; null where it has none. */
export function valueAt({ series }: Curve, x: number): number | null {
  const i = lowerBound(series.x, x);
  return series.x[i] === x && Number.isFinite(series.y[i]) ? series.y[i]! : null;
}
