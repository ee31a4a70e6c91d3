/**
 * Axes and curves on a canvas, by Chart.js. It draws what it is told; the crosshair, marks and selection are drawn over it by
 * the component, so that moving the pointer redraws no curve.
 */
import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartDataset,
  type Scale,
} from 'chart.js';
import type { Axis } from './axis.ts';
import { decimate, GAP } from './decimate.ts';
import type { Palette } from './palette.ts';
import type { Curve, Frame } from './series.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

/** Where things are, in CSS pixels from the canvas's corner. */
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

export interface Picture {
  readonly frame: Frame;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly logX: boolean;
  readonly logY: boolean;
}

/** Pixels between ticks, at least. */
const TICK_X = 90;
const TICK_Y = 36;
/** Curves with fewer points than this per pixel show each point. */
const POINTS_EVERY = 14;
/** Percent of a curve's colour in the measured curve behind a smoothed one, and in one that steps back. */
const BEHIND = 16;
const FAINT = 25;

interface Point {
  readonly x: number;
  readonly y: number;
}

export class Plot {
  #chart: Chart<'line', Point[]>;
  #palette: Palette;
  #picture: Picture | null = null;
  #onLayout: (layout: Layout) => void;

  /** `onLayout` is called after every drawing. */
  constructor(canvas: HTMLCanvasElement, palette: Palette, onLayout: (layout: Layout) => void) {
    this.#palette = palette;
    this.#onLayout = onLayout;
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        events: [],
        layout: { padding: { top: 8, right: 16 } },
        onResize: () => this.#later(),
      },
    });
    // Labels drawn before the font was there are drawn again.
    void document.fonts.load(`11px ${getComputedStyle(canvas).fontFamily}`).then(() => this.#later());
  }

  /** Draws; called again whenever anything has changed, also the theme. */
  draw(picture: Picture): void {
    this.#picture = picture;
    const { frame } = picture;
    const options = this.#chart.options;
    options.scales = {
      x: {
        type: picture.logX ? 'logarithmic' : 'linear',
        min: frame.x.from,
        max: frame.x.to,
        ...this.#axisStyle(picture.xAxis, (scale) => Math.max(2, Math.floor(scale.width / TICK_X))),
        grid: { display: false },
        border: { color: this.#palette.get('var(--border-strong)') },
      },
      y: {
        type: picture.logY ? 'logarithmic' : 'linear',
        min: frame.y.from,
        max: frame.y.to,
        ...this.#axisStyle(picture.yAxis, (scale) => Math.max(2, Math.floor(scale.height / TICK_Y))),
        grid: { color: this.#palette.get('var(--grid-line)'), drawTicks: false },
        border: { display: false },
      },
    };
    this.#setCurves(this.#columns());
    // Not 'none': with that, Chart.js keeps the points' radius and colour of the first drawing.
    this.#chart.update();
    // The first drawing did not know how much room the labels take.
    this.#tellLayout();
  }

  destroy(): void {
    this.#picture = null;
    this.#chart.destroy();
  }

  #later(): void {
    // Chart.js lays out after it has told of the new size.
    queueMicrotask(() => {
      if (this.#picture) this.draw(this.#picture);
    });
  }

  #columns(): number {
    const area = this.#chart.chartArea as Chart['chartArea'] | undefined;
    const css = area && area.right > area.left ? area.right - area.left : this.#chart.width;
    return Math.max(1, Math.round(css * this.#chart.currentDevicePixelRatio));
  }

  #axisStyle(axis: Axis, count: (scale: Scale) => number) {
    return {
      afterBuildTicks: (scale: Scale) => {
        scale.ticks = axis.ticks(scale.min, scale.max, count(scale)).map((value) => ({ value }));
      },
      ticks: {
        autoSkip: false,
        maxRotation: 0,
        padding: 8,
        color: this.#palette.get('var(--text-3)'),
        font: { family: getComputedStyle(this.#chart.canvas).fontFamily, size: 11 },
        callback: (value: string | number, _: number, all: { value: number }[]) =>
          axis.tick(
            Number(value),
            all.map((tick) => tick.value),
          ),
      },
    };
  }

  #setCurves(columns: number): void {
    const { frame, logX } = this.#picture!;
    const old = new Map(this.#chart.data.datasets.map((dataset) => [dataset.label, dataset]));
    const back: ChartDataset<'line', Point[]>[] = [];
    const front: ChartDataset<'line', Point[]>[] = [];
    const add = (layer: typeof front, key: string, style: Partial<ChartDataset<'line', Point[]>>, data: Point[]) => {
      // The same object again, so that Chart.js updates in place.
      const dataset = old.get(key) ?? { label: key, data: [] };
      layer.push(Object.assign(dataset, style, { data }));
    };
    for (const curve of frame.curves) {
      const { series } = curve;
      const points = (y: ArrayLike<number>) => this.#points(curve, y, columns, logX);
      const strength = series.faint ? FAINT : 100;
      if (curve.behind && !series.faint) {
        add(back, `${series.id}/behind`, { ...this.#line(series.color, BEHIND), borderWidth: 1 }, points(curve.behind));
      }
      const data = points(curve.y);
      const sparse = data.length * POINTS_EVERY < columns / this.#chart.currentDevicePixelRatio;
      add(
        series.faint ? back : front,
        series.id,
        {
          ...this.#line(series.color, strength),
          borderWidth: series.dash ? 1.5 : 2,
          borderDash: series.dash ? [5, 3] : [],
          pointRadius: data.length === 1 ? 3.5 : sparse && !series.dash ? 2.5 : 0,
        },
        data,
      );
    }
    // Chart.js draws the first dataset on top.
    this.#chart.data.datasets = [...back, ...front].reverse();
  }

  #line(color: string, percent: number): Partial<ChartDataset<'line', Point[]>> {
    const resolved = percent === 100 ? this.#palette.get(color) : this.#palette.faint(color, percent);
    return {
      borderColor: resolved,
      pointBackgroundColor: resolved,
      pointBorderWidth: 0,
      pointRadius: 0,
      borderJoinStyle: 'round',
      spanGaps: false,
    };
  }

  #points({ series }: Curve, y: ArrayLike<number>, columns: number, logX: boolean): Point[] {
    const { from, to } = this.#picture!.frame.x;
    const { logY } = this.#picture!;
    const values = logY ? positive(y) : y;
    // A gap needs an x in order, because Chart.js searches by it.
    return decimate(series.x, values, { from, to, columns, logX }).map((i, n, kept) =>
      i === GAP ? { x: series.x[kept[n - 1]!]!, y: NaN } : { x: series.x[i]!, y: y[i]! },
    );
  }

  #tellLayout(): void {
    const { chartArea, scales } = this.#chart;
    const { x, y } = scales;
    if (!x || !y) return;
    this.#onLayout({
      left: chartArea.left,
      right: chartArea.right,
      top: chartArea.top,
      bottom: chartArea.bottom,
      px: (value) => x.getPixelForValue(value),
      py: (value) => y.getPixelForValue(value),
      at: (px) => x.getValueForPixel(px) ?? NaN,
      valueAt: (py) => y.getValueForPixel(py) ?? NaN,
    });
  }
}

/** What a logarithmic axis can show of the values: the rest become gaps. */
function positive(y: ArrayLike<number>): ArrayLike<number> {
  for (let i = 0; i < y.length; i++) {
    if (y[i]! <= 0) return Float64Array.from(y, (value) => (value > 0 ? value : NaN));
  }
  return y;
}
