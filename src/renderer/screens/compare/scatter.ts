/** Runs as points: any setting or result against any other. */
import type { Run } from '../../../api/types.ts';
import { planeOf, type Layout, type Surface } from '../../lib/charts/plane.ts';
import type { Mark, Scene } from '../../lib/charts/scene.ts';
import type { Placing } from './placing.ts';
import type { Styles } from './styles.ts';

export interface ScatterPoint {
  readonly run: Run;
  readonly x: number;
  readonly y: number;
}

export interface ScatterOptions {
  readonly runs: readonly Run[];
  readonly x: Placing;
  readonly y: Placing;
  readonly highlighted: string | null;
  readonly styles: Styles;
}

const RADIUS = 4.5;
/** Runs that are alike in a setting are set apart by up to so many pixels, so that none hides another. */
const APART = 12;

/** Where each run stands. Those without one of the two values stand nowhere. */
export function scatterPoints(
  { runs, x, y }: Pick<ScatterOptions, 'runs' | 'x' | 'y'>,
  layout: Layout,
): ScatterPoint[] {
  return runs.flatMap((run, i) => {
    const [px, py] = [x.place(run), y.place(run)];
    if (px === null || py === null) return [];
    // The golden ratio spreads any number of neighbours evenly.
    const apart = (((i * 0.618034) % 1) - 0.5) * APART;
    return [
      {
        run,
        x: layout.px(px) + (x.facet.kind === 'result' ? 0 : apart),
        y: layout.py(py) + (y.facet.kind === 'result' ? 0 : apart),
      },
    ];
  });
}

export function scatterScene(options: ScatterOptions, surface: Surface): { scene: Scene; points: ScatterPoint[] } {
  const { x, y, highlighted, styles } = options;
  const { palette, width, height } = surface;
  const { layout, marks: axes } = planeOf(
    { ...x.extent, axis: x.axis, log: x.log },
    { ...y.extent, axis: y.axis, log: y.log },
    surface,
  );
  const points = scatterPoints(options, layout);
  const marks = points.map(({ run, x: px, y: py }): Mark => {
    const { color } = styles.of(run);
    const here = run.id === highlighted;
    const fill = highlighted === null || here ? palette.get(color) : palette.faint(color, 25);
    return {
      ...{ kind: 'circle', x: px, y: py, r: here ? RADIUS + 2 : RADIUS, fill },
      ...{ stroke: palette.get('var(--surface)'), width: 1.5 },
    };
  });
  return { scene: { width, height, marks: [...axes, ...marks] }, points };
}

/** The point nearest to a pixel, within a few pixels. */
export function nearestPoint(points: readonly ScatterPoint[], x: number, y: number): ScatterPoint | null {
  let best: ScatterPoint | null = null;
  let least = 16;
  for (const point of points) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}
