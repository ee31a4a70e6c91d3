import { describe, expect, it } from 'vitest';
import { smooth } from '../../../../src/renderer/lib/charts/smooth.ts';

describe('smooth', () => {
  it('equals the average worked out by hand at equal distances', () => {
    // w = 1/2: S = 8, 4+4, 4+0; N = 1, 3/2, 7/4.
    expect([...smooth([0, 1, 2], [8, 4, 0], { weight: 0.5, unit: 1 })]).toEqual([8, 8 / 1.5, 4 / 1.75]);
  });

  it('forgets more over a longer distance', () => {
    // The second point lies two units away: w = 1/4. S = 8, 2+4; N = 1, 5/4.
    expect([...smooth([0, 2], [8, 4], { weight: 0.5, unit: 1 })]).toEqual([8, 6 / 1.25]);
    // Half a unit away: w = 1/√2.
    const w = Math.SQRT1_2;
    const [, second] = smooth([0, 0.5], [8, 4], { weight: 0.5, unit: 1 });
    expect(second).toBeCloseTo((8 * w + 4) / (w + 1), 12);
  });

  it('leaves a constant curve and weight 0 alone', () => {
    for (const value of smooth([0, 1, 5], [3, 3, 3], { weight: 0.9, unit: 1 })) expect(value).toBeCloseTo(3, 14);
    expect([...smooth([0, 1, 5], [3, 1, 2], { weight: 0, unit: 1 })]).toEqual([3, 1, 2]);
  });

  it('averages logarithms when asked: the exponential of the averaged loss', () => {
    const [, second] = smooth([0, 1], [Math.exp(4), Math.exp(1)], { weight: 0.5, unit: 1, geometric: true });
    expect(second).toBeCloseTo(Math.exp((4 * 0.5 + 1) / 1.5), 12);
  });

  it('keeps gaps, and what follows a gap remembers what stood before it by its distance', () => {
    const out = smooth([0, 1, 2], [8, NaN, 4], { weight: 0.5, unit: 1 });
    expect(out[0]).toBe(8);
    expect(out[1]).toBeNaN();
    expect(out[2]).toBe(6 / 1.25);
    expect([...smooth([0, 1], [Infinity, 2], { weight: 0.5, unit: 1 })]).toEqual([NaN, 2]);
  });

  it('refuses weights and units that mean nothing', () => {
    expect(() => smooth([], [], { weight: 1, unit: 1 })).toThrow('smoothing weight is 1');
    expect(() => smooth([], [], { weight: 0.5, unit: 0 })).toThrow('smoothing unit is 0');
  });
});
