/** How numbers are distributed. */
import type { Histogram } from './looks/live.ts';

/** Of numbers that are all finite, at least one. */
export function histogram(data: ArrayLike<number>, bins: number): Histogram {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  if (!(max > min)) [min, max] = [min - 0.5, min + 0.5];
  const width = (max - min) / bins;
  const counts = new Int32Array(bins);
  for (let i = 0; i < data.length; i++) counts[Math.min(bins - 1, Math.floor((data[i]! - min) / width))]! += 1;
  return { min, max, counts };
}
