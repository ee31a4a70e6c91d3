// A whole recurrent sequence, forward and backward, as one launch of the team.
//
// Hidden units are dealt to the threads in blocks. Each thread packs its own units' weights, and from then on owns its units' columns
// of the gates, cell states and gradients: per time step threads only need each other's h (forward) or gate gradients (backward), and
// meet at one barrier (two for gru_before).
//
// Tokens that are grouped (RecurrentInput) are projected once each, and the recurrence copies their rows; on the way back the gate
// gradients are summed by token before they are multiplied.
#pragma once
#include "cells.h"
#include "elementwise.h"

namespace unroll {
namespace UNROLL_ISA {

/** Rows of the input projection computed ahead of the recurrence, so that the gates are still in the cache when it comes to them. */
constexpr size_t kChunkRows = 256;

/** Buffers kept from forward to backward. Rows are internal rows (Plan); widths are padded units. */
struct Workspace {
  float* gates;  // [rows][planes][Hp]
  float* hPrevious;  // [rows][Hp]: the h that entered the step
  float* c;  // [rows][Hp], lstm; gru_before: r∘h

  Workspace(float* memory, size_t planes, size_t N, size_t Hp)
      : gates(memory), hPrevious(memory + N * planes * Hp), c(hPrevious + N * Hp) {}
};

/** The units of one block (one or two vectors) and the panels that their weights make for `planes` neighbouring planes. */
struct UnitBlock {
  size_t planes, firstVector, vectors;

  size_t unit() const { return firstVector * kLanes; }
  /** One vector of units: panels go across the planes; two: a panel is one plane. */
  bool across() const { return vectors == 1; }
  size_t tiles() const { return !across() ? planes : planes == 3 ? 1 : ceilDiv(planes, 2); }
  size_t width(size_t tile) const { return !across() ? vectors : planes == 3 ? 3 : least(2, planes - 2 * tile); }
  size_t plane(size_t tile, size_t w) const { return across() ? 2 * tile + w : tile; }
  size_t unitOf(size_t w) const { return unit() + (across() ? 0 : w * kLanes); }
  /** Vectors of columns before `tile`. */
  size_t before(size_t tile) const { return across() ? 2 * tile : vectors * tile; }
};

/** A thread's units. */
template <size_t kGates>
struct OwnUnits {
  static constexpr size_t kBlockVectors = kLanes == 16 && kGates > 1 ? 1 : 2;
  size_t firstBlock, lastBlock, allVectors;

  OwnUnits(const Worker& worker, size_t Hp) : allVectors(Hp / kLanes) {
    worker.share(ceilDiv(allVectors, kBlockVectors), firstBlock, lastBlock);
  }
  UnitBlock block(size_t index, size_t planes) const {
    const size_t first = index * kBlockVectors;
    return {planes, first, least(kBlockVectors, allVectors - first)};
  }
  size_t begin() const { return least(firstBlock * kBlockVectors, allVectors) * kLanes; }
  size_t end() const { return least(lastBlock * kBlockVectors, allVectors) * kLanes; }
};

/** Packed transposed weights [gates*H,K] of one block; `gates` names the gate of each plane. */
static inline void packUnits(float* packed, const UnitBlock& block, const float* weight, size_t K, size_t H, const size_t* gates) {
  packed += K * block.planes * block.unit();
  for (size_t t = 0; t < block.tiles(); t++) {
    const size_t width = block.width(t);
    for (size_t w = 0; w < width; w++) {
      const size_t unit = block.unitOf(w);
      const size_t real = unit < H ? least(kLanes, H - unit) : 0;
      packTransposed(packed + K * kLanes * block.before(t) + w * kLanes, width * kLanes, weight + (gates[block.plane(t, w)] * H + unit) * K,
                     (ptrdiff_t)K, real, K);
    }
  }
}

/**
 * to[r][plane][unit] = from + Σ_k a[r][k] W[plane, unit][k] for one block and at most kMaxRows rows. `start[plane]`: [Hp], the same for
 * every row; null: what stands in `to`. Meanwhile the `part`-th piece of the weights at `next` is fetched into the cache (see micro).
 */
static inline void multiplyUnits(const UnitBlock& block, const float* packed, const float* a, ptrdiff_t lda, size_t rows, size_t K, float* to,
                          ptrdiff_t ldTo, size_t Hp, const float* const* start, const float* next, size_t part) {
  packed += K * block.planes * block.unit();
  const Split depths(K, kDepth + kDepth / 2);
  const size_t pieces = block.planes * block.vectors;
  for (size_t t = 0; t < block.tiles(); t++) {
    const size_t width = block.width(t);
    const float* b = packed + K * kLanes * block.before(t);
    Tile tile;
    tile.toRow = ldTo;
    for (size_t w = 0; w < width; w++) {
      const size_t plane = block.plane(t, w), unit = block.unitOf(w);
      tile.to[w] = to + plane * Hp + unit;
      tile.from[w] = start[plane] ? start[plane] + unit : tile.to[w];
      tile.fromRow[w] = start[plane] ? 0 : ldTo;
    }
    for (size_t d = 0; d < depths.tiles; d++) {
      const size_t k0 = depths.begin(d);
      const size_t piece = least(part * block.tiles() + t, pieces - 1);
      kMicros.of[0][width][rows](a + k0, lda, b + k0 * width * kLanes, depths.begin(d + 1) - k0, tile, next + (piece * K + k0) * kLanes);
      for (size_t w = 0; w < width; w++) {
        tile.from[w] = tile.to[w];
        tile.fromRow[w] = ldTo;
      }
    }
  }
}

template <Cell kCell>
class Forward {
  using P = Planes<kCell>;
  static constexpr size_t kOwnGates = P::kGates;

 public:
  Forward(RecurrentForward& call, size_t threads)
      : call_(call), plan_(call.plan), input_(call.input), Hp_(padUnits(call.H)), stride_((ptrdiff_t)(P::kCount * Hp_)) {
    Scratch& scratch = *call.scratch;
    const size_t H = call.H, I = call.I, B = call.B;
    few_ = !call.workspace && plan_.rows <= kFewRows;
    chunkSteps_ = kChunkRows / B > 0 ? kChunkRows / B : 1;
    if (call.workspace) {
      const Workspace workspace(call.workspace, P::kCount, call.T * B, Hp_);
      gates_ = workspace.gates;
      h_ = workspace.hPrevious;
      c_ = workspace.c;
    } else {
      gates_ = scratch.floats(least(chunkSteps_, plan_.steps) * B * P::kCount * Hp_);
      h_ = scratch.floats(2 * B * Hp_);
      c_ = scratch.floats(B * Hp_);
    }
    if (!few_) {
      if (input_.from) packedInput_ = scratch.floats(I * P::kGates * Hp_);
      packedHidden_ = scratch.floats(H * kHiddenPlanes<kCell> * Hp_);
      if (kCell == Cell::GruBefore) packedCandidate_ = scratch.floats(H * Hp_);
    }
    if (kCell == Cell::Lstm) c0_ = call.workspace ? scratch.floats(B * Hp_) : c_;
    if (!few_ && input_.from && input_.rows) gathered_ = scratch.floats(threads * chunkSteps_ * B * I);
    if (input_.distinct > 0 && !(few_ && input_.from)) projected_ = scratch.floats(input_.distinct * P::kGates * Hp_);
    startBiases(scratch);
  }

  void run(const Worker& worker) const {
    const OwnUnits<kOwnGates> own(worker, Hp_);
    if (!few_) pack(own);
    begin(own);
    if (input_.distinct > 0 && !(few_ && input_.from)) projectTokens(worker, own);
    worker.barrier();
    if (few_) {
      for (size_t s = 0; s < plan_.steps; s++) stepFew(worker, own, s);
      return;
    }
    for (size_t s0 = 0; s0 < plan_.steps; s0 += chunkSteps_) {
      const size_t s1 = least(s0 + chunkSteps_, plan_.steps);
      project(worker, own, s0, s1);
      for (size_t s = s0; s < s1; s++) step(worker, own, s, s0, s1);
    }
  }

 private:
  /** Rows of the biases, padded: of the projection for every plane that x feeds, and of gru's q. */
  void startBiases(Scratch& scratch) {
    const RecurrentWeights& w = call_.weights;
    const size_t H = call_.H;
    float* rows = scratch.floats(P::kCount * Hp_);
    for (size_t i = 0; i < P::kCount * Hp_; i++) rows[i] = 0;
    for (size_t p = 0; p < P::kGates; p++) {
      const size_t gate = P::kInputGate[p];
      const bool both = w.biasHh && !(kCell == Cell::Gru && p == 0);
      for (size_t u = 0; u < H; u++) rows[p * Hp_ + u] = w.biasIh[gate * H + u] + (both ? w.biasHh[gate * H + u] : 0.0f);
    }
    if (kCell == Cell::Gru) {
      for (size_t u = 0; u < H; u++) rows[3 * Hp_ + u] = w.biasHh[2 * H + u];
    }
    for (size_t p = 0; p < P::kCount; p++) biases_[p] = rows + p * Hp_;
  }

  void pack(const OwnUnits<kOwnGates>& own) const {
    for (size_t b = own.firstBlock; b < own.lastBlock; b++) {
      if (input_.from) packUnits(packedInput_, own.block(b, P::kGates), call_.weights.ih, call_.I, call_.H, P::kInputGate);
      packUnits(packedHidden_, own.block(b, kHiddenPlanes<kCell>), call_.weights.hh, call_.H, call_.H, P::kHiddenGate);
      if (kCell == Cell::GruBefore) packUnits(packedCandidate_, own.block(b, 1), call_.weights.hh, call_.H, call_.H, P::kInputGate);
    }
  }

  /** h that enters step s: one row for each active sequence. */
  float* hBefore(size_t s) const {
    return h_ + (call_.workspace ? (size_t)plan_.offset[s] : (s % 2) * call_.B) * Hp_;
  }
  float* cAfter(size_t s) const { return c_ + (call_.workspace ? (size_t)plan_.offset[s] : 0) * Hp_; }
  const float* cBefore(size_t s) const { return s == 0 ? c0_ : cAfter(s - 1); }

  size_t sequence(size_t position) const { return plan_.order ? (size_t)plan_.order[position] : position; }

  /** First internal row of the steps s0 … s1-1, which are neighbours in memory, in either direction. */
  size_t firstRow(size_t s0, size_t s1) const { return (size_t)least((size_t)plan_.offset[s0], (size_t)plan_.offset[s1 - 1]); }

  /** Gates of an internal row of the chunk s0 … s1-1. */
  float* gatesOf(size_t row, size_t s0, size_t s1) const {
    return gates_ + (ptrdiff_t)(call_.workspace ? row : row - firstRow(s0, s1)) * stride_;
  }

  /** Initial states, and zeros at padding. */
  void begin(const OwnUnits<kOwnGates>& own) const {
    const size_t H = call_.H, active = plan_.steps ? (size_t)plan_.active[0] : 0;
    for (size_t u = own.begin(); u < own.end(); u += kLanes) {
      const size_t real = u < H ? H - u : 0;
      for (size_t j = 0; j < call_.B; j++) {
        const size_t at = sequence(j) * H + u;
        const Vec h = call_.h0 && real ? loadPart(call_.h0 + at, real) : Vec{};
        const Vec c = call_.c0 && real ? loadPart(call_.c0 + at, real) : Vec{};
        if (j < active) store(hBefore(0) + j * Hp_ + u, h);
        else if (real) storePart(call_.hn + at, h, real);
        if (kCell == Cell::Lstm) {
          store(c0_ + j * Hp_ + u, c);
          if (j >= active && real) storePart(call_.cn + at, c, real);
        }
      }
      if (!call_.lengths || !real) continue;
      for (size_t b = 0; b < call_.B; b++) {
        for (size_t t = (size_t)call_.lengths[b]; t < call_.T; t++) storePart(call_.y + (t * call_.B + b) * call_.yWidth + u, Vec{}, real);
      }
    }
  }

  /** Packed weights of the block after `b`; after the last comes the first, in the next step. */
  static const float* ahead(const float* packed, const OwnUnits<kOwnGates>& own, size_t b, const UnitBlock& block, size_t K) {
    const size_t next = b + 1 < own.lastBlock ? b + 1 : own.firstBlock;
    return packed + K * block.planes * own.block(next, block.planes).unit();
  }

  /** Sums of the gates that x feeds, for the steps s0 … s1-1. */
  void project(const Worker& worker, const OwnUnits<kOwnGates>& own, size_t s0, size_t s1) const {
    const size_t first = firstRow(s0, s1);
    size_t rows = 0;
    for (size_t s = s0; s < s1; s++) rows += (size_t)plan_.active[s];
    float* to = gatesOf(first, s0, s1);
    if (input_.distinct == 0) {
      const float* x = input_.rows ? gather(worker, input_.rows + first, rows) : input_.from + first * call_.I;
      multiplyInput(own, to, stride_, x, rows);
      return;
    }
    for (size_t r = 0; r < rows; r++) {
      const float* from = projected_ + (size_t)input_.group[first + r] * P::kGates * Hp_;
      for (size_t p = 0; p < P::kGates; p++) {
        for (size_t u = p * Hp_ + own.begin(); u < p * Hp_ + own.end(); u += kLanes) store(to + (ptrdiff_t)r * stride_ + u, load(from + u));
      }
    }
  }

  /** Copies of some rows of the input, one behind the other, in this thread's buffer. */
  const float* gather(const Worker& worker, const int32_t* rows, size_t count) const {
    const size_t I = call_.I;
    float* to = gathered_ + worker.index * chunkSteps_ * call_.B * I;
    for (size_t r = 0; r < count; r++) __builtin_memcpy(to + r * I, input_.from + (size_t)rows[r] * I, I * sizeof(float));
    return to;
  }

  /** to[r][plane][unit] = bias + W_ih x[r] for the planes that x feeds. */
  void multiplyInput(const OwnUnits<kOwnGates>& own, float* to, ptrdiff_t ldTo, const float* x, size_t rows) const {
    const size_t I = call_.I;
    for (size_t b = own.firstBlock; b < own.lastBlock; b++) {
      const UnitBlock block = own.block(b, P::kGates);
      const float* next = ahead(packedInput_, own, b, block, I);
      const Split tiles(rows, kMaxRows[block.width(0)]);
      for (size_t t = 0; t < tiles.tiles; t++) {
        const size_t r0 = tiles.begin(t);
        multiplyUnits(block, packedInput_, x + r0 * I, (ptrdiff_t)I, tiles.begin(t + 1) - r0, I, to + (ptrdiff_t)r0 * ldTo, ldTo, Hp_,
                      biases_, next, t);
      }
    }
  }

  /** What project() copies: the sums of every token that occurs. */
  void projectTokens(const Worker& worker, const OwnUnits<kOwnGates>& own) const {
    const size_t ld = P::kGates * Hp_;
    if (input_.from) {
      const size_t most = chunkSteps_ * call_.B;
      for (size_t d = 0; d < input_.distinct; d += most) {
        const size_t count = least(most, input_.distinct - d);
        multiplyInput(own, projected_ + d * ld, (ptrdiff_t)ld, gather(worker, input_.tokens + d, count), count);
      }
      return;
    }
    // A one-hot vector takes its column of W_ih.
    const size_t H = call_.H, V = call_.I;
    for (size_t p = 0; p < P::kGates; p++) {
      for (size_t u = own.begin(); u < own.end(); u += kLanes) {
        const float* weights = call_.weights.ih + (P::kInputGate[p] * H + u) * V;
        const size_t real = u < H ? least(kLanes, H - u) : 0;
        for (size_t d = 0; d < input_.distinct; d++) {
          Vec column{};
          for (size_t i = 0; i < real; i++) column[i] = weights[i * V + (size_t)input_.tokens[d]];
          store(projected_ + d * ld + p * Hp_ + u, load(biases_[p] + u) + column);
        }
      }
    }
  }

  /**
   * A step of a few rows, with the weights read where they stand: for every vector of units x and h meet their weights in one sum, and the
   * cell follows at once.
   */
  void stepFew(const Worker& worker, const OwnUnits<kOwnGates>& own, size_t s) const {
    const size_t rows = (size_t)plan_.active[s], first = (size_t)plan_.offset[s], H = call_.H;
    const float* h = hBefore(s);
    float* gates = gatesOf(first, 0, plan_.steps);
    for (size_t p = 0; p < P::kCount; p++) {
      const bool hidden = p >= P::kHiddenFirst;
      for (size_t u = own.begin(); u < own.end(); u += kLanes) {
        for (size_t j = 0; j < rows; j++) store(gates + (ptrdiff_t)j * stride_ + p * Hp_ + u, sumFew(p, hidden, first + j, h + j * Hp_, u));
      }
    }
    for (size_t u = own.begin(); u < own.end(); u += kLanes) {
      for (size_t j = 0; j < rows; j++) activateRow(s, j, u, gates + (ptrdiff_t)j * stride_ + u, h + j * Hp_ + u);
    }
    if constexpr (kCell == Cell::GruBefore) {
      worker.barrier();
      const float* rh = cAfter(s);
      for (size_t u = own.begin(); u < own.end(); u += kLanes) {
        for (size_t j = 0; j < rows; j++) {
          float* g = gates + (ptrdiff_t)j * stride_ + u;
          Vec sums[kLanes] = {};
          if (u < H) addDots(sums, call_.weights.hh + (P::kInputGate[0] * H + u) * H, H, least(kLanes, H - u), rh + j * Hp_);
          store(g, load(g) + addLanes(sums));
          finishCandidate(s, j, u, g, h + j * Hp_ + u);
        }
      }
    }
    worker.barrier();
  }

  /** The sum of plane p, for a vector of units from u on and one internal row: what x and, where `hidden`, h bring, and the bias. */
  UNROLL_INLINE Vec sumFew(size_t p, bool hidden, size_t row, const float* h, size_t u) const {
    const size_t H = call_.H, I = call_.I;
    Vec start = load(biases_[p] + u);
    if (u >= H) return start;
    const size_t real = least(kLanes, H - u);
    Vec sums[kLanes] = {};
    if (p < P::kGates) {
      const float* weights = call_.weights.ih + (P::kInputGate[p] * H + u) * I;
      if (input_.from) addDots(sums, weights, I, real, input_.from + (input_.rows ? (size_t)input_.rows[row] : row) * I);
      else start = load(projected_ + ((size_t)input_.group[row] * P::kGates + p) * Hp_ + u);
    }
    if (hidden) addDots(sums, call_.weights.hh + (P::kHiddenGate[p - P::kHiddenFirst] * H + u) * H, H, real, h);
    return start + addLanes(sums);
  }

  void step(const Worker& worker, const OwnUnits<kOwnGates>& own, size_t s, size_t s0, size_t s1) const {
    const size_t rows = (size_t)plan_.active[s];
    const float* h = hBefore(s);
    float* gates = gatesOf((size_t)plan_.offset[s], s0, s1);
    constexpr size_t kFirst = P::kHiddenFirst;
    const float* start[4] = {nullptr, nullptr, kCell == Cell::Gru ? biases_[3] : nullptr, nullptr};
    for (size_t b = own.firstBlock; b < own.lastBlock; b++) {
      const UnitBlock block = own.block(b, kHiddenPlanes<kCell>);
      const float* next = ahead(packedHidden_, own, b, block, call_.H);
      const Split tiles(rows, kMaxRows[block.width(0)]);
      for (size_t t = 0; t < tiles.tiles; t++) {
        const size_t r0 = tiles.begin(t), r1 = tiles.begin(t + 1);
        multiplyUnits(block, packedHidden_, h + r0 * Hp_, (ptrdiff_t)Hp_, r1 - r0, call_.H, gates + (ptrdiff_t)r0 * stride_ + kFirst * Hp_,
                      stride_, Hp_, start, next, t);
        for (size_t j = r0; j < r1; j++) {
          for (size_t v = 0; v < block.vectors; v++) {
            const size_t u = block.unit() + v * kLanes;
            activateRow(s, j, u, gates + (ptrdiff_t)j * stride_ + u, h + j * Hp_ + u);
          }
        }
      }
    }
    if constexpr (kCell == Cell::GruBefore) candidate(worker, own, s, gates);
    worker.barrier();
  }

  /** gru_before's second half: n = tanh(n_x + U_n (r∘h)), which needs everyone's r∘h. */
  void candidate(const Worker& worker, const OwnUnits<kOwnGates>& own, size_t s, float* gates) const {
    worker.barrier();
    const size_t rows = (size_t)plan_.active[s];
    const float* h = hBefore(s);
    const float* rh = cAfter(s);
    const float* start[4] = {};
    for (size_t b = own.firstBlock; b < own.lastBlock; b++) {
      const UnitBlock block = own.block(b, 1);
      const float* next = ahead(packedCandidate_, own, b, block, call_.H);
      const Split tiles(rows, kMaxRows[block.width(0)]);
      for (size_t t = 0; t < tiles.tiles; t++) {
        const size_t r0 = tiles.begin(t), r1 = tiles.begin(t + 1);
        multiplyUnits(block, packedCandidate_, rh + r0 * Hp_, (ptrdiff_t)Hp_, r1 - r0, call_.H, gates + (ptrdiff_t)r0 * stride_, stride_,
                      Hp_, start, next, t);
        for (size_t j = r0; j < r1; j++) {
          for (size_t v = 0; v < block.vectors; v++) {
            const size_t u = block.unit() + v * kLanes;
            finishCandidate(s, j, u, gates + (ptrdiff_t)j * stride_ + u, h + j * Hp_ + u);
          }
        }
      }
    }
  }

  /** From sums to h' for one vector of units of one row; gru_before: to r∘h. `g`: its gates, `h`: what entered. */
  UNROLL_INLINE void activateRow(size_t s, size_t j, size_t u, float* g, const float* h) const {
    if constexpr (kCell == Cell::GruBefore) {
      const Vec r = sigmoidOf(load(g + Hp_));
      store(g + Hp_, r);
      store(cAfter(s) + j * Hp_ + u, r * load(h));
    } else {
      constexpr bool lstm = kCell == Cell::Lstm;
      finish(s, j, u, cellForward<kCell>(g, Hp_, h, lstm ? cBefore(s) + j * Hp_ + u : nullptr, lstm ? cAfter(s) + j * Hp_ + u : nullptr));
    }
  }

  /** gru_before: from the candidate's sums and z's to h'. */
  UNROLL_INLINE void finishCandidate(size_t s, size_t j, size_t u, float* g, const float* h) const {
    const Vec n = tanhOf(load(g));
    const Vec z = sigmoidOf(load(g + 2 * Hp_));
    store(g, n);
    store(g + 2 * Hp_, z);
    finish(s, j, u, n + z * (load(h) - n));
  }

  /** Hands on one vector of h': to y, and to the next step or, after a sequence's last step, to hn (and cn). */
  UNROLL_INLINE void finish(size_t s, size_t j, size_t u, Vec h) const {
    const size_t H = call_.H;
    const size_t row = (size_t)plan_.offset[s] + j;
    const bool last = s + 1 == plan_.steps || j >= (size_t)plan_.active[s + 1];
    if (!last) store(hBefore(s + 1) + j * Hp_ + u, h);
    if (u >= H) return;
    const size_t real = H - u;
    storePart(call_.y + (plan_.source ? (size_t)plan_.source[row] : row) * call_.yWidth + u, h, real);
    if (!last) return;
    const size_t at = sequence(j) * H + u;
    storePart(call_.hn + at, h, real);
    if (kCell == Cell::Lstm) storePart(call_.cn + at, load(cAfter(s) + j * Hp_ + u), real);
  }

  RecurrentForward& call_;
  const Plan& plan_;
  const RecurrentInput& input_;
  size_t Hp_;
  ptrdiff_t stride_;
  bool few_;
  size_t chunkSteps_;
  float* gates_;
  float* h_;
  float* c_;
  float* c0_ = nullptr;
  float* packedInput_ = nullptr;
  float* packedHidden_ = nullptr;
  float* packedCandidate_ = nullptr;
  float* gathered_ = nullptr;
  float* projected_ = nullptr;  // [distinct][kGates][Hp]
  const float* biases_[4] = {};
};

template <Cell kCell>
class Backward {
  using P = Planes<kCell>;
  static constexpr size_t kOwnGates = P::kGates;

 public:
  explicit Backward(RecurrentBackward& call)
      : call_(call), plan_(call.plan), input_(call.input), Hp_(padUnits(call.H)), stride_((ptrdiff_t)(P::kCount * Hp_)),
        workspace_(call.workspace, P::kCount, call.T * call.B, Hp_) {
    Scratch& scratch = *call.scratch;
    const size_t B = call.B;
    packed_ = scratch.floats(kHiddenPlanes<kCell> * Hp_ * Hp_);
    dh_ = scratch.floats(B * Hp_);
    if (kCell == Cell::Lstm) {
      dc_ = scratch.floats(B * Hp_);
      c0_ = scratch.floats(B * Hp_);
    }
    if (kCell == Cell::GruBefore) {
      packedCandidate_ = scratch.floats(Hp_ * Hp_);
      dReset_ = scratch.floats(B * Hp_);
    }
    if (grouped()) sums_ = scratch.floats(input_.distinct * P::kGates * Hp_);
    if (input_.rows && call.dx) dxRows_ = scratch.floats(inputRows() * call.I);
  }

  /** Gradients of the gates' sums, in place of the gates, and of the initial states. */
  void run(const Worker& worker) const {
    const OwnUnits<kOwnGates> own(worker, Hp_);
    const Panels panels(own.end() - own.begin());
    if (own.end() > own.begin()) pack(own, panels);
    begin(own);
    for (size_t s = plan_.steps; s-- > 0;) step(worker, own, panels, s);
    end(own);
    if (plan_.steps == 0) worker.barrier();
    if (grouped()) sumGroups(own);
    if (call_.dx && input_.V > 0 && !call_.accumulateDx) clearRows(worker, call_.dx, input_.V, call_.I);
  }

  bool grouped() const { return input_.distinct > 0; }
  /** Rows that the input weights were multiplied with, and the gradients of these products. */
  size_t inputRows() const { return grouped() ? input_.distinct : plan_.rows; }
  const float* inputGates() const { return grouped() ? sums_ : workspace_.gates; }
  ptrdiff_t inputStride() const { return grouped() ? (ptrdiff_t)inputColumns() : stride_; }
  size_t inputColumns() const { return P::kGates * Hp_; }

  /** Where dx's product goes: dx, or rows that spread() then puts in place. */
  float* dxTarget() const { return dxRows_ ? dxRows_ : call_.dx; }

  /** Row of the input weights behind column k of the planes that x feeds; null for padding. */
  const float* inputRow(size_t k) const {
    const size_t plane = k / Hp_, unit = k % Hp_;
    return unit < call_.H ? call_.weights.ih + (P::kInputGate[plane] * call_.H + unit) * call_.I : nullptr;
  }

  /** Packed rows of dx to their places: zeros at padding, sums in a table. */
  void spread(const Worker& worker) const {
    if (!dxRows_) return;
    worker.barrier();
    const size_t I = call_.I, B = call_.B;
    if (input_.V > 0) {
      addTokenRows(worker, call_.dx, dxRows_, grouped() ? input_.tokens : input_.rows, inputRows(), I);
      return;
    }
    size_t begin, end;
    if (!call_.accumulateDx) {
      worker.share(call_.T, begin, end);
      for (size_t t = begin; t < end; t++) {
        for (size_t b = 0; b < B; b++) {
          if (t >= (size_t)call_.lengths[b]) __builtin_memset(call_.dx + (t * B + b) * I, 0, I * sizeof(float));
        }
      }
    }
    worker.share(plan_.rows, begin, end);
    for (size_t r = begin; r < end; r++) {
      float* to = call_.dx + (size_t)plan_.source[r] * I;
      const float* from = dxRows_ + r * I;
      for (size_t i = 0; i < I; i += kLanes) {
        const Vec v = loadPart(from + i, I - i);
        storePart(to + i, call_.accumulateDx ? loadPart(to + i, I - i) + v : v, I - i);
      }
    }
  }

  /** Number of the input among the operands of the weight gradients; before it come what entered the step, and gru_before's r∘h. */
  static constexpr size_t kInputOperand = kCell == Cell::GruBefore ? 2 : 1;
  /** The first plane that h feeds; all after it are, too. */
  static constexpr size_t kFirstHiddenBlock = kCell == Cell::Gru ? 1 : 0;

  /** The blocks of weight gradients, one for each plane. What is grouped has blocks of its own: see inputBlocks. */
  void outerBlocks(OuterBlock (&blocks)[4]) const {
    const size_t H = call_.H, I = call_.I;
    for (size_t p = 0; p < P::kCount; p++) {
      const bool input = p < P::kGates && !grouped();
      const bool q = kCell == Cell::Gru && p == 3;
      const bool hidden = p >= kFirstHiddenBlock;
      const size_t gate = q ? 2 : P::kInputGate[p];
      blocks[p] = {workspace_.gates + p * Hp_,
                   H,
                   {input ? call_.dIh + gate * H * I : nullptr, hidden ? call_.dHh + gate * H * H : nullptr},
                   {kInputOperand, kCell == Cell::GruBefore && p == 0 ? size_t{1} : size_t{0}},
                   {input ? call_.dBiasIh + gate * H : nullptr, hidden && call_.dBiasHh ? call_.dBiasHh + gate * H : nullptr}};
    }
  }

  void inputBlocks(OuterBlock (&blocks)[4]) const {
    const size_t H = call_.H;
    for (size_t p = 0; p < P::kGates; p++) {
      const size_t gate = P::kInputGate[p];
      blocks[p] = {sums_ + p * Hp_, H, {call_.dIh + gate * H * call_.I, nullptr}, {0, 0}, {call_.dBiasIh + gate * H, nullptr}};
    }
  }

  void outerOperands(OuterOperand (&operands)[3]) const {
    operands[0] = {workspace_.hPrevious, (ptrdiff_t)Hp_, nullptr, call_.H};
    operands[1] = {workspace_.c, (ptrdiff_t)Hp_, nullptr, call_.H};
    operands[kInputOperand] = {input_.from, (ptrdiff_t)call_.I, grouped() ? input_.tokens : input_.rows, call_.I};
  }

  /** Gradients by W_ih and its bias where the input is one-hot vectors: each token's sums are a column. */
  void oneHotGradients(const Worker& worker) const {
    const OwnUnits<kOwnGates> own(worker, Hp_);
    const size_t H = call_.H, V = call_.I, ld = inputColumns();
    for (size_t p = 0; p < P::kGates; p++) {
      for (size_t u = own.begin(); u < least(own.end(), H); u += kLanes) {
        const size_t first = P::kInputGate[p] * H + u, real = least(kLanes, H - u);
        float* weights = call_.dIh + first * V;
        if (!call_.accumulate) __builtin_memset(weights, 0, real * V * sizeof(float));
        Vec total = call_.accumulate ? loadPart(call_.dBiasIh + first, real) : Vec{};
        for (size_t d = 0; d < input_.distinct; d++) {
          const Vec sums = load(sums_ + d * ld + p * Hp_ + u);
          for (size_t i = 0; i < real; i++) weights[i * V + (size_t)input_.tokens[d]] += sums[i];
          total += sums;
        }
        storePart(call_.dBiasIh + first, total, real);
      }
    }
  }

  const float* gates() const { return workspace_.gates; }
  ptrdiff_t stride() const { return stride_; }

 private:
  size_t sequence(size_t position) const { return plan_.order ? (size_t)plan_.order[position] : position; }
  float* rowsOf(float* buffer, size_t s) const { return buffer + (size_t)plan_.offset[s] * Hp_; }

  /** Panels of W_hh for this thread's units as outputs: k runs over the planes that h feeds. */
  void pack(const OwnUnits<kOwnGates>& own, const Panels& panels) const {
    const size_t H = call_.H, first = own.begin();
    const size_t readable = first < H ? H - first : 0;
    const auto rowsOfGates = [&](const size_t* gates) {
      return [=](size_t k) {
        const size_t unit = k % Hp_;
        return unit < H ? call_.weights.hh + (gates[k / Hp_] * H + unit) * H + first : nullptr;
      };
    };
    const size_t K = kHiddenPlanes<kCell> * Hp_;
    for (size_t p = 0; p < panels.count; p++) {
      packPanel(packed_ + K * first + panels.offset(p, K), panels, p, K, readable, rowsOfGates(P::kHiddenGate));
      if (kCell == Cell::GruBefore) {
        packPanel(packedCandidate_ + Hp_ * first + panels.offset(p, Hp_), panels, p, Hp_, readable, rowsOfGates(P::kInputGate));
      }
    }
  }

  /** What comes from behind the last step: a sequence's gradients wait in dh until its last step is reached. */
  void begin(const OwnUnits<kOwnGates>& own) const {
    const size_t H = call_.H;
    for (size_t u = own.begin(); u < own.end(); u += kLanes) {
      const size_t real = u < H ? H - u : 0;
      if (call_.dh && call_.lengths && real) {
        for (size_t b = 0; b < call_.B; b++) {
          for (size_t t = (size_t)call_.lengths[b]; t < call_.T; t++) storePart(call_.dh + (t * call_.B + b) * H + u, Vec{}, real);
        }
      }
      for (size_t j = 0; j < call_.B; j++) {
        const size_t at = sequence(j) * H + u;
        store(dh_ + j * Hp_ + u, call_.dhn && real ? loadPart(call_.dhn + at, real) : Vec{});
        if (kCell != Cell::Lstm) continue;
        store(dc_ + j * Hp_ + u, call_.dcn && real ? loadPart(call_.dcn + at, real) : Vec{});
        store(c0_ + j * Hp_ + u, call_.c0 && real ? loadPart(call_.c0 + at, real) : Vec{});
      }
    }
  }

  void step(const Worker& worker, const OwnUnits<kOwnGates>& own, const Panels& panels, size_t s) const {
    const size_t rows = (size_t)plan_.active[s], first = (size_t)plan_.offset[s], H = call_.H;
    float* gates = workspace_.gates + (ptrdiff_t)first * stride_;
    const float* h = rowsOf(workspace_.hPrevious, s);
    const bool lstm = kCell == Cell::Lstm;
    const float* c = rowsOf(workspace_.c, s);
    const float* cPrevious = !lstm ? nullptr : s == 0 ? c0_ : rowsOf(workspace_.c, s - 1);
    for (size_t j = 0; j < rows; j++) {
      const size_t row = plan_.source ? (size_t)plan_.source[first + j] : first + j;
      const float* dy = call_.dy + row * call_.yWidth;
      for (size_t u = own.begin(); u < own.end(); u += kLanes) {
        const Vec d = u < H ? loadPart(dy + u, H - u) : Vec{};
        float* g = gates + (ptrdiff_t)j * stride_ + u;
        float* dh = dh_ + j * Hp_ + u;
        if (call_.dh && u < H) storePart(call_.dh + row * H + u, load(dh) + d, H - u);
        if constexpr (kCell == Cell::GruBefore) {
          const Vec n = load(g), z = load(g + 2 * Hp_), total = load(dh) + d;
          store(g, total * (1.0f - z) * (1.0f - n * n));
          store(g + 2 * Hp_, total * (load(h + j * Hp_ + u) - n) * z * (1.0f - z));
          store(dh, total * z);
        } else {
          cellBackward<kCell>(g, Hp_, d, dh, lstm ? dc_ + j * Hp_ + u : nullptr, h + j * Hp_ + u, lstm ? cPrevious + j * Hp_ + u : nullptr,
                              lstm ? c + j * Hp_ + u : nullptr);
        }
      }
    }
    worker.barrier();
    if constexpr (kCell == Cell::GruBefore) reset(worker, own, panels, s, gates, h);
    if (s == 0 && !call_.dh0) return;
    if (own.end() == own.begin()) return;
    constexpr bool kCarries = kCell == Cell::Gru || kCell == Cell::GruBefore;
    const size_t K = kHiddenPlanes<kCell> * Hp_;
    multiplyPanels(dh_ + own.begin(), (ptrdiff_t)Hp_, gates + P::kHiddenFirst * Hp_, stride_, rows, K, packed_ + K * own.begin(), panels, 0,
                   panels.count, nullptr, kCarries);
  }

  /** gru_before: with dn of everyone's units, d(r∘h) = dn U_n; then dr, and r∘d(r∘h) joins dh. */
  void reset(const Worker& worker, const OwnUnits<kOwnGates>& own, const Panels& panels, size_t s, float* gates, const float* h) const {
    const size_t rows = (size_t)plan_.active[s];
    if (own.end() > own.begin()) {
      multiplyPanels(dReset_ + own.begin(), (ptrdiff_t)Hp_, gates, stride_, rows, Hp_, packedCandidate_ + Hp_ * own.begin(), panels, 0,
                     panels.count, nullptr, false);
    }
    for (size_t j = 0; j < rows; j++) {
      for (size_t u = own.begin(); u < own.end(); u += kLanes) {
        float* g = gates + (ptrdiff_t)j * stride_ + u;
        float* dh = dh_ + j * Hp_ + u;
        const Vec r = load(g + Hp_), d = load(dReset_ + j * Hp_ + u);
        store(g + Hp_, d * load(h + j * Hp_ + u) * r * (1.0f - r));
        store(dh, load(dh) + d * r);
      }
    }
    worker.barrier();
  }

  /** Sums of the gates' gradients over the rows of each token, in the order of the rows. */
  void sumGroups(const OwnUnits<kOwnGates>& own) const {
    const size_t ld = inputColumns(), units = own.end() - own.begin();
    for (size_t d = 0; d < input_.distinct; d++) {
      for (size_t p = 0; p < P::kGates; p++) __builtin_memset(sums_ + d * ld + p * Hp_ + own.begin(), 0, units * sizeof(float));
    }
    for (size_t r = 0; r < plan_.rows; r++) {
      float* to = sums_ + (size_t)input_.group[r] * ld;
      const float* from = workspace_.gates + (ptrdiff_t)r * stride_;
      for (size_t p = 0; p < P::kGates; p++) {
        for (size_t u = p * Hp_ + own.begin(); u < p * Hp_ + own.end(); u += kLanes) store(to + u, load(to + u) + load(from + u));
      }
    }
  }

  void end(const OwnUnits<kOwnGates>& own) const {
    const size_t H = call_.H;
    for (size_t u = own.begin(); u < least(own.end(), H); u += kLanes) {
      for (size_t j = 0; j < call_.B; j++) {
        const size_t at = sequence(j) * H + u;
        if (call_.dh0) storePart(call_.dh0 + at, load(dh_ + j * Hp_ + u), H - u);
        if (call_.dc0) storePart(call_.dc0 + at, load(dc_ + j * Hp_ + u), H - u);
      }
    }
  }

  RecurrentBackward& call_;
  const Plan& plan_;
  const RecurrentInput& input_;
  size_t Hp_;
  ptrdiff_t stride_;
  Workspace workspace_;
  float* packed_;
  float* dh_;
  float* dc_ = nullptr;
  float* c0_ = nullptr;
  float* packedCandidate_ = nullptr;
  float* dReset_ = nullptr;
  float* sums_ = nullptr;  // [distinct][kGates][Hp]
  float* dxRows_ = nullptr;
};

template <Cell kCell>
struct CellTag {
  static constexpr Cell value = kCell;
};

/** Calls visit with the cell as a compile-time constant. */
template <class Visit>
static inline void dispatch(Cell cell, const Visit& visit) {
  switch (cell) {
    case Cell::RnnTanh: return visit(CellTag<Cell::RnnTanh>{});
    case Cell::RnnRelu: return visit(CellTag<Cell::RnnRelu>{});
    case Cell::RnnSigmoid: return visit(CellTag<Cell::RnnSigmoid>{});
    case Cell::Lstm: return visit(CellTag<Cell::Lstm>{});
    case Cell::Gru: return visit(CellTag<Cell::Gru>{});
    case Cell::GruBefore: return visit(CellTag<Cell::GruBefore>{});
  }
}

static void recurrentForward(RecurrentForward& call, Team& team) {
  dispatch(call.cell, [&](auto tag) {
    const Forward<tag.value> forward(call, team.size());
    launch(team, call.plan.rows * gatesOf(call.cell) * call.H * (call.H + call.I), [&](const Worker& worker) { forward.run(worker); });
  });
}

static void recurrentBackward(RecurrentBackward& call, Team& team) {
  dispatch(call.cell, [&](auto tag) {
    const Backward<tag.value> backward(call);
    Scratch& scratch = *call.scratch;
    OuterBlock blocks[4], inputBlocks[4];
    backward.outerBlocks(blocks);
    backward.inputBlocks(inputBlocks);
    OuterOperand operands[3];
    backward.outerOperands(operands);
    const size_t N = call.plan.rows;
    const bool grouped = backward.grouped(), multiplied = call.input.from != nullptr;
    const auto row = [&](size_t k) { return backward.inputRow(k); };
    const SlicedProduct dx(backward.dxTarget(), (ptrdiff_t)call.I, backward.inputGates(), backward.inputStride(), backward.inputRows(),
                           backward.inputColumns(), call.I, row, call.accumulateDx && !call.input.rows, scratch);
    // What is grouped comes apart: its rows are not those of the recurrence.
    using Of = Backward<tag.value>;
    const size_t first = grouped ? Of::kFirstHiddenBlock : 0;
    const OuterProduct outer(N, backward.stride(), blocks + first, Planes<tag.value>::kCount - first, operands,
                             Of::kInputOperand + (grouped ? 0 : 1), call.accumulate, scratch, team.size());
    const OuterProduct outerInput(grouped && multiplied ? call.input.distinct : 0, backward.inputStride(), inputBlocks,
                                  grouped && multiplied ? Planes<tag.value>::kGates : 0, operands + Of::kInputOperand, 1, call.accumulate,
                                  scratch, team.size());
    launch(team, N * gatesOf(call.cell) * call.H * (call.H + call.I), [&](const Worker& worker) {
      backward.run(worker);
      if (call.dx) {
        dx.run(worker);
        backward.spread(worker);
      }
      outer.run(worker);
      if (!grouped) return;
      if (multiplied) outerInput.run(worker);
      else backward.oneHotGradients(worker);
    });
  });
}

}  // namespace UNROLL_ISA
}  // namespace unroll
