import { expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../../../src/engine/export/html/float16.ts';
import { normals } from '../../numbers.ts';

const all = Array.from({ length: 0x10000 }, (_, half) => half);
const isNaNHalf = (half: number) => (half & 0x7fff) > 0x7c00;

it('every half comes back as it was', () => {
  const halves = all.filter((half) => !isNaNHalf(half));
  expect(halves.filter((half) => toHalf(fromHalf(half)) !== half)).toEqual([]);
  expect(all.filter((half) => isNaNHalf(half) && !Number.isNaN(fromHalf(half)))).toEqual([]);
});

it('a number becomes the half that is nearest, and the even one of two', () => {
  const random = Array.from(normals(3, 5000), (x, i) => x * 2 ** ((i % 50) - 30));
  const between = all.filter((half) => half < 0x7bff).map((half) => (fromHalf(half) + fromHalf(half + 1)) / 2);
  const wrong = [...random, ...between, 65519.9, 65520, 1e30, -1e-30, Infinity].filter((value) => {
    const half = toHalf(value);
    return !Object.is(fromHalf(half), nearest(Math.fround(value)));
  });
  expect(wrong).toEqual([]);
  expect(fromHalf(toHalf(NaN))).toBeNaN();
});

/** By the definition: a multiple of the last place, ties to even. */
function nearest(value: number): number {
  const size = Math.abs(value);
  const place = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10);
  const steps = size / place;
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below) * place;
  const result = size === Infinity || rounded > 65504 ? Infinity : size === 0 ? 0 : rounded;
  return value < 0 || Object.is(value, -0) ? -result : result;
}
