/** What stands out among neurons: computed from their quantised values [T,H]. */
import type { Neurons } from '../../../../engine/inside/looks/neurons.ts';

type Values = Pick<Neurons, 'values' | 'scale' | 'H'> & { readonly pieces: { readonly length: number } };

/** A value as it was, up to its quantisation. */
export function valueAt({ values, scale, H }: Values, step: number, unit: number): number {
  return ((values[step * H + unit]! - 128) / 127) * scale;
}

export interface Moments {
  readonly mean: Float64Array; // [H]
  readonly deviation: Float64Array; // [H]
}

/** Of each neuron over all steps. */
export function moments({ values, scale, H, pieces: { length: T } }: Values): Moments {
  const sums = new Float64Array(H);
  const squares = new Float64Array(H);
  for (let t = 0; t < T; t++) {
    for (let j = 0; j < H; j++) {
      const byte = values[t * H + j]! - 128;
      sums[j]! += byte;
      squares[j]! += byte * byte;
    }
  }
  const unit = scale / 127;
  const mean = sums.map((sum) => (sum / T) * unit);
  const deviation = squares.map((square, j) => Math.sqrt(Math.max(0, square / T - (sums[j]! / T) ** 2)) * unit);
  return { mean, deviation };
}

/** Pearson's correlation of each neuron with a feature over its steps, the first ones [T]; 0 where either never changes. */
export function correlations({ values, H }: Values, feature: Float32Array): Float64Array {
  const T = feature.length;
  const mean = feature.reduce((sum, x) => sum + x, 0) / T;
  const sums = new Float64Array(H);
  const squares = new Float64Array(H);
  const products = new Float64Array(H);
  let spread = 0;
  for (let t = 0; t < T; t++) {
    const x = feature[t]! - mean;
    spread += x * x;
    for (let j = 0; j < H; j++) {
      const byte = values[t * H + j]! - 128;
      sums[j]! += byte;
      squares[j]! += byte * byte;
      products[j]! += x * byte;
    }
  }
  return products.map((product, j) => {
    const variance = squares[j]! - sums[j]! ** 2 / T;
    return spread > 0 && variance > 1e-9 ? product / Math.sqrt(spread * variance) : 0;
  });
}

/** Indices of the largest first; equal ones in their order. */
export function largestFirst(scores: Float64Array): number[] {
  return Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

export interface Firing {
  readonly unit: number;
  readonly sign: 1 | -1;
}

/** The neurons that are at or beyond a threshold, all on the same side of zero, at every step of a span. */
export function firingThroughout(found: Values, from: number, to: number, threshold: number): Firing[] {
  return Array.from({ length: found.H }, (_, unit) => unit).flatMap((unit): Firing[] => {
    const all = (sign: 1 | -1) => {
      for (let t = from; t <= to; t++) if (valueAt(found, t, unit) * sign < threshold) return false;
      return true;
    };
    if (all(1)) return [{ unit, sign: 1 }];
    return all(-1) ? [{ unit, sign: -1 }] : [];
  });
}
