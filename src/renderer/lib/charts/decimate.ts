/**
 * Fewer points, the same picture: of all points that fall into one pixel column only the first, the lowest, the highest and
 * the last are kept, in their order. A line through these covers exactly the pixels of the line through all of them.
 * Source: U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
 */

/** Stands in a list of indices where the line is interrupted. */
export const GAP = -1;

export interface Window {
  /** What is in view, in the units of x: `from` < `to`. */
  readonly from: number;
  readonly to: number;
  /** Pixel columns across the window. */
  readonly columns: number;
  /** Columns are equally wide in the logarithm of x; points with x ≤ 0 are left out. */
  readonly logX?: boolean;
}

/**
 * Indices of the points to draw, ascending, with GAP where a value between two drawn points is not finite.
 *
 * One point beyond each edge of the window is kept, so that the line enters and leaves it. An interruption narrower than a
 * column cannot be seen and is not kept.
 *
 * @param x abscissae, ascending
 * @param y values, as many; NaN and infinities are interruptions
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, window: Window): number[] {
  const kept: number[] = [];
  trace(x, y, window, (i) => kept.push(i));
  return kept;
}

/** Of points that stand for several measurements: the lowest and the highest of each. */
export interface Extremes {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/**
 * As `decimate`, but tells the points one after the other: their indices and values, GAP with NaN. With `extremes` a column's line
 * goes from the lowest low to the highest high in it.
 */
export function trace(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  window: Window,
  tell: (index: number, value: number) => void,
  extremes?: Extremes,
): void {
  const low = extremes?.low ?? y;
  const high = extremes?.high ?? y;
  const scale = columnScale(window);
  let told = 0;
  let before = NaN;
  const keep = (index: number, value: number) => {
    tell(index, value);
    told++;
    before = value;
  };
  const [start, end] = visibleRange(x, window);
  let column = NaN;
  let first = GAP;
  let lowest = GAP;
  let highest = GAP;
  let last = GAP;
  let interrupted = false;

  const flush = () => {
    if (first === GAP) return;
    if (extremes) {
      // Of one point the extreme nearer to the line comes first.
      const downwards = lowest === highest ? before - low[lowest]! > high[highest]! - before : highest < lowest;
      if (downwards) keep(highest, high[highest]!);
      keep(lowest, low[lowest]!);
      if (!downwards && (lowest !== highest || low[lowest] !== high[highest])) keep(highest, high[highest]!);
    } else {
      const [a, b] = lowest < highest ? [lowest, highest] : [highest, lowest];
      keep(first, y[first]!);
      if (a > first) keep(a, y[a]!);
      if (b > a && b > first) keep(b, y[b]!);
      if (last > b) keep(last, y[last]!);
    }
    first = GAP;
  };

  for (let i = start; i < end; i++) {
    if (!Number.isFinite(y[i]) || (window.logX && x[i]! <= 0)) {
      interrupted = true;
      continue;
    }
    const here = Math.floor(scale(x[i]!));
    if (here !== column) {
      flush();
      if (interrupted && told > 0) tell(GAP, NaN);
      column = here;
      first = lowest = highest = i;
    } else {
      if (low[i]! < low[lowest]!) lowest = i;
      if (high[i]! > high[highest]!) highest = i;
    }
    last = i;
    interrupted = false;
  }
  flush();
}

/** First and one-past-last index of the points in view, with one more on each side. */
export function visibleRange(x: ArrayLike<number>, { from, to }: Pick<Window, 'from' | 'to'>): [number, number] {
  const start = Math.max(0, lowerBound(x, from) - 1);
  let end = lowerBound(x, to);
  while (end < x.length && x[end]! <= to) end++;
  return [start, Math.min(x.length, end + 1)];
}

/** Index of the first x that is not below `value`; the length if all are. */
export function lowerBound(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Index of the finite value whose x is nearest to `at`; GAP if there is none, or if `at` lies outside the curve by more than
 * `reach` (in the units of x).
 */
export function nearest(x: ArrayLike<number>, y: ArrayLike<number>, at: number, reach = Infinity): number {
  const middle = lowerBound(x, at);
  let left = middle - 1;
  while (left >= 0 && !Number.isFinite(y[left])) left--;
  let right = middle;
  while (right < x.length && !Number.isFinite(y[right])) right++;
  const toLeft = left >= 0 ? at - x[left]! : Infinity;
  const toRight = right < x.length ? x[right]! - at : Infinity;
  if (toLeft === Infinity && toRight === Infinity) return GAP;
  const inside = toLeft < Infinity && toRight < Infinity;
  if (!inside && Math.min(toLeft, toRight) > reach) return GAP;
  return toRight < toLeft ? right : left;
}

function columnScale({ from, to, columns, logX }: Window): (x: number) => number {
  if (!logX) return (x) => ((x - from) / (to - from)) * columns;
  const low = Math.log(from);
  const span = Math.log(to) - low;
  return (x) => ((Math.log(x) - low) / span) * columns;
}
