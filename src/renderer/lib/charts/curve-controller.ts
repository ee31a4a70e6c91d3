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
  type UpdateMode,
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
  readonly borderJoinStyle: CanvasLineJoin;
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

export interface Pixel {
  readonly x: number;
  readonly y: number;
  /** Here the line is interrupted. */
  readonly skip: boolean;
}

/** Curves with fewer points than one in so many pixels show each point. */
const POINTS_EVERY = 14;
/** With more points than so many in a column a line is an area, which a thick one only blurs. */
const DENSE = 1.5;

export class CurveController extends DatasetController<'curve', never, LineElement> {
  static id = 'curve';
  static defaults = { datasetElementType: 'line', dataElementType: 'point' };
  #radius = 0;

  /** Where its line goes. */
  get pixels(): readonly Pixel[] {
    return (this._cachedMeta.dataset as unknown as { points: readonly Pixel[] }).points;
  }

  override update(mode: UpdateMode): void {
    const { dataset: line, xScale, yScale } = this._cachedMeta;
    const dataset = this.getDataset() as unknown as CurveDataset;
    const columns = Math.max(1, Math.round(xScale!.width));
    const pixels = pixelsOf(dataset, xScale!, yScale!, columns);
    const dense = dataset.thins && pixels.length > DENSE * columns;
    const single = pixels.length === 1;
    const sparse = dataset.points && pixels.length * POINTS_EVERY < columns;
    this.#radius = single ? 3.5 : sparse ? 2.5 : 0;
    Object.assign(line!, {
      points: pixels,
      _decimated: true,
      options: {
        ...this.resolveDatasetElementOptions(mode),
        ...(dense && { borderWidth: 1, borderDash: [] }),
        // Stroked without Path2D, which a context that writes SVG cannot read.
        segment: {},
      },
    });
  }

  override draw(): void {
    super.draw();
    if (this.#radius === 0) return;
    const { ctx } = this.chart;
    ctx.fillStyle = (this.getDataset() as unknown as CurveDataset).borderColor;
    for (const { x, y, skip } of this.pixels) {
      if (!skip) drawPoint(ctx, { pointStyle: 'circle', radius: this.#radius, borderWidth: 0 }, x, y);
    }
  }
}

function pixelsOf({ xs, ys, extremes }: CurveDataset, xScale: Scale, yScale: Scale, columns: number): Pixel[] {
  const [logX, logY] = [xScale.type === 'logarithmic', yScale.type === 'logarithmic'];
  const [across, up] = [linear(xScale, logX), linear(yScale, logY)];
  const pixels: Pixel[] = [];
  const tell = (i: number, value: number) => {
    const usable = i !== GAP && (!logY || value > 0);
    pixels.push({
      x: usable ? across.offset + (logX ? Math.log(xs[i]!) : xs[i]!) * across.factor : NaN,
      y: usable ? up.offset + (logY ? Math.log(value) : value) * up.factor : NaN,
      skip: !usable,
    });
  };
  trace(xs, ys, { from: xScale.min, to: xScale.max, columns, logX }, tell, extremes);
  return pixels;
}

/** Pixel = offset + factor · value, or its logarithm: the scale written out, as it is asked for every point. */
function linear(scale: Scale, log: boolean): { factor: number; offset: number } {
  const [low, high] = log ? [Math.log(scale.min), Math.log(scale.max)] : [scale.min, scale.max];
  const start = scale.getPixelForValue(scale.min);
  const factor = (scale.getPixelForValue(scale.max) - start) / (high - low);
  return { factor, offset: start - low * factor };
}
