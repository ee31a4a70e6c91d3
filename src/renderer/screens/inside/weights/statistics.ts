/** What a matrix's numbers say. Pure module. */
import type { Block, ParameterDetail } from '../../../../engine/inside/looks/weights.ts';

/** How many of the largest singular values hold this share of the sum of squares. */
export function rankFor(singular: Float64Array, share: number): number {
  const all = singular.reduce((sum, sigma) => sum + sigma * sigma, 0);
  let sum = 0;
  for (const [i, sigma] of singular.entries()) {
    sum += sigma * sigma;
    if (sum >= share * all) return i + 1;
  }
  return singular.length;
}

/** Eigenvalues outside the unit circle, and the largest absolute value. */
export function outsideUnitCircle({ re, im }: Block): { readonly outside: number; readonly radius: number } {
  const sizes = Array.from(re, (x, i) => Math.hypot(x, im[i]!));
  return { outside: sizes.filter((size) => size > 1).length, radius: Math.max(0, ...sizes) };
}

/** Shares of the numbers in each bin. */
export function sharesOf({ counts }: Pick<ParameterDetail, 'counts'>): Float64Array {
  const all = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

/** The rule of thumb for update-to-weight ratios, a decade around 1e-3. */
export const usualRatio = { low: 1e-4, high: 1e-2 } as const;
