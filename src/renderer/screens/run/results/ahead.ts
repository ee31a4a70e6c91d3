/** Errors of a forecast by how many steps ahead, as curves. */
import type { RegressionResult } from '../../../../engine/metrics/results.ts';
import type { Series } from '../../../lib/charts/series.ts';
import { m } from '../../../lib/messages.ts';

/** RMSE of the network, and of the naive forecast where there is one; null where nothing is forecast more than a step ahead. */
export function aheadSeries(ahead: RegressionResult['ahead'], color: string): Series[] | null {
  if (ahead.length < 2) return null;
  const x = ahead.map((_, i) => i + 1);
  const naive: Series = {
    id: 'naive',
    label: m.run.charts.naive,
    color: 'var(--text-3)',
    dash: true,
    x,
    y: ahead.map((one) => one.naive?.rmse ?? Number.NaN),
  };
  const network: Series = {
    id: 'network',
    label: m.run.results.errors.network,
    color,
    x,
    y: ahead.map((one) => one.rmse),
  };
  return ahead.some((one) => one.naive !== null) ? [naive, network] : [network];
}
