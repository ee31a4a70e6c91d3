// Attention, pooling, layer normalisation, element-wise losses and other small layers as JavaScript calls them.
#include <new>

#include "context.h"

namespace unroll {

namespace {

/** Runs `body`, turning a failed allocation into a JavaScript error. */
template <class Body>
void guarded(napi_env env, const char* name, const Body& body) {
  try {
    body();
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, (std::string(name) + ": not enough memory").c_str());
  }
}

/** (additive, B, Tx, A, F, first, steps, queries, keys, v, values, lengths, weights, context) */
Attention readAttention(Arguments& arguments, bool backward) {
  Attention call{};
  const bool additive = arguments.boolean("additive");
  call.B = arguments.size("B");
  call.Tx = arguments.size("Tx");
  call.A = arguments.size("A");
  call.F = arguments.size("F");
  call.first = arguments.size("first", 0);
  call.steps = arguments.size("steps", 0);
  const size_t rows = Arguments::product({call.first + call.steps, call.B});
  call.queries = arguments.in("queries", Arguments::product({rows, call.A}));
  call.keys = arguments.in("keys", Arguments::product({call.Tx, call.B, call.A}));
  if (additive) call.v = arguments.in("v", call.A);
  else arguments.ignore();
  call.values = arguments.in("values", Arguments::product({call.Tx, call.B, call.F}));
  call.lengths = arguments.intsOrNull("lengths", call.B);
  const size_t weights = Arguments::product({rows, call.Tx}), context = Arguments::product({rows, call.F});
  if (backward) {
    call.weights = const_cast<float*>(arguments.in("weights", weights));
    arguments.ignore();
  } else {
    call.weights = arguments.out("weights", weights);
    call.context = arguments.out("context", context);
  }
  return call;
}

}  // namespace

napi_value attentionForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "attentionForward", 14);
  Context* context = contextOf(arguments);
  Attention call = readAttention(arguments, false);
  arguments.requireSeparate();
  if (call.lengths) arguments.requireRange("lengths", call.lengths, call.B, 0, static_cast<int32_t>(call.Tx));
  if (!arguments.ok()) return nullptr;
  context->kernels->attentionForward(call, *context->team);
  return nullptr;
}

// … dContext, dQueries, dKeys, dValues, dV, accumulate
napi_value attentionBackward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "attentionBackward", 20);
  Context* context = contextOf(arguments);
  Attention call = readAttention(arguments, true);
  static const char kKeys[] = "dKeys", kValues[] = "dValues";
  const size_t rows = Arguments::product({call.first + call.steps, call.B});
  call.dContext = arguments.in("dContext", Arguments::product({rows, call.F}));
  call.dQueries = arguments.out("dQueries", Arguments::product({rows, call.A}));
  call.dKeys = arguments.out(kKeys, Arguments::product({call.Tx, call.B, call.A}));
  call.dValues = arguments.out(kValues, Arguments::product({call.Tx, call.B, call.F}));
  if (call.v) call.dV = arguments.out("dV", call.A);
  else arguments.ignore();
  call.accumulate = arguments.boolean("accumulate");
  arguments.requireSeparate(kKeys, kValues);
  if (arguments.ok() && call.dKeys == call.dValues && call.A != call.F) {
    arguments.rangeError("dKeys and dValues share memory, so A and F must be equal");
  }
  if (call.lengths) arguments.requireRange("lengths", call.lengths, call.B, 0, static_cast<int32_t>(call.Tx));
  if (!arguments.ok()) return nullptr;
  call.scratch = &context->scratch;
  guarded(env, "attentionBackward", [&] { context->kernels->attentionBackward(call, *context->team); });
  return nullptr;
}

// (kind, count, y, x, dy); dy null: forward
napi_value activation(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "activation", 5);
  Context* context = contextOf(arguments);
  static const char kOut[] = "y", kIn[] = "x", kGradient[] = "dy";
  ActivationCall call{};
  call.kind = static_cast<Activation>(arguments.size("activation", 0, 2));
  call.count = arguments.size("count");
  call.y = arguments.out(kOut, call.count);
  call.x = arguments.in(kIn, call.count);
  call.dy = arguments.inOrNull(kGradient, call.count);
  // Forward y may be x; backward the result may be dy.
  if (call.dy) arguments.requireSeparate(kOut, kGradient);
  else arguments.requireSeparate(kOut, kIn);
  if (!arguments.ok()) return nullptr;
  context->kernels->activation(call, *context->team);
  return nullptr;
}

// (target, targetOffset, targetStride, source, sourceOffset, sourceStride, rows, columns, accumulate), sizes first
napi_value copyBlock(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "copyBlock", 9);
  Context* context = contextOf(arguments);
  CopyBlock call{};
  call.rows = arguments.size("rows");
  call.columns = arguments.size("columns");
  const size_t targetOffset = arguments.size("target.offset", 0);
  call.targetStride = arguments.size("target.stride", call.columns);
  const size_t sourceOffset = arguments.size("source.offset", 0);
  call.sourceStride = arguments.size("source.stride", call.columns);
  const auto needed = [&](size_t offset, size_t stride) {
    return arguments.ok() ? Arguments::sum({offset, Arguments::product({call.rows - 1, stride}), call.columns}) : 0;
  };
  call.target = arguments.out("target", needed(targetOffset, call.targetStride));
  call.source = arguments.in("source", needed(sourceOffset, call.sourceStride));
  call.accumulate = arguments.boolean("accumulate");
  if (!arguments.ok()) return nullptr;
  call.target += targetOffset;
  call.source += sourceOffset;
  context->kernels->copyBlock(call, *context->team);
  return nullptr;
}

// (kind, T, B, F, D, out, in, argmax, lengths, backward)
napi_value pool(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "pool", 10);
  Context* context = contextOf(arguments);
  Pool call{};
  const bool backward = arguments.boolean("backward");
  call.kind = static_cast<Pooling>(arguments.size("kind", 0, 2));
  call.T = arguments.size("T");
  call.B = arguments.size("B");
  call.F = arguments.size("F");
  call.D = arguments.size("D", 1, 2);
  const size_t sequence = Arguments::product({call.T, call.B, call.F}), vector = Arguments::product({call.B, call.F});
  if (backward) {
    call.dx = arguments.out("dx", sequence);
    call.dy = arguments.in("dy", vector);
  } else {
    call.y = arguments.out("y", vector);
    call.x = arguments.in("x", sequence);
  }
  if (call.kind == Pooling::Max) call.argmax = const_cast<int32_t*>(arguments.ints("argmax", vector));
  else arguments.ignore();
  call.lengths = arguments.intsOrNull("lengths", call.B);
  arguments.requireSeparate();
  if (call.lengths) arguments.requireRange("lengths", call.lengths, call.B, 0, static_cast<int32_t>(call.T));
  if (backward && call.argmax) arguments.requireRange("argmax", call.argmax, vector, -1, static_cast<int32_t>(call.T - 1));
  if (!arguments.ok()) return nullptr;
  if (backward) context->kernels->poolBackward(call, *context->team);
  else context->kernels->poolForward(call, *context->team);
  return nullptr;
}

// (N, F, epsilon, y, statistics, x, gain, bias)
napi_value layerNormForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "layerNormForward", 8);
  Context* context = contextOf(arguments);
  LayerNorm call{};
  call.N = arguments.size("N");
  call.F = arguments.size("F");
  call.epsilon = arguments.number("epsilon");
  call.y = arguments.out("y", Arguments::product({call.N, call.F}));
  call.statistics = arguments.out("statistics", Arguments::product({call.N, 2}));
  call.x = arguments.in("x", Arguments::product({call.N, call.F}));
  call.gain = arguments.in("gain", call.F);
  call.bias = arguments.in("bias", call.F);
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  context->kernels->layerNormForward(call, *context->team);
  return nullptr;
}

// (N, F, dx, dGain, dBias, dy, x, statistics, gain, accumulate)
napi_value layerNormBackward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "layerNormBackward", 10);
  Context* context = contextOf(arguments);
  static const char kOut[] = "dx", kIn[] = "dy";
  LayerNorm call{};
  call.N = arguments.size("N");
  call.F = arguments.size("F");
  call.dx = arguments.out(kOut, Arguments::product({call.N, call.F}));
  call.dGain = arguments.out("dGain", call.F);
  call.dBias = arguments.out("dBias", call.F);
  call.dy = arguments.in(kIn, Arguments::product({call.N, call.F}));
  call.x = arguments.in("x", Arguments::product({call.N, call.F}));
  call.statistics = const_cast<float*>(arguments.in("statistics", Arguments::product({call.N, 2})));
  call.gain = arguments.in("gain", call.F);
  call.accumulate = arguments.boolean("accumulate");
  arguments.requireSeparate(kOut, kIn);
  if (!arguments.ok()) return nullptr;
  context->kernels->layerNormBackward(call, *context->team);
  return nullptr;
}

// (binary, N, K, loss, dOutputs, outputs, targets, mask, positiveWeights)
napi_value elementLoss(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "loss", 9);
  Context* context = contextOf(arguments);
  static const char kGradient[] = "gradient", kOutputs[] = "outputs";
  ElementLoss call{};
  call.binary = arguments.boolean("binary");
  call.N = arguments.size("N");
  call.K = arguments.size("K");
  const size_t count = Arguments::product({call.N, call.K});
  call.loss = arguments.out("loss", 2);
  call.dOutputs = arguments.outOrNull(kGradient, count);
  call.outputs = arguments.in(kOutputs, count);
  call.targets = arguments.in("targets", count);
  call.mask = arguments.intsOrNull("mask", call.N);
  call.positiveWeights = arguments.inOrNull("positiveWeights", call.K);
  arguments.requireSeparate(kGradient, kOutputs);
  if (!arguments.ok()) return nullptr;
  for (size_t n = 0; n < call.N; n++) {
    if (call.mask && call.mask[n] == 0) continue;
    call.counted += static_cast<double>(call.K);
    for (size_t k = 0; call.binary && k < call.K; k++) {
      const float target = call.targets[n * call.K + k];
      if (target >= 0 && target <= 1) continue;
      arguments.rangeError("targets has a " + std::to_string(target) + ", expected a number from 0 (no) to 1 (yes)");
      return nullptr;
    }
  }
  call.scratch = &context->scratch;
  guarded(env, "loss", [&] { context->kernels->elementLoss(call, *context->team); });
  return nullptr;
}

}  // namespace unroll
