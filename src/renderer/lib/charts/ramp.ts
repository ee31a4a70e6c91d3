/**
 * A scale of colours for numbers, evenly perceived and readable by the colour-blind: viridis (S. van der Walt and N. Smith 2015),
 * in nine steps with linear interpolation between them.
 */
const viridis: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
];

/** @param share from 0 to 1 @param dark on a dark ground, where the darkest colours could not be seen; else the lightest */
export function ramp(share: number, dark: boolean): string {
  const [low, high] = dark ? [0.25, 1] : [0, 0.85];
  const at = (low + Math.min(1, Math.max(0, share)) * (high - low)) * (viridis.length - 1);
  const from = Math.min(viridis.length - 2, Math.floor(at));
  const [a, b] = [viridis[from]!, viridis[from + 1]!];
  const mixed = a.map((part, i) => Math.round(part + (at - from) * (b[i]! - part)));
  return `rgb(${mixed.join(' ')})`;
}
