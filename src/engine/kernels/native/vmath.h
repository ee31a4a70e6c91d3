// Exponential and the gates' non-linearities over vectors. NaN comes out as NaN; nothing depends on -ffast-math.
//
// Largest errors against float64, checked over all exponents by tests/engine/kernels/native-math.test.ts:
//   exponential   2.5e-7 relative; 0 below -87.34 (the result would be subnormal), infinity above 88.72
//   tanh          4e-7 absolute
//   sigmoid       3e-7 absolute
#pragma once
#include "simd.h"

namespace unroll {
namespace UNROLL_ISA {

/**
 * e^x. Range reduction x = n ln 2 + r, |r| ≤ ln 2 / 2 (Cody & Waite 1980), a polynomial of degree 6 for e^r, and 2^n applied in two
 * halves, because n = 128 alone is no float.
 */
static UNROLL_INLINE Vec exponential(Vec x) {
  constexpr float kRounding = 12582912.0f;  // 1.5 · 2^23: adding it rounds to the nearest integer
  const Vec top = broadcast(88.7228394f);
  const Vec bottom = broadcast(-87.3365479f);
  Vec clamped = select(x > top, top, x);
  clamped = select(x < bottom, bottom, clamped);
  const Vec shifted = clamped * 1.44269504f + kRounding;
  const Vec n = shifted - kRounding;
  Vec r = clamped - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  Vec p = broadcast(1.3981999507e-3f);
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const IntVec whole = __builtin_convertvector(select(n == n, n, Vec{}), IntVec);
  const IntVec half = whole >> 1;
  const Vec scale1 = (Vec)((half + 127) << 23);
  const Vec scale2 = (Vec)((whole - half + 127) << 23);
  Vec result = p * scale1 * scale2;
  result = select(x > top, broadcast(__builtin_inff()), result);
  return select(x < bottom, Vec{}, result);
}

/** tanh x as an odd rational function of degree 13 over 6, clamped where it reaches ±1 (coefficients from Eigen's ptanh, MPL 2). */
static UNROLL_INLINE Vec tanhOf(Vec x) {
  const Vec top = broadcast(7.90531110763549805f);
  Vec c = select(x > top, top, x);
  c = select(x < -top, -top, c);
  const Vec s = c * c;
  Vec p = broadcast(-2.76076847742355e-16f);
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Vec q = broadcast(1.19825839466702e-06f);
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return c * p * reciprocal(q);
}

static UNROLL_INLINE Vec sigmoidOf(Vec x) { return tanhOf(x * 0.5f) * 0.5f + 0.5f; }

}  // namespace UNROLL_ISA
}  // namespace unroll
