// The module's exports: one context and its kernels. JavaScript writes the arguments where call() says and calls a kernel by its name.
#include "../native/context.h"
#include "napi.h"

namespace unroll {
namespace {

Context* theContext = nullptr;  // in shared memory: the threads see it too
napi_call theCall;

}  // namespace

Context* contextOf(Arguments& arguments) {
  if (!arguments.ok()) return nullptr;
  return static_cast<Context*>(arguments.data());
}

}  // namespace unroll

#define UNROLL_EXPORT(name) extern "C" __attribute__((export_name(#name)))

/** Where arguments go and results come from. */
UNROLL_EXPORT(call) napi_call* call() { return &unroll::theCall; }

/** Before everything else, once. */
UNROLL_EXPORT(create) void create() {
  unroll::theContext = new unroll::Context;
  unroll::theContext->kernels = &unroll::kernelsBaseline();
  unroll::theContext->team = std::make_unique<unroll::Team>(1);
  unroll::theCall.data = unroll::theContext;
}

/** Waits for `threads` - 1 threads that JavaScript has started. Returns how many there are with the caller. */
UNROLL_EXPORT(gather) size_t gather(size_t threads) {
  unroll::theContext->team->gather(threads);
  return unroll::theContext->team->size();
}

/** What a thread does all its life. */
UNROLL_EXPORT(serve) void serve() { unroll::theContext->team->serve(); }

/** Ends the threads. */
UNROLL_EXPORT(stop) void stop() { unroll::theContext->team.reset(); }

#define UNROLL_KERNEL(name) \
  UNROLL_EXPORT(name) void name() { unroll::name(&unroll::theCall, &unroll::theCall); }

UNROLL_KERNEL(recurrentForward)
UNROLL_KERNEL(recurrentBackward)
UNROLL_KERNEL(recurrentWorkspaceFloats)
UNROLL_KERNEL(linearForward)
UNROLL_KERNEL(linearBackward)
UNROLL_KERNEL(softmaxCrossEntropy)
UNROLL_KERNEL(embeddingForward)
UNROLL_KERNEL(embeddingBackward)
UNROLL_KERNEL(dropout)
UNROLL_KERNEL(attentionForward)
UNROLL_KERNEL(attentionBackward)
UNROLL_KERNEL(activation)
UNROLL_KERNEL(copyBlock)
UNROLL_KERNEL(pool)
UNROLL_KERNEL(layerNormForward)
UNROLL_KERNEL(layerNormBackward)
UNROLL_KERNEL(elementLoss)
UNROLL_KERNEL(clip)
UNROLL_KERNEL(scale)
UNROLL_KERNEL(update)
UNROLL_KERNEL(math)
UNROLL_KERNEL(multiplyAdds)
UNROLL_KERNEL(scratchBytes)
UNROLL_KERNEL(barriers)
