/** SVG paths between points. */

export type Point = readonly [x: number, y: number];

/** Distance of an arrow's tip from the box that it points at. */
export const TIP = 2;

export function line([x1, y1]: Point, [x2, y2]: Point): string {
  return `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`;
}

/** Through points that lie at right angles to each other, round at the corners. */
export function elbow(...points: readonly Point[]): string {
  const parts = [`M${at(points[0]!)}`];
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
    const radius = Math.min(6, distance(before, corner) / 2, distance(corner, after) / 2);
    parts.push(`L${at(towards(corner, before, radius))}Q${at(corner)} ${at(towards(corner, after, radius))}`);
  }
  return `${parts.join('')}L${at(points.at(-1)!)}`;
}

/** Leaves upward and arrives from below. */
export function rise([x1, y1]: Point, [x2, y2]: Point): string {
  const bend = (y1 - y2) * 0.55;
  return `M${at([x1, y1])}C${at([x1, y1 - bend])} ${at([x2, y2 + bend])} ${at([x2, y2])}`;
}

function distance([x1, y1]: Point, [x2, y2]: Point): number {
  return Math.hypot(x2 - x1, y2 - y1);
}

function towards(from: Point, to: Point, by: number): Point {
  const share = by / (distance(from, to) || 1);
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

function at([x, y]: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
