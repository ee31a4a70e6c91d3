/** Parallel coordinates (A. Inselberg 1985): an axis for each setting or result, and each run a line from axis to axis. */
import type { Run } from '../../../api/types.ts';
import type { Surface } from '../../lib/charts/plane.ts';
import type { Mark, Scene } from '../../lib/charts/scene.ts';
import type { Extent } from '../../lib/charts/series.ts';
import { shareOf, type Placing } from './placing.ts';
import type { Styles } from './styles.ts';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LABEL = 11;
const PERCENT = { one: 70, many: 35, out: 8 };

/** Room for the axes: their titles stand above, outside of the scene's box. */
export function parallelBox({ width, height }: Pick<Surface, 'width' | 'height'>): Box {
  return { left: 72, right: Math.max(73, width - 72), top: 36, bottom: Math.max(37, height - 16) };
}

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

export interface ParallelOptions {
  readonly runs: readonly Run[];
  readonly axes: readonly Placing[];
  readonly brushes: ReadonlyMap<string, Extent>;
  /** The run that is pointed at. */
  readonly highlighted: string | null;
  readonly styles: Styles;
}

export function parallelScene({ runs, axes, brushes, highlighted, styles }: ParallelOptions, surface: Surface): Scene {
  const { palette, width, height } = surface;
  const box = parallelBox(surface);
  const tracks = tracksOf(runs, axes, box);
  const [out, within, top]: [Mark[], Mark[], Mark[]] = [[], [], []];
  runs.forEach((run, i) => {
    const points = tracks[i]!.flatMap((y, n) => (y === null ? [] : [{ x: axisX(n, axes.length, box), y }]));
    const line = { kind: 'line', x: points.map(({ x }) => x), y: points.map(({ y }) => y) } as const;
    const { color } = styles.of(run);
    if (run.id === highlighted) top.push({ ...line, color: palette.get(color), width: 3 });
    else if (!isWithin(run, axes, brushes))
      out.push({ ...line, color: palette.faint('var(--text-3)', PERCENT.out * 2), width: 1 });
    else {
      const strength = highlighted !== null ? PERCENT.out * 2 : runs.length > 40 ? PERCENT.many : PERCENT.one;
      within.push({ ...line, color: palette.faint(color, strength), width: runs.length > 40 ? 1 : 1.5 });
    }
  });
  const scaffold: Mark[] = [];
  const label = {
    kind: 'text',
    size: LABEL,
    color: palette.get('var(--text-2)'),
    halo: palette.get('var(--surface)'),
  } as const;
  axes.forEach((axis, n) => {
    const x = Math.round(axisX(n, axes.length, box)) + 0.5;
    scaffold.push({
      kind: 'line',
      x: [x, x],
      y: [box.top, box.bottom],
      color: palette.get('var(--border-strong)'),
      width: 1,
    });
    const ticks = axis.axis.ticks(
      axis.extent.from,
      axis.extent.to,
      Math.max(2, Math.floor((box.bottom - box.top) / 36)),
    );
    for (const tick of ticks) {
      const y = box.bottom - shareOf(tick, axis) * (box.bottom - box.top);
      scaffold.push({ kind: 'line', x: [x - 4, x], y: [y, y], color: palette.get('var(--border-strong)'), width: 1 });
      scaffold.push({ ...label, text: shortened(axis.axis.tick(tick, ticks)), x: x - 7, y, align: 'end' });
    }
    const brush = brushes.get(axis.facet.name);
    if (brush) {
      const y = (place: number) => box.bottom - shareOf(place, axis) * (box.bottom - box.top);
      const [from, to] = [Math.min(box.bottom, y(brush.from)), Math.max(box.top, y(brush.to))];
      scaffold.push({
        kind: 'rect',
        x: x - 6,
        y: to,
        width: 12,
        height: Math.max(2, from - to),
        fill: palette.faint('var(--accent)', 30),
      });
    }
  });
  return { width, height, marks: [...out, ...within, ...top, ...scaffold] };
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
