/** Curves with their axes as a chart: the one place that decides how everything of a line chart looks. */
import type { ChartConfiguration, ChartOptions, Point } from 'chart.js';
import type { Axis } from './axis.ts';
import { bestValues } from './best-values.ts';
import { layoutOf, still, type Chart, type Layout, type Look } from './chart.ts';
import type { CurveController, CurveDataset } from './curve-controller.ts';
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
  readonly chart: Chart<'curve'>;
  readonly layout: Layout;
  /** Points in view that are drawn, and measurements that they stand for. */
  readonly drawn: number;
  readonly measured: number;
}

interface LineDataset extends CurveDataset {
  /** Whose measurements it shows; each is shown by one data set. */
  readonly counts?: Series;
}

/** Percent of a curve's colour in the measured curve behind a smoothed one, in one that steps back, and in a band. */
const BEHIND = 16;
const FAINT = 25;
const BAND = 18;

export function lineConfig(picture: Picture, look: Look): ChartConfiguration<'curve'> {
  return {
    type: 'curve',
    data: { datasets: lineDatasets(picture.frame.curves, look) },
    options: lineOptions(picture, look),
    plugins: linePlugins(picture.frame.curves, look),
  };
}

/** Frozen, so that Chart.js does not listen to it. */
const nothing = Object.freeze([]) as unknown as Point[];
/** Clipped at the axes: at fractions of pixels, as Chart.js does it for thin lines, it is three times slower. */
const plain = { data: nothing, clip: 0, fill: false, thins: false, points: false } as const;

/** What does not change with the part in view. The first is drawn over the others. */
export function lineDatasets(curves: readonly Curve[], { palette }: Look): LineDataset[] {
  const many = curves.filter(({ series }) => !series.faint).length;
  const thick = many > 24 ? 1 : many > 12 ? 1.5 : 2;
  // Of many curves the measured ones together would be a wall.
  const behind = Math.max(3, BEHIND * Math.min(1, 8 / many));
  const bands: LineDataset[] = [];
  const back: LineDataset[] = [];
  const front: LineDataset[] = [];
  for (const curve of curves) {
    const { series } = curve;
    const base = { ...plain, xs: series.x };
    if (series.band && !series.faint) {
      bands.push(...bandOf(series, series.band, palette.faint(series.color, BAND)));
    }
    if (curve.behind && !series.faint) {
      const extremes = series.extremes && { extremes: series.extremes };
      const borderColor = palette.faint(series.color, behind);
      back.push({ ...base, ...extremes, ys: curve.behind, borderColor, borderWidth: 1, counts: series });
    }
    const dash = dashOf(series.dash);
    const main: LineDataset = {
      ...{ ...base, ys: curve.y, thins: !curve.behind },
      ...(!curve.behind && !series.band && series.extremes && { extremes: series.extremes }),
      points: series.dash !== true && many <= 24 && !series.band,
      borderColor: series.faint ? palette.faint(series.color, FAINT) : palette.get(series.color),
      borderWidth: Math.min(thick, dash && series.dash === true ? 1.5 : 2),
      ...(dash && { borderDash: [...dash] }),
      ...((!curve.behind || series.faint) && { counts: series }),
    };
    (series.faint ? back : front).push(main);
  }
  return [...bands, ...back, ...front].reverse();
}

/** Its upper edge, filled down to its lower edge, which is the next once the order is turned round. */
function bandOf({ x }: Series, { low, high }: Extremes, backgroundColor: string): LineDataset[] {
  const base = { ...plain, xs: x, borderWidth: 0, borderColor: backgroundColor };
  return [
    { ...base, ys: low },
    { ...base, ys: high, fill: '+1', backgroundColor },
  ];
}

export function lineOptions({ frame, xAxis, yAxis, logX, logY }: Picture, look: Look): ChartOptions<'curve'> {
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
export function drawingOf(chart: Chart<'curve'>): Drawing {
  let drawn = 0;
  let measured = 0;
  const { x } = chart.scales;
  for (const { controller } of chart.getSortedVisibleDatasetMetas() as unknown as { controller: CurveController }[]) {
    const { counts } = controller.getDataset() as unknown as LineDataset;
    if (!counts) continue;
    const measurements = countIn(counts, { from: x!.min, to: x!.max });
    measured += measurements;
    drawn += Math.min(measurements, controller.pixels.length);
  }
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
