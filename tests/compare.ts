import { expect } from 'vitest';
import { compare, type Bound } from '../src/engine/conformance/compare.ts';

/**
 * Fails unless both have as many numbers and every |got - want| ≤ atol + rtol |want|; NaN and infinity always fail. Reports
 * the worst element.
 */
export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  bound: Partial<Bound>,
  what = 'numbers',
): void {
  const { atol = 0, rtol = 0 } = bound;
  const worst = compare(got, want, { atol, rtol });
  if (worst.error <= 1) return;
  if (worst.index < 0) expect.fail(`${what}: got ${worst.got} elements, want ${worst.want}`);
  expect.fail(
    `${what}[${worst.index}]: got ${worst.got}, want ${worst.want}: ${worst.error.toPrecision(3)} times the bound ` +
      `(atol ${atol}, rtol ${rtol})`,
  );
}
