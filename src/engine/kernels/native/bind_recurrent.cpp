// recurrentForward and recurrentBackward as JavaScript calls them: arguments checked, the plan of the sequence made.
#include <algorithm>
#include <new>

#include "context.h"

namespace unroll {

namespace {

struct Shape {
  Cell cell;
  bool reverse;
  size_t T, B, I, H, G;
};

Shape readShape(Arguments& arguments) {
  Shape s{};
  s.cell = static_cast<Cell>(arguments.size("cell", 0, 5));
  s.reverse = arguments.boolean("reverse");
  s.T = arguments.size("T");
  s.B = arguments.size("B");
  s.I = arguments.size("I");
  s.H = arguments.size("H");
  s.G = gatesOf(s.cell);
  if (arguments.ok() && s.B > 0x7fffffff / s.T) arguments.rangeError("T*B is beyond 2^31");
  return s;
}

RecurrentWeights readWeights(Arguments& arguments, const Shape& s) {
  const size_t rows = s.G * s.H;
  RecurrentWeights w{};
  w.ih = arguments.in("weightIh", Arguments::product({rows, s.I}));
  w.hh = arguments.in("weightHh", Arguments::product({rows, s.H}));
  w.biasIh = arguments.in("biasIh", rows);
  if (s.cell == Cell::GruBefore) arguments.ignore();
  else w.biasHh = arguments.in("biasHh", rows);
  return w;
}

/** Floats of [T,B,yWidth] as far as the last row's own columns. */
size_t rowsLength(const Shape& s, size_t offset, size_t width) {
  return Arguments::product({s.T, s.B, width}) - (width - offset - s.H);
}

/** Order of visit; see Plan. Memory is the scratch's. */
Plan makePlan(const Shape& s, const int32_t* lengths, Scratch& scratch) {
  Plan plan{};
  if (!lengths) {
    int32_t* offset = scratch.ints(s.T);
    int32_t* active = scratch.ints(s.T);
    for (size_t i = 0; i < s.T; i++) {
      offset[i] = static_cast<int32_t>((s.reverse ? s.T - 1 - i : i) * s.B);
      active[i] = static_cast<int32_t>(s.B);
    }
    plan.steps = s.T;
    plan.rows = s.T * s.B;
    plan.offset = offset;
    plan.active = active;
    return plan;
  }
  int32_t* order = scratch.ints(s.B);
  for (size_t b = 0; b < s.B; b++) order[b] = static_cast<int32_t>(b);
  std::sort(order, order + s.B, [&](int32_t a, int32_t b) { return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b; });
  plan.steps = static_cast<size_t>(lengths[order[0]]);
  int32_t* offset = scratch.ints(plan.steps);
  int32_t* active = scratch.ints(plan.steps);
  int32_t* source = scratch.ints(s.T * s.B);
  size_t count = s.B;
  for (size_t step = 0; step < plan.steps; step++) {
    while (static_cast<size_t>(lengths[order[count - 1]]) <= step) count--;
    offset[step] = static_cast<int32_t>(plan.rows);
    active[step] = static_cast<int32_t>(count);
    for (size_t j = 0; j < count; j++) {
      const size_t b = static_cast<size_t>(order[j]);
      const size_t t = s.reverse ? static_cast<size_t>(lengths[b]) - 1 - step : step;
      source[plan.rows++] = static_cast<int32_t>(t * s.B + b);
    }
  }
  plan.offset = offset;
  plan.active = active;
  plan.order = order;
  plan.source = source;
  return plan;
}

/** What the layer reads, as JavaScript gives it: vectors, or tokens and their table. */
struct GivenInput {
  const float* from;
  const int32_t* tokens;  // [T*B] or null
  size_t V;

  /** Floats of `from`, and of the gradient by it. */
  size_t floats(const Shape& s) const { return V > 0 ? Arguments::product({V, s.I}) : Arguments::product({s.T, s.B, s.I}); }
};

GivenInput readInput(Arguments& arguments, const Shape& s) {
  GivenInput input{};
  input.V = arguments.size("V", 0);
  if (input.V == 0) {
    arguments.ignore();
    input.from = arguments.in("x", input.floats(s));
    return input;
  }
  input.tokens = arguments.ints("tokens", s.T * s.B);
  input.from = arguments.inOrNull("table", input.floats(s));
  if (arguments.ok() && !input.from && input.V != s.I) arguments.rangeError("one-hot vectors are as wide as the vocabulary: I must be V");
  return input;
}

/** Which row each internal row reads, and which tokens are worth grouping. Memory is the scratch's. */
RecurrentInput makeInput(const GivenInput& given, const Plan& plan, Scratch& scratch) {
  RecurrentInput input{};
  input.from = given.from;
  input.V = given.V;
  input.rows = plan.source;
  if (given.V == 0) return input;
  int32_t* rows = scratch.ints(plan.rows);
  for (size_t r = 0; r < plan.rows; r++) rows[r] = given.tokens[plan.source ? plan.source[r] : static_cast<int32_t>(r)];
  input.rows = rows;
  // Groups, by first occurrence.
  int32_t* groupOf = scratch.ints(given.V);
  int32_t* tokens = scratch.ints(plan.rows);
  int32_t* group = scratch.ints(plan.rows);
  std::fill(groupOf, groupOf + given.V, -1);
  size_t distinct = 0;
  for (size_t r = 0; r < plan.rows; r++) {
    int32_t& known = groupOf[rows[r]];
    if (known < 0) {
      known = static_cast<int32_t>(distinct);
      tokens[distinct++] = rows[r];
    }
    group[r] = known;
  }
  // Grouping adds a pass over all gates, which must save more than it costs. One-hot vectors have nothing else to multiply.
  if (given.from && 2 * distinct > plan.rows) return input;
  input.distinct = distinct;
  input.tokens = tokens;
  input.group = group;
  return input;
}

}  // namespace

size_t recurrentWorkspaceFloats(Cell cell, size_t T, size_t B, size_t H) {
  const size_t planes = cell == Cell::Gru ? 4 : gatesOf(cell);
  const size_t extra = cell == Cell::Lstm || cell == Cell::GruBefore ? 2 : 1;
  return Arguments::product({T, B, padUnits(H), planes + extra});
}

napi_value recurrentWorkspaceFloats(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "recurrentWorkspace", 6);
  const Shape s = readShape(arguments);
  if (!arguments.ok()) return nullptr;
  napi_value result;
  napi_create_double(env, static_cast<double>(recurrentWorkspaceFloats(s.cell, s.T, s.B, s.H)), &result);
  return result;
}

// (cell, reverse, T, B, I, H, V, tokens, x, lengths, weightIh, weightHh, biasIh, biasHh, h0, c0, yOffset, yWidth, y, hn, cn, workspace)
napi_value recurrentForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "recurrentForward", 22);
  Context* context = contextOf(arguments);
  const Shape s = readShape(arguments);
  if (!arguments.ok()) return nullptr;
  const size_t state = Arguments::product({s.B, s.H});
  const bool lstm = s.cell == Cell::Lstm;
  RecurrentForward call{};
  call.cell = s.cell;
  call.T = s.T;
  call.B = s.B;
  call.I = s.I;
  call.H = s.H;
  const GivenInput input = readInput(arguments, s);
  call.lengths = arguments.intsOrNull("lengths", s.B);
  call.weights = readWeights(arguments, s);
  call.h0 = arguments.inOrNull("h0", state);
  if (lstm) call.c0 = arguments.inOrNull("c0", state);
  else arguments.ignore();
  const size_t offset = arguments.size("yOffset", 0);
  call.yWidth = arguments.size("yWidth", s.H);
  if (arguments.ok() && offset + s.H > call.yWidth) arguments.rangeError("yOffset + H is more than yWidth");
  if (!arguments.ok()) return nullptr;
  call.y = arguments.out("y", rowsLength(s, offset, call.yWidth));
  call.hn = arguments.out("hn", state);
  if (lstm) call.cn = arguments.out("cn", state);
  else arguments.ignore();
  call.workspace = arguments.outOrNull("workspace", recurrentWorkspaceFloats(s.cell, s.T, s.B, s.H));
  arguments.requireSeparate();
  if (call.lengths) arguments.requireRange("lengths", call.lengths, s.B, 0, static_cast<int32_t>(s.T));
  if (input.tokens) arguments.requireRange("tokens", input.tokens, s.T * s.B, 0, static_cast<int32_t>(input.V) - 1);
  if (!arguments.ok()) return nullptr;
  call.y += offset;
  try {
    context->scratch.reset();
    call.plan = makePlan(s, call.lengths, context->scratch);
    call.input = makeInput(input, call.plan, context->scratch);
    call.scratch = &context->scratch;
    context->kernels->recurrentForward(call, *context->team);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "recurrentForward: not enough memory");
  }
  return nullptr;
}

// (cell, reverse, T, B, I, H, V, tokens, x, lengths, weightIh, weightHh, biasIh, biasHh, c0, yOffset, yWidth, workspace,
//  dy, dhn, dcn, dx, accumulateDx, dh0, dc0, dWeightIh, dWeightHh, dBiasIh, dBiasHh, accumulate, dh)
napi_value recurrentBackward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "recurrentBackward", 31);
  Context* context = contextOf(arguments);
  const Shape s = readShape(arguments);
  if (!arguments.ok()) return nullptr;
  const size_t state = Arguments::product({s.B, s.H}), rows = s.G * s.H;
  const bool lstm = s.cell == Cell::Lstm;
  RecurrentBackward call{};
  call.cell = s.cell;
  call.T = s.T;
  call.B = s.B;
  call.I = s.I;
  call.H = s.H;
  const GivenInput input = readInput(arguments, s);
  call.lengths = arguments.intsOrNull("lengths", s.B);
  call.weights = readWeights(arguments, s);
  if (lstm) call.c0 = arguments.inOrNull("c0", state);
  else arguments.ignore();
  const size_t offset = arguments.size("yOffset", 0);
  call.yWidth = arguments.size("yWidth", s.H);
  if (arguments.ok() && offset + s.H > call.yWidth) arguments.rangeError("yOffset + H is more than yWidth");
  if (!arguments.ok()) return nullptr;
  call.workspace = arguments.out("workspace", recurrentWorkspaceFloats(s.cell, s.T, s.B, s.H));
  call.dy = arguments.in("dy", rowsLength(s, offset, call.yWidth));
  call.dhn = arguments.inOrNull("dhn", state);
  if (lstm) call.dcn = arguments.inOrNull("dcn", state);
  else arguments.ignore();
  call.dx = arguments.outOrNull("dx", input.floats(s));
  if (call.dx && !input.from) arguments.typeError("one-hot vectors have no gradient, dx must be null");
  call.accumulateDx = arguments.boolean("accumulateDx");
  call.dh0 = arguments.outOrNull("dh0", state);
  if (lstm) call.dc0 = arguments.outOrNull("dc0", state);
  else arguments.ignore();
  call.dIh = arguments.out("dWeightIh", Arguments::product({rows, s.I}));
  call.dHh = arguments.out("dWeightHh", Arguments::product({rows, s.H}));
  call.dBiasIh = arguments.out("dBiasIh", rows);
  if (s.cell == Cell::GruBefore) arguments.ignore();
  else call.dBiasHh = arguments.out("dBiasHh", rows);
  call.accumulate = arguments.boolean("accumulate");
  call.dh = arguments.outOrNull("dh", Arguments::product({s.T, s.B, s.H}));
  arguments.requireSeparate();
  if (call.lengths) arguments.requireRange("lengths", call.lengths, s.B, 0, static_cast<int32_t>(s.T));
  if (input.tokens) arguments.requireRange("tokens", input.tokens, s.T * s.B, 0, static_cast<int32_t>(input.V) - 1);
  if (!arguments.ok()) return nullptr;
  call.dy += offset;
  try {
    context->scratch.reset();
    call.plan = makePlan(s, call.lengths, context->scratch);
    call.input = makeInput(input, call.plan, context->scratch);
    call.scratch = &context->scratch;
    context->kernels->recurrentBackward(call, *context->team);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "recurrentBackward: not enough memory");
  }
  return nullptr;
}

}  // namespace unroll
