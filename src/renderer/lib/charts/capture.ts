/** A chart as it stands on the screen, to be taken elsewhere: drawn with its title and legend, and as the numbers behind it. */
import type { ChartConfiguration, LegendItem, Plugin } from 'chart.js';
import { Chart, type Look } from './chart.ts';
import { visibleRange } from './decimate.ts';
import { dashOf, lineConfig, type Drawing, type Picture } from './line-chart.ts';
import { nameOf, type Series } from './series.ts';

export interface Capture {
  readonly title: string;
  /** Of the whole picture, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Makes what Chart.js draws the picture of, for a canvas of this size. */
  readonly config: () => ChartConfiguration;
  /** Comma-separated, with a heading. */
  readonly csv: string;
}

export interface Captured {
  readonly title: string;
  /** What is on the screen, and how it is made. */
  readonly chart: Chart;
  readonly config: () => ChartConfiguration;
  readonly look: Look;
  readonly csv: string;
  /** Names the x axis. */
  readonly xLabel?: string;
  readonly legend?: readonly LegendItem[];
}

/** Around the picture, and between its title and what is below it. */
const PAD = 12;
/** A longer legend is a list of names, which the CSV has. */
const MOST = 24;

/** The axes are as far apart as on the screen; title and legend add to its height. */
export function captureOf(captured: Captured): Capture {
  const { title, chart, csv } = captured;
  const config = () => framed(captured);
  const width = chart.width + 2 * PAD;
  const canvas = document.createElement('canvas');
  const trial = new Chart(Object.assign(canvas, { width, height: chart.height }), config());
  const height = Math.ceil(chart.height + heightOf(chart) - heightOf(trial));
  trial.destroy();
  return { title, width, height, config, csv };
}

/** Between the axes. */
function heightOf({ chartArea: { top, bottom } }: Chart): number {
  return bottom - top;
}

/** The same chart with a ground, a title and a legend, for a canvas that stays as large as it is. */
function framed({ title, config, look, xLabel, legend = [] }: Captured): ChartConfiguration {
  const { palette, font } = look;
  const { options = {}, plugins = [], ...rest } = config();
  const { x } = options.scales ?? {};
  const room = options.layout?.padding as { top: number; right: number; bottom: number; left: number };
  const items = legend.length > MOST ? [] : legend;
  const ground: Plugin = {
    id: 'ground',
    beforeDraw({ ctx, width, height }) {
      ctx.save();
      ctx.fillStyle = palette.get('var(--surface)');
      // Not from the corner on: a context that writes SVG takes that for emptying it.
      ctx.fillRect(-1, -1, width + 2, height + 2);
      ctx.restore();
    },
  };
  const xTitle = {
    ...{ display: true, text: xLabel, align: 'end', padding: 0 },
    ...{ color: palette.get('var(--text-3)'), font: { family: font, size: 11 } },
  };
  return {
    ...rest,
    plugins: [...plugins, ground],
    options: {
      ...options,
      ...{ responsive: false, devicePixelRatio: 1 },
      ...(xLabel !== undefined && { scales: { ...options.scales, x: { ...x, title: xTitle } } }),
      layout: {
        ...options.layout,
        padding: { top: PAD, right: room.right + PAD, bottom: room.bottom + PAD, left: room.left + PAD },
      },
      plugins: {
        ...options.plugins,
        title: {
          ...{ display: true, text: title, align: 'start', padding: { top: 0, bottom: room.top + 4 } },
          ...{ color: palette.get('var(--text)'), font: { family: font, size: 14, weight: 600 } },
        },
        legend: {
          ...{ display: items.length > 0, position: 'bottom', align: 'start' },
          labels: {
            // A program without this font writes wider ones.
            ...{ usePointStyle: true, pointStyleWidth: 16, boxHeight: 8, padding: 14 },
            font: { family: font, size: 12 },
            generateLabels: () => [...items],
          },
        },
      },
    },
  } as ChartConfiguration;
}

export interface CapturedLines {
  readonly title: string;
  readonly xLabel: string;
  readonly picture: Picture;
  readonly drawing: Drawing;
  readonly look: Look;
}

/** A chart of curves. */
export function lineCaptureOf({ title, xLabel, picture, drawing, look }: CapturedLines): Capture {
  const curves = picture.frame.curves.filter(({ series }) => !series.faint);
  return captureOf({
    ...{ title, look, xLabel },
    chart: drawing.chart as Chart,
    config: () => lineConfig(picture, look) as ChartConfiguration,
    legend: curves.map(({ series }) => legendItem(series, look)),
    csv: csvOf(picture, xLabel),
  });
}

function legendItem(series: Series, { palette }: Look): LegendItem {
  return {
    text: nameOf(series),
    fontColor: palette.get('var(--text-2)'),
    pointStyle: 'line',
    strokeStyle: palette.get(series.color),
    lineWidth: 2,
    lineDash: [...(dashOf(series.dash) ?? [])],
  };
}

/** A row for every point in view: as drawn, and as it was measured. */
function csvOf({ frame }: Picture, xLabel: string): string {
  const rows = [['curves', xLabel, 'value', 'measured', 'lowest', 'highest', 'measurements']];
  for (const { series, y } of frame.curves) {
    const [start, end] = visibleRange(series.x, frame.x);
    const spread = series.band ?? series.extremes;
    for (let i = start; i < end; i++) {
      if (series.x[i]! < frame.x.from || series.x[i]! > frame.x.to) continue;
      rows.push([
        nameOf(series),
        ...[series.x[i], y[i], series.y[i], spread?.low[i] ?? series.y[i], spread?.high[i] ?? series.y[i]].map(cell),
        cell(series.count ? series.count[i] : 1),
      ]);
    }
  }
  return toCsv(rows);
}

function cell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}

/** RFC 4180: fields with commas, quotation marks or line ends are quoted, lines end in CR LF. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join(',') + '\r\n').join('');
}
