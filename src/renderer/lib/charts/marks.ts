/** Where marked points and their labels go, so that no label lies on another. */
import type { Layout } from './chart.ts';
import type { Curve } from './series.ts';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface MarkedPoint {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** Width of its label. */
  readonly width: number;
}

/** The best values in view, with their labels where there is room for them; the lowest first. */
export function bestMarks(curves: readonly Curve[], layout: Layout): BestMark[] {
  const marks = curves
    .flatMap(({ series }) => (series.mark && !series.faint ? [{ series, mark: series.mark }] : []))
    .map(({ series, mark }) => ({
      id: series.id,
      color: series.color,
      label: mark.label,
      value: mark.y,
      x: layout.px(mark.x),
      y: layout.py(mark.y),
    }))
    .filter(
      ({ x, y }) => x >= layout.left - 1 && x <= layout.right + 1 && y >= layout.top - 1 && y <= layout.bottom + 1,
    )
    .sort((a, b) => a.value - b.value);
  const points = marks.map(({ id, x, y, label }) => ({ id, x, y, width: label.length * CHARACTER }));
  const placed = new Map(placeLabels(points, layout).map((label) => [label.id, label]));
  return marks.map(({ id, color, label, x, y }) => ({ id, color, label, x, y, at: placed.get(id) ?? null }));
}

export interface BestMark {
  readonly id: string;
  readonly color: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Left edge and middle of its label; null where there is no room. */
  readonly at: PlacedLabel | null;
}

export interface PlacedLabel {
  readonly id: string;
  /** Left edge and middle of the label. */
  readonly x: number;
  readonly y: number;
}

/** Mean width of a character of a label. */
const CHARACTER = 6.4;
const HEIGHT = 16;
const DISTANCE = 14;

/**
 * Places each label below its point or, where that is taken, above, right or left of it; one that fits nowhere is left out.
 * Earlier points go first. All in pixels; y grows downwards.
 */
export function placeLabels(points: readonly MarkedPoint[], area: Box): PlacedLabel[] {
  // A label may cover no other label and no marked point.
  const taken: { id: string; box: Box }[] = points.map(({ id, x, y }) => ({
    id,
    box: { left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 },
  }));
  const placed: PlacedLabel[] = [];
  for (const { id, x, y, width } of points) {
    const centred = Math.min(Math.max(x - width / 2, area.left), area.right - width);
    const places = [
      { left: centred, middle: y + DISTANCE },
      { left: centred, middle: y - DISTANCE },
      { left: x + 10, middle: y },
      { left: x - 10 - width, middle: y },
    ];
    for (const { left, middle } of places) {
      const box = { left, right: left + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
      const inside =
        box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
      if (!inside || taken.some((other) => other.id !== id && overlap(other.box, box))) continue;
      taken.push({ id: `${id}/label`, box });
      placed.push({ id, x: left, y: middle });
      break;
    }
  }
  return placed;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
