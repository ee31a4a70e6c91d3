/** Moving from box to box with the arrow keys. */
import type { Box } from './drawing.ts';

const moves = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
} as const;

/** The box that an arrow key leads to: along the row, or the nearest of the nearest row above or below; null where there is none. */
export function neighbour(boxes: readonly Box[], from: Box, key: string): Box | null {
  if (!Object.hasOwn(moves, key)) return null;
  const [dx, dy] = moves[key as keyof typeof moves];
  // Beside one another is what reaches to the other's middle: the box of an initial state is as high as all layers.
  const beside = (box: Box) => Math.abs(box.y - from.y) < Math.max(box.height, from.height) / 2;
  const there = boxes.filter((box) =>
    dx !== 0 ? beside(box) && (box.x - from.x) * dx > 0 : (box.y - from.y) * dy >= 8,
  );
  // Up and down, a row further away weighs more than a column beside.
  const distance = (box: Box) => Math.abs(box.x - from.x) + Math.abs(box.y - from.y) * (dy === 0 ? 1 : 3);
  return there.reduce<Box | null>((best, box) => (!best || distance(box) < distance(best) ? box : best), null);
}
