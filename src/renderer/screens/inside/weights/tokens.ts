/** The tokens of a map: where they are drawn, which are near, which are found. Pure module. */
import type { Embedding } from '../../../../engine/inside/looks/embedding.ts';
import { neighbours } from '../../../../engine/inside/looks/embedding.ts';

export interface Neighbour {
  readonly id: number;
  readonly token: string;
  readonly cosine: number;
}

/** The nearest others of a token, nearest first. */
export function neighboursOf({ tokens, nearest, cosines }: Embedding, id: number): Neighbour[] {
  return Array.from({ length: neighbours }, (_, n) => id * neighbours + n).flatMap((at) => {
    const other = nearest[at]!;
    return other < 0 ? [] : [{ id: other, token: tokens[other]!, cosine: cosines[at]! }];
  });
}

/** Tokens that begin with what was typed, then those that hold it; the most frequent first. */
export function searchTokens(tokens: readonly string[], typed: string, most: number): number[] {
  const wanted = typed.toLowerCase();
  if (wanted === '') return [];
  const [begins, holds]: [number[], number[]] = [[], []];
  for (const [id, token] of tokens.entries()) {
    const at = token.toLowerCase().indexOf(wanted);
    if (at === 0) begins.push(id);
    else if (at > 0) holds.push(id);
  }
  return [...begins, ...holds].slice(0, most);
}

/** Points [n,2] within a rectangle, as far apart as it allows, the unit as long on both axes. */
export function placed(points: Float32Array, width: number, height: number, margin: number): Float32Array {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  const room = { x: width - 2 * margin, y: height - 2 * margin };
  const scale = Math.min(room.x / (right - left || 1), room.y / (bottom - top || 1));
  const from = { x: (width - scale * (right - left)) / 2, y: (height - scale * (bottom - top)) / 2 };
  return points.map((value, i) => (i % 2 === 0 ? from.x + scale * (value - left) : from.y + scale * (value - top)));
}

/** The point nearest to a place, no further than `reach` from it; null: none. */
export function pointAt(points: Float32Array, x: number, y: number, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  for (let i = 0; i < points.length; i += 2) {
    const distance = Math.hypot(points[i]! - x, points[i + 1]! - y);
    if (distance <= least) [best, least] = [i / 2, distance];
  }
  return best;
}

/** Which of these points have room for their name, the first ones first: no name covers another. */
export function labelled(
  ids: Iterable<number>,
  points: Float32Array,
  tokens: readonly string[],
  characterWidth: number,
  most: number,
): number[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = [];
  const shown: number[] = [];
  for (const id of ids) {
    if (shown.length === most) break;
    const [x, y] = [points[2 * id]!, points[2 * id + 1]!];
    const box = { left: x, right: x + 10 + tokens[id]!.length * characterWidth, top: y - 8, bottom: y + 8 };
    const isFree = taken.every(
      (other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom,
    );
    if (!isFree) continue;
    taken.push(box);
    shown.push(id);
  }
  return shown;
}
