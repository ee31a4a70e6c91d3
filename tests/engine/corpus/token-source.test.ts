import { describe, expect, it } from 'vitest';
import { firstTokens, tokensInMemory } from '../../../src/engine/corpus/token-source.ts';

describe('firstTokens', () => {
  const source = tokensInMemory(Int32Array.of(5, 6, 7, 8));
  it('gives the beginning of a source and no more', () => {
    const first = firstTokens(source, 3);
    const out = new Int32Array(2);
    expect(first.length).toBe(3);
    first.read(1, out);
    expect([...out]).toEqual([6, 7]);
    expect(() => first.read(2, out)).toThrow(RangeError);
  });
  it('is the source itself where that is short enough', () => {
    expect(firstTokens(source, 4)).toBe(source);
  });
});
