/** Tokens as they stand in the drawing. */
import { visible } from '../format.ts';

/** A token that fits into `room` characters, its spaces and line ends visible. */
export function shortToken(token: string, room: number): string {
  const letters = Array.from(visible(token));
  return letters.length <= room ? letters.join('') : `${letters.slice(0, Math.max(1, room - 1)).join('')}…`;
}

/** Numbers from 0 to 1 that belong to a token: only a picture of a vector, the same for the same token. */
export function fingerprint(token: string, count: number): number[] {
  // FNV-1a, then its own avalanche for each number.
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return Array.from({ length: count }, (_, i) => {
    let mixed = Math.imul(hash + i * 0x9e3779b9, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  });
}
