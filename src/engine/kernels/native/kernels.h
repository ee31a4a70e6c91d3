// What the N-API layer calls: plain arguments over spans of memory that it has already checked, and one table of functions for each
// instruction set. Every function runs on all threads of a launch; results do not depend on how many there are.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "team.h"

namespace unroll {

enum class Cell : int32_t { RnnTanh, RnnRelu, RnnSigmoid, Lstm, Gru, GruBefore };

constexpr size_t gatesOf(Cell cell) {
  switch (cell) {
    case Cell::Lstm: return 4;
    case Cell::Gru:
    case Cell::GruBefore: return 3;
    default: return 1;
  }
}

/** Every internal row of hidden units is padded to a multiple of this many floats: whole vectors on every instruction set. */
constexpr size_t kUnitPadding = 16;
constexpr size_t padUnits(size_t units) { return (units + kUnitPadding - 1) / kUnitPadding * kUnitPadding; }

/**
 * A bump allocator for buffers that live during one call: 64-byte aligned, never given back between calls, so that after the first
 * training step nothing is allocated. Only the calling thread takes from it, before a launch.
 */
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { clear(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /** Forgets everything taken. */
  void reset();
  /** Gives the memory back. */
  void clear();
  /** Uninitialised memory for `count` floats; throws std::bad_alloc. */
  float* floats(size_t count) { return static_cast<float*>(take(count * sizeof(float))); }
  int32_t* ints(size_t count) { return static_cast<int32_t*>(take(count * sizeof(int32_t))); }
  double* doubles(size_t count) { return static_cast<double*>(take(count * sizeof(double))); }
  size_t bytes() const { return capacity_; }

 private:
  void* take(size_t bytes);

  struct Block {
    unsigned char* memory;
    size_t size;
    Block* next;
  };
  Block* blocks_ = nullptr;  // newest first
  size_t used_ = 0;          // of the newest block
  size_t capacity_ = 0;      // of all blocks
};

struct RecurrentWeights {
  const float* ih;      // [G*H,I]
  const float* hh;      // [G*H,H]
  const float* biasIh;  // [G*H]
  const float* biasHh;  // [G*H]; null for GruBefore
};

/**
 * The order in which a recurrence visits the batch. Without lengths every step has all B rows where they stand in [T,B]. With lengths
 * the sequences are sorted from long to short, so that the active rows of step s are the first n[s], and rows of the internal buffers
 * are packed: padding takes no room and no time.
 */
struct Plan {
  size_t steps;            // number of steps S: T, or the longest length
  size_t rows;             // number of real (step, sequence) pairs
  const int32_t* offset;   // [S]: first internal row of step s
  const int32_t* active;   // [S]: active rows of step s
  const int32_t* order;    // [B]: sequence that stands at position j; null: j itself
  const int32_t* source;   // [rows]: row of [T*B] behind each internal row; null: itself
};

/**
 * What a recurrent layer reads: rows of x, or, for tokens, rows of a table or one-hot vectors. Tokens that occur often enough, and those
 * that stand for one-hot vectors, are grouped: what is linear in a row is then computed once for each different token.
 */
struct RecurrentInput {
  const float* from;      // x [T*B,I] or the table [V,I]; null: one-hot vectors, I = V
  size_t V;               // rows of the table; 0: x
  const int32_t* rows;    // [plan.rows]: row of `from` behind each internal row; null: itself
  size_t distinct;        // different tokens; 0: not grouped
  const int32_t* tokens;  // [distinct], in the order of their first occurrence
  const int32_t* group;   // [plan.rows]: which of `tokens` each internal row reads
};

struct RecurrentForward {
  Cell cell;
  size_t T, B, I, H;
  Plan plan;
  const int32_t* lengths;  // [B] or null
  RecurrentInput input;
  RecurrentWeights weights;
  const float* h0;  // [B,H] or null
  const float* c0;
  float* y;  // [T*B,yWidth], already at this direction's first column
  size_t yWidth;
  float* hn;
  float* cn;
  float* workspace;  // as recurrentWorkspaceFloats says; null: forward only
  Scratch* scratch;
};

struct RecurrentBackward {
  Cell cell;
  size_t T, B, I, H;
  Plan plan;
  const int32_t* lengths;
  RecurrentInput input;
  RecurrentWeights weights;
  const float* c0;
  size_t yWidth;
  float* workspace;
  const float* dy;  // already at this direction's first column
  const float* dhn;
  const float* dcn;
  float* dx;  // [T*B,I], or by the table [V,I]
  bool accumulateDx;
  float* dh0;
  float* dc0;
  float* dIh;
  float* dHh;
  float* dBiasIh;
  float* dBiasHh;
  bool accumulate;
  float* dh;  // [T*B,H] or null: total derivative by each step's h
  Scratch* scratch;
};

struct LinearForward {
  float* y;
  const float* x;
  const float* weight;
  const float* bias;
  size_t N, I, O;
  Scratch* scratch;
};

struct LinearBackward {
  float* dx;
  float* dWeight;
  float* dBias;
  const float* dy;
  const float* x;
  const float* weight;
  size_t N, I, O;
  bool accumulate;
  Scratch* scratch;
};

struct SoftmaxCrossEntropy {
  float* loss;  // [2], added to
  float* dLogits;
  const float* logits;
  const int32_t* targets;
  size_t N, V;
  const float* classWeights;  // [V] or null: all 1
  double counted;             // sum of the weights of the targets that are not -1
  double meanOver;            // what the gradient divides by
  Scratch* scratch;
};

struct Embedding {
  float* y;
  const float* table;
  float* dTable;
  const float* dy;
  const int32_t* tokens;
  size_t N, V, E;
  bool accumulate;
};

struct Dropout {
  float* y;
  const float* x;
  size_t count;
  double p;
  uint32_t seed, stream;
  uint64_t counter;
  size_t period;  // element i has the mask of element i mod period
};

struct Clip {
  float* norm;
  const float* gradients;
  size_t count;
  double maxNorm, epsilon;
  double scale;  // out: what the gradients are to be multiplied with
  Scratch* scratch;
};

/** Rows of queries, weights, context and their gradients are [step][sequence]; see kernels.ts. */
struct Attention {
  size_t B, Tx, A, F, first, steps;
  const float* queries;
  const float* keys;
  const float* v;  // null: score by dot product
  const float* values;
  const int32_t* lengths;
  float* weights;
  float* context;
  const float* dContext;
  float* dQueries;
  float* dKeys;
  float* dValues;
  float* dV;
  bool accumulate;
  Scratch* scratch;
};

enum class Activation : int32_t { Tanh, Relu, Sigmoid };

/** y = act(x), or, with dy, y = dy act'(a) where x = act(a). */
struct ActivationCall {
  Activation kind;
  float* y;
  const float* x;
  const float* dy;
  size_t count;
};

struct CopyBlock {
  float* target;
  const float* source;
  size_t targetStride, sourceStride, rows, columns;
  bool accumulate;
};

enum class Pooling : int32_t { Last, Mean, Max };

struct Pool {
  Pooling kind;
  size_t T, B, F, D;
  float* y;
  const float* x;
  float* dx;
  const float* dy;
  int32_t* argmax;
  const int32_t* lengths;
};

struct LayerNorm {
  float* y;
  float* statistics;
  const float* x;
  const float* gain;
  const float* bias;
  float* dx;
  float* dGain;
  float* dBias;
  const float* dy;
  size_t N, F;
  double epsilon;
  bool accumulate;
};

/** Binary cross-entropy from logits, or squared error. */
struct ElementLoss {
  bool binary;
  float* loss;  // [2], added to
  float* dOutputs;
  const float* outputs;
  const float* targets;
  const int32_t* mask;
  const float* positiveWeights;
  size_t N, K;
  double counted;  // elements
  Scratch* scratch;
};

enum class Optimizer : int32_t { Sgd, Momentum, Adam, RmsProp, Adagrad };

struct Update {
  Optimizer kind;
  float* parameters;
  float* gradients;
  float* slot0;
  float* slot1;
  size_t count;
  /** The gradients are multiplied with this first. */
  double gradientScale;
  double learningRate;
  double a, b;  // momentum | beta1, beta2 | alpha
  double epsilon, weightDecay;
  double step;
};

/** Element-wise functions exposed for their tests. */
enum class MathFunction : int32_t { Exponential, Tanh, Sigmoid };

/** Floats of a recurrent workspace; throws nothing, sizes have been checked. */
size_t recurrentWorkspaceFloats(Cell cell, size_t T, size_t B, size_t H);

/** One instruction set's kernels. Those that take a Team decide themselves whether to wake it. */
struct KernelTable {
  const char* name;
  void (*recurrentForward)(RecurrentForward&, Team&);
  void (*recurrentBackward)(RecurrentBackward&, Team&);
  void (*linearForward)(LinearForward&, Team&);
  void (*linearBackward)(LinearBackward&, Team&);
  void (*softmaxCrossEntropy)(SoftmaxCrossEntropy&, Team&);
  void (*embeddingForward)(Embedding&, Team&);
  void (*embeddingBackward)(Embedding&, Team&);
  void (*dropout)(Dropout&, Team&);
  void (*attentionForward)(Attention&, Team&);
  void (*attentionBackward)(Attention&, Team&);
  void (*activation)(ActivationCall&, Team&);
  void (*copyBlock)(CopyBlock&, Team&);
  void (*poolForward)(Pool&, Team&);
  void (*poolBackward)(Pool&, Team&);
  void (*layerNormForward)(LayerNorm&, Team&);
  void (*layerNormBackward)(LayerNorm&, Team&);
  void (*elementLoss)(ElementLoss&, Team&);
  void (*clip)(Clip&, Team&);
  /** gradients *= by, rounded as update() does it. */
  void (*scale)(float* gradients, size_t count, double by, Team&);
  void (*update)(Update&, Team&);
  void (*math)(MathFunction, const float* x, float* y, size_t count);
  /** Multiply-adds on registers only, on all threads: to measure the machine's peak. Returns the floating-point operations done. */
  double (*multiplyAdds)(size_t iterations, Team&);
};

const KernelTable& kernelsBaseline();
#if defined(__x86_64__) || defined(_M_X64)
const KernelTable& kernelsAvx2();
const KernelTable& kernelsAvx512();
#endif

}  // namespace unroll
