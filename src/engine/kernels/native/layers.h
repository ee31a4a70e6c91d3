// Small layers: activations that stand alone, blocks of matrices, pooling over time, layer normalisation, element-wise losses.
#pragma once
#include "attention.h"

extern "C" double exp(double);
extern "C" double log1p(double);

namespace unroll {
namespace UNROLL_ISA {

static void activation(ActivationCall& call, Team& team) {
  parallel(team, call.count, 1024, 4, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i += kLanes) {
      const size_t n = end - i;
      const Vec x = loadPart(call.x + i, n);
      Vec y;
      if (call.dy) {
        // x holds act(a); the derivative is written in terms of it.
        const Vec d = loadPart(call.dy + i, n);
        if (call.kind == Activation::Tanh) y = d * (1.0f - x * x);
        else if (call.kind == Activation::Sigmoid) y = d * x * (1.0f - x);
        else y = select(x > 0.0f, d, Vec{});
      } else if (call.kind == Activation::Tanh) {
        y = tanhOf(x);
      } else if (call.kind == Activation::Sigmoid) {
        y = sigmoidOf(x);
      } else {
        y = select(x < 0.0f, Vec{}, x);
      }
      storePart(call.y + i, y, n);
    }
  });
}

static void copyBlock(CopyBlock& call, Team& team) {
  const size_t columns = call.columns;
  parallel(team, call.rows, 1, columns, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; r++) {
      float* to = call.target + r * call.targetStride;
      const float* from = call.source + r * call.sourceStride;
      if (call.accumulate) addScaled(to, 1, from, columns);
      else __builtin_memmove(to, from, columns * sizeof(float));
    }
  });
}

/** The step that column j is computed at last, of a sequence of n steps: a right-to-left direction ends at step 0. */
static UNROLL_INLINE size_t lastStep(const Pool& call, size_t n, size_t j) { return call.D == 2 && 2 * j >= call.F ? 0 : n - 1; }

static void poolForward(Pool& call, Team& team) {
  const size_t T = call.T, B = call.B, F = call.F;
  parallel(team, B, 1, T * F, [&](size_t begin, size_t end) {
    for (size_t b = begin; b < end; b++) {
      const size_t n = call.lengths ? (size_t)call.lengths[b] : T;
      float* y = call.y + b * F;
      setZero(y, F);
      if (call.kind == Pooling::Mean) {
        for (size_t t = 0; t < n; t++) addScaled(y, 1, call.x + (t * B + b) * F, F);
        for (size_t j = 0; j < F && n > 0; j++) y[j] /= (float)n;
        continue;
      }
      for (size_t j = 0; j < F; j++) {
        const auto at = [&](size_t t) { return call.x[(t * B + b) * F + j]; };
        if (call.kind == Pooling::Last) {
          if (n > 0) y[j] = at(lastStep(call, n, j));
          continue;
        }
        size_t best = 0;
        for (size_t t = 1; t < n; t++) best = at(t) > at(best) ? t : best;
        call.argmax[b * F + j] = n > 0 ? (int32_t)best : -1;
        if (n > 0) y[j] = at(best);
      }
    }
  });
}

static void poolBackward(Pool& call, Team& team) {
  const size_t T = call.T, B = call.B, F = call.F;
  parallel(team, B, 1, T * F, [&](size_t begin, size_t end) {
    for (size_t b = begin; b < end; b++) {
      const size_t n = call.lengths ? (size_t)call.lengths[b] : T;
      const float* dy = call.dy + b * F;
      for (size_t t = 0; t < T; t++) {
        float* dx = call.dx + (t * B + b) * F;
        setZero(dx, F);
        if (call.kind == Pooling::Mean && t < n) addScaled(dx, 1.0f / (float)n, dy, F);
      }
      if (call.kind == Pooling::Mean || n == 0) continue;
      for (size_t j = 0; j < F; j++) {
        if (call.kind == Pooling::Max && call.argmax[b * F + j] < 0) continue;
        const size_t t = call.kind == Pooling::Last ? lastStep(call, n, j) : (size_t)call.argmax[b * F + j];
        call.dx[(t * B + b) * F + j] = dy[j];
      }
    }
  });
}

/** Mean of `count` numbers, of which `each(i, n)` gives a vector's worth, zeros beyond the last. */
template <class Each>
static UNROLL_INLINE float meanOf(size_t count, const Each& each) {
  Vec total{};
  for (size_t i = 0; i < count; i += kLanes) total += each(i, count - i);
  return sum(total) / (float)count;
}

/** Lanes beyond `count` set to zero. */
static UNROLL_INLINE Vec keep(Vec v, size_t count) {
  for (size_t i = count; i < kLanes; i++) v[i] = 0;
  return v;
}

static void layerNormForward(LayerNorm& call, Team& team) {
  const size_t F = call.F;
  parallel(team, call.N, 1, F * 4, [&](size_t begin, size_t end) {
    for (size_t n = begin; n < end; n++) {
      const float* x = call.x + n * F;
      float* y = call.y + n * F;
      const float mean = meanOf(F, [&](size_t i, size_t left) { return loadPart(x + i, left); });
      const float variance = meanOf(F, [&](size_t i, size_t left) {
        const Vec d = keep(loadPart(x + i, left) - mean, left);
        return d * d;
      });
      const float r = (float)(1.0 / sqrt((double)variance + call.epsilon));
      for (size_t i = 0; i < F; i += kLanes) {
        const size_t left = F - i;
        storePart(y + i, loadPart(call.gain + i, left) * (loadPart(x + i, left) - mean) * r + loadPart(call.bias + i, left), left);
      }
      call.statistics[2 * n] = mean;
      call.statistics[2 * n + 1] = r;
    }
  });
}

static void layerNormBackward(LayerNorm& call, Team& team) {
  const size_t F = call.F, N = call.N;
  launch(team, N * F * 8, [&](const Worker& worker) {
    // First what is summed over rows, by columns: dx may overwrite dy.
    size_t begin, end;
    worker.share(ceilDiv(F, kLanes), begin, end);
    for (size_t i = begin * kLanes; i < least(end * kLanes, F); i += kLanes) {
      const size_t left = F - i;
      Vec dGain = call.accumulate ? loadPart(call.dGain + i, left) : Vec{};
      Vec dBias = call.accumulate ? loadPart(call.dBias + i, left) : Vec{};
      for (size_t n = 0; n < N; n++) {
        const Vec dy = loadPart(call.dy + n * F + i, left);
        dGain += dy * (loadPart(call.x + n * F + i, left) - call.statistics[2 * n]) * call.statistics[2 * n + 1];
        dBias += dy;
      }
      storePart(call.dGain + i, dGain, left);
      storePart(call.dBias + i, dBias, left);
    }
    worker.barrier();
    worker.share(N, begin, end);
    for (size_t n = begin; n < end; n++) {
      const float* x = call.x + n * F;
      const float* dy = call.dy + n * F;
      const float mean = call.statistics[2 * n], r = call.statistics[2 * n + 1];
      const auto g = [&](size_t i, size_t left) { return loadPart(dy + i, left) * loadPart(call.gain + i, left); };
      const auto normal = [&](size_t i, size_t left) { return (loadPart(x + i, left) - mean) * r; };
      const float meanG = meanOf(F, g);
      const float meanGX = meanOf(F, [&](size_t i, size_t left) { return g(i, left) * normal(i, left); });
      for (size_t i = 0; i < F; i += kLanes) {
        const size_t left = F - i;
        storePart(call.dx + n * F + i, r * (g(i, left) - meanG - normal(i, left) * meanGX), left);
      }
    }
  });
}

/** ln(1 + e^a), without overflow. */
static inline double softplus(double a) { return (a > 0 ? a : 0) + log1p(exp(a > 0 ? -a : a)); }
static inline double logistic(double a) { return a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a)); }

static void elementLoss(ElementLoss& call, Team& team) {
  const size_t K = call.K;
  call.scratch->reset();
  double* losses = call.scratch->doubles(call.N);
  parallel(team, call.N, 1, K * 32, [&](size_t begin, size_t end) {
    for (size_t n = begin; n < end; n++) {
      losses[n] = 0;
      float* d = call.dOutputs ? call.dOutputs + n * K : nullptr;
      if (call.mask && call.mask[n] == 0) {
        if (d) setZero(d, K);
        continue;
      }
      for (size_t k = 0; k < K; k++) {
        const double a = call.outputs[n * K + k], y = call.targets[n * K + k];
        double derivative;
        if (call.binary) {
          const double w = call.positiveWeights ? call.positiveWeights[k] : 1;
          losses[n] += w * y * softplus(-a) + (1 - y) * softplus(a);
          derivative = (1 - y) * logistic(a) - w * y * logistic(-a);
        } else {
          losses[n] += (a - y) * (a - y);
          derivative = 2 * (a - y);
        }
        if (d) d[k] = (float)(derivative / call.counted);
      }
    }
  });
  double total = 0;
  for (size_t n = 0; n < call.N; n++) total += losses[n];
  call.loss[0] = (float)((double)call.loss[0] + total);
  call.loss[1] = (float)((double)call.loss[1] + call.counted);
}

}  // namespace UNROLL_ISA
}  // namespace unroll
