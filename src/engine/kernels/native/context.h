// One set of kernels as JavaScript sees it: threads, scratch memory and the instruction set.
#pragma once
#include <memory>

#include "arguments.h"
#include "kernels.h"

namespace unroll {

struct Context {
  const KernelTable* kernels = nullptr;
  std::unique_ptr<Team> team;  // null once disposed
  Scratch scratch;
};

/** The context behind a call; null, with an exception pending, when it was disposed or the call has the wrong number of arguments. */
Context* contextOf(Arguments& arguments);

napi_value recurrentForward(napi_env env, napi_callback_info info);
napi_value recurrentBackward(napi_env env, napi_callback_info info);
napi_value recurrentWorkspaceFloats(napi_env env, napi_callback_info info);

napi_value linearForward(napi_env env, napi_callback_info info);
napi_value linearBackward(napi_env env, napi_callback_info info);
napi_value softmaxCrossEntropy(napi_env env, napi_callback_info info);
napi_value embeddingForward(napi_env env, napi_callback_info info);
napi_value embeddingBackward(napi_env env, napi_callback_info info);
napi_value dropout(napi_env env, napi_callback_info info);
napi_value attentionForward(napi_env env, napi_callback_info info);
napi_value attentionBackward(napi_env env, napi_callback_info info);
napi_value activation(napi_env env, napi_callback_info info);
napi_value copyBlock(napi_env env, napi_callback_info info);
napi_value pool(napi_env env, napi_callback_info info);
napi_value layerNormForward(napi_env env, napi_callback_info info);
napi_value layerNormBackward(napi_env env, napi_callback_info info);
napi_value elementLoss(napi_env env, napi_callback_info info);

napi_value clip(napi_env env, napi_callback_info info);
napi_value scale(napi_env env, napi_callback_info info);
napi_value update(napi_env env, napi_callback_info info);
napi_value math(napi_env env, napi_callback_info info);
napi_value multiplyAdds(napi_env env, napi_callback_info info);
napi_value scratchBytes(napi_env env, napi_callback_info info);
napi_value barriers(napi_env env, napi_callback_info info);

}  // namespace unroll
