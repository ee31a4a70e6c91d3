import { GATES, isTokenInput } from '../kernels.ts';
import type {
  Cell,
  RecurrentGradients,
  RecurrentInput,
  RecurrentOperands,
  RecurrentParameters,
  RecurrentShape,
  RecurrentWorkspace,
  Tensor,
} from '../kernels.ts';
import type { TensorFlow, Value, Vector } from './api.ts';
import type { CellEquations, CellHistory, CellParameters, CellStates } from './cell.ts';
import { readBlock, writeBlock } from './copy-block.ts';
import { sumByToken } from './embedding.ts';
import { gruBefore } from './gru-before.ts';
import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import type { Memory } from './memory.ts';
import { rnnRelu, rnnSigmoid, rnnTanh } from './rnn.ts';
import { assign, checkedLengths, floats, tokenIds } from './tensor.ts';

const CELLS: Readonly<Record<Cell, CellEquations>> = {
  rnn_tanh: rnnTanh,
  rnn_relu: rnnRelu,
  rnn_sigmoid: rnnSigmoid,
  lstm,
  gru,
  gru_before: gruBefore,
};

/** What a forward keeps of its steps, in the order in which they were computed, until the next forward with this workspace. */
export class TensorflowWorkspace implements RecurrentWorkspace {
  readonly shape: RecurrentShape;
  /** What it grows to. */
  readonly bytes: number;
  readonly #memory: Memory;
  #history: CellHistory | null = null;

  constructor(memory: Memory, shape: RecurrentShape) {
    const { cell, T, B, H } = shape;
    this.shape = { ...shape };
    this.bytes = 4 * T * B * H * (CELLS[cell].saved + (cell === 'lstm' ? 2 : 1));
    this.#memory = memory;
  }

  get history(): CellHistory | null {
    return this.#history;
  }

  /** Inside Memory.run. */
  set history({ h, c, saved }: CellHistory) {
    this.#releaseHistory();
    const keep = (value: Value) => this.#memory.keep(value);
    this.#history = { h: keep(h), c: c && keep(c), saved: saved.map(keep) };
  }

  release(): void {
    this.#memory.run(() => this.#releaseHistory());
  }

  #releaseHistory(): void {
    if (this.#history === null) return;
    const { h, c, saved } = this.#history;
    for (const value of [h, ...(c ? [c] : []), ...saved]) this.#memory.release(value);
    this.#history = null;
  }
}

/** A whole sequence, as RecurrentOperands says: one product for the inputs of all steps, then step after step for all sequences. */
export function recurrentForward(tf: TensorFlow, operands: RecurrentOperands): void {
  const { shape, yWidth, yOffset } = operands;
  const { T, B, H } = shape;
  requireColumns(operands);
  const workspace = operands.workspace && workspaceFor(operands.workspace, shape);
  const cell = CELLS[shape.cell];
  const parameters = recurrentParameters(operands);
  const fromX = tf.unstack(tf.reshape(projectInput(tf, operands), [T, B, GATES[shape.cell] * H]));
  const real = realSequences(tf, operands);

  let states: CellStates = {
    h: stateOf(tf, operands.h0, shape),
    c: shape.cell === 'lstm' ? stateOf(tf, operands.c0, shape) : null,
  };
  const before: CellStates[] = [];
  const saved: (readonly Value[])[] = [];
  const y = new Array<Value>(T);
  for (const t of timesOf(operands)) {
    const next = cell.forward(tf, fromX[t]!, states, parameters);
    before.push(states);
    saved.push(next.saved);
    // A sequence has its states from its last real step on; right-to-left, until its last real step.
    states = { h: choose(tf, real[t]!, next.h, states.h), c: next.c && choose(tf, real[t]!, next.c, states.c!) };
    y[t] = choose(tf, real[t]!, next.h, 0);
  }
  if (workspace) {
    workspace.history = {
      h: tf.concat(before.map(({ h }) => h)),
      c: states.c && tf.concat(before.map(({ c }) => c!)),
      saved: saved[0]!.map((_, k) => tf.concat(saved.map((values) => values[k]!))),
    };
  }
  writeBlock(tf, { tensor: operands.y, offset: yOffset, stride: yWidth }, tf.concat(y));
  assign(operands.hn, states.h);
  if (operands.cn && states.c) assign(operands.cn, states.c);
}

/** Backpropagation through time: the steps of recurrentForward, last first; then one product for each weight's gradient. */
export function recurrentBackward(tf: TensorFlow, operands: RecurrentOperands, gradients: RecurrentGradients): void {
  const { shape, yWidth, yOffset } = operands;
  const { T, B, H } = shape;
  if (operands.workspace === null) throw new Error('recurrentBackward: the forward was computed without a workspace');
  requireColumns(operands);
  const { history } = workspaceFor(operands.workspace, shape);
  if (history?.h.shape[0] !== T * B) {
    throw new Error('recurrentBackward: no forward of these steps and sequences was computed with this workspace');
  }
  const cell = CELLS[shape.cell];
  const parameters = recurrentParameters(operands);
  const real = realSequences(tf, operands);
  const stepwise = (values: Value) => tf.unstack(tf.reshape(values, [T, B, H]));
  const factors = cell.factors(tf, history).map(stepwise);
  const dy = stepwise(readBlock(tf, { tensor: gradients.dy, offset: yOffset, stride: yWidth }, T * B, H));

  let next: CellStates = {
    h: stateOf(tf, gradients.dhn, shape),
    c: shape.cell === 'lstm' ? stateOf(tf, gradients.dcn, shape) : null,
  };
  const times = timesOf(operands);
  const [dFromX, dFromH, dh] = [new Array<Value>(T), new Array<Value>(T), new Array<Value>(T)];
  for (let s = T - 1; s >= 0; s--) {
    const t = times[s]!;
    const mask = real[t]!;
    const after = { h: tf.add(next.h, choose(tf, mask, dy[t]!, 0)), c: next.c };
    const before = cell.backward(
      tf,
      after,
      factors.map((steps) => steps[s]!),
      parameters,
    );
    dh[t] = after.h;
    dFromX[t] = choose(tf, mask, before.dFromX, 0);
    dFromH[s] = before.dFromH === before.dFromX ? dFromX[t]! : choose(tf, mask, before.dFromH, 0);
    next = { h: choose(tf, mask, before.dh, next.h), c: before.dc && choose(tf, mask, before.dc, next.c!) };
  }

  const { parameters: d, accumulate } = gradients;
  requireBiases(d, shape);
  const allFromX = tf.concat(dFromX); // [T*B,G*H], in the order of time
  const allFromH = tf.concat(dFromH); // [T*B,G*H], in the order of computation, as the history is
  inputGradients(tf, operands, gradients, allFromX);
  assign(d.weightHh, recurrentGradient(tf, cell.multiplied(history), allFromH), accumulate);
  assign(d.biasIh, tf.sum(allFromX, 0), accumulate);
  if (d.biasHh) assign(d.biasHh, tf.sum(allFromH, 0), accumulate);
  if (gradients.dh0) assign(gradients.dh0, next.h);
  if (gradients.dc0 && next.c) assign(gradients.dc0, next.c);
  if (gradients.dh) assign(gradients.dh, choose(tf, allReal(tf, real), tf.concat(dh), 0));
}

/** W x + b of all steps, [T*B,G*H], and d with it unless the cell needs it apart. Of a one-hot vector, W x is a column of W. */
function projectInput(tf: TensorFlow, { x, shape, parameters }: RecurrentOperands): Value {
  const { cell, I, H } = shape;
  const GH = GATES[cell] * H;
  const W = floats(parameters.weightIh, [GH, I]);
  const vectors = inputVectors(tf, x, shape);
  const product = vectors
    ? tf.matMul(vectors, W, false, true)
    : tf.gather(tf.transpose(W), inputTokens(x, shape) as Vector);
  const b = floats(parameters.biasIh, [GH]);
  const d = CELLS[cell].biasApart ? null : parameters.biasHh;
  return tf.add(product, d ? tf.add(b, floats(d, [GH])) : b);
}

/** dW = dFromXᵀ x and dx = dFromX W; by a table, dx is summed token by token. */
function inputGradients(
  tf: TensorFlow,
  operands: RecurrentOperands,
  { parameters: d, dx, accumulate, accumulateDx }: RecurrentGradients,
  dFromX: Value,
): void {
  const { x, shape, parameters } = operands;
  const { cell, I, H } = shape;
  const vectors = inputVectors(tf, x, shape);
  if (vectors === null) {
    if (dx) throw new TypeError('recurrent: one-hot vectors have no gradient, dx must be null');
    assign(d.weightIh, tf.transpose(sumByToken(tf, inputTokens(x, shape), dFromX, I)), accumulate);
    return;
  }
  // 0 · NaN would bring back what stands at padding.
  const inputs = choose(tf, allReal(tf, realSequences(tf, operands)), vectors, 0);
  assign(d.weightIh, tf.matMul(dFromX, inputs, true, false), accumulate);
  if (!dx) return;
  const dVectors = tf.matMul(dFromX, floats(parameters.weightIh, [GATES[cell] * H, I]));
  assign(dx, isTokenInput(x) ? sumByToken(tf, inputTokens(x, shape), dVectors, x.V) : dVectors, accumulateDx);
}

/** dU: the rows of each gate by what they were multiplied with. dFromH [T*B,G*H]. */
function recurrentGradient(tf: TensorFlow, multiplied: ReturnType<CellEquations['multiplied']>, dFromH: Value): Value {
  const H = multiplied[0]!.by.shape[1]!;
  const parts = tf.split(
    dFromH,
    multiplied.map(({ gates }) => gates * H),
    1,
  );
  return tf.concat(parts.map((d, k) => tf.matMul(d, multiplied[k]!.by, true, false)));
}

/** The vectors that the layer reads, [T*B,I]; null for one-hot vectors. */
function inputVectors(tf: TensorFlow, x: RecurrentInput, { T, B, I }: RecurrentShape): Value | null {
  if (!isTokenInput(x)) return floats(x, [T * B, I]);
  if (x.table) return tf.gather(floats(x.table, [x.V, I]), tokenIds(x.tokens, T * B, x.V).value);
  if (x.V !== I) throw new RangeError(`recurrent: one-hot vectors of ${x.V} tokens are not ${I} wide`);
  return null;
}

function inputTokens(x: RecurrentInput, { T, B }: RecurrentShape): Value {
  if (!isTokenInput(x)) throw new TypeError('recurrent: the layer reads vectors, not tokens');
  return tokenIds(x.tokens, T * B, x.V).value;
}

/** Which sequences are real at each time, bool [B,1]; null where all are. */
function realSequences(
  tf: TensorFlow,
  { lengths, shape: { T, B } }: Pick<RecurrentOperands, 'lengths' | 'shape'>,
): (Value | null)[] {
  if (lengths === null) return new Array<null>(T).fill(null);
  const n = checkedLengths(lengths, T, B);
  return Array.from({ length: T }, (_, t) =>
    tf.tensor2d(
      Uint8Array.from(n, (length) => Number(t < length)),
      [B, 1],
      'bool',
    ),
  );
}

/** The same for the rows [T*B] of all times, bool [T*B,1]. */
function allReal(tf: TensorFlow, real: readonly (Value | null)[]): Value | null {
  return real[0] ? tf.concat(real as Value[]) : null;
}

/** Rows of `yes` where `real`, of `no` elsewhere. */
function choose(tf: TensorFlow, real: Value | null, yes: Value, no: Value | number): Value {
  return real ? tf.where(real, yes, no) : yes;
}

/** The times of the steps in the order in which they are computed. */
function timesOf({ reverse, shape: { T } }: RecurrentOperands): readonly number[] {
  return Array.from({ length: T }, (_, s) => (reverse ? T - 1 - s : s));
}

function stateOf(tf: TensorFlow, state: Tensor | null, { B, H }: RecurrentShape): Value {
  return state ? floats(state, [B, H]) : tf.zeros([B, H]);
}

function recurrentParameters({ parameters, shape: { cell, H } }: RecurrentOperands): CellParameters {
  requireBiases(parameters, { cell });
  const GH = GATES[cell] * H;
  const d = CELLS[cell].biasApart ? parameters.biasHh : null;
  return { U: floats(parameters.weightHh, [GH, H]), d: d && floats(d, [GH]) };
}

function requireBiases(parameters: RecurrentParameters, { cell }: Pick<RecurrentShape, 'cell'>): void {
  if ((parameters.biasHh === null) === (cell === 'gru_before')) return;
  throw new TypeError(
    `recurrent: ${cell} ${cell === 'gru_before' ? 'has one bias, biasHh must be null' : 'needs biasHh'}`,
  );
}

function requireColumns({ shape: { H }, yOffset, yWidth }: RecurrentOperands): void {
  if (yOffset >= 0 && yOffset + H <= yWidth) return;
  throw new RangeError(`recurrent: columns ${yOffset} … ${yOffset + H - 1} are outside rows of width ${yWidth}`);
}

function workspaceFor(given: RecurrentWorkspace, shape: RecurrentShape): TensorflowWorkspace {
  if (!(given instanceof TensorflowWorkspace))
    throw new TypeError('recurrent: the workspace belongs to another device');
  const made = given.shape;
  if (made.cell !== shape.cell || made.H !== shape.H || made.T * made.B < shape.T * shape.B) {
    throw new RangeError(
      `the recurrent workspace was made for ${describe(made)}, and does not hold ${describe(shape)}`,
    );
  }
  return given;
}

function describe({ cell, T, B, H }: RecurrentShape): string {
  return `${cell}, T ${T}, B ${B}, H ${H}`;
}
