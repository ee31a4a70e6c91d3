// The module's exports: what the machine can do, and contexts with the kernels as methods.
#include <node_api.h>

#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "context.h"
#include "cpu.h"

namespace unroll {

Context* contextOf(Arguments& arguments) {
  if (!arguments.ok()) return nullptr;
  Context* context = static_cast<Context*>(arguments.data());
  if (!context->team) arguments.typeError("these kernels were disposed");
  return context;
}

namespace {

/** Contexts of one environment. They live as long as it does, since any of their methods may still be held somewhere. */
using Contexts = std::vector<std::unique_ptr<Context>>;

napi_value dispose(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "dispose", 0);
  if (!arguments.ok()) return nullptr;
  Context* context = static_cast<Context*>(arguments.data());
  context->team.reset();
  context->scratch.clear();
  return nullptr;
}

void addMethod(napi_env env, napi_value object, const char* name, napi_callback method, void* data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, method, data, &function);
  napi_set_named_property(env, object, name, function);
}

void addNumber(napi_env env, napi_value object, const char* name, size_t number) {
  napi_value value;
  napi_create_double(env, static_cast<double>(number), &value);
  napi_set_named_property(env, object, name, value);
}

std::string readString(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return {};
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, &text[0], length + 1, &length);
  return text;
}

// (instructionSet, threads) → object with the kernels as methods
napi_value createContext(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "createContext", 2);
  if (!arguments.ok()) return nullptr;
  const std::string name = readString(env, arguments.value());
  const size_t threads = arguments.size("threads", 1, 256);
  const KernelTable* kernels = nullptr;
  for (const KernelTable* const* table = supportedKernels(); *table; table++) {
    if (name == (*table)->name) kernels = *table;
  }
  if (arguments.ok() && !kernels) arguments.rangeError("this machine has no instruction set called \"" + name + "\"");
  if (!arguments.ok()) return nullptr;

  Contexts* contexts = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&contexts));
  contexts->push_back(std::make_unique<Context>());
  Context* context = contexts->back().get();
  context->kernels = kernels;
  context->team = std::make_unique<Team>(threads);

  napi_value object;
  napi_create_object(env, &object);
  addNumber(env, object, "threads", context->team->size());
  addMethod(env, object, "recurrentWorkspaceFloats", recurrentWorkspaceFloats, context);
  addMethod(env, object, "recurrentForward", recurrentForward, context);
  addMethod(env, object, "recurrentBackward", recurrentBackward, context);
  addMethod(env, object, "linearForward", linearForward, context);
  addMethod(env, object, "linearBackward", linearBackward, context);
  addMethod(env, object, "softmaxCrossEntropy", softmaxCrossEntropy, context);
  addMethod(env, object, "embeddingForward", embeddingForward, context);
  addMethod(env, object, "embeddingBackward", embeddingBackward, context);
  addMethod(env, object, "dropout", dropout, context);
  addMethod(env, object, "attentionForward", attentionForward, context);
  addMethod(env, object, "attentionBackward", attentionBackward, context);
  addMethod(env, object, "activation", activation, context);
  addMethod(env, object, "copyBlock", copyBlock, context);
  addMethod(env, object, "pool", pool, context);
  addMethod(env, object, "layerNormForward", layerNormForward, context);
  addMethod(env, object, "layerNormBackward", layerNormBackward, context);
  addMethod(env, object, "elementLoss", elementLoss, context);
  addMethod(env, object, "clip", clip, context);
  addMethod(env, object, "scale", scale, context);
  addMethod(env, object, "update", update, context);
  addMethod(env, object, "math", math, context);
  addMethod(env, object, "multiplyAdds", multiplyAdds, context);
  addMethod(env, object, "scratchBytes", scratchBytes, context);
  addMethod(env, object, "barriers", barriers, context);
  addMethod(env, object, "dispose", dispose, context);
  return object;
}

// (buffer) → the address of an ArrayBuffer's first byte, modulo 64
napi_value misalignment(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "misalignment", 1);
  if (!arguments.ok()) return nullptr;
  void* memory = nullptr;
  size_t length = 0;
  if (napi_get_arraybuffer_info(env, arguments.value(), &memory, &length) != napi_ok) {
    arguments.typeError("buffer must be an ArrayBuffer");
    return nullptr;
  }
  napi_value result;
  napi_create_double(env, static_cast<double>(reinterpret_cast<uintptr_t>(memory) % 64), &result);
  return result;
}

}  // namespace
}  // namespace unroll

NAPI_MODULE_INIT() {
  using namespace unroll;
  napi_set_instance_data(
      env, new Contexts, [](napi_env, void* data, void*) { delete static_cast<Contexts*>(data); }, nullptr);
  addMethod(env, exports, "createContext", createContext, nullptr);
  addMethod(env, exports, "misalignment", misalignment, nullptr);
  addNumber(env, exports, "physicalCores", physicalCores());
  napi_value names;
  napi_create_array(env, &names);
  uint32_t count = 0;
  for (const KernelTable* const* table = supportedKernels(); *table; table++) {
    napi_value name;
    napi_create_string_utf8(env, (*table)->name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, count++, name);
  }
  napi_set_named_property(env, exports, "instructionSets", names);
  return exports;
}
