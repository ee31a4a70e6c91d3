/** Where a place that was found in the data stands in what is read, and what to read to see it. Pure module. */
import type { NeuronMatch } from '../../../../engine/inside/looks/neurons.ts';
import type { ReadSource } from '../../../../engine/inside/looks/source.ts';
import type { Range } from './heat-view.ts';

/** A place of the held-out data: in running text from a token on, else in an example from a step on. */
export type Place = Pick<NeuronMatch, 'start' | 'example'>;

/** A span of what was read as a place of the data; null of a person's own text. */
export function placeOf({ from, unit, start }: ReadSource, span: Range): Place | null {
  if (from === 'text') return null;
  return unit === 'tokens' ? { start: start + span.from, example: null } : { start: span.from, example: start };
}

/** The steps of a place in what was read; null: it is not among them. @param steps of the place @param read steps that were read */
export function spanOf({ from, unit, start }: ReadSource, place: Place, steps: number, read: number): Range | null {
  if (from === 'text' || (unit === 'tokens') !== (place.example === null)) return null;
  if (unit === 'examples' && place.example !== start) return null;
  const first = unit === 'tokens' ? place.start - start : place.start;
  return first < 0 || first + steps > read ? null : { from: first, to: first + steps };
}

/** Where to begin to read so that a place is seen after some of what stands before it. @param length tokens that are read */
export function startFor({ start, example }: Place, length: number): number {
  return example ?? Math.max(0, start - Math.floor(length / 4));
}

/** Whether two places share a step. @param steps of both */
export function overlap(a: Place, b: Place, steps: number): boolean {
  return a.example === b.example && Math.abs(a.start - b.start) < steps;
}
