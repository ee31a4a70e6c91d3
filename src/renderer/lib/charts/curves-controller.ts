/**
 * Chart.js's controller of long curves. Its data set has a curve where others have a point, each drawn by Chart.js's own line. Of the
 * measurements in view a line gets, column by column of pixels, those that the picture needs (decimate.ts): Chart.js's decimation
 * would keep one or two where four are needed to lose no extreme, and its line controller makes an object of every measurement.
 */
import {
  DatasetController,
  type CartesianParsedData,
  type ChartArea,
  type LineControllerChartOptions,
  type LineElement,
  type Scale,
} from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import { GAP, trace, type Extremes } from './decimate.ts';

/** A curve: what is measured, and Chart.js's options of the line through it. */
export interface CurveData {
  /** Abscissae, ascending, and as many values; NaN and infinities are gaps. */
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** Of points that stand for several measurements: the line goes from their lowest to their highest. */
  readonly extremes?: Extremes;
  /** May be drawn thin and solid where it goes up and down in every column. */
  readonly thins: boolean;
  /** Shows its points where they are few. */
  readonly points: boolean;
  readonly borderColor: string;
  readonly borderWidth: number;
  readonly borderDash?: readonly number[];
}

declare module 'chart.js' {
  interface ChartTypeRegistry {
    curves: {
      chartOptions: LineControllerChartOptions;
      datasetOptions: { clip: number };
      defaultDataPoint: CurveData;
      metaExtensions: object;
      parsedDataType: CartesianParsedData;
      scales: 'linear' | 'logarithmic';
    };
  }
}

/** A point of a line, as Chart.js's line reads it. */
export interface Pixel {
  x: number;
  y: number;
  /** Here the line is interrupted. */
  skip: boolean;
}

/** Chart.js's line, of which its types leave out which points it has and that it must be told how many of them to draw. */
interface Line {
  points?: Pixel[];
  draw(ctx: CanvasRenderingContext2D, area: ChartArea, start: number, count: number): void;
}

/** Curves with fewer points than one in so many pixels show each point. */
const POINTS_EVERY = 14;
/** With more points than so many in a column a line is an area, which a thick one only blurs. */
const DENSE = 1.5;

/**
 * Options of Chart.js's line that no curve changes. `segment` has it stroked without Path2D, which a context that writes SVG cannot
 * read.
 */
const straight = {
  borderCapStyle: 'butt',
  borderDash: [],
  borderDashOffset: 0,
  tension: 0,
  spanGaps: false,
  segment: {},
};

export class CurvesController extends DatasetController<'curves', LineElement> {
  static id = 'curves';
  static defaults = { dataElementType: 'line' };

  get #lines(): readonly Line[] {
    return this._cachedMeta.data as unknown as readonly Line[];
  }

  get curves(): readonly CurveData[] {
    return this.getDataset().data as unknown as readonly CurveData[];
  }

  /** Where each curve's line goes. */
  get pixels(): readonly (readonly Pixel[])[] {
    return this.#lines.map(({ points }) => points ?? []);
  }

  override update(): void {
    const { xScale, yScale } = this._cachedMeta;
    const lines = this.#lines;
    const columns = Math.max(1, Math.round(xScale!.width));
    const place = placeOf(xScale!, yScale!, columns);
    this.curves.forEach((curve, i) => {
      const line = lines[i]!;
      // Written anew in place: of many curves, new objects at every update would be most of the work.
      const pixels = line.points ?? [];
      writePixels(pixels, curve, place);
      const dense = curve.thins && pixels.length > DENSE * columns;
      const thin = dense || curve.borderWidth <= 1;
      Object.assign(line, {
        points: pixels,
        _decimated: true,
        options: {
          ...{ ...straight, ...curve },
          ...(dense && { borderWidth: 1, borderDash: [] }),
          // Round corners of thin lines are slow, and not seen.
          borderJoinStyle: thin ? 'bevel' : 'round',
        },
      });
    });
  }

  override draw(): void {
    const { ctx, chartArea, width } = this.chart;
    for (const line of this.#lines) line.draw(ctx, chartArea, 0, line.points?.length ?? 0);
    this.pixels.forEach((pixels, i) => {
      const { points, borderColor } = this.curves[i]!;
      const single = pixels.length === 1;
      if (!single && !(points && pixels.length * POINTS_EVERY < width)) return;
      ctx.fillStyle = borderColor;
      for (const { x, y, skip } of pixels) {
        if (!skip) drawPoint(ctx, { pointStyle: 'circle', radius: single ? 3.5 : 2.5, borderWidth: 0 }, x, y);
      }
    });
  }
}

/** The scales written out, as they are asked for every point: pixel = offset + factor · value, or its logarithm. */
interface Place {
  readonly from: number;
  readonly to: number;
  /** Of pixels. */
  readonly columns: number;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly across: { readonly factor: number; readonly offset: number };
  readonly up: { readonly factor: number; readonly offset: number };
}

function placeOf(xScale: Scale, yScale: Scale, columns: number): Place {
  const [logX, logY] = [xScale.type === 'logarithmic', yScale.type === 'logarithmic'];
  const { min: from, max: to } = xScale;
  return { from, to, columns, logX, logY, across: linear(xScale, logX), up: linear(yScale, logY) };
}

function linear(scale: Scale, log: boolean): Place['up'] {
  const [low, high] = log ? [Math.log(scale.min), Math.log(scale.max)] : [scale.min, scale.max];
  const start = scale.getPixelForValue(scale.min);
  const factor = (scale.getPixelForValue(scale.max) - start) / (high - low);
  return { factor, offset: start - low * factor };
}

function writePixels(pixels: Pixel[], { xs, ys, extremes }: CurveData, place: Place): void {
  const { logX, logY } = place;
  const { factor: across, offset: left } = place.across;
  const { factor: up, offset: bottom } = place.up;
  let count = 0;
  const tell = (i: number, value: number) => {
    if (count === pixels.length) pixels.push({ x: NaN, y: NaN, skip: true });
    const pixel = pixels[count++]!;
    pixel.skip = i === GAP || (logY && value <= 0);
    pixel.x = left + (logX ? Math.log(xs[i]!) : xs[i]!) * across;
    pixel.y = bottom + (logY ? Math.log(value) : value) * up;
  };
  trace(xs, ys, place, tell, extremes);
  pixels.length = count;
}
