// The kernels of one instruction set; included by kernels_<instruction set>.cpp.
#pragma once
#include "layers.h"
#include "recurrent.h"

namespace unroll {
namespace UNROLL_ISA {

/** Independent multiply-adds from registers. Returns their number of floating-point operations, and a value that keeps them alive. */
static double multiplyAdds(size_t iterations, Team& team) {
  constexpr size_t kChains = 12;
  float kept[256] = {};
  const auto body = [&](const Worker& worker) {
    Vec c[kChains];
    for (size_t i = 0; i < kChains; i++) c[i] = broadcast((float)i);
    Vec a = broadcast(0.999f), b = broadcast(0.001f);
    for (size_t i = 0; i < iterations; i++) {
#pragma GCC unroll 12
      for (size_t j = 0; j < kChains; j++) c[j] = multiplyAdd(c[j], a, b);
    }
    for (size_t i = 1; i < kChains; i++) c[0] += c[i];
    kept[worker.index % 256] = sum(c[0]);
  };
  launch(team, kSmallWork, body);
  return (double)iterations * (double)(kChains * kLanes * 2 * team.size()) + (kept[0] == 12345.0f ? 1 : 0);
}

static const KernelTable kTable = {
    UNROLL_ISA_NAME,
    recurrentForward,
    recurrentBackward,
    linearForward,
    linearBackward,
    softmaxCrossEntropy,
    embeddingForward,
    embeddingBackward,
    dropout,
    attentionForward,
    attentionBackward,
    activation,
    copyBlock,
    poolForward,
    poolBackward,
    layerNormForward,
    layerNormBackward,
    elementLoss,
    clip,
    scaleGradients,
    update,
    mathFunction,
    multiplyAdds,
};

}  // namespace UNROLL_ISA
}  // namespace unroll
