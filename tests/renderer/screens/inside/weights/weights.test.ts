import { describe, expect, it } from 'vitest';
import type { Embedding } from '../../../../../src/engine/inside/looks/embedding.ts';
import {
  binsOf,
  outsideUnitCircle,
  quantilesOf,
  rankFor,
  sharesOf,
} from '../../../../../src/renderer/screens/inside/weights/statistics.ts';
import {
  labelled,
  neighboursOf,
  placed,
  pointAt,
  searchTokens,
} from '../../../../../src/renderer/screens/inside/weights/tokens.ts';

describe('a matrix’s numbers', () => {
  it('how many singular values hold nine tenths of the squares', () => {
    expect(rankFor(Float64Array.of(3, 1), 0.9)).toBe(1); // 9 of 10
    expect(rankFor(Float64Array.of(2, 1), 0.9)).toBe(2); // 4 of 5
    expect(rankFor(Float64Array.of(0, 0), 0.9)).toBe(1);
  });

  it('eigenvalues outside the unit circle', () => {
    const block = { gate: null, re: Float64Array.of(0.6, 0.6, 1, -2), im: Float64Array.of(0.8, 0.9, 0, 0) };
    expect(outsideUnitCircle(block)).toEqual({ outside: 2, radius: 2 });
  });

  it('quantiles of a histogram, its bins filled evenly', () => {
    const histogram = { min: -2, max: 2, counts: Int32Array.of(10, 0, 80, 10) };
    expect(quantilesOf(histogram)).toEqual([-2, -1.5, 0.1875, 0.5, 0.8125, 1.5, 2]);
    expect(quantilesOf({ min: 2.5, max: 3.5, counts: Int32Array.of(0, 0, 7, 0) })[6]).toBe(3.25);
    expect(binsOf(histogram).edges).toEqual(Float64Array.of(-2, -1, 0, 1, 2));
  });

  it('shares of a histogram', () => {
    expect(Array.from(sharesOf({ counts: Float64Array.of(1, 3) }))).toEqual([0.25, 0.75]);
    expect(Array.from(sharesOf({ counts: Float64Array.of(0, 0) }))).toEqual([0, 0]);
  });
});

describe('a map of tokens', () => {
  it('neighbours, as many as there are', () => {
    const nearest = new Int32Array(20).fill(-1);
    nearest.set([1], 0);
    nearest.set([0], 10);
    const cosines = new Float32Array(20);
    cosines[0] = cosines[10] = 0.5;
    const map = { tokens: ['a', 'b'], nearest, cosines } as unknown as Embedding;
    expect(neighboursOf(map, 1)).toEqual([{ id: 0, token: 'a', cosine: 0.5 }]);
  });

  it('what begins with the typed text comes before what holds it', () => {
    expect(searchTokens(['the', 'other', 'They', 'a'], 'the', 10)).toEqual([0, 2, 1]);
    expect(searchTokens(['the', 'other', 'They'], 'the', 2)).toEqual([0, 2]);
    expect(searchTokens(['the'], '', 10)).toEqual([]);
  });

  it('fills its room without being stretched', () => {
    expect(Array.from(placed(Float32Array.of(0, 0, 2, 1), 220, 220, 10))).toEqual([10, 60, 210, 160]);
    expect(Array.from(placed(Float32Array.of(5, 5), 100, 60, 10))).toEqual([50, 30]); // one point: in the middle
  });

  it('a place belongs to the nearest point in reach', () => {
    const points = Float32Array.of(0, 0, 10, 0);
    expect([pointAt(points, 4, 0, 6), pointAt(points, 6, 0, 6), pointAt(points, 5, 30, 6)]).toEqual([0, 1, null]);
  });

  it('no name covers another, and the first have them', () => {
    const points = Float32Array.of(0, 0, 5, 3, 0, 40, 200, 0);
    const tokens = ['one', 'two', 'three', 'four'];
    expect(labelled([0, 1, 2, 3], points, tokens, 7, 10)).toEqual([0, 2, 3]);
    expect(labelled([1, 0], points, tokens, 7, 10)).toEqual([1]);
    expect(labelled(tokens.keys(), points, tokens, 7, 2)).toEqual([0, 2]);
  });
});
