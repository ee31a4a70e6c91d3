/** Where an arrow key leads in a drawing. */
import type { Node } from './picture.ts';

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/**
 * The node that is nearest in the key's direction, what lies aside counted double; Home and End lead to the first and the last.
 * @returns its index; null for other keys, and where there is nothing that way
 */
export function nearest(nodes: readonly Pick<Node, 'x' | 'y'>[], from: number, key: string): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return nodes.length - 1;
  const direction = directions[key];
  const here = nodes[from];
  if (!direction || !here) return null;
  const [dx, dy] = direction;
  let best: number | null = null;
  let shortest = Infinity;
  nodes.forEach(({ x, y }, at) => {
    const along = (x - here.x) * dx + (y - here.y) * dy;
    const aside = Math.abs((x - here.x) * dy + (y - here.y) * dx);
    const distance = along + 2 * aside;
    if (at === from || along <= 0 || distance >= shortest) return;
    best = at;
    shortest = distance;
  });
  return best;
}
