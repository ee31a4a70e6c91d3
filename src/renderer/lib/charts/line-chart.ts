/** Curves with their axes as a chart: the one place that decides how everything of a line chart looks. */
import type { ChartConfiguration, ChartDataset, ChartOptions } from 'chart.js';
import type { Axis } from './axis.ts';
import { bestValues } from './best-values.ts';
import { layoutOf, still, type Chart, type Layout, type Look } from './chart.ts';
import type { CurvesController, CurveData } from './curves-controller.ts';
import { visibleRange, type Extremes } from './decimate.ts';
import { scaleOptions } from './scales.ts';
import type { Curve, Dash, Frame, Series } from './series.ts';

export interface Picture {
  readonly frame: Frame;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly logX: boolean;
  readonly logY: boolean;
}

export interface Drawing {
  readonly chart: Chart<'curves'>;
  readonly layout: Layout;
  /** Points in view that are drawn, and measurements that they stand for. */
  readonly drawn: number;
  readonly measured: number;
}

interface CountedCurve extends CurveData {
  /** Whose measurements it shows; each is shown by one curve. */
  readonly counts?: Series;
}

/** Percent of a curve's colour in the measured curve behind a smoothed one, in one that steps back, and in a band. */
const BEHIND = 16;
const FAINT = 25;
const BAND = 18;

export function lineConfig(picture: Picture, look: Look): ChartConfiguration<'curves'> {
  return {
    type: 'curves',
    data: { datasets: lineDatasets(picture.frame.curves, look) },
    options: lineOptions(picture, look),
    plugins: linePlugins(picture.frame.curves, look),
  };
}

/** What does not change with the part in view: all curves, and behind them the bands. */
export function lineDatasets(curves: readonly Curve[], { palette }: Look): ChartDataset<'curves'>[] {
  const many = curves.filter(({ series }) => !series.faint).length;
  const thick = many > 24 ? 1 : many > 12 ? 1.5 : 2;
  // Of many curves the measured ones together would be a wall.
  const behind = Math.max(3, BEHIND * Math.min(1, 8 / many));
  const bands: ChartDataset<'line'>[] = [];
  const back: CountedCurve[] = [];
  const front: CountedCurve[] = [];
  for (const curve of curves) {
    const { series } = curve;
    const base = { xs: series.x, thins: false, points: false };
    if (series.band && !series.faint) bands.push(...bandOf(series, series.band, palette.faint(series.color, BAND)));
    if (curve.behind && !series.faint) {
      const extremes = series.extremes && { extremes: series.extremes };
      const borderColor = palette.faint(series.color, behind);
      back.push({ ...base, ...extremes, ys: curve.behind, borderColor, borderWidth: 1, counts: series });
    }
    const dash = dashOf(series.dash);
    const main: CountedCurve = {
      ...{ ...base, ys: curve.y, thins: !curve.behind },
      ...(!curve.behind && !series.band && series.extremes && { extremes: series.extremes }),
      points: series.dash !== true && many <= 24 && !series.band,
      borderColor: series.faint ? palette.faint(series.color, FAINT) : palette.get(series.color),
      borderWidth: Math.min(thick, dash && series.dash === true ? 1.5 : 2),
      ...(dash && { borderDash: dash }),
      ...((!curve.behind || series.faint) && { counts: series }),
    };
    (series.faint ? back : front).push(main);
  }
  // At fractions of pixels, where Chart.js clips thin lines, clipping is three times slower.
  const all: ChartDataset<'curves'> = { type: 'curves', data: [...back, ...front], clip: 0 };
  // The first is drawn over the others.
  return [all, ...(bands.reverse() as unknown as ChartDataset<'curves'>[])];
}

/** Two lines that are not drawn, the upper one filled down to the lower, which comes after it once they are turned round. */
function bandOf({ x }: Series, { low, high }: Extremes, backgroundColor: string): ChartDataset<'line'>[] {
  const edge = (y: ArrayLike<number>): ChartDataset<'line'> => ({
    ...{ type: 'line', clip: 0, borderWidth: 0, pointRadius: 0 },
    data: Array.from(x, (at, i) => ({ x: at, y: y[i]! })),
  });
  return [edge(low), { ...edge(high), fill: '+1', backgroundColor }];
}

export function lineOptions({ frame, xAxis, yAxis, logX, logY }: Picture, look: Look): ChartOptions<'curves'> {
  return {
    ...still,
    scales: {
      x: scaleOptions({ ...frame.x, axis: xAxis, log: logX }, 'x', look),
      y: scaleOptions({ ...frame.y, axis: yAxis, log: logY }, 'y', look),
    },
    ...(frame.curves.some(({ series }) => series.band) && { plugins: { ...still.plugins, filler: {} } }),
  };
}

export function linePlugins(curves: readonly Curve[], look: Look) {
  return [bestValues(curves, look)];
}

/** What was drawn. */
export function drawingOf(chart: Chart<'curves'>): Drawing {
  let drawn = 0;
  let measured = 0;
  const { x } = chart.scales;
  const { curves, pixels } = chart.getDatasetMeta(0).controller as CurvesController;
  (curves as readonly CountedCurve[]).forEach(({ counts }, i) => {
    if (!counts) return;
    const measurements = countIn(counts, { from: x!.min, to: x!.max });
    measured += measurements;
    drawn += Math.min(measurements, pixels[i]!.length);
  });
  return { chart, layout: layoutOf(chart as Chart), drawn, measured };
}

/** Measurements in view. */
function countIn({ x, y, count: counts }: Series, view: Frame['x']): number {
  const [start, end] = visibleRange(x, view);
  let sum = 0;
  for (let i = start; i < end; i++) {
    if (x[i]! >= view.from && x[i]! <= view.to && Number.isFinite(y[i])) sum += counts ? counts[i]! : 1;
  }
  return sum;
}

/** Lengths of dashes and gaps, in pixels. */
export function dashOf(dash: Dash | undefined): readonly number[] | undefined {
  if (dash === true) return [5, 3];
  return dash === false || dash?.length === 0 ? undefined : dash;
}
