/** What a matrix's numbers say. Pure module. */
import type { Histogram } from '../../../../engine/inside/looks/live.ts';
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

/** With its edges. */
export function binsOf({ min, max, counts }: Histogram): Pick<ParameterDetail, 'edges' | 'counts'> {
  const width = (max - min) / counts.length;
  const edges = Float64Array.from({ length: counts.length + 1 }, (_, i) => min + i * width);
  return { edges, counts: Float64Array.from(counts) };
}

/** The shares whose quantiles a picture over training shows: the least, the middle 90 % and 50 %, the median, the greatest. */
export const quantiles = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] as const;
export type Quantiles = readonly [number, number, number, number, number, number, number];

/** The values below which those shares of the numbers lie, as if each bin were filled evenly. */
export function quantilesOf({ min, max, counts }: Histogram): Quantiles {
  const width = (max - min) / counts.length;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return quantiles.map((share) => {
    let below = 0;
    for (const [i, count] of counts.entries()) {
      if (count > 0 && below + count >= share * all) return min + (i + (share * all - below) / count) * width;
      below += count;
    }
    return max;
  }) as unknown as Quantiles;
}

/** The rule of thumb for update-to-weight ratios, a decade around 1e-3. */
export const usualRatio = { low: 1e-4, high: 1e-2 } as const;
