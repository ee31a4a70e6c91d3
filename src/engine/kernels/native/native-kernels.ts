import { isTokenInput, LAYER_NORM_EPSILON } from '../kernels.ts';
import type {
  Activation,
  AttentionGradients,
  AttentionOperands,
  Block,
  Cell,
  HostArray,
  Kernels,
  OptimizerUpdate,
  Pooling,
  PoolingShape,
  RandomPosition,
  RecurrentGradients,
  RecurrentInput,
  RecurrentOperands,
  RecurrentShape,
  RecurrentWorkspace,
  Tensor,
} from '../kernels.ts';
import type { NativeContext } from './addon.ts';
import {
  elementCount,
  floats,
  floatsOrNull,
  ints,
  intsOrNull,
  memory,
  type Heap,
  NativeTensor,
  NativeWorkspace,
  writeTensor,
} from './tensor.ts';

/** Numbers of the cells in kernels.h. */
const CELLS: Readonly<Record<Cell, number>> = {
  rnn_tanh: 0,
  rnn_relu: 1,
  rnn_sigmoid: 2,
  lstm: 3,
  gru: 4,
  gru_before: 5,
};

/** Numbers of the optimisers in kernels.h. */
const OPTIMIZERS: Readonly<Record<OptimizerUpdate['kind'], number>> = {
  sgd: 0,
  momentum: 1,
  adam: 2,
  rmsprop: 3,
  adagrad: 4,
};

const ACTIVATIONS: Readonly<Record<Activation, number>> = { tanh: 0, relu: 1, sigmoid: 2 };
const POOLINGS: Readonly<Record<Pooling, number>> = { last: 0, mean: 1, max: 2 };

/** Views start at multiples of this many elements. */
const VIEW_ALIGNMENT = 64;

/** What the C++ kernels were compiled to and where their tensors live. */
export interface CompiledDevice {
  readonly name: 'native' | 'wasm';
  /** "AVX-512": what comes before the number of threads. */
  readonly instructions: string;
  readonly context: NativeContext;
  readonly heap: Heap;
}

/**
 * The C++ kernels, compiled to machine code (native) or to WebAssembly (wasm), on all physical cores, float32. JavaScript owns all
 * tensors, the kernels fill them; every call is complete when it returns. Results do not depend on the number of threads.
 */
export class NativeKernels implements Kernels {
  readonly name: string;
  readonly detail: string;
  readonly precision = 'float32';
  readonly #heap: Heap;
  readonly #context: NativeContext;
  /**
   * Gradients that clipByGlobalNorm has yet to multiply. Nearly always updateParameters comes next and does it on the way, which saves
   * reading them once more; any other call does it first.
   */
  #unscaled: { gradients: Tensor; by: number } | null = null;

  constructor({ name, instructions, context, heap }: CompiledDevice) {
    this.name = name;
    this.#heap = heap;
    this.#context = context;
    this.detail = `${instructions}, ${context.threads} thread${context.threads === 1 ? '' : 's'}`;
  }

  alloc(label: string, shape: readonly number[], dtype: 'float' | 'int' = 'float'): Tensor {
    return new NativeTensor(label, shape, this.#heap.allocate(label, elementCount(label, shape), dtype), this.#heap);
  }

  view(parent: Tensor, label: string, offset: number, shape: readonly number[]): Tensor {
    const count = elementCount(label, shape);
    if (offset % VIEW_ALIGNMENT !== 0 || offset < 0 || offset + count > parent.size) {
      throw new RangeError(
        `view "${label}": ${count} elements at ${offset} of "${parent.label}" (${parent.size}); ` +
          `a view lies inside its parent and starts at a multiple of ${VIEW_ALIGNMENT}`,
      );
    }
    return new NativeTensor(label, shape, memory(parent).subarray(offset, offset + count), parent as NativeTensor);
  }

  recurrentWorkspace(shape: RecurrentShape): RecurrentWorkspace {
    const { cell, T, B, I, H } = shape;
    const count = this.#context.recurrentWorkspaceFloats(CELLS[cell], false, T, B, I, H);
    const data = this.#heap.allocate('recurrent workspace', count, 'float') as Float32Array;
    return new NativeWorkspace({ ...shape }, data, this.#heap);
  }

  free(tensor: Tensor | RecurrentWorkspace): void {
    this.#settle();
    if (tensor instanceof NativeTensor || tensor instanceof NativeWorkspace) tensor.release();
  }

  write(target: Tensor, values: HostArray | readonly number[], offset = 0): void {
    this.#settle();
    writeTensor(target, values, offset);
  }

  async read(source: Tensor, count = source.size): Promise<HostArray> {
    this.#settle();
    return this.#first(source, count).slice();
  }

  copy(source: Tensor, target: Tensor, count = source.size): void {
    this.#settle();
    writeTensor(target, this.#first(source, count), 0);
  }

  fill(target: Tensor, value: number): void {
    this.#settle();
    memory(target).fill(value);
  }

  embeddingForward(y: Tensor, tokens: Tensor, table: Tensor, N: number, V: number, E: number): void {
    this.#settle();
    this.#context.embeddingForward(N, V, E, floats(y), ints(tokens), floats(table));
  }

  embeddingBackward(
    dTable: Tensor,
    dy: Tensor,
    tokens: Tensor,
    N: number,
    V: number,
    E: number,
    accumulate: boolean,
  ): void {
    this.#settle();
    this.#context.embeddingBackward(N, V, E, floats(dTable), floats(dy), ints(tokens), accumulate);
  }

  oneHot(y: Tensor, tokens: Tensor, N: number, V: number): void {
    this.#settle();
    const rows = floats(y);
    const ids = ints(tokens);
    if (rows.length < N * V || ids.length < N) {
      throw new RangeError(`oneHot: ${N} rows of ${V} do not fit tensors of ${rows.length} and ${ids.length} elements`);
    }
    rows.fill(0, 0, N * V);
    for (let n = 0; n < N; n++) {
      const id = ids[n]!;
      if (id < 0 || id >= V) throw new RangeError(`oneHot: tokens[${n}] is ${id}, expected 0 to ${V - 1}`);
      rows[n * V + id] = 1;
    }
  }

  recurrentForward(operands: RecurrentOperands): void {
    this.#settle();
    const { shape, parameters: w } = operands;
    this.#context.recurrentForward(
      CELLS[shape.cell],
      operands.reverse,
      shape.T,
      shape.B,
      shape.I,
      shape.H,
      ...inputOf(operands.x),
      intsOrNull(operands.lengths),
      floats(w.weightIh),
      floats(w.weightHh),
      floats(w.biasIh),
      floatsOrNull(w.biasHh),
      floatsOrNull(operands.h0),
      floatsOrNull(operands.c0),
      operands.yOffset,
      operands.yWidth,
      floats(operands.y),
      floats(operands.hn),
      floatsOrNull(operands.cn),
      operands.workspace && workspaceOf(operands.workspace, shape),
    );
  }

  recurrentBackward(operands: RecurrentOperands, gradients: RecurrentGradients): void {
    this.#settle();
    const { shape, parameters: w, workspace } = operands;
    const { parameters: dw } = gradients;
    if (!workspace) throw new TypeError('recurrentBackward: the forward was run without a workspace');
    this.#context.recurrentBackward(
      CELLS[shape.cell],
      operands.reverse,
      shape.T,
      shape.B,
      shape.I,
      shape.H,
      ...inputOf(operands.x),
      intsOrNull(operands.lengths),
      floats(w.weightIh),
      floats(w.weightHh),
      floats(w.biasIh),
      floatsOrNull(w.biasHh),
      floatsOrNull(operands.c0),
      operands.yOffset,
      operands.yWidth,
      workspaceOf(workspace, shape),
      floats(gradients.dy),
      floatsOrNull(gradients.dhn),
      floatsOrNull(gradients.dcn),
      floatsOrNull(gradients.dx),
      gradients.accumulateDx,
      floatsOrNull(gradients.dh0),
      floatsOrNull(gradients.dc0),
      floats(dw.weightIh),
      floats(dw.weightHh),
      floats(dw.biasIh),
      floatsOrNull(dw.biasHh),
      gradients.accumulate,
      floatsOrNull(gradients.dh ?? null),
    );
  }

  linearForward(y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, N: number, I: number, O: number): void {
    this.#settle();
    this.#context.linearForward(N, I, O, floats(y), floats(x), floats(weight), floatsOrNull(bias));
  }

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
  ): void {
    this.#settle();
    this.#context.linearBackward(
      N,
      I,
      O,
      floatsOrNull(dx),
      floatsOrNull(dWeight),
      floatsOrNull(dBias),
      floats(dy),
      floats(x),
      floats(weight),
      accumulate,
    );
  }

  softmaxCrossEntropy(
    loss: Tensor,
    dLogits: Tensor | null,
    logits: Tensor,
    targets: Tensor,
    N: number,
    V: number,
    classWeights: Tensor | null = null,
    meanOver: number | null = null,
  ): void {
    this.#settle();
    const weights = floatsOrNull(classWeights);
    this.#context.softmaxCrossEntropy(
      N,
      V,
      floats(loss),
      floatsOrNull(dLogits),
      floats(logits),
      ints(targets),
      weights,
      meanOver ?? 0,
    );
  }

  sigmoidCrossEntropy(
    loss: Tensor,
    dLogits: Tensor | null,
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | null,
    N: number,
    K: number,
    positiveWeights: Tensor | null,
  ): void {
    this.#elementLoss(true, loss, dLogits, logits, targets, mask, N, K, positiveWeights);
  }

  squaredError(
    loss: Tensor,
    dOutputs: Tensor | null,
    outputs: Tensor,
    targets: Tensor,
    mask: Tensor | null,
    N: number,
    K: number,
  ): void {
    this.#elementLoss(false, loss, dOutputs, outputs, targets, mask, N, K, null);
  }

  #elementLoss(
    binary: boolean,
    loss: Tensor,
    gradient: Tensor | null,
    outputs: Tensor,
    targets: Tensor,
    mask: Tensor | null,
    N: number,
    K: number,
    positiveWeights: Tensor | null,
  ): void {
    this.#settle();
    this.#context.elementLoss(
      binary,
      N,
      K,
      floats(loss),
      floatsOrNull(gradient),
      floats(outputs),
      floats(targets),
      intsOrNull(mask),
      floatsOrNull(positiveWeights),
    );
  }

  activationForward(y: Tensor, x: Tensor, activation: Activation, count: number): void {
    this.#settle();
    this.#context.activation(ACTIVATIONS[activation], count, floats(y), floats(x), null);
  }

  activationBackward(dx: Tensor, dy: Tensor, y: Tensor, activation: Activation, count: number): void {
    this.#settle();
    this.#context.activation(ACTIVATIONS[activation], count, floats(dx), floats(y), floats(dy));
  }

  copyBlock(target: Block, source: Block, rows: number, columns: number, accumulate: boolean): void {
    this.#settle();
    this.#context.copyBlock(
      rows,
      columns,
      target.offset,
      target.stride,
      source.offset,
      source.stride,
      floats(target.tensor),
      floats(source.tensor),
      accumulate,
    );
  }

  attentionForward({ shape, queries, keys, v, values, lengths, weights, context }: AttentionOperands): void {
    this.#settle();
    this.#context.attentionForward(
      ...attentionSizes(shape),
      floats(queries),
      floats(keys),
      floatsOrNull(v),
      floats(values),
      intsOrNull(lengths),
      floats(weights),
      floats(context),
    );
  }

  attentionBackward(operands: AttentionOperands, gradients: AttentionGradients): void {
    this.#settle();
    this.#context.attentionBackward(
      ...attentionSizes(operands.shape),
      floats(operands.queries),
      floats(operands.keys),
      floatsOrNull(operands.v),
      floats(operands.values),
      intsOrNull(operands.lengths),
      floats(operands.weights),
      null,
      floats(gradients.dContext),
      floats(gradients.dQueries),
      floats(gradients.dKeys),
      floats(gradients.dValues),
      floatsOrNull(gradients.dV),
      gradients.accumulate,
    );
  }

  poolForward(
    { kind, T, B, F, D }: PoolingShape,
    y: Tensor,
    argmax: Tensor | null,
    x: Tensor,
    lengths: Tensor | null,
  ): void {
    this.#settle();
    const steps = intsOrNull(argmax);
    this.#context.pool(false, POOLINGS[kind], T, B, F, D, floats(y), floats(x), steps, intsOrNull(lengths));
  }

  poolBackward(
    { kind, T, B, F, D }: PoolingShape,
    dx: Tensor,
    dy: Tensor,
    argmax: Tensor | null,
    lengths: Tensor | null,
  ): void {
    this.#settle();
    const steps = intsOrNull(argmax);
    this.#context.pool(true, POOLINGS[kind], T, B, F, D, floats(dx), floats(dy), steps, intsOrNull(lengths));
  }

  layerNormForward(y: Tensor, statistics: Tensor, x: Tensor, gain: Tensor, bias: Tensor, N: number, F: number): void {
    this.#settle();
    const saved = floats(statistics);
    this.#context.layerNormForward(N, F, LAYER_NORM_EPSILON, floats(y), saved, floats(x), floats(gain), floats(bias));
  }

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
  ): void {
    this.#settle();
    this.#context.layerNormBackward(
      N,
      F,
      floats(dx),
      floats(dGain),
      floats(dBias),
      floats(dy),
      floats(x),
      floats(statistics),
      floats(gain),
      accumulate,
    );
  }

  dropout(y: Tensor, x: Tensor, count: number, p: number, at: RandomPosition, period = count): void {
    this.#settle();
    this.#context.dropout(count, floats(y), floats(x), p, at.seed, at.stream, at.counter, period);
  }

  clipByGlobalNorm(norm: Tensor, gradients: Tensor, maxNorm: number, epsilon: number): void {
    this.#settle();
    const by = this.#context.clip(gradients.size, floats(norm), floats(gradients), maxNorm, epsilon);
    if (by !== 1) this.#unscaled = { gradients, by };
  }

  updateParameters(update: OptimizerUpdate, parameters: Tensor, gradients: Tensor, slots: readonly Tensor[]): void {
    const by = this.#unscaled?.gradients === gradients ? this.#unscaled.by : 1;
    if (by === 1) this.#settle();
    this.#unscaled = null;
    const [slot0, slot1] = slots;
    const { a = 0, b = 0, epsilon = 0, weightDecay = 0, step = 1 } = coefficients(update);
    this.#context.update(
      OPTIMIZERS[update.kind],
      parameters.size,
      floats(parameters),
      floats(gradients),
      slot0 ? floats(slot0) : null,
      slot1 ? floats(slot1) : null,
      by,
      update.learningRate,
      a,
      b,
      epsilon,
      weightDecay,
      step,
    );
  }

  /**
   * The machine under these kernels: GFLOP/s of multiply-adds on registers, and the time of one barrier. Each is the best of several
   * short trials, since other programs only ever make them worse.
   */
  measureMachine(): { peakGflops: number; barrierNanoseconds: number } {
    const trials = Array.from({ length: 40 });
    return {
      peakGflops: Math.max(...trials.map(() => this.#context.multiplyAdds(100_000))),
      barrierNanoseconds: Math.min(...trials.map(() => this.#context.barriers(1_000))),
    };
  }

  /** Bytes of the operands' packed copies and partial sums, which live from one call to the next. */
  get scratchBytes(): number {
    return this.#context.scratchBytes();
  }

  dispose(): void {
    this.#context.dispose();
  }

  /** Multiplies the gradients that clipping has left for later. */
  #settle(): void {
    if (!this.#unscaled) return;
    const { gradients, by } = this.#unscaled;
    this.#unscaled = null;
    this.#context.scale(gradients.size, floats(gradients), by);
  }

  #first(source: Tensor, count: number): Float32Array | Int32Array {
    if (!Number.isSafeInteger(count) || count < 0 || count > source.size) {
      throw new RangeError(`reading ${count} elements of tensor "${source.label}", which has ${source.size}`);
    }
    return memory(source).subarray(0, count);
  }
}

/** V, tokens and x as the addon takes them. */
function inputOf(x: RecurrentInput): [V: number, tokens: Int32Array | null, x: Float32Array | null] {
  return isTokenInput(x) ? [x.V, ints(x.tokens), floatsOrNull(x.table)] : [0, null, floats(x)];
}

function attentionSizes({ score, B, Tx, A, F, first, steps }: AttentionOperands['shape']) {
  return [score === 'additive', B, Tx, A, F, first, steps] as const;
}

function coefficients(update: OptimizerUpdate): {
  a?: number;
  b?: number;
  epsilon?: number;
  weightDecay?: number;
  step?: number;
} {
  switch (update.kind) {
    case 'sgd':
      return {};
    case 'momentum':
      return { a: update.momentum };
    case 'adam':
      return { ...update, a: update.beta1, b: update.beta2 };
    case 'rmsprop':
      return { a: update.alpha, epsilon: update.epsilon };
    case 'adagrad':
      return { epsilon: update.epsilon };
  }
}

/** The workspace's memory; it must have been made for the same cell and units, and at least as many steps and sequences. */
function workspaceOf(workspace: RecurrentWorkspace, shape: RecurrentShape): Float32Array {
  if (!(workspace instanceof NativeWorkspace)) throw new TypeError('the recurrent workspace belongs to another device');
  const made = workspace.shape;
  if (made.cell !== shape.cell || made.H !== shape.H || made.T * made.B < shape.T * shape.B) {
    throw new RangeError(
      `the recurrent workspace was made for ${describe(made)}, and does not hold ${describe(shape)}`,
    );
  }
  return workspace.data;
}

function describe({ cell, T, B, H }: RecurrentShape): string {
  return `${cell}, T ${T}, B ${B}, H ${H}`;
}
