/** A forecast as curves along the steps of its series. */
import type { Sample } from '../../../api/types.ts';
import type { Series } from '../../lib/charts/series.ts';
import { m } from '../../lib/messages.ts';

type Forecast = Extract<NonNullable<Sample['detail']>, { kind: 'forecast' }>;

/** x counts from the last step that was read, which is 0: what was measured solid, the forecast dashed. */
export function forecastSeries({ history, truth, forecast }: Forecast, column: number, color: string): Series[] {
  const text = m.run.forecast;
  const of = (rows: Forecast['truth']) => rows.map((row) => row[column] ?? Number.NaN);
  const x = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const read = of(history);
  const last = read.slice(-1);
  const series: Series[] = [
    { id: 'read', label: text.read, color: 'var(--text-3)', x: x(1 - read.length, read.length), y: read },
    // From the last step read on, so that both are one line.
    {
      id: 'truth',
      label: text.truth,
      color: 'var(--text)',
      x: x(1 - last.length, truth.length + last.length),
      y: [...last, ...of(truth)],
    },
    { id: 'forecast', label: text.forecast, color, dash: true, x: x(1, forecast.length), y: of(forecast) },
  ];
  return series.filter((one) => one.y.length > 0);
}
