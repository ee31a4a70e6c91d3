import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/engine/conformance/compare.ts';
import { tolerance } from '../../../src/engine/conformance/tolerances.ts';
import { expectClose } from '../../compare.ts';

describe('compare', () => {
  const bound = { atol: 0.5, rtol: 0.1 };

  it('measures |got - want| in units of atol + rtol |want|', () => {
    expect(compare([12], [10], bound)).toEqual({ error: 2 / 1.5, index: 0, got: 12, want: 10 });
    expect(compare([-10.75], [-10], bound).error).toBe(0.5);
  });

  it('reports the worst element', () => {
    expect(compare([1, 2.2, 3.1], [1, 2, 3], bound).index).toBe(1);
  });

  it.each([NaN, Infinity, -Infinity])('%d is close to nothing, itself included', (value) => {
    expect(compare([value], [value], bound).error).toBe(Infinity);
    expect(compare([1], [value], bound).error).toBe(Infinity);
    expect(compare([value], [1], bound).error).toBe(Infinity);
  });

  it('another number of elements is no match, even if the first ones are equal', () => {
    expect(compare([1, 2], [1, 2, 3], bound)).toMatchObject({ error: Infinity, index: -1 });
    expect(compare([1, 2, 3], [1, 2], bound).error).toBe(Infinity);
  });

  it('with a bound of zero only equal numbers match', () => {
    expect(compare([3], [3], { atol: 0, rtol: 0 }).error).toBe(0);
    expect(compare([3], [3 + 1e-15], { atol: 0, rtol: 0 }).error).toBe(Infinity);
  });
});

describe('expectClose', () => {
  it('passes at the bound and fails beyond, naming the worst element', () => {
    expectClose([1.5], [1], { atol: 0.5 });
    expect(() => expectClose([0, 2], [0, 1], { atol: 0.5 }, 'dx')).toThrow(
      'dx[1]: got 2, want 1: 2.00 times the bound',
    );
    expect(() => expectClose([NaN], [NaN], { atol: 1 })).toThrow();
    expect(() => expectClose([1], [], {})).toThrow('got 1 elements, want 0');
  });
});

describe('tolerances', () => {
  it('are those of the fixtures', () => {
    expect(tolerance('float64', 'stepped parameter')).toEqual({ atol: 1e-12, rtol: 1e-9 });
    expect(tolerance('float32', 'value')).toEqual({ atol: 5e-4 * 1e-2, rtol: 5e-4 });
    expect(tolerance('float32', 'stepped parameter')).toEqual({ atol: 2e-4, rtol: 0 });
    expect(tolerance('float32', 'gradient flow norm')).toEqual({ atol: 0, rtol: 1e-3 });
  });
});
