// Vector primitives over the GCC/Clang vector extensions, one set for each instruction set.
//
// A translation unit that includes this file defines UNROLL_ISA (a namespace of its own) and is compiled with the flags of its
// instruction set. Everything lives in that namespace and only headers without inline code are included, so that the linker
// can never pick an AVX-512 copy of a shared inline function for a machine without AVX-512.
#pragma once

#ifndef UNROLL_ISA
#error "Include this file from kernels_<instruction set>.cpp, which defines UNROLL_ISA."
#endif
#if !defined(__GNUC__) && !defined(__clang__)
#error "The native kernels need GCC or Clang (on Windows clang-cl, which binding.gyp asks for): they use vector extensions."
#endif

#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns about the undefined values inside its own header (bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif
#endif

namespace unroll {
namespace UNROLL_ISA {

#if defined(__AVX512F__)
constexpr size_t kLanes = 16;
constexpr size_t kRegisters = 32;
#elif defined(__AVX2__)
constexpr size_t kLanes = 8;
constexpr size_t kRegisters = 16;
#elif defined(__aarch64__)
constexpr size_t kLanes = 4;
constexpr size_t kRegisters = 32;
#else
constexpr size_t kLanes = 4;
constexpr size_t kRegisters = 16;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));
typedef double DoubleVec __attribute__((vector_size(kLanes * 4)));                // kLanes / 2 doubles
typedef float HalfVec __attribute__((vector_size(kLanes * 2)));                   // kLanes / 2 floats
typedef float LooseVec __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));
typedef float LooseHalfVec __attribute__((vector_size(kLanes * 2), aligned(4), may_alias));

#define UNROLL_INLINE inline __attribute__((always_inline))

static UNROLL_INLINE Vec load(const float* p) { return (Vec) * (const LooseVec*)p; }
static UNROLL_INLINE void store(float* p, Vec v) { *(LooseVec*)p = (LooseVec)v; }
static UNROLL_INLINE Vec broadcast(float x) { return x - Vec{}; }
/** a b + c, rounded once where that is fast. Clang does not find WebAssembly's instruction for it by itself. */
static UNROLL_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c;
#endif
}

static UNROLL_INLINE Vec multiplyAdd(float a, Vec b, Vec c) {
#if defined(__wasm_relaxed_simd__)
  return multiplyAdd(Vec{a, a, a, a}, b, c);
#else
  return a * b + c;
#endif
}

static UNROLL_INLINE Vec select(IntVec mask, Vec yes, Vec no) { return mask ? yes : no; }

/** The first `count` lanes (1 … kLanes); the others are 0. Reads nothing behind them. */
static UNROLL_INLINE Vec loadPart(const float* p, size_t count) {
  if (count >= kLanes) return load(p);
#if defined(__wasm__)
  // Not inlined, memcpy would take longer than everything around it.
  return Vec{p[0], count > 1 ? p[1] : 0.0f, count > 2 ? p[2] : 0.0f, 0.0f};
#else
  Vec v{};
  __builtin_memcpy(&v, p, count * sizeof(float));
  return v;
#endif
}

/** Writes the first `count` lanes and nothing behind them. */
static UNROLL_INLINE void storePart(float* p, Vec v, size_t count) {
  if (count >= kLanes) return store(p, v);
#if defined(__wasm__)
  p[0] = v[0];
  if (count > 1) p[1] = v[1];
  if (count > 2) p[2] = v[2];
#else
  __builtin_memcpy(p, &v, count * sizeof(float));
#endif
}

static UNROLL_INLINE float sum(Vec v) {
  float total = 0;
#pragma GCC unroll 16
  for (size_t i = 0; i < kLanes; i++) total += v[i];
  return total;
}

/** 1 / d for finite d well inside float32's range, to about 1 unit in the last place. */
static UNROLL_INLINE Vec reciprocal(Vec d) {
#if defined(__AVX512F__)
  const Vec r = (Vec)_mm512_rcp14_ps((__m512)d);
  return r + r * (1.0f - d * r);
#elif defined(__AVX2__)
  const Vec r = (Vec)_mm256_rcp_ps((__m256)d);
  return r + r * (1.0f - d * r);
#else
  return 1.0f / d;
#endif
}

static UNROLL_INLINE Vec squareRoot(Vec x) {
#if defined(__AVX512F__)
  return (Vec)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX2__)
  return (Vec)_mm256_sqrt_ps((__m256)x);
#elif defined(__x86_64__)
  return (Vec)_mm_sqrt_ps((__m128)x);
#elif defined(__wasm_simd128__)
  return __builtin_wasm_sqrt_f32x4(x);
#else
  Vec r;
  for (size_t i = 0; i < kLanes; i++) r[i] = __builtin_sqrtf(x[i]);
  return r;
#endif
}

/** Lanes a0 b0 a1 b1 … of the lower, or of the upper, halves. */
template <bool kUpper>
static UNROLL_INLINE Vec interleave(Vec a, Vec b) {
#if defined(__AVX512F__)
  constexpr int o = kUpper ? 8 : 0;
  const IntVec index = {o,     16 + o, o + 1, 17 + o, o + 2, 18 + o, o + 3, 19 + o,
                        o + 4, 20 + o, o + 5, 21 + o, o + 6, 22 + o, o + 7, 23 + o};
  return (Vec)_mm512_permutex2var_ps((__m512)a, (__m512i)index, (__m512)b);
#elif defined(__AVX2__)
  const __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b);
  const __m256 high = _mm256_unpackhi_ps((__m256)a, (__m256)b);
  return (Vec)_mm256_permute2f128_ps(low, high, kUpper ? 0x31 : 0x20);
#else
  return kUpper ? Vec{a[2], b[2], a[3], b[3]} : Vec{a[0], b[0], a[1], b[1]};
#endif
}

/** Transposes a square of kLanes × kLanes numbers: log2(kLanes) perfect shuffles. */
static UNROLL_INLINE void transpose(Vec (&rows)[kLanes]) {
  constexpr size_t half = kLanes / 2;
#pragma GCC unroll 4
  for (size_t round = 1; round < kLanes; round *= 2) {
    Vec next[kLanes];
#pragma GCC unroll 16
    for (size_t i = 0; i < half; i++) {
      next[2 * i] = interleave<false>(rows[i], rows[i + half]);
      next[2 * i + 1] = interleave<true>(rows[i], rows[i + half]);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < kLanes; i++) rows[i] = next[i];
  }
}

static UNROLL_INLINE DoubleVec widen(const float* p) {
  const HalfVec v = (HalfVec) * (const LooseHalfVec*)p;
#if defined(__AVX512F__)
  return (DoubleVec)_mm512_cvtps_pd((__m256)v);  // GCC takes the halves apart
#elif defined(__AVX2__)
  return (DoubleVec)_mm256_cvtps_pd((__m128)v);
#else
  return __builtin_convertvector(v, DoubleVec);
#endif
}

}  // namespace UNROLL_ISA
}  // namespace unroll
