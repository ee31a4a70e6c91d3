// y = x Wᵀ + b and its derivatives dx = dy W, dW = dyᵀ x, db = Σ dy.
#pragma once
#include "gemm.h"

namespace unroll {
namespace UNROLL_ISA {

/** Multiply-adds below which waking the team costs more than it brings. */
constexpr size_t kSmallWork = 64 * 1024;

/** Runs `body(worker)` on the team, or here if there is little to do. */
template <class Body>
static inline void launch(Team& team, size_t work, const Body& body) {
  const Team::Job job = [](void* argument, const Worker& worker) { (*static_cast<const Body*>(argument))(worker); };
  void* argument = const_cast<void*>(static_cast<const void*>(&body));
  if (work < kSmallWork || team.size() == 1) team.runAlone(job, argument);
  else team.run(job, argument);
}

/** `bias` padded with zeros to whole vectors, or zeros. */
static inline float* paddedBias(const float* bias, size_t columns, Scratch& scratch) {
  const size_t padded = ceilDiv(columns, kLanes) * kLanes + 2 * kLanes;
  float* to = scratch.floats(padded);
  for (size_t i = 0; i < padded; i++) to[i] = bias && i < columns ? bias[i] : 0.0f;
  return to;
}

/** Row counts so small that packing the weights would cost more than the product. */
constexpr size_t kFewRows = 4;

/**
 * sums[i] += Σ over whole vectors of W[i] a, for kLanes rows of W, read where they stand. Only `real` of them exist. A few rows'
 * products are bound by reading W: the rows that follow are fetched meanwhile, so that no adding up leaves the memory idle.
 */
static UNROLL_INLINE void addDots(Vec (&sums)[kLanes], const float* weight, size_t K, size_t real, const float* a) {
  if (real == kLanes) {
    // Four rows share a base pointer, as in micro().
    const float* base[kLanes / 4];
    for (size_t g = 0; g < kLanes / 4; g++) base[g] = weight + 4 * g * K;
    size_t k = 0;
    for (; k + kLanes <= K; k += kLanes) {
      const Vec v = load(a + k);
#pragma GCC unroll 16
      for (size_t i = 0; i < kLanes; i++) {
        sums[i] = multiplyAdd(v, load(base[i / 4] + i % 4 * K + k), sums[i]);
      }
    }
    if (k == K) return;
    const Vec v = loadPart(a + k, K - k);
    for (size_t i = 0; i < kLanes; i++) sums[i] = multiplyAdd(v, loadPart(weight + i * K + k, K - k), sums[i]);
    return;
  }
  for (size_t i = 0; i < real; i++) {
    for (size_t k = 0; k < K; k += kLanes) sums[i] = multiplyAdd(loadPart(a + k, K - k), loadPart(weight + i * K + k, K - k), sums[i]);
  }
}

/** Each of the vectors' lanes added up. */
static UNROLL_INLINE Vec addLanes(Vec (&sums)[kLanes]) {
  transpose(sums);
#pragma GCC unroll 4
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (size_t i = 0; i < half; i++) sums[i] += sums[i + half];
  }
  return sums[0];
}

/** y[n][o] = bias[o] + W[o] x[n] for a few rows n and o in [begin, end). */
static inline void dotRows(float* y, ptrdiff_t ldy, const float* x, ptrdiff_t ldx, size_t rows, const float* weight, const float* bias,
                           size_t K, size_t begin, size_t end) {
  for (size_t o = begin; o < end; o += kLanes) {
    const size_t real = least(kLanes, end - o);
    for (size_t n = 0; n < rows; n++) {
      Vec sums[kLanes] = {};
      addDots(sums, weight + o * K, K, real, x + (ptrdiff_t)n * ldx);
      const Vec start = bias ? loadPart(bias + o, real) : Vec{};
      storePart(y + (ptrdiff_t)n * ldy + o, start + addLanes(sums), real);
    }
  }
}

static void linearForward(LinearForward& call, Team& team) {
  const size_t N = call.N, I = call.I, O = call.O;
  if (N <= kFewRows) {
    launch(team, N * I * O, [&](const Worker& worker) {
      size_t begin, end;
      worker.share(ceilDiv(O, 16), begin, end);
      dotRows(call.y, (ptrdiff_t)O, call.x, (ptrdiff_t)I, N, call.weight, call.bias, I, begin * 16, least(end * 16, O));
    });
    return;
  }
  Scratch& scratch = *call.scratch;
  scratch.reset();
  const Panels panels(O);
  const float* bias = paddedBias(call.bias, O, scratch);
  if (panels.count >= 8 * team.size()) {
    // Many columns: each thread packs and multiplies its own, a group at a time, so that a panel is used while it is in the cache.
    const size_t group = kGroupFloats / (I * 2 * kLanes) + 1;
    const size_t floats = group * I * 2 * kLanes + I * kLanes;
    float* buffers = scratch.floats(floats * team.size());
    launch(team, N * I * O, [&](const Worker& worker) {
      size_t begin, end;
      worker.share(panels.count, begin, end);
      float* packed = buffers + floats * worker.index;
      for (size_t g = begin; g < end; g += group) {
        const size_t last = least(g + group, end);
        for (size_t p = g; p < last; p++) packPanelTransposed(packed + panels.offset(p - g, I), panels, p, call.weight, I);
        multiplyPanels(call.y, (ptrdiff_t)O, call.x, (ptrdiff_t)I, N, I, packed, panels, g, last, bias, false);
      }
    });
    return;
  }
  float* packed = scratch.floats(panels.floats(I));
  launch(team, N * I * O, [&](const Worker& worker) {
    size_t begin, end;
    worker.share(panels.count, begin, end);
    for (size_t p = begin; p < end; p++) packPanelTransposed(packed + panels.offset(p, I), panels, p, call.weight, I);
    worker.barrier();
    worker.share(N, begin, end);
    multiplyPanels(call.y + begin * O, (ptrdiff_t)O, call.x + begin * I, (ptrdiff_t)I, end - begin, I, packed, panels, 0,
                   panels.count, bias, false);
  });
}

/**
 * c[rows,columns] (+)= a[rows,K] B for a long K, rows split over the threads: B is packed in slices of K, together, and used at once.
 * `row(k)` is row k of B.
 */
template <class Row>
class SlicedProduct {
 public:
  SlicedProduct(float* c, ptrdiff_t ldc, const float* a, ptrdiff_t lda, size_t rows, size_t K, size_t columns, Row row,
                bool accumulate, Scratch& scratch)
      : c_(c), ldc_(ldc), a_(a), lda_(lda), rows_(rows), K_(K), panels_(columns), row_(row), accumulate_(accumulate),
        slices_(K, kDepth) {
    const size_t depth = ceilDiv(K, slices_.tiles);
    for (size_t i = 0; i < 2; i++) packed_[i] = scratch.floats(panels_.floats(depth));
  }

  void run(const Worker& worker) const {
    size_t firstPanel, lastPanel, begin, end;
    worker.share(panels_.count, firstPanel, lastPanel);
    worker.share(rows_, begin, end);
    for (size_t s = 0; s < slices_.tiles; s++) {
      const size_t k0 = slices_.begin(s), depth = slices_.begin(s + 1) - k0;
      float* packed = packed_[s % 2];
      for (size_t p = firstPanel; p < lastPanel; p++) {
        packPanel(packed + panels_.offset(p, depth), panels_, p, depth, panels_.columns, [&](size_t k) { return row_(k0 + k); });
      }
      worker.barrier();
      multiplyPanels(c_ + (ptrdiff_t)begin * ldc_, ldc_, a_ + (ptrdiff_t)begin * lda_ + k0, lda_, end - begin, depth, packed, panels_,
                     0, panels_.count, nullptr, accumulate_ || s > 0);
    }
  }

 private:
  float* c_;
  ptrdiff_t ldc_;
  const float* a_;
  ptrdiff_t lda_;
  size_t rows_, K_;
  Panels panels_;
  Row row_;
  bool accumulate_;
  Split slices_;
  float* packed_[2];
};

static void linearBackward(LinearBackward& call, Team& team) {
  const size_t N = call.N, I = call.I, O = call.O;
  Scratch& scratch = *call.scratch;
  scratch.reset();
  const auto row = [&](size_t k) { return call.weight + k * I; };
  const SlicedProduct product(call.dx, (ptrdiff_t)I, call.dy, (ptrdiff_t)O, N, O, I, row, false, scratch);
  const OuterBlock block = {call.dy, O, {call.dWeight, nullptr}, {0, 0}, {call.dBias, nullptr}};
  const OuterOperand operand = {call.x, (ptrdiff_t)I, nullptr, I};
  const OuterProduct outer(N, (ptrdiff_t)O, &block, 1, &operand, 1, call.accumulate, scratch, team.size());
  launch(team, N * I * O, [&](const Worker& worker) {
    if (call.dx) product.run(worker);
    if (call.dWeight || call.dBias) outer.run(worker);
  });
}

}  // namespace UNROLL_ISA
}  // namespace unroll
