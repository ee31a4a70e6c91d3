/** Chart.js with the parts of it that are used here, and what all charts have in common. */
import {
  BasicPlatform,
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Title,
  type ChartOptions,
} from 'chart.js';
import { CurvesController } from './curves-controller.ts';
import { Palette } from './palette.ts';

Chart.register(LineController, ScatterController, CurvesController, LineElement, PointElement);
Chart.register(LinearScale, LogarithmicScale, Filler, Legend, Title);

export { BasicPlatform, Chart };

/** What the surroundings of a chart make of it. */
export interface Look {
  readonly palette: Palette;
  /** CSS font family. */
  readonly font: string;
}

/** As it is at this element now. */
export function lookOf(host: HTMLElement): Look {
  return { palette: new Palette(host), font: getComputedStyle(host).fontFamily };
}

/** Where things are, in CSS pixels from the chart's corner. */
export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  /** Value of x at a horizontal pixel, of y at a vertical one. */
  readonly at: (px: number) => number;
  readonly valueAt: (py: number) => number;
}

/** Of a chart with the scales x and y, until it is drawn again. */
export function layoutOf(chart: Chart): Layout {
  const { left, right, top, bottom } = chart.chartArea;
  const { x, y } = chart.scales as { x: Chart['scales'][string]; y: Chart['scales'][string] };
  return {
    ...{ left, right, top, bottom },
    px: (value) => x.getPixelForValue(value),
    py: (value) => y.getPixelForValue(value),
    at: (pixel) => x.getValueForPixel(pixel)!,
    valueAt: (pixel) => y.getValueForPixel(pixel)!,
  };
}

/** Pixels around the axes, at least. */
const MARGIN = { top: 8, right: 16, bottom: 0, left: 0 };

/** Plugins that cost time even where they show nothing. Chart.js's types do not know that this turns them off. */
const off = { legend: false, title: false, filler: false } as unknown as object;

/**
 * Nothing moves by itself, and what a pointer does is a matter of the component around the chart. Edges are at whole
 * pixels, because clipping at fractions of them is three times slower.
 */
export const still = {
  animation: false,
  parsing: false,
  normalized: true,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
  layout: { autoPadding: false, padding: MARGIN },
  plugins: off,
} satisfies ChartOptions;
