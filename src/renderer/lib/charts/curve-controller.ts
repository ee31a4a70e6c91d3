/**
 * Chart.js's controller of long curves. Of the points in view it keeps, column by column of pixels, what the picture needs
 * (decimate.ts) and hands that to Chart.js's own line, without an object for every measurement as Chart.js's line controller
 * makes it. Chart.js's decimation would keep one or two points where four are needed to lose no extreme.
 */
import {
  DatasetController,
  type CartesianParsedData,
  type LineControllerChartOptions,
  type LineElement,
  type Point,
  type Scale,
} from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import { GAP, trace, type Extremes } from './decimate.ts';

/** A data set of the type `curve`: Chart.js's options of its line, and the measurements. */
export interface CurveDataset {
  /** Empty: measurements are columns of numbers. */
  readonly data: Point[];
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
  readonly borderDash?: number[];
  readonly backgroundColor?: string;
  readonly fill: false | string;
  readonly clip: number;
}

declare module 'chart.js' {
  interface ChartTypeRegistry {
    curve: {
      chartOptions: LineControllerChartOptions;
      datasetOptions: Omit<CurveDataset, 'data'>;
      defaultDataPoint: Point;
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

/** Curves with fewer points than one in so many pixels show each point. */
const POINTS_EVERY = 14;
/** With more points than so many in a column a line is an area, which a thick one only blurs. */
const DENSE = 1.5;

/**
 * Options of Chart.js's line beside those of the data set. Asking Chart.js to put them together from all its layers takes longer
 * than drawing a curve. `segment` has it stroked without Path2D, which a context that writes SVG cannot read.
 */
const straight = {
  borderCapStyle: 'butt',
  borderDash: [],
  borderDashOffset: 0,
  tension: 0,
  spanGaps: false,
  segment: {},
};

export class CurveController extends DatasetController<'curve', never, LineElement> {
  static id = 'curve';
  static defaults = { datasetElementType: 'line', dataElementType: 'point' };
  /** Written anew at every update: of many curves, new objects every time would be most of the work. */
  #pixels: Pixel[] = [];
  #radius = 0;

  /** Where its line goes. */
  get pixels(): readonly Pixel[] {
    return this.#pixels;
  }

  override update(): void {
    const { dataset: line, xScale, yScale } = this._cachedMeta;
    const dataset = this.getDataset() as unknown as CurveDataset;
    const columns = Math.max(1, Math.round(xScale!.width));
    const pixels = this.#pixels;
    writePixels(pixels, dataset, { xScale: xScale!, yScale: yScale!, columns });
    const dense = dataset.thins && pixels.length > DENSE * columns;
    const single = pixels.length === 1;
    const sparse = dataset.points && pixels.length * POINTS_EVERY < columns;
    this.#radius = single ? 3.5 : sparse ? 2.5 : 0;
    Object.assign(line!, {
      points: pixels,
      _decimated: true,
      options: {
        ...straight,
        ...dataset,
        ...(dense && { borderWidth: 1, borderDash: [] }),
        // Round corners of thin lines are slow, and not seen.
        borderJoinStyle: dense || dataset.borderWidth <= 1 ? 'bevel' : 'round',
      },
    });
  }

  override draw(): void {
    super.draw();
    if (this.#radius === 0) return;
    const { ctx } = this.chart;
    ctx.fillStyle = (this.getDataset() as unknown as CurveDataset).borderColor;
    for (const { x, y, skip } of this.#pixels) {
      if (!skip) drawPoint(ctx, { pointStyle: 'circle', radius: this.#radius, borderWidth: 0 }, x, y);
    }
  }
}

interface Place {
  readonly xScale: Scale;
  readonly yScale: Scale;
  /** Of pixels. */
  readonly columns: number;
}

function writePixels(pixels: Pixel[], { xs, ys, extremes }: CurveDataset, { xScale, yScale, columns }: Place): void {
  const [logX, logY] = [xScale.type === 'logarithmic', yScale.type === 'logarithmic'];
  const { factor: across, offset: left } = linear(xScale, logX);
  const { factor: up, offset: bottom } = linear(yScale, logY);
  let count = 0;
  const tell = (i: number, value: number) => {
    if (count === pixels.length) pixels.push({ x: NaN, y: NaN, skip: true });
    const pixel = pixels[count++]!;
    pixel.skip = i === GAP || (logY && value <= 0);
    pixel.x = left + (logX ? Math.log(xs[i]!) : xs[i]!) * across;
    pixel.y = bottom + (logY ? Math.log(value) : value) * up;
  };
  trace(xs, ys, { from: xScale.min, to: xScale.max, columns, logX }, tell, extremes);
  pixels.length = count;
}

/** Pixel = offset + factor · value, or its logarithm: the scale written out, as it is asked for every point. */
function linear(scale: Scale, log: boolean): { factor: number; offset: number } {
  const [low, high] = log ? [Math.log(scale.min), Math.log(scale.max)] : [scale.min, scale.max];
  const start = scale.getPixelForValue(scale.min);
  const factor = (scale.getPixelForValue(scale.max) - start) / (high - low);
  return { factor, offset: start - low * factor };
}
