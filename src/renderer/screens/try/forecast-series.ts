/** A forecast as curves: what was read up to 0, the last step read, and what is expected after it. */
import type { ForecastPrediction } from '../../../engine/inference/prediction.ts';
import type { Series } from '../../lib/charts/series.ts';
import { tryOut as text } from '../../lib/messages/try.ts';

/** Times as many steps of history as of forecast, at most, but so many at least: a long past would leave the forecast no room. */
const share = 6;
const least = 60;

/**
 * @param variable of the forecast
 * @param rows that were read
 * @param column of `rows` that is the variable, or -1 where it was not read
 */
export function forecastSeries(
  { steps }: ForecastPrediction,
  variable: number,
  rows: readonly (readonly number[])[],
  column: number,
  color: string,
): Series[] {
  const past = column < 0 ? [] : rows.slice(-Math.max(least, share * steps.length)).map((row) => row[column] ?? NaN);
  const history: Series = {
    id: 'history',
    label: text.forecast.history,
    color: 'var(--text-3)',
    x: past.map((_, at) => at - past.length + 1),
    y: past,
    raw: true,
  };
  // It begins at the last value read, so that the curve does not break.
  const start = past.slice(-1);
  const forecast: Series = {
    id: 'forecast',
    label: text.forecast.forecast,
    color,
    x: [...start.map(() => 0), ...steps.map((_, h) => h + 1)],
    y: [...start, ...steps.map((row) => row[variable] ?? NaN)],
    raw: true,
  };
  return past.length > 0 ? [history, forecast] : [forecast];
}
