/** Runs as points: any setting or result against any other. */
import type { ChartConfiguration, ChartDataset, ChartOptions } from 'chart.js';
import type { Run } from '../../../api/types.ts';
import { still, type Look } from '../../lib/charts/chart.ts';
import { scaleOptions } from '../../lib/charts/scales.ts';
import { placeAt, shareOf, type Placing } from './placing.ts';
import type { Styles } from './styles.ts';

/** Where a run stands on the scales. */
export interface ScatterPoint {
  readonly run: Run;
  readonly x: number;
  readonly y: number;
}

export interface Scatter {
  readonly points: readonly ScatterPoint[];
  readonly x: Placing;
  readonly y: Placing;
  readonly highlighted: string | null;
  readonly styles: Styles;
}

const RADIUS = 4.5;
/** Runs that are alike in a setting are set apart by up to this share of the axis, so that none hides another. */
const APART = 0.015;
/** Pixels around a point within which it is pointed at. */
const NEAR = 12;

/** Where each run stands. Those without one of the two values stand nowhere. */
export function scatterPoints(runs: readonly Run[], x: Placing, y: Placing): ScatterPoint[] {
  return runs.flatMap((run, i) => {
    const [across, up] = [x.place(run), y.place(run)];
    if (across === null || up === null) return [];
    // The golden ratio spreads any number of neighbours evenly.
    const apart = (((i * 0.618034) % 1) - 0.5) * APART;
    return [{ run, x: aside(across, x, apart), y: aside(up, y, apart) }];
  });
}

function aside(place: number, axis: Placing, apart: number): number {
  return axis.facet.kind === 'result' ? place : placeAt(shareOf(place, axis) + apart, axis);
}

export function scatterConfig(scatter: Scatter, look: Look): ChartConfiguration<'scatter'> {
  return {
    type: 'scatter',
    data: { datasets: [scatterDataset(scatter, look)] },
    options: scatterOptions(scatter, look),
  };
}

export function scatterDataset({ points, highlighted, styles }: Scatter, { palette }: Look): ChartDataset<'scatter'> {
  const color = (run: Run) => styles.of(run).color;
  return {
    type: 'scatter',
    data: points.map(({ x, y }) => ({ x, y })),
    clip: false,
    pointBackgroundColor: points.map(({ run }) =>
      highlighted === null || run.id === highlighted ? palette.get(color(run)) : palette.faint(color(run), 25),
    ),
    pointRadius: points.map(({ run }) => (run.id === highlighted ? RADIUS + 2 : RADIUS)),
    pointBorderColor: palette.get('var(--surface)'),
    pointBorderWidth: 1.5,
    pointHitRadius: NEAR,
  };
}

export function scatterOptions({ x, y }: Pick<Scatter, 'x' | 'y'>, look: Look): ChartOptions<'scatter'> {
  return {
    ...still,
    scales: {
      x: scaleOptions({ ...x.extent, axis: x.axis, log: x.log }, 'x', look),
      y: scaleOptions({ ...y.extent, axis: y.axis, log: y.log }, 'y', look),
    },
  };
}
