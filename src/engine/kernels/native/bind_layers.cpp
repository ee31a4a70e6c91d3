// All but the recurrence as JavaScript calls it: arguments checked, then plain spans to the kernels.
#include <algorithm>
#include <chrono>
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

napi_value toNumber(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

}  // namespace

// (y, x, weight, bias, N, I, O)
napi_value linearForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "linearForward", 7);
  Context* context = contextOf(arguments);
  LinearForward call{};
  call.N = arguments.size("N");
  call.I = arguments.size("I");
  call.O = arguments.size("O");
  call.y = arguments.out("y", Arguments::product({call.N, call.O}));
  call.x = arguments.in("x", Arguments::product({call.N, call.I}));
  call.weight = arguments.in("weight", Arguments::product({call.O, call.I}));
  call.bias = arguments.inOrNull("bias", call.O);
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  call.scratch = &context->scratch;
  guarded(env, "linearForward", [&] { context->kernels->linearForward(call, *context->team); });
  return nullptr;
}

// (N, I, O, dx, dWeight, dBias, dy, x, weight, accumulate)
napi_value linearBackward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "linearBackward", 10);
  Context* context = contextOf(arguments);
  LinearBackward call{};
  call.N = arguments.size("N");
  call.I = arguments.size("I");
  call.O = arguments.size("O");
  call.dx = arguments.outOrNull("dx", Arguments::product({call.N, call.I}));
  call.dWeight = arguments.outOrNull("dWeight", Arguments::product({call.O, call.I}));
  call.dBias = arguments.outOrNull("dBias", call.O);
  call.dy = arguments.in("dy", Arguments::product({call.N, call.O}));
  call.x = arguments.in("x", Arguments::product({call.N, call.I}));
  call.weight = arguments.in("weight", Arguments::product({call.O, call.I}));
  call.accumulate = arguments.boolean("accumulate");
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  call.scratch = &context->scratch;
  guarded(env, "linearBackward", [&] { context->kernels->linearBackward(call, *context->team); });
  return nullptr;
}

// (N, V, loss, dLogits, logits, targets, classWeights, meanOver: 0 for what the targets make)
napi_value softmaxCrossEntropy(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "softmaxCrossEntropy", 8);
  Context* context = contextOf(arguments);
  SoftmaxCrossEntropy call{};
  static const char kGradient[] = "dLogits", kLogits[] = "logits";
  call.N = arguments.size("N");
  call.V = arguments.size("V");
  call.loss = arguments.out("loss", 2);
  call.dLogits = arguments.outOrNull(kGradient, Arguments::product({call.N, call.V}));
  call.logits = arguments.in(kLogits, Arguments::product({call.N, call.V}));
  call.targets = arguments.ints("targets", call.N);
  call.classWeights = arguments.inOrNull("classWeights", call.V);
  const double meanOver = arguments.number("meanOver");
  arguments.requireSeparate(kGradient, kLogits);
  if (!arguments.ok()) return nullptr;
  arguments.requireRange("targets", call.targets, call.N, -1, static_cast<int32_t>(call.V - 1));
  if (!arguments.ok()) return nullptr;
  for (size_t n = 0; n < call.N; n++) {
    if (call.targets[n] >= 0) call.counted += call.classWeights ? call.classWeights[call.targets[n]] : 1;
  }
  call.meanOver = meanOver > 0 ? meanOver : call.counted;
  call.scratch = &context->scratch;
  guarded(env, "softmaxCrossEntropy", [&] { context->kernels->softmaxCrossEntropy(call, *context->team); });
  return nullptr;
}

// (N, V, E, y, tokens, table)
napi_value embeddingForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "embeddingForward", 6);
  Context* context = contextOf(arguments);
  Embedding call{};
  call.N = arguments.size("N");
  call.V = arguments.size("V");
  call.E = arguments.size("E");
  call.y = arguments.out("y", Arguments::product({call.N, call.E}));
  call.tokens = arguments.ints("tokens", call.N);
  call.table = arguments.in("table", Arguments::product({call.V, call.E}));
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  arguments.requireRange("tokens", call.tokens, call.N, 0, static_cast<int32_t>(call.V - 1));
  if (!arguments.ok()) return nullptr;
  context->kernels->embeddingForward(call, *context->team);
  return nullptr;
}

// (N, V, E, dTable, dy, tokens, accumulate)
napi_value embeddingBackward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "embeddingBackward", 7);
  Context* context = contextOf(arguments);
  Embedding call{};
  call.N = arguments.size("N");
  call.V = arguments.size("V");
  call.E = arguments.size("E");
  call.dTable = arguments.out("dTable", Arguments::product({call.V, call.E}));
  call.dy = arguments.in("dy", Arguments::product({call.N, call.E}));
  call.tokens = arguments.ints("tokens", call.N);
  call.accumulate = arguments.boolean("accumulate");
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  arguments.requireRange("tokens", call.tokens, call.N, 0, static_cast<int32_t>(call.V - 1));
  if (!arguments.ok()) return nullptr;
  context->kernels->embeddingBackward(call, *context->team);
  return nullptr;
}

// (count, y, x, p, seed, stream, counter, period)
napi_value dropout(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "dropout", 8);
  Context* context = contextOf(arguments);
  static const char kOut[] = "y", kIn[] = "x";
  Dropout call{};
  call.count = arguments.size("count");
  call.y = arguments.out(kOut, call.count);
  call.x = arguments.in(kIn, call.count);
  call.p = arguments.number("p");
  call.seed = static_cast<uint32_t>(arguments.whole("seed", 0, 0xffffffffu));
  call.stream = static_cast<uint32_t>(arguments.whole("stream", 0, 0xffffffffu));
  call.counter = arguments.whole("counter", 0, (uint64_t{1} << 53) - 1);
  // A longer period repeats nothing either.
  call.period = static_cast<size_t>(std::min<uint64_t>(arguments.whole("period", 1, (uint64_t{1} << 53) - 1), call.count));
  arguments.requireSeparate(kOut, kIn);
  if (arguments.ok() && !(call.p >= 0 && call.p < 1)) arguments.rangeError("p must be at least 0 and less than 1");
  if (!arguments.ok()) return nullptr;
  context->kernels->dropout(call, *context->team);
  return nullptr;
}

// (count, norm, gradients, maxNorm, epsilon) → what the gradients are to be multiplied with
napi_value clip(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "clipByGlobalNorm", 5);
  Context* context = contextOf(arguments);
  Clip call{};
  call.count = arguments.size("count");
  call.norm = arguments.out("norm", 1);
  call.gradients = arguments.in("gradients", call.count);
  call.maxNorm = arguments.number("maxNorm");
  call.epsilon = arguments.number("epsilon");
  arguments.requireSeparate();
  if (arguments.ok() && !(call.maxNorm >= 0 && call.epsilon >= 0)) arguments.rangeError("maxNorm and epsilon must be 0 or more");
  if (!arguments.ok()) return nullptr;
  call.scratch = &context->scratch;
  guarded(env, "clipByGlobalNorm", [&] { context->kernels->clip(call, *context->team); });
  return toNumber(env, call.scale);
}

// (count, gradients, by)
napi_value scale(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "scale", 3);
  Context* context = contextOf(arguments);
  const size_t count = arguments.size("count");
  float* gradients = arguments.out("gradients", count);
  const double by = arguments.number("by");
  if (!arguments.ok()) return nullptr;
  context->kernels->scale(gradients, count, by, *context->team);
  return nullptr;
}

// (kind, count, parameters, gradients, slot0, slot1, gradientScale, learningRate, a, b, epsilon, weightDecay, step)
napi_value update(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "updateParameters", 13);
  Context* context = contextOf(arguments);
  Update call{};
  call.kind = static_cast<Optimizer>(arguments.size("kind", 0, 4));
  call.count = arguments.size("count");
  call.parameters = arguments.out("parameters", call.count);
  call.gradients = arguments.out("gradients", call.count);
  if (call.kind == Optimizer::Sgd) arguments.ignore();
  else call.slot0 = arguments.out("slots[0]", call.count);
  if (call.kind == Optimizer::Adam) call.slot1 = arguments.out("slots[1]", call.count);
  else arguments.ignore();
  call.gradientScale = arguments.number("gradientScale");
  call.learningRate = arguments.number("learningRate");
  call.a = arguments.number("a");
  call.b = arguments.number("b");
  call.epsilon = arguments.number("epsilon");
  call.weightDecay = arguments.number("weightDecay");
  call.step = arguments.number("step");
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  context->kernels->update(call, *context->team);
  return nullptr;
}

// (function, count, y, x)
napi_value math(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "math", 4);
  Context* context = contextOf(arguments);
  const auto function = static_cast<MathFunction>(arguments.size("function", 0, 2));
  const size_t count = arguments.size("count");
  float* y = arguments.out("y", count);
  const float* x = arguments.in("x", count);
  arguments.requireSeparate();
  if (!arguments.ok()) return nullptr;
  context->kernels->math(function, x, y, count);
  return nullptr;
}

// (iterations) → GFLOP/s of multiply-adds on registers, on all threads
napi_value multiplyAdds(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "multiplyAdds", 1);
  Context* context = contextOf(arguments);
  const size_t iterations = arguments.size("iterations");
  if (!arguments.ok()) return nullptr;
  const auto start = std::chrono::steady_clock::now();
  const double operations = context->kernels->multiplyAdds(iterations, *context->team);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return toNumber(env, operations / seconds.count() / 1e9);
}

// () → bytes that calls keep for the next: packed operands and sums
napi_value scratchBytes(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "scratchBytes", 0);
  Context* context = contextOf(arguments);
  if (!arguments.ok()) return nullptr;
  return toNumber(env, static_cast<double>(context->scratch.bytes()));
}

// (count) → nanoseconds of one barrier
napi_value barriers(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "barriers", 1);
  Context* context = contextOf(arguments);
  size_t count = arguments.size("count");
  if (!arguments.ok()) return nullptr;
  const auto start = std::chrono::steady_clock::now();
  context->team->run(
      [](void* argument, const Worker& worker) {
        for (size_t i = 0; i < *static_cast<size_t*>(argument); i++) worker.barrier();
      },
      &count);
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
  return toNumber(env, time.count() / static_cast<double>(count));
}

}  // namespace unroll
