import { describe, expect, it } from 'vitest';
import type { ReadSource } from '../../../../../src/engine/inside/looks/source.ts';
import { overlap, placeOf, spanOf, startFor } from '../../../../../src/renderer/screens/inside/neurons/places.ts';

const rest = { total: 9000, unknown: [], truncated: false };
const text: ReadSource = { from: 'valid', unit: 'tokens', start: 2000, ...rest };
const example: ReadSource = { from: 'valid', unit: 'examples', start: 7, ...rest };
const own: ReadSource = { from: 'text', unit: 'tokens', start: 0, ...rest };

describe('places in the data', () => {
  it('a span of what was read is a place of the data, and that place is the span again', () => {
    for (const source of [text, example]) {
      const place = placeOf(source, { from: 10, to: 14 })!;
      expect(spanOf(source, place, 4, 100)).toEqual({ from: 10, to: 14 });
    }
    expect(placeOf(text, { from: 10, to: 14 })).toEqual({ start: 2010, example: null });
    expect(placeOf(example, { from: 10, to: 14 })).toEqual({ start: 10, example: 7 });
    expect(placeOf(own, { from: 10, to: 14 })).toBeNull();
  });

  it('a place that is not, or not wholly, in what was read is none of its spans', () => {
    expect(spanOf(text, { start: 1999, example: null }, 4, 100)).toBeNull();
    expect(spanOf(text, { start: 2096, example: null }, 4, 100)).toEqual({ from: 96, to: 100 });
    expect(spanOf(text, { start: 2097, example: null }, 4, 100)).toBeNull();
    expect(spanOf(example, { start: 0, example: 8 }, 4, 100)).toBeNull();
    expect(spanOf(own, { start: 0, example: null }, 4, 100)).toBeNull();
    expect(spanOf(text, { start: 2000, example: 7 }, 4, 100)).toBeNull();
  });

  it('what is read to see a place holds it, with something before it', () => {
    for (const start of [0, 100, 5000]) {
      const from = startFor({ start, example: null }, 2000);
      expect(spanOf({ ...text, start: from }, { start, example: null }, 200, 2000)).not.toBeNull();
      expect(start - from).toBe(Math.min(start, 500));
    }
    expect(startFor({ start: 40, example: 3 }, 2000)).toBe(3);
  });

  it('places overlap where they share a step', () => {
    const at = (start: number, example: number | null = null) => ({ start, example });
    expect(overlap(at(10), at(13), 4)).toBe(true);
    expect(overlap(at(10), at(14), 4)).toBe(false);
    expect(overlap(at(10, 1), at(10, 2), 4)).toBe(false);
  });
});
