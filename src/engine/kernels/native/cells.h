// The cells: which gates stand where in the internal buffers, and their arithmetic forward and backward for one vector of units.
//
// Internally the gates of one row (one step of one sequence) are planes of padded units: [plane][Hp]. The order is chosen so that the
// gates that meet x, and those that meet h, each lie side by side and can be one operand of a product:
//
//   rnn         a                  a: the activated sum, h itself
//   lstm        i f g o
//   gru         n r z q            q = U_n h + b_hn, kept because dr needs it; x feeds n r z, h feeds r z q
//   gru_before  n r z              h feeds r z, r∘h feeds n
//
// The forward leaves activated gates in the planes; the backward overwrites them with gradients of the sums before activation
// (gru: n's plane holds the gradient of its x part, q's plane that of its h part).
#pragma once
#include "kernels.h"
#include "vmath.h"

namespace unroll {
namespace UNROLL_ISA {

/** Rows of PyTorch's weights (gate order i f g o; r z n) behind the planes. */
template <Cell kCell>
struct Planes {
  static constexpr size_t kGates = 1, kCount = 1, kHiddenFirst = 0;
  static constexpr size_t kInputGate[4] = {0};
  static constexpr size_t kHiddenGate[4] = {0};
};
template <>
struct Planes<Cell::Lstm> {
  static constexpr size_t kGates = 4, kCount = 4, kHiddenFirst = 0;
  static constexpr size_t kInputGate[4] = {0, 1, 2, 3};
  static constexpr size_t kHiddenGate[4] = {0, 1, 2, 3};
};
template <>
struct Planes<Cell::Gru> {
  static constexpr size_t kGates = 3, kCount = 4, kHiddenFirst = 1;
  static constexpr size_t kInputGate[4] = {2, 0, 1};
  static constexpr size_t kHiddenGate[4] = {0, 1, 2};
};
template <>
struct Planes<Cell::GruBefore> {
  static constexpr size_t kGates = 3, kCount = 3, kHiddenFirst = 1;  // r z; the candidate's product comes after
  static constexpr size_t kInputGate[4] = {2, 0, 1};
  static constexpr size_t kHiddenGate[4] = {0, 1};
};

/** Planes that are multiplied with h in the forward's first product. */
template <Cell kCell>
constexpr size_t kHiddenPlanes = kCell == Cell::GruBefore ? 2 : Planes<kCell>::kGates;

template <Cell kCell>
static UNROLL_INLINE Vec activate(Vec x) {
  if constexpr (kCell == Cell::RnnTanh) return tanhOf(x);
  else if constexpr (kCell == Cell::RnnSigmoid) return sigmoidOf(x);
  else return select(x < 0.0f, Vec{}, x);  // a NaN stays
}

/**
 * h' of rnn_*, lstm and gru from the sums in `g` (planes `Hp` apart), which become activated gates. `cPrevious` and `c`: lstm only.
 *   rnn:  h' = act(a)
 *   lstm: c' = f∘c + i∘g, h' = o∘tanh(c')            (Hochreiter & Schmidhuber 1997, Gers et al. 2000)
 *   gru:  n = tanh(n_x + r∘q), h' = (1-z)∘n + z∘h    (Cho et al. 2014, reset applied after the product)
 */
template <Cell kCell>
static UNROLL_INLINE Vec cellForward(float* g, size_t Hp, const float* hPrevious, const float* cPrevious, float* c) {
  if constexpr (kCell == Cell::Lstm) {
    const Vec i = sigmoidOf(load(g));
    const Vec f = sigmoidOf(load(g + Hp));
    const Vec candidate = tanhOf(load(g + 2 * Hp));
    const Vec o = sigmoidOf(load(g + 3 * Hp));
    const Vec cell = f * load(cPrevious) + i * candidate;
    store(g, i);
    store(g + Hp, f);
    store(g + 2 * Hp, candidate);
    store(g + 3 * Hp, o);
    store(c, cell);
    return o * tanhOf(cell);
  } else if constexpr (kCell == Cell::Gru) {
    const Vec r = sigmoidOf(load(g + Hp));
    const Vec z = sigmoidOf(load(g + 2 * Hp));
    const Vec n = tanhOf(load(g) + r * load(g + 3 * Hp));
    store(g, n);
    store(g + Hp, r);
    store(g + 2 * Hp, z);
    return n + z * (load(hPrevious) - n);
  } else {
    const Vec a = activate<kCell>(load(g));
    store(g, a);
    return a;
  }
}

/**
 * Backward of cellForward. `dh` holds dL/dh' without what comes from y (`dy`); on return the part of dL/dh that does not go through
 * the recurrent product (gru: z∘dh'; else 0). `dc` holds dL/dc' and becomes dL/dc.
 */
template <Cell kCell>
static UNROLL_INLINE void cellBackward(float* g, size_t Hp, Vec dy, float* dh, float* dc, const float* hPrevious, const float* cPrevious,
                                const float* c) {
  const Vec d = load(dh) + dy;
  if constexpr (kCell == Cell::Lstm) {
    const Vec i = load(g), f = load(g + Hp), candidate = load(g + 2 * Hp), o = load(g + 3 * Hp);
    const Vec t = tanhOf(load(c));
    const Vec dCell = load(dc) + d * o * (1.0f - t * t);
    store(g, dCell * candidate * i * (1.0f - i));
    store(g + Hp, dCell * load(cPrevious) * f * (1.0f - f));
    store(g + 2 * Hp, dCell * i * (1.0f - candidate * candidate));
    store(g + 3 * Hp, d * t * o * (1.0f - o));
    store(dc, dCell * f);
  } else if constexpr (kCell == Cell::Gru) {
    const Vec n = load(g), r = load(g + Hp), z = load(g + 2 * Hp), q = load(g + 3 * Hp);
    const Vec dn = d * (1.0f - z) * (1.0f - n * n);
    store(g, dn);
    store(g + Hp, dn * q * r * (1.0f - r));
    store(g + 2 * Hp, d * (load(hPrevious) - n) * z * (1.0f - z));
    store(g + 3 * Hp, dn * r);
    store(dh, d * z);
  } else {
    const Vec a = load(g);
    if constexpr (kCell == Cell::RnnTanh) store(g, d * (1.0f - a * a));
    else if constexpr (kCell == Cell::RnnSigmoid) store(g, d * a * (1.0f - a));
    else store(g, select(a > 0.0f, d, Vec{}));
  }
}

}  // namespace UNROLL_ISA
}  // namespace unroll
