import { describe, expect, it } from 'vitest';
import { philox, philox4x32, Random } from '../../src/engine/random.ts';

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox 4x32-10', () => {
  // Known answers of the authors' Random123 library (tests/kat_vectors).
  it.each([
    [[0, 0, 0, 0], 0, 0, '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], 0xffffffff, 0xffffffff, '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], 0xa4093822, 0x299f31d0, 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the known answer for counter %j', (counter, key0, key1, answer) => {
    expect(hex(philox4x32(Uint32Array.from(counter), key0, key1))).toBe(answer);
  });

  it('takes block and counter as 64-bit numbers, low word first, and the key as (seed, stream)', () => {
    const block = 3 * 2 ** 32 + 5;
    const counter = 7 * 2 ** 32 + 11;
    expect(hex(philox(13, 17, counter, block))).toBe(hex(philox4x32(Uint32Array.of(5, 3, 11, 7), 13, 17)));
  });
});

describe('Random', () => {
  it('gives the same numbers for the same seed, stream and counter, and others otherwise', () => {
    const draw = (seed: number, stream: number, counter: number) => {
      const random = new Random(seed, stream, counter);
      return Array.from({ length: 9 }, () => random.uint32()).join();
    };
    expect(draw(1, 2, 3)).toBe(draw(1, 2, 3));
    expect(new Set([draw(1, 2, 3), draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)]).size).toBe(4);
  });

  it('uniform is in [0, 1) with the moments of U(0, 1)', () => {
    const random = new Random(7, 1);
    const x = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...x)).toBeLessThan(1);
    // Five standard errors of the mean and of the mean square.
    expect(Math.abs(mean(x) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / x.length));
    expect(Math.abs(mean(x.map((u) => u * u)) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / x.length));
  });

  it('normal has the moments of N(0, 1)', () => {
    const random = new Random(8, 1);
    const x = Array.from({ length: 20_000 }, () => random.normal());
    expect(Math.abs(mean(x))).toBeLessThan(5 / Math.sqrt(x.length));
    expect(Math.abs(mean(x.map((u) => u * u)) - 1)).toBeLessThan(5 * Math.sqrt(2 / x.length));
  });

  it('below gives every integer below n and no other', () => {
    const random = new Random(9, 1);
    const seen = new Set(Array.from({ length: 1000 }, () => random.below(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

function mean(x: readonly number[]): number {
  return x.reduce((sum, xi) => sum + xi, 0) / x.length;
}
