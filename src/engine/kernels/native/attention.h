// Attention of decoder steps to source positions: e = q·k (Luong et al. 2015) or v·tanh(q + k) (Bahdanau et al. 2015), w = softmax(e),
// context = Σ w value. Sequences are dealt to the threads; everything of one sequence is summed in one order.
#pragma once
#include "elementwise.h"

namespace unroll {
namespace UNROLL_ISA {

static UNROLL_INLINE float dotProduct(const float* a, const float* b, size_t count) {
  Vec total{};
  for (size_t i = 0; i < count; i += kLanes) total += loadPart(a + i, count - i) * loadPart(b + i, count - i);
  return sum(total);
}

/** Σ v tanh(q + k) */
static UNROLL_INLINE float additiveScore(const float* v, const float* q, const float* k, size_t count) {
  Vec total{};
  for (size_t i = 0; i < count; i += kLanes) {
    const size_t n = count - i;
    total += loadPart(v + i, n) * tanhOf(loadPart(q + i, n) + loadPart(k + i, n));
  }
  return sum(total);
}

/** y += a x */
static UNROLL_INLINE void addScaled(float* y, float a, const float* x, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) {
    storePart(y + i, loadPart(y + i, count - i) + loadPart(x + i, count - i) * a, count - i);
  }
}

static UNROLL_INLINE void setZero(float* y, size_t count) { __builtin_memset(y, 0, count * sizeof(float)); }

/** w = softmax(w) */
static inline void softmaxRow(float* w, size_t count) {
  float greatest = w[0];
  for (size_t i = 1; i < count; i++) greatest = w[i] > greatest ? w[i] : greatest;
  double total = 0;
  for (size_t i = 0; i < count; i += kLanes) {
    const Vec e = exponential(loadPart(w + i, count - i) - greatest);
    storePart(w + i, e, count - i);
    for (size_t j = 0; j < least(kLanes, count - i); j++) total += e[j];
  }
  const float inverse = (float)(1 / total);
  for (size_t i = 0; i < count; i++) w[i] *= inverse;
}

static void attentionForward(Attention& call, Team& team) {
  const size_t B = call.B, Tx = call.Tx, A = call.A, F = call.F;
  parallel(team, B, 1, call.steps * Tx * (A + F), [&](size_t begin, size_t end) {
    for (size_t t = call.first; t < call.first + call.steps; t++) {
      for (size_t b = begin; b < end; b++) {
        const size_t row = t * B + b, length = call.lengths ? (size_t)call.lengths[b] : Tx;
        const float* q = call.queries + row * A;
        float* w = call.weights + row * Tx;
        float* context = call.context + row * F;
        setZero(w, Tx);
        setZero(context, F);
        for (size_t s = 0; s < length; s++) {
          const float* k = call.keys + (s * B + b) * A;
          w[s] = call.v ? additiveScore(call.v, q, k, A) : dotProduct(q, k, A);
        }
        if (length > 0) softmaxRow(w, length);
        for (size_t s = 0; s < length; s++) addScaled(context, w[s], call.values + (s * B + b) * F, F);
      }
    }
  });
}

/** One decoder step of one sequence: the lines of the forward in reverse. `dw` [Tx] is room to work in. */
static inline void attentionStepBackward(const Attention& call, size_t t, size_t b, float* dw, float* dv) {
  const size_t B = call.B, A = call.A, F = call.F, row = t * B + b;
  const size_t length = call.lengths ? (size_t)call.lengths[b] : call.Tx;
  const float* q = call.queries + row * A;
  const float* w = call.weights + row * call.Tx;
  const float* dContext = call.dContext + row * F;
  float* dq = call.dQueries + row * A;
  setZero(dq, A);
  float mean = 0;  // Σ w dw
  for (size_t s = 0; s < length; s++) {
    dw[s] = dotProduct(dContext, call.values + (s * B + b) * F, F);
    addScaled(call.dValues + (s * B + b) * F, w[s], dContext, F);
    mean += w[s] * dw[s];
  }
  for (size_t s = 0; s < length; s++) {
    const float de = w[s] * (dw[s] - mean);
    const float* k = call.keys + (s * B + b) * A;
    float* dk = call.dKeys + (s * B + b) * A;
    if (!call.v) {
      addScaled(dq, de, k, A);
      addScaled(dk, de, q, A);
      continue;
    }
    for (size_t i = 0; i < A; i += kLanes) {
      const size_t n = A - i;
      const Vec u = tanhOf(loadPart(q + i, n) + loadPart(k + i, n));
      const Vec da = de * loadPart(call.v + i, n) * (1.0f - u * u);
      storePart(dv + i, loadPart(dv + i, n) + u * de, n);
      storePart(dq + i, loadPart(dq + i, n) + da, n);
      storePart(dk + i, loadPart(dk + i, n) + da, n);
    }
  }
}

static void attentionBackward(Attention& call, Team& team) {
  const size_t B = call.B, Tx = call.Tx, A = call.A, F = call.F;
  call.scratch->reset();
  float* room = call.scratch->floats(B * Tx);
  float* dv = call.v ? call.scratch->floats(B * A) : nullptr;  // one for each sequence, added in order
  parallel(team, B, 1, call.steps * Tx * (A + F) * 2, [&](size_t begin, size_t end) {
    for (size_t b = begin; b < end; b++) {
      if (!call.accumulate) {
        for (size_t s = 0; s < Tx; s++) {
          setZero(call.dKeys + (s * B + b) * A, A);
          setZero(call.dValues + (s * B + b) * F, F);
        }
      }
      if (dv) setZero(dv + b * A, A);
      for (size_t t = call.first; t < call.first + call.steps; t++) {
        attentionStepBackward(call, t, b, room + b * Tx, dv ? dv + b * A : nullptr);
      }
    }
  });
  if (!dv) return;
  if (!call.accumulate) setZero(call.dV, A);
  for (size_t b = 0; b < B; b++) addScaled(call.dV, 1, dv + b * A, A);
}

}  // namespace UNROLL_ISA
}  // namespace unroll
