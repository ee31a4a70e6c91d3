/** Curves with their axes as a scene: the one place that decides how everything of a line chart looks. */
import type { Axis } from './axis.ts';
import { GAP, trace, visibleRange, type Extremes } from './decimate.ts';
import type { Palette } from './palette.ts';
import { planeOf, type Layout, type Surface } from './plane.ts';
import type { LineMark, Mark, Scene } from './scene.ts';
import type { Curve, Dash, Frame, Series } from './series.ts';

export interface Picture {
  readonly frame: Frame;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly logX: boolean;
  readonly logY: boolean;
}

export interface Drawing {
  readonly scene: Scene;
  readonly layout: Layout;
  /** Points in view that are drawn, and measurements that they stand for. */
  readonly drawn: number;
  readonly measured: number;
}

/** Curves with fewer points than one in so many pixels show each point. */
const POINTS_EVERY = 14;
/** Percent of a curve's colour in the measured curve behind a smoothed one, in one that steps back, and in a band. */
const BEHIND = 16;
const FAINT = 25;
const BAND = 18;

export function lineScene(picture: Picture, surface: Surface): Drawing {
  const { frame, xAxis, yAxis, logX, logY } = picture;
  const { width, height, palette } = surface;
  const x = { ...frame.x, axis: xAxis, log: logX };
  const { layout, marks: axes } = planeOf(x, { ...frame.y, axis: yAxis, log: logY }, surface);
  const { marks, drawn, measured } = curveMarks(picture, layout, palette);
  return {
    scene: { width, height, marks: [...axes, { kind: 'group', clip: layout, marks }] },
    layout,
    drawn,
    measured,
  };
}

function curveMarks(picture: Picture, layout: Layout, palette: Palette) {
  const { frame, logX, logY } = picture;
  const columns = Math.max(1, Math.round(layout.right - layout.left));
  const window = { ...frame.x, columns, logX };
  const many = frame.curves.filter(({ series }) => !series.faint).length;
  const thick = many > 24 ? 1 : many > 12 ? 1.5 : 2;
  // Of many curves the measured ones together would be a wall.
  const behind = Math.max(3, BEHIND * Math.min(1, 8 / many));
  const bands: Mark[] = [];
  const back: Mark[] = [];
  const front: Mark[] = [];
  const points: Mark[] = [];
  let drawn = 0;
  let measured = 0;

  // The layout's scales, written out: they are asked for every point.
  const { factor: across, offset: left } = linear(frame.x, layout.left, layout.right, logX);
  const { factor: up, offset: bottom } = linear(frame.y, layout.bottom, layout.top, logY);
  const lineOf = ({ series }: Curve, y: ArrayLike<number>, extremes?: Extremes) => {
    const line = { x: [] as number[], y: [] as number[] };
    const tell = (i: number, value: number) => {
      const usable = i !== GAP && (!logY || value > 0);
      line.x.push(usable ? left + (logX ? Math.log(series.x[i]!) : series.x[i]!) * across : NaN);
      line.y.push(usable ? bottom + (logY ? Math.log(value) : value) * up : NaN);
    };
    trace(series.x, y, window, tell, extremes);
    return line;
  };

  for (const curve of frame.curves) {
    const { series } = curve;
    if (series.band && !series.faint) bands.push(areaOf(series, series.band, picture, layout, palette));
    const measurements = countIn(series, frame.x);
    measured += measurements;
    if (curve.behind && !series.faint) {
      const line = lineOf(curve, curve.behind, series.extremes);
      drawn += Math.min(measurements, line.x.length);
      back.push({ kind: 'line', ...line, color: palette.faint(series.color, behind), width: 1 });
    }
    const line = lineOf(curve, curve.y, curve.behind || series.band ? undefined : series.extremes);
    if (!curve.behind || series.faint) drawn += Math.min(measurements, line.x.length);
    const color = series.faint ? palette.faint(series.color, FAINT) : palette.get(series.color);
    const dash = dashOf(series.dash);
    // Where a curve goes up and down in every column it is an area, which a thick line only blurs.
    const dense = !curve.behind && line.x.length > 1.5 * columns;
    const width = dense ? 1 : Math.min(thick, dash && series.dash === true ? 1.5 : 2);
    const mark: LineMark = { kind: 'line', ...line, color, width, ...(dash && !dense && { dash }) };
    (series.faint ? back : front).push(mark);
    const sparse = line.x.length * POINTS_EVERY < columns && series.dash !== true && many <= 24;
    if ((sparse && !series.band) || line.x.length === 1) {
      const r = line.x.length === 1 ? 3.5 : 2.5;
      line.x.forEach((px, i) => {
        if (!Number.isNaN(line.y[i])) points.push({ kind: 'circle', x: px, y: line.y[i]!, r, fill: color });
      });
    }
  }
  return { marks: [...bands, ...back, ...front, ...points], drawn, measured };
}

/** Pixel = offset + factor · value, or its logarithm. */
function linear({ from, to }: Frame['x'], start: number, end: number, log: boolean) {
  const [low, high] = log ? [Math.log(from), Math.log(to)] : [from, to];
  const factor = (end - start) / (high - low);
  return { factor, offset: start - low * factor };
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

function areaOf(series: Series, band: Extremes, { frame, logY }: Picture, layout: Layout, palette: Palette): Mark {
  const [start, end] = visibleRange(series.x, frame.x);
  const area = { x: [] as number[], low: [] as number[], high: [] as number[] };
  for (let i = start; i < end; i++) {
    const [low, high] = [band.low[i]!, band.high[i]!];
    if (!Number.isFinite(high) || !Number.isFinite(low) || (logY && high <= 0)) continue;
    area.x.push(layout.px(series.x[i]!));
    area.low.push(logY && low <= 0 ? layout.bottom : layout.py(low));
    area.high.push(layout.py(high));
  }
  return { kind: 'area', ...area, color: palette.faint(series.color, BAND) };
}

/** Lengths of dashes and gaps, in pixels. */
export function dashOf(dash: Dash | undefined): readonly number[] | undefined {
  if (dash === true) return [5, 3];
  return dash === false || dash?.length === 0 ? undefined : dash;
}
