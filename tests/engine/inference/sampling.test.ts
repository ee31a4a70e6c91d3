import { describe, expect, it } from 'vitest';
import { draw, samplingDistribution } from '../../../src/engine/inference/sampling.ts';
import { Random } from '../../../src/engine/random.ts';

const logits = [0.1, 0.5, 0.2, 0.15, 0.05].map(Math.log); // softmax gives these back
const plain = { temperature: 1, topK: null, topP: null };
const rounded = (p: Float64Array) => Array.from(p, (x) => Math.round(x * 1e9) / 1e9);

describe('samplingDistribution', () => {
  it('is the softmax at temperature 1', () => {
    expect(rounded(samplingDistribution(logits, plain))).toEqual([0.1, 0.5, 0.2, 0.15, 0.05]);
  });
  it('sharpens below 1: p^(1/t), renormalised', () => {
    const squares = [0.01, 0.25, 0.04, 0.0225, 0.0025].map((x) => x / 0.325);
    expect(rounded(samplingDistribution(logits, { ...plain, temperature: 0.5 }))).toEqual(
      rounded(Float64Array.from(squares)),
    );
  });
  it('takes the most probable at temperature 0, the first of equals', () => {
    expect(rounded(samplingDistribution([1, 3, 3, 2], { ...plain, temperature: 0 }))).toEqual([0, 1, 0, 0]);
  });
  it('keeps the k most probable', () => {
    expect(rounded(samplingDistribution(logits, { ...plain, topK: 2 }))).toEqual(
      rounded(Float64Array.of(0, 5 / 7, 2 / 7, 0, 0)),
    );
  });
  it('keeps the nucleus: the fewest whose sum reaches p', () => {
    expect(rounded(samplingDistribution(logits, { ...plain, topP: 0.6 }))).toEqual(
      rounded(Float64Array.of(0, 5 / 7, 2 / 7, 0, 0)),
    );
    expect(rounded(samplingDistribution(logits, { ...plain, topP: 0.01 }))).toEqual([0, 1, 0, 0, 0]);
  });
  it('never gives mass to what is excluded', () => {
    expect(rounded(samplingDistribution(logits, plain, [1]))).toEqual(rounded(Float64Array.of(0.2, 0, 0.4, 0.3, 0.1)));
    expect(() => samplingDistribution([1], plain, [0])).toThrow('Every token is excluded');
  });
  it('does not overflow', () => {
    expect(rounded(samplingDistribution([1e4, 0, -1e4], plain))).toEqual([1, 0, 0]);
  });
});

describe('draw', () => {
  it('draws in the given proportions, the same for the same seed', () => {
    const p = samplingDistribution(logits, plain);
    const counts = [0, 0, 0, 0, 0];
    const random = new Random(1, 3);
    const n = 20_000;
    for (let i = 0; i < n; i++) counts[draw(p, random)]!++;
    // Chi-square with 4 degrees of freedom: above 23.5 once in 10,000; the seed is fixed.
    const chi2 = counts.reduce((sum, c, v) => sum + (c - n * p[v]!) ** 2 / (n * p[v]!), 0);
    expect(chi2).toBeLessThan(23.5);
    expect(draw(p, new Random(5, 3))).toBe(draw(p, new Random(5, 3)));
  });
});
