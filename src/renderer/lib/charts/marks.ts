/** Where the labels of marked points go, so that none lies on another. */

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

export interface PlacedLabel {
  readonly id: string;
  /** Left edge and middle of the label. */
  readonly x: number;
  readonly y: number;
}

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
