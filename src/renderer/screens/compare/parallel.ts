/** Parallel coordinates (A. Inselberg 1985): an axis for each setting or result, and each run a line from axis to axis. */
import type { ChartConfiguration, ChartDataset, ChartOptions, Plugin, Scale } from 'chart.js';
import type { Run } from '../../../api/types.ts';
import { still, type Look } from '../../lib/charts/chart.ts';
import { LABEL, TICK_Y } from '../../lib/charts/scales.ts';
import type { Extent } from '../../lib/charts/series.ts';
import { shareOf, type Placing } from './placing.ts';
import type { Styles } from './styles.ts';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Percent of a run's colour: among few, among many, beside the one pointed at; and of the quiet colour outside of a part. */
const PERCENT = { few: 70, many: 35, beside: 16, out: 16 };
const MANY = 40;
/** Between labels and axis, where Chart.js leaves none at axes inside of a chart. */
const ROOM = '\u00a0\u00a0';
/** Room around the axes: their titles stand above. */
const PADDING = { left: 72, right: 72, top: 36, bottom: 16 };

/** Horizontal pixel of an axis. */
export function axisX(index: number, count: number, { left, right }: Box): number {
  return count < 2 ? (left + right) / 2 : left + (index * (right - left)) / (count - 1);
}

/** Vertical pixel of each run at each axis; null where it has no value. */
export function tracksOf(runs: readonly Run[], axes: readonly Placing[], box: Box): (number | null)[][] {
  return runs.map((run) =>
    axes.map((axis) => {
      const place = axis.place(run);
      return place === null ? null : box.bottom - shareOf(place, axis) * (box.bottom - box.top);
    }),
  );
}

/** Whether a run lies in every part that was chosen of an axis, by the axis's name. */
export function isWithin(run: Run, axes: readonly Placing[], brushes: ReadonlyMap<string, Extent>): boolean {
  return axes.every((axis) => {
    const brush = brushes.get(axis.facet.name);
    const place = axis.place(run);
    return !brush || (place !== null && place >= brush.from && place <= brush.to);
  });
}

export interface Parallel {
  readonly runs: readonly Run[];
  readonly axes: readonly Placing[];
  readonly brushes: ReadonlyMap<string, Extent>;
  /** The run that is pointed at. */
  readonly highlighted: string | null;
  readonly styles: Styles;
}

/** With the titles of its axes, which on the screen are controls over the chart. */
export function parallelConfig(parallel: Parallel, look: Look): ChartConfiguration<'line'> {
  return {
    type: 'line',
    data: { datasets: parallelDatasets(parallel, look) },
    options: parallelOptions(parallel.axes, look),
    plugins: [...parallelPlugins(parallel, look), axisTitles(parallel.axes, look)],
  };
}

/** A line a run, its points at the axes' numbers and the shares of their lengths. The first is drawn over the others. */
export function parallelDatasets(
  { runs, axes, brushes, highlighted, styles }: Parallel,
  { palette }: Look,
): ChartDataset<'line'>[] {
  const out: ChartDataset<'line'>[] = [];
  const within: ChartDataset<'line'>[] = [];
  const top: ChartDataset<'line'>[] = [];
  const strength = highlighted !== null ? PERCENT.beside : runs.length > MANY ? PERCENT.many : PERCENT.few;
  for (const run of runs) {
    const { color } = styles.of(run);
    const here = run.id === highlighted;
    const inside = isWithin(run, axes, brushes);
    const borderColor = here
      ? palette.get(color)
      : inside
        ? palette.faint(color, strength)
        : palette.faint('var(--text-3)', PERCENT.out);
    const borderWidth = here ? 3 : inside && runs.length <= MANY ? 1.5 : 1;
    const data = axes.map((axis, n) => {
      const place = axis.place(run);
      return { x: n, y: place === null ? NaN : shareOf(place, axis) };
    });
    // Stroked without Path2D, which a context that writes SVG cannot read.
    const way = { clip: false, pointRadius: 0, spanGaps: true, segment: {} } as const;
    const line: ChartDataset<'line'> = { type: 'line', data, borderColor, borderWidth, ...way };
    (here ? top : inside ? within : out).push(line);
  }
  return [...out, ...within, ...top].reverse();
}

/** Each axis is a scale of shares of its own, standing at its number. */
export function parallelOptions(axes: readonly Placing[], { palette, font }: Look): ChartOptions<'line'> {
  const border = palette.get('var(--border-strong)');
  const halo = { textStrokeColor: palette.get('var(--surface)'), textStrokeWidth: 4 };
  const standing = axes.map((axis, n) => {
    const { from, to } = axis.extent;
    let places: readonly number[] = [];
    return {
      ...{ type: 'linear', axis: 'y', position: { x: n }, min: 0, max: 1 },
      afterBuildTicks: (scale: Scale) => {
        places = axis.axis.ticks(from, to, Math.max(2, Math.floor(scale.height / TICK_Y)));
        scale.ticks = places.map((place) => ({ value: shareOf(place, axis) }));
      },
      ticks: {
        ...{ ...halo, color: palette.get('var(--text-2)'), font: { family: font, size: LABEL } },
        ...{ autoSkip: false, z: 1 },
        callback: (_share: unknown, i: number) => shortened(axis.axis.tick(places[i]!, places)) + ROOM,
      },
      border: { color: border, z: 1 },
      grid: { drawOnChartArea: false, tickLength: 4, tickColor: border, z: 1 },
    };
  });
  const ends = axes.length < 2 ? { min: -1, max: 1 } : { min: 0, max: axes.length - 1 };
  return {
    ...still,
    layout: { autoPadding: false, padding: PADDING },
    scales: {
      x: { type: 'linear', display: false, ...ends },
      y: { type: 'linear', display: false, min: 0, max: 1 },
      ...Object.fromEntries(standing.map((scale, n) => [`axis${n}`, scale])),
    },
  } as ChartOptions<'line'>;
}

/** The parts that were chosen of axes. */
export function parallelPlugins({ axes, brushes }: Parallel, { palette }: Look): Plugin<'line'>[] {
  return [
    {
      id: 'brushes',
      afterDatasetsDraw({ ctx, scales: { x, y } }) {
        ctx.save();
        ctx.fillStyle = palette.faint('var(--accent)', 30);
        axes.forEach((axis, n) => {
          const brush = brushes.get(axis.facet.name);
          if (!brush) return;
          const [top, bottom] = [brush.to, brush.from].map((place) =>
            y!.getPixelForValue(Math.min(1, Math.max(0, shareOf(place, axis)))),
          ) as [number, number];
          ctx.fillRect(x!.getPixelForValue(n) - 6, top, 12, Math.max(2, bottom - top));
        });
        ctx.restore();
      },
    },
  ];
}

function axisTitles(axes: readonly Placing[], { palette, font }: Look): Plugin<'line'> {
  return {
    id: 'axisTitles',
    afterDraw({ ctx, chartArea, scales: { x } }) {
      ctx.save();
      Object.assign(ctx, { fillStyle: palette.get('var(--text-2)'), font: `12px ${font}`, textAlign: 'center' });
      axes.forEach(({ facet }, n) => ctx.fillText(facet.label, x!.getPixelForValue(n), chartArea.top - 18));
      ctx.restore();
    },
  };
}

function shortened(text: string): string {
  return text.length > 12 ? `${text.slice(0, 11)}…` : text;
}

/** The run whose line is nearest to a point, within a few pixels; null if there is none. */
export function nearestTrack(
  tracks: readonly (readonly (number | null)[])[],
  box: Box,
  x: number,
  y: number,
): number | null {
  const count = tracks[0]?.length ?? 0;
  if (count < 2 || x < box.left - 8 || x > box.right + 8) return null;
  const at = Math.min(count - 1.0001, Math.max(0, ((x - box.left) / (box.right - box.left)) * (count - 1)));
  const [axis, share] = [Math.floor(at), at % 1];
  let best: number | null = null;
  let least = 12;
  tracks.forEach((track, i) => {
    const [from, to] = [track[axis], track[axis + 1]];
    if (from == null || to == null) return;
    const distance = Math.abs(from + share * (to - from) - y);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
