// Everything that is not a product: loss, embedding, dropout, clipping, optimisers. Bound by memory, so each makes few passes.
#pragma once
#include "linear.h"
#include "vmath.h"

extern "C" double log(double);
extern "C" double sqrt(double);
extern "C" double pow(double, double);

namespace unroll {
namespace UNROLL_ISA {

/** Sums over many numbers are made of chunks of this size, added in order: the same bits for every number of threads. */
constexpr size_t kChunk = 16 * 1024;

/** Runs body(begin, end) over [0, count) in whole chunks of `grain`, split over the team. */
template <class Body>
static inline void parallel(Team& team, size_t count, size_t grain, size_t workEach, const Body& body) {
  launch(team, count * workEach, [&](const Worker& worker) {
    size_t begin, end;
    worker.share(ceilDiv(count, grain), begin, end);
    if (begin < end) body(begin * grain, least(end * grain, count));
  });
}

/** One row of the softmax: returns -ln p[target]; leaves e^(x - max) in `e` if not null, and 1/Σ in `inverse`. */
static inline double crossEntropyRow(const float* x, float* e, size_t V, size_t target, float& inverse) {
  Vec top = broadcast(x[0]);
  const size_t whole = V / kLanes * kLanes;
  for (size_t v = 0; v < whole; v += kLanes) {
    const Vec u = load(x + v);
    top = select(u > top, u, top);
  }
  float greatest = top[0];
  for (size_t i = 1; i < kLanes; i++) greatest = top[i] > greatest ? top[i] : greatest;
  for (size_t v = whole; v < V; v++) greatest = x[v] > greatest ? x[v] : greatest;
  const float logit = x[target];  // before e, which may be x, is written
  Vec sums{};
  double tail = 0;
  for (size_t v = 0; v < V; v += kLanes) {
    const size_t left = V - v;
    const Vec p = exponential(loadPart(x + v, left) - greatest);
    if (left >= kLanes) sums += p;
    else for (size_t i = 0; i < left; i++) tail += p[i];
    if (e) storePart(e + v, p, left);
  }
  for (size_t i = 0; i < kLanes; i++) tail += sums[i];
  inverse = (float)(1.0 / tail);
  return log(tail) + (double)greatest - (double)logit;
}

static void softmaxCrossEntropy(SoftmaxCrossEntropy& call, Team& team) {
  const size_t V = call.V;
  call.scratch->reset();
  double* losses = call.scratch->doubles(call.N);
  parallel(team, call.N, 1, V * 8, [&](size_t begin, size_t end) {
    for (size_t n = begin; n < end; n++) {
      const float* x = call.logits + n * V;
      float* d = call.dLogits ? call.dLogits + n * V : nullptr;
      const int32_t target = call.targets[n];
      losses[n] = 0;
      if (target < 0) {
        if (d) __builtin_memset(d, 0, V * sizeof(float));
        continue;
      }
      float inverse;
      const double weight = call.classWeights ? call.classWeights[target] : 1;
      losses[n] = weight * crossEntropyRow(x, d, V, (size_t)target, inverse);
      if (!d) continue;
      const float mean = call.meanOver != 0 ? (float)(weight / call.meanOver) : 0.0f;
      const float scale = inverse * mean;
      for (size_t v = 0; v < V; v += kLanes) storePart(d + v, loadPart(d + v, V - v) * scale, V - v);
      d[target] -= mean;
    }
  });
  double total = 0;
  for (size_t n = 0; n < call.N; n++) total += losses[n];
  call.loss[0] = (float)((double)call.loss[0] + total);
  call.loss[1] = (float)((double)call.loss[1] + call.counted);
}

static void embeddingForward(Embedding& call, Team& team) {
  parallel(team, call.N, 1, call.E, [&](size_t begin, size_t end) {
    for (size_t n = begin; n < end; n++) {
      __builtin_memcpy(call.y + n * call.E, call.table + (size_t)call.tokens[n] * call.E, call.E * sizeof(float));
    }
  });
}

/** Zeros in all rows of a table. */
static inline void clearRows(const Worker& worker, float* table, size_t rows, size_t columns) {
  size_t begin, end;
  worker.share(rows, begin, end);
  __builtin_memset(table + begin * columns, 0, (end - begin) * columns * sizeof(float));
}

/** table[tokens[n],:] += rows[n,:]. Each thread owns columns, so that tokens that occur twice are added in their order. */
static inline void addTokenRows(const Worker& worker, float* table, const float* rows, const int32_t* tokens, size_t count,
                                size_t columns) {
  size_t begin, end;
  worker.share(ceilDiv(columns, 16), begin, end);
  begin *= 16;
  end = least(end * 16, columns);
  for (size_t n = 0; n < count; n++) {
    float* to = table + (size_t)tokens[n] * columns;
    const float* from = rows + n * columns;
    for (size_t i = begin; i < end; i += kLanes) storePart(to + i, loadPart(to + i, end - i) + loadPart(from + i, end - i), end - i);
  }
}

static void embeddingBackward(Embedding& call, Team& team) {
  launch(team, call.N * call.E + (call.accumulate ? 0 : call.V * call.E), [&](const Worker& worker) {
    if (!call.accumulate) {
      clearRows(worker, call.dTable, call.V, call.E);
      worker.barrier();
    }
    addTokenRows(worker, call.dTable, call.dy, call.tokens, call.N, call.E);
  });
}

typedef uint64_t LongVec __attribute__((vector_size(kLanes * 4)));

/** Philox 4x32-10 for kLanes / 2 neighbouring blocks; word w of block i in words[w][i]. See ../../random.ts. */
static UNROLL_INLINE void philox(uint32_t seed, uint32_t stream, uint64_t counter, LongVec block, LongVec (&words)[4]) {
  constexpr uint64_t kLow = 0xffffffffu;
  LongVec c0 = block & kLow, c1 = block >> 32, c2 = LongVec{} + (counter & kLow), c3 = LongVec{} + (counter >> 32);
  uint32_t k0 = seed, k1 = stream;
  for (int round = 0; round < 10; round++) {
    const LongVec p0 = c0 * 0xd2511f53u, p1 = c2 * 0xcd9e8d57u;
    c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
    c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
    c1 = p1 & kLow;
    c3 = p0 & kLow;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

static void dropout(Dropout& call, Team& team) {
  constexpr size_t kBlocks = kLanes / 2;
  constexpr size_t kSpan = kBlocks * 4;
  const float scale = (float)(1.0 / (1.0 - call.p));
  // Dropped when word / 2^32 < p: when word < ceil(p · 2^32), exactly.
  const double bound = call.p * 4294967296.0;
  uint64_t least64 = (uint64_t)bound;
  if ((double)least64 < bound) least64++;
  // A mask is drawn once and used for every period.
  parallel(team, least(call.count, call.period), kSpan, 8 * ceilDiv(call.count, call.period), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i += kSpan) {
      LongVec block;
      for (size_t b = 0; b < kBlocks; b++) block[b] = i / 4 + b;
      LongVec words[4];
      philox(call.seed, call.stream, call.counter, block, words);
      bool dropped[kSpan];
      for (size_t j = 0; j < kSpan; j++) dropped[j] = words[j % 4][j / 4] < least64;
      for (size_t start = i; start < call.count; start += call.period) {
        const size_t span = least(least(kSpan, end - i), call.count - start);
        for (size_t j = 0; j < span; j++) call.y[start + j] = dropped[j] ? 0.0f : call.x[start + j] * scale;
      }
    }
  });
}

/** Sum of squares in float64: no overflow below 1e19 an element, error far below float32's. */
static inline double sumOfSquares(const float* x, size_t count) {
  DoubleVec sums[4] = {};
  size_t i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
      const DoubleVec v = widen(x + i + j * (kLanes / 2));
      sums[j] += v * v;
    }
  }
  const DoubleVec all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double total = 0;
  for (size_t j = 0; j < kLanes / 2; j++) total += all[j];
  for (; i < count; i++) total += (double)x[i] * (double)x[i];
  return total;
}

static void clip(Clip& call, Team& team) {
  call.scratch->reset();
  const size_t chunks = ceilDiv(call.count, kChunk);
  double* sums = call.scratch->doubles(chunks);
  parallel(team, chunks, 1, kChunk, [&](size_t begin, size_t end) {
    for (size_t c = begin; c < end; c++) sums[c] = sumOfSquares(call.gradients + c * kChunk, least(kChunk, call.count - c * kChunk));
  });
  double total = 0;
  for (size_t c = 0; c < chunks; c++) total += sums[c];
  const double norm = sqrt(total);
  *call.norm = (float)norm;
  call.scale = 1;
  const bool finite = norm - norm == 0;
  if (finite && norm + call.epsilon > call.maxNorm) call.scale = call.maxNorm / (norm + call.epsilon);
}

template <class Body>
static inline void updateEach(Update& u, Team& team, const Body& body) {
  parallel(team, u.count, 1024, 8, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i += kLanes) body(i, end - i);
  });
}

static void update(Update& u, Team& team) {
  const float scale = (float)u.gradientScale;
  const auto gradient = [&](size_t i, size_t n) {
    Vec g = loadPart(u.gradients + i, n);
    if (scale != 1.0f) storePart(u.gradients + i, g = g * scale, n);
    return g;
  };
  const float rate = (float)u.learningRate, epsilon = (float)u.epsilon;
  switch (u.kind) {
    case Optimizer::Sgd:
      updateEach(u, team, [&](size_t i, size_t n) {
        storePart(u.parameters + i, loadPart(u.parameters + i, n) - gradient(i, n) * rate, n);
      });
      break;
    case Optimizer::Momentum: {
      const float momentum = (float)u.a;
      updateEach(u, team, [&](size_t i, size_t n) {
        const Vec m = loadPart(u.slot0 + i, n) * momentum + gradient(i, n);
        storePart(u.slot0 + i, m, n);
        storePart(u.parameters + i, loadPart(u.parameters + i, n) - m * rate, n);
      });
      break;
    }
    case Optimizer::Adam: {
      const float beta1 = (float)u.a, beta2 = (float)u.b;
      const float gain1 = (float)(1 - u.a), gain2 = (float)(1 - u.b);
      const float stepSize = (float)(u.learningRate / (1 - pow(u.a, u.step)));
      const float inverseRoot = (float)(1 / sqrt(1 - pow(u.b, u.step)));
      const float keep = (float)(1 - u.learningRate * u.weightDecay);
      updateEach(u, team, [&](size_t i, size_t n) {
        const Vec g = gradient(i, n);
        const Vec m = loadPart(u.slot0 + i, n) * beta1 + g * gain1;
        const Vec v = loadPart(u.slot1 + i, n) * beta2 + g * g * gain2;
        storePart(u.slot0 + i, m, n);
        storePart(u.slot1 + i, v, n);
        const Vec p = loadPart(u.parameters + i, n) * keep;
        storePart(u.parameters + i, p - m * stepSize / (squareRoot(v) * inverseRoot + epsilon), n);
      });
      break;
    }
    case Optimizer::RmsProp: {
      const float alpha = (float)u.a, gain = (float)(1 - u.a);
      updateEach(u, team, [&](size_t i, size_t n) {
        const Vec g = gradient(i, n);
        const Vec v = loadPart(u.slot0 + i, n) * alpha + g * g * gain;
        storePart(u.slot0 + i, v, n);
        storePart(u.parameters + i, loadPart(u.parameters + i, n) - g * rate / (squareRoot(v) + epsilon), n);
      });
      break;
    }
    case Optimizer::Adagrad:
      updateEach(u, team, [&](size_t i, size_t n) {
        const Vec g = gradient(i, n);
        const Vec v = loadPart(u.slot0 + i, n) + g * g;
        storePart(u.slot0 + i, v, n);
        storePart(u.parameters + i, loadPart(u.parameters + i, n) - g * rate / (squareRoot(v) + epsilon), n);
      });
      break;
  }
}

/** gradients *= scale, rounded as update() rounds it. */
static void scaleGradients(float* gradients, size_t count, double by, Team& team) {
  const float scale = (float)by;
  parallel(team, count, 1024, 2, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i += kLanes) storePart(gradients + i, loadPart(gradients + i, end - i) * scale, end - i);
  });
}

static void mathFunction(MathFunction function, const float* x, float* y, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) {
    const Vec v = loadPart(x + i, count - i);
    const Vec r = function == MathFunction::Exponential ? exponential(v) : function == MathFunction::Tanh ? tanhOf(v) : sigmoidOf(v);
    storePart(y + i, r, count - i);
  }
}

}  // namespace UNROLL_ISA
}  // namespace unroll
