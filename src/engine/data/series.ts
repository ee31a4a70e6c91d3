/** Windows of a time series. */

export interface SeriesPlan {
  /** Rows in all. */
  readonly rows: number;
  /** The first ones, which are of the part before: they are read, but not forecast. */
  readonly past: number;
  /** Rows that do not follow on the one before. */
  readonly gaps: readonly number[];
  /** Steps W that are read, and steps h that are forecast. */
  readonly window: number;
  readonly horizon: number;
  readonly forecastAt: 'end' | 'every-step';
}

/**
 * First rows of all windows: W rows that are read, h rows after them that are forecast, none of these in the past, no gap between
 * any. With a forecast at every step the rows from the second on are forecast too.
 */
export function windowsIn({ rows, past, gaps, window, horizon, forecastAt }: SeriesPlan): number[] {
  const length = window + horizon;
  const firstForecast = forecastAt === 'end' ? window : 1;
  const windows: number[] = [];
  let gap = 0;
  for (let first = 0; first + length <= rows; first++) {
    while (gap < gaps.length && gaps[gap]! <= first) gap++;
    if (gap < gaps.length && gaps[gap]! < first + length) continue;
    if (first + firstForecast >= past) windows.push(first);
  }
  return windows;
}

/**
 * The naive forecast: every later value is the last one that was read.
 * @param last [V], the target columns at the last step of a window
 * @returns [h,V]
 */
export function naiveForecast(last: ArrayLike<number>, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon * last.length }, (_, i) => last[i % last.length]!);
}
