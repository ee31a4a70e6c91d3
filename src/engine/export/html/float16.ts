/** IEEE 754 half precision: 11 significant bits, largest number 65504. Browsers have it only since 2025. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Largest finite number. */
export const LARGEST_HALF = 65504;

/** The half nearest to `value`, the even one of two equally near. Beyond the largest it is infinite. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = bits[0]! & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00; // NaN
  if (size >= 0x4780_0000) return sign | 0x7c00; // 2^16 and more
  // Below 2^-14 halves are multiples of 2^-24.
  if (size < 0x3880_0000) return sign | roundEven(Math.abs(value) * 2 ** 24);
  // The exponent's bias goes from 127 to 15, the last 13 bits go; a carry into the exponent is right.
  return sign | ((size - 0x3800_0000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
