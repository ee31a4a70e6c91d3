/** Colours for numbers from -1 to 1: blue below zero, red above, which colour-blind people tell apart (ColorBrewer's RdBu). */

type Rgb = readonly [number, number, number];

const ends: Readonly<Record<'light' | 'dark', { readonly low: Rgb; readonly zero: Rgb; readonly high: Rgb }>> = {
  light: { low: [33, 102, 172], zero: [255, 255, 255], high: [178, 24, 43] },
  dark: { low: [92, 165, 226], zero: [25, 25, 29], high: [240, 106, 92] },
};

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** @param value from -1 to 1 @param strength of the strongest colour, 0 … 1: less behind letters */
export function diverging(value: number, theme: 'light' | 'dark', strength = 1): Rgb {
  const { low, zero, high } = ends[theme];
  const size = Math.min(1, Math.abs(value)) * strength;
  return mix(zero, value < 0 ? low : high, size);
}

/** For 0 … 1: from nothing to red. */
export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** The colour of every byte that stands for a value, as the four bytes of a canvas' pixel. */
export function palette(theme: 'light' | 'dark'): Uint32Array {
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let byte = 0; byte < 256; byte++) bytes.set([...diverging((byte - 128) / 127, theme), 255], byte * 4);
  return new Uint32Array(bytes.buffer);
}

/** The strongest colour behind letters that keeps them at 4.5 : 1. */
export const behindText = { light: 0.5, dark: 0.5 } as const;
