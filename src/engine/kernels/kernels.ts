/**
 * The one interface between the sequence models and the devices that compute them.
 *
 * Layers are TypeScript; arithmetic is here, in operations coarse enough that one call does a lot of work. A device
 * implements every operation and passes the conformance suite; nothing outside `kernels/` knows how.
 *
 * Conventions (docs/conventions.md): time-major `[T,B,F]`, row-major; weights `[out,in]`, named and gate-ordered as PyTorch
 * does (LSTM i,f,g,o; GRU r,z,n); `dX` is the gradient of X. Calls enqueue work in order; `read` is the only one that waits.
 */

import type { Precision } from './precision.ts';

/** Recurrent cells. `gru` resets after the product (PyTorch, cuDNN); `gru_before` resets before it (Cho et al. 2014, D2L). */
export type Cell = 'rnn_tanh' | 'rnn_relu' | 'rnn_sigmoid' | 'lstm' | 'gru' | 'gru_before';

/** Number of gates G of each cell: its weights are `[G*H, in]`. */
export const GATES: Readonly<Record<Cell, number>> = {
  rnn_tanh: 1,
  rnn_relu: 1,
  rnn_sigmoid: 1,
  lstm: 4,
  gru: 3,
  gru_before: 3,
};

/** Numbers as they cross the border between a device and the engine. */
export type HostArray = Float32Array | Float64Array | Int32Array;

/**
 * A block of device memory with a shape. Opaque outside the device that made it. `float` is float32 on every device but
 * `reference` (float64); `int` is int32.
 */
export interface Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: 'float' | 'int';
}

/** What a device keeps between a recurrent forward and its backward (activated gates, cell states, packed weights). */
export interface RecurrentWorkspace {
  readonly bytes: number;
}

/** Sizes of one layer and direction. `T` and `B` may be smaller than what the tensors were planned for. */
export interface RecurrentShape {
  readonly cell: Cell;
  readonly T: number;
  readonly B: number;
  /** Width of the input x. */
  readonly I: number;
  /** Hidden units. */
  readonly H: number;
}

/** Parameters, or their gradients, of one layer and direction. */
export interface RecurrentParameters {
  readonly weightIh: Tensor; // [G*H,I]
  readonly weightHh: Tensor; // [G*H,H]
  readonly biasIh: Tensor; // [G*H]
  readonly biasHh: Tensor | null; // [G*H]; null for gru_before, which has one bias
}

/**
 * Tokens in place of vectors: step t of sequence b reads row tokens[t,b] of a table. The same as an embedding before the layer, but a
 * device may multiply each row once, however often its token occurs.
 */
export interface TokenInput {
  readonly tokens: Tensor; // int [T,B], ids in 0 … V-1, at padding too
  /** null: one-hot vectors, and then I = V. */
  readonly table: Tensor | null; // [V,I]
  readonly V: number;
}

/** What a recurrent layer reads. */
export type RecurrentInput = Tensor | TokenInput;

export function isTokenInput(x: RecurrentInput): x is TokenInput {
  return 'tokens' in x;
}

/** Operands of a whole recurrent sequence: all T steps, one layer, one direction, input projection included. */
export interface RecurrentOperands {
  readonly shape: RecurrentShape;
  /** Right-to-left: starts at each sequence's last real step. */
  readonly reverse: boolean;
  readonly x: RecurrentInput; // [T,B,I], or tokens
  /** Real steps of each sequence; null when all have T. y is 0 at padding, hn/cn are those of the last real step. */
  readonly lengths: Tensor | null; // int [B]
  readonly parameters: RecurrentParameters;
  readonly h0: Tensor | null; // [B,H]; null means zeros
  readonly c0: Tensor | null; // [B,H]; lstm only
  /** Rows of width `yWidth`; this direction owns columns `yOffset` … `yOffset+H-1` (D = 2: forward 0, backward H). */
  readonly y: Tensor; // [T,B,yWidth], out of the forward
  readonly yOffset: number;
  readonly yWidth: number;
  readonly hn: Tensor; // [B,H], out of the forward; never the same memory as h0
  readonly cn: Tensor | null; // [B,H], out of the forward; lstm only
  /** null in a forward that no backward follows: the device then uses its own small buffers. */
  readonly workspace: RecurrentWorkspace | null;
}

/** Gradients of a whole recurrent sequence. Inputs: dy, dhn, dcn. Everything else is written. */
export interface RecurrentGradients {
  readonly dy: Tensor; // [T,B,yWidth], read at this direction's columns; what stands at padding is ignored
  readonly dhn: Tensor | null; // [B,H]
  readonly dcn: Tensor | null; // [B,H]
  /** Gradient by x: [T,B,I], 0 at padding; by a TokenInput's table [V,I], and null where that is null. */
  readonly dx: Tensor | null;
  /** Add to dx instead of writing it (the second direction of a bidirectional layer, a table that the output layer shares). */
  readonly accumulateDx: boolean;
  readonly dh0: Tensor | null; // [B,H]
  readonly dc0: Tensor | null; // [B,H]
  readonly parameters: RecurrentParameters;
  /** Add to the parameter gradients instead of writing them. */
  readonly accumulate: boolean;
  /**
   * [T,B,H], written: the total derivative of the loss by each step's output h, through everything after it (and, for an lstm,
   * not through the cell state beside it). 0 at padding. What "vanishing gradient" speaks of. Absent or null where nobody looks.
   */
  readonly dh?: Tensor | null;
}

/** A block of a matrix: row r of it starts at element offset + r*stride. */
export interface Block {
  readonly tensor: Tensor;
  readonly offset: number;
  readonly stride: number;
}

/** Non-linearities that stand alone. */
export type Activation = 'tanh' | 'relu' | 'sigmoid';

/**
 * Attention of decoder steps to all source positions. `dot`: e = q·k (Luong et al. 2015, eq. 8; "general" where the keys are
 * W_a times the encoder's states). `additive`: e = v·tanh(q + k) (Bahdanau et al. 2015, A.1.2, with q = W₂ s and k = W₁ h).
 */
export interface AttentionShape {
  readonly score: 'dot' | 'additive';
  /** Sequences side by side. */
  readonly B: number;
  /** Source positions. */
  readonly Tx: number;
  /** Width of queries and keys. */
  readonly A: number;
  /** Width of values and context. */
  readonly F: number;
  /** The decoder steps first … first+steps-1 attend; the tensors' rows of other steps are not touched. */
  readonly first: number;
  readonly steps: number;
}

export interface AttentionOperands {
  readonly shape: AttentionShape;
  readonly queries: Tensor; // [Ty,B,A]
  readonly keys: Tensor; // [Tx,B,A]
  readonly v: Tensor | null; // [A]; additive only
  readonly values: Tensor; // [Tx,B,F]
  /** Real source positions of each sequence; null when all have Tx. Attention sees no others. */
  readonly lengths: Tensor | null; // int [B]
  readonly weights: Tensor; // [Ty,B,Tx], out of the forward: softmax of e, 0 at padding
  readonly context: Tensor; // [Ty,B,F], out of the forward: Σ_s weights values
}

/** Input: dContext. dQueries is written; the rest too, or added to where `accumulate`. dKeys may be the same memory as dValues. */
export interface AttentionGradients {
  readonly dContext: Tensor; // [Ty,B,F]
  readonly dQueries: Tensor; // [Ty,B,A]
  readonly dKeys: Tensor; // [Tx,B,A]
  readonly dValues: Tensor; // [Tx,B,F]
  readonly dV: Tensor | null; // [A]; additive only
  readonly accumulate: boolean;
}

/** What a sequence's outputs become one vector by: those of the last step that each direction computed, their mean, their maximum. */
export type Pooling = 'last' | 'mean' | 'max';

export interface PoolingShape {
  readonly kind: Pooling;
  readonly T: number;
  readonly B: number;
  /** Width of the outputs, both directions together. */
  readonly F: number;
  /** `last`: with 2, the second half of the columns is taken at the first step, where the right-to-left direction ends. */
  readonly D: 1 | 2;
}

/** Added to the variance in layer normalisation: PyTorch's default. */
export const LAYER_NORM_EPSILON = 1e-5;

/** One optimiser's update of all parameters at once. Formulas: docs/conventions.md, checked against PyTorch's. */
export type OptimizerUpdate =
  | { readonly kind: 'sgd'; readonly learningRate: number } // no slots
  | { readonly kind: 'momentum'; readonly learningRate: number; readonly momentum: number } // slots: velocity
  | {
      /** Kingma & Ba 2015; with `weightDecay` > 0 decoupled: AdamW (Loshchilov & Hutter 2019). Slots: m, v. */
      readonly kind: 'adam';
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
      /** 1 at the first update. */
      readonly step: number;
    }
  | { readonly kind: 'rmsprop'; readonly learningRate: number; readonly alpha: number; readonly epsilon: number } // slots: v
  | { readonly kind: 'adagrad'; readonly learningRate: number; readonly epsilon: number }; // slots: sum

/** How many slots, each as large as the parameters, an optimiser keeps. */
export const OPTIMIZER_SLOTS: Readonly<Record<OptimizerUpdate['kind'], number>> = {
  sgd: 0,
  momentum: 1,
  adam: 2,
  rmsprop: 1,
  adagrad: 1,
};

/** Position in the one counter-based random stream (Philox 4x32-10): same numbers on every device. */
export interface RandomPosition {
  readonly seed: number; // unsigned 32 bits
  readonly stream: number; // unsigned 32 bits: which use (which dropout layer)
  readonly counter: number; // safe integer: which step
}

/** Times of calls on a device's own clock. */
export interface CallTimes {
  /** What the calls from now on are counted as. */
  label: string;
  /** Seconds by label, since the last time they were taken, of all work that has been waited for. */
  take(): Promise<ReadonlyMap<string, number>>;
}

export interface Kernels {
  /** Device name: 'reference', 'native', … */
  readonly name: string;
  /** What runs it, for people: "AVX-512, 2 threads". */
  readonly detail: string;
  readonly precision: 'float64' | Precision;
  /** What it holds may vanish while the engine lives (DeviceLostError): who trains on it keeps a copy of what it learned. */
  readonly losable?: boolean;
  /** How many training steps may be enqueued before the numbers of the first are there; 0, or absent, where calls wait for them. */
  readonly stepsAhead?: number;

  // Memory. Allocated when a model is planned; a training step allocates nothing.
  alloc(label: string, shape: readonly number[], dtype?: 'float' | 'int'): Tensor;
  /** A part of `parent`, sharing its memory, from element `offset` (a multiple of 64: GPU bindings need the alignment). */
  view(parent: Tensor, label: string, offset: number, shape: readonly number[]): Tensor;
  /** What recurrentForward must keep for recurrentBackward, for up to these sizes. */
  recurrentWorkspace(shape: RecurrentShape): RecurrentWorkspace;
  free(tensor: Tensor | RecurrentWorkspace): void;
  write(target: Tensor, values: HostArray | readonly number[], offset?: number): void;
  /** A copy of the first `count` elements (all by default), after all calls made so far. */
  read(source: Tensor, count?: number): Promise<HostArray>;
  copy(source: Tensor, target: Tensor, count?: number): void;
  fill(target: Tensor, value: number): void;

  // Inputs. tokens: int [N], ids in 0 … V-1.
  /** y[n,:] = table[tokens[n],:]. table [V,E], y [N,E]. */
  embeddingForward(y: Tensor, tokens: Tensor, table: Tensor, N: number, V: number, E: number): void;
  /** dTable[tokens[n],:] += dy[n,:]; unless `accumulate`, dTable starts from zeros. */
  embeddingBackward(
    dTable: Tensor,
    dy: Tensor,
    tokens: Tensor,
    N: number,
    V: number,
    E: number,
    accumulate: boolean,
  ): void;
  /** y[n,v] = 1 if v = tokens[n], else 0. y [N,V]. */
  oneHot(y: Tensor, tokens: Tensor, N: number, V: number): void;

  recurrentForward(operands: RecurrentOperands): void;
  /** After recurrentForward with the same operands, unchanged, and a workspace. */
  recurrentBackward(operands: RecurrentOperands, gradients: RecurrentGradients): void;

  /** y = x Wᵀ + b. x [N,I], weight [O,I], bias [O] or null, y [N,O]. */
  linearForward(y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, N: number, I: number, O: number): void;
  /** dx = dy W; dW = dyᵀ x; db = Σ dy. Each may be null. `accumulate` adds to dWeight and dBias (never dx). */
  linearBackward(
    dx: Tensor | null,
    dWeight: Tensor | null,
    dBias: Tensor | null,
    dy: Tensor,
    x: Tensor,
    weight: Tensor,
    N: number,
    I: number,
    O: number,
    accumulate: boolean,
  ): void;

  /**
   * Cross-entropy (natural logarithm) of softmax(logits) against targets; a target of -1 is ignored.
   * Adds (Σ -ln p, number of targets) to loss [2]. If dLogits is not null, writes d(mean over this call's targets)/dlogits,
   * 0 at ignored rows; dLogits may be the same tensor as logits. logits [N,V], targets int [N].
   *
   * With classWeights [V] each target counts as often as its class weighs: (Σ -w ln p, Σ w) is added, and the mean is their
   * quotient (torch.nn.CrossEntropyLoss with `weight`).
   *
   * With `meanOver` the mean's denominator is that instead: the rows are a part of a batch with so many targets (or such a Σ w) in all.
   */
  softmaxCrossEntropy(
    loss: Tensor,
    dLogits: Tensor | null,
    logits: Tensor,
    targets: Tensor,
    N: number,
    V: number,
    classWeights?: Tensor | null,
    meanOver?: number | null,
  ): void;

  /**
   * Binary cross-entropy of σ(logits) against targets, from the logits a: -(w y ln σ(a) + (1-y) ln(1-σ(a))), w = positiveWeights[k]
   * or 1 (torch.nn.BCEWithLogitsLoss with `pos_weight`). Adds (Σ, number of elements) to loss [2]. If dLogits is not null, writes
   * d(mean over this call's elements)/dlogits; it may be the same tensor as logits. logits, targets [N,K], targets from 0 to 1.
   * mask int [N]: rows with 0 are left out and their gradient is 0; null: all count.
   */
  sigmoidCrossEntropy(
    loss: Tensor,
    dLogits: Tensor | null,
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | null,
    N: number,
    K: number,
    positiveWeights: Tensor | null, // [K]
  ): void;

  /**
   * Squared error: adds (Σ (y - target)², number of elements) to loss [2]. If dOutputs is not null, writes d(mean over this call's
   * elements)/dy; it may be the same tensor as outputs. outputs, targets [N,K]; mask as in sigmoidCrossEntropy.
   */
  squaredError(
    loss: Tensor,
    dOutputs: Tensor | null,
    outputs: Tensor,
    targets: Tensor,
    mask: Tensor | null,
    N: number,
    K: number,
  ): void;

  /** y = act(x), the first `count` elements. y may be x. */
  activationForward(y: Tensor, x: Tensor, activation: Activation, count: number): void;
  /** dx = dy act'(x), with the derivative written in terms of y. dx may be dy. */
  activationBackward(dx: Tensor, dy: Tensor, y: Tensor, activation: Activation, count: number): void;

  /**
   * target[r,c] = source[r,c] for r < rows, c < columns; with `accumulate` += . Concatenates and splits columns, takes a step out of a
   * sequence, adds a residual. The blocks do not overlap; both float.
   */
  copyBlock(target: Block, source: Block, rows: number, columns: number, accumulate: boolean): void;

  /** Writes weights and context of the shape's steps. */
  attentionForward(operands: AttentionOperands): void;
  /** After attentionForward with the same operands, unchanged. Softmax backward: de = w (dw - Σ w dw), dw = dContext·values. */
  attentionBackward(operands: AttentionOperands, gradients: AttentionGradients): void;

  /**
   * y [B,F] from x [T,B,F] over each sequence's real steps; 0 for a sequence without any. lengths int [B], null when all have T.
   * `max` writes to `argmax` int [B,F] the step that each maximum is from (the first of equals; -1 for none); others ignore it.
   */
  poolForward(shape: PoolingShape, y: Tensor, argmax: Tensor | null, x: Tensor, lengths: Tensor | null): void;
  /** Writes dx [T,B,F], 0 at padding, from dy [B,F]. */
  poolBackward(shape: PoolingShape, dx: Tensor, dy: Tensor, argmax: Tensor | null, lengths: Tensor | null): void;

  /**
   * Layer normalisation (Ba, Kiros & Hinton 2016): y = gain (x - μ) r + bias, with μ the mean of a row and r = 1/√(variance + ε), the
   * variance divided by F. x, y [N,F]; gain, bias [F]; statistics [N,2] gets (μ, r).
   */
  layerNormForward(y: Tensor, statistics: Tensor, x: Tensor, gain: Tensor, bias: Tensor, N: number, F: number): void;
  /**
   * With x̂ = (x - μ) r and g = dy gain: dx = r (g - mean(g) - x̂ mean(g x̂)); dGain = Σ dy x̂; dBias = Σ dy, added where `accumulate`.
   * dx may be dy.
   */
  layerNormBackward(
    dx: Tensor,
    dGain: Tensor,
    dBias: Tensor,
    dy: Tensor,
    x: Tensor,
    statistics: Tensor,
    gain: Tensor,
    N: number,
    F: number,
    accumulate: boolean,
  ): void;

  /**
   * Inverted dropout: y[i] = x[i] / (1-p) where kept, else 0. Whether element i is kept depends only on `at` and i, so the
   * backward is the same call on the gradient. y may be x. Element i uses 32-bit word i mod 4 of Philox block i div 4 (random.ts)
   * and is dropped when word / 2^32 < p.
   *
   * With `period`, element i shares the fate of element i mod period: one mask for all steps (variational dropout, Gal & Ghahramani
   * 2016), where period is the number of elements of a step.
   */
  dropout(y: Tensor, x: Tensor, count: number, p: number, at: RandomPosition, period?: number): void;

  /**
   * norm[0] = ‖gradients‖₂ before clipping; then gradients *= min(1, maxNorm / (norm + epsilon)). maxNorm may be Infinity.
   * PyTorch's epsilon is 1e-6, D2L's 0. A norm that is not finite leaves the gradients as they are.
   */
  clipByGlobalNorm(norm: Tensor, gradients: Tensor, maxNorm: number, epsilon: number): void;
  /** Updates parameters in place, all of one size. `slots` are the optimiser's own tensors, zero before the first update. */
  updateParameters(update: OptimizerUpdate, parameters: Tensor, gradients: Tensor, slots: readonly Tensor[]): void;

  /**
   * From now on times calls, for profiles. null: this device cannot. Absent where calls are complete when they return, so that anybody
   * can time them.
   */
  timeCalls?(): CallTimes | null;

  /** Ends threads and frees device memory. No call may follow. */
  dispose(): void;
}
