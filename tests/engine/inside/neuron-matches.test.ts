import { describe, expect, it } from 'vitest';
import { matchesIn } from '../../../src/engine/inside/neuron-matches.ts';
import { quantise } from '../../../src/engine/inside/neurons.ts';

/** Two neurons fire in "quoted", one in "half". */
const text = 'it says "quoted" and then half of it, "quoted" again';
const pieces = [...text];
const firing = Uint16Array.from(pieces, (_, t) => {
  const within = (word: string, from = 0) => {
    const at = text.indexOf(word, from);
    return t >= at && t < at + word.length;
  };
  if (within('quoted') || within('quoted', 20)) return 2;
  return within('half') ? 1 : 0;
});
const units = [
  { unit: 0, sign: 1 },
  { unit: 3, sign: -1 },
] as const;

describe('places where the same neurons fire', () => {
  const look = { span: 6, units: [...units], places: 3 };
  const found = matchesIn({ pieces, firing, example: null }, look);

  it('are those with the largest share of them, best first, with what stands around', () => {
    expect(found.map((one) => one.text).slice(0, 2)).toEqual(['quoted', 'quoted']);
    expect(found[0]).toMatchObject({ start: text.indexOf('quoted'), share: 1, score: 1, before: 'it says "' });
    expect(found[2].text).toContain('half');
    expect(found[2].share).toBeCloseTo(4 / 12);
  });

  it('do not overlap, and are no more than were asked for', () => {
    const starts = found.map(({ start }) => start).sort((a, b) => a - b);
    expect(starts.slice(1).every((start, i) => start - starts[i] >= 6)).toBe(true);
    expect(matchesIn({ pieces, firing, example: null }, { ...look, places: 1 })).toHaveLength(1);
  });

  it('are better where the neurons are silent just before and after', () => {
    const steady = Uint16Array.from({ length: 12 }, () => 2);
    const [best] = matchesIn({ pieces, firing: steady, example: null }, { ...look, places: 1 });
    expect(best.share).toBe(1);
    expect(best.score).toBeLessThan(1);
  });

  it('are none in a text that is shorter than the span', () => {
    expect(matchesIn({ pieces: ['a'], firing: Uint16Array.of(2), example: 4 }, look)).toEqual([]);
  });
});

describe('quantised values', () => {
  it('are within half a step of what they were', () => {
    const values = Float32Array.of(-1, -0.3, 0, 0.004, 0.7, 1);
    const { bytes, scale } = quantise(values, 1);
    expect(scale).toBe(1);
    values.forEach((value, i) =>
      expect(Math.abs(((bytes[i] - 128) / 127) * scale - value)).toBeLessThanOrEqual(0.5 / 127),
    );
  });

  it('take the largest as their scale where it is larger, and 1 where all are zero', () => {
    expect(quantise(Float32Array.of(-4, 2), 1).scale).toBe(4);
    expect(quantise(Float32Array.of(0, 0), null)).toMatchObject({ scale: 1, bytes: Uint8Array.of(128, 128) });
  });
});
