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
import type { CellEquations, CellParameters, CellStep } from './cell.ts';
import { gruBefore } from './gru-before.ts';
import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import { rnnRelu, rnnSigmoid, rnnTanh } from './rnn.ts';
import { checkedLengths, floats, tokenIds } from './tensor.ts';
import { add, row } from './vector.ts';

const CELLS: Readonly<Record<Cell, CellEquations>> = {
  rnn_tanh: rnnTanh,
  rnn_relu: rnnRelu,
  rnn_sigmoid: rnnSigmoid,
  lstm,
  gru,
  gru_before: gruBefore,
};

const NONE = new Float64Array(0);

/** What the cell saved at each step, and the LSTM's cell states. */
export class ReferenceWorkspace implements RecurrentWorkspace {
  readonly saved: Float64Array; // [T,B,saved*H]
  readonly c: Float64Array; // [T,B,H]; [0] unless lstm
  readonly bytes: number;

  constructor({ cell, T, B, H }: RecurrentShape) {
    this.saved = new Float64Array(T * B * CELLS[cell].saved * H);
    this.c = cell === 'lstm' ? new Float64Array(T * B * H) : NONE;
    this.bytes = this.saved.byteLength + this.c.byteLength;
  }
}

/** A whole sequence, as RecurrentOperands says. Each sequence of the batch is computed by itself, step after step. */
export function recurrentForward(operands: RecurrentOperands): void {
  const { shape } = operands;
  const { T, B, H } = shape;
  const cell = CELLS[shape.cell];
  const sequences = new Sequences(operands);
  const hn = floats(operands.hn, B * H);
  const cn = operands.cn && floats(operands.cn, B * H);
  for (let b = 0; b < B; b++) {
    const n = sequences.length(b);
    for (let s = 0; s < n; s++) cell.forward(sequences.step(b, s), sequences.parameters);
    for (let t = n; t < T; t++) sequences.yRow(b, t).fill(0);
    row(hn, b, H).set(sequences.hAfter(b, n - 1));
    if (cn) row(cn, b, H).set(sequences.cAfter(b, n - 1));
  }
}

/** Backpropagation through time: the steps of recurrentForward, last first. */
export function recurrentBackward(operands: RecurrentOperands, gradients: RecurrentGradients): void {
  const { shape, yOffset, yWidth } = operands;
  const { T, B, H } = shape;
  const cell = CELLS[shape.cell];
  if (operands.workspace === null) throw new Error('recurrentBackward: the forward was computed without a workspace');
  const sequences = new Sequences(operands);
  const dParameters = cellParameters(gradients.parameters, shape);
  if (!gradients.accumulate) for (const d of Object.values(dParameters)) d.fill(0);
  const dy = floats(gradients.dy, T * B * yWidth);
  const dx = gradients.dx && inputGradient(gradients.dx, operands.x, shape, gradients.accumulateDx);
  const dhAll = gradients.dh ? floats(gradients.dh, T * B * H) : null;
  dhAll?.fill(0, 0, T * B * H);

  for (let b = 0; b < B; b++) {
    let dh = stateRow(gradients.dhn, b, B, H).slice();
    let dc = shape.cell === 'lstm' ? stateRow(gradients.dcn, b, B, H).slice() : NONE;
    for (let s = sequences.length(b) - 1; s >= 0; s--) {
      const t = sequences.time(b, s);
      const dhNext = dh;
      const dcNext = dc;
      add(dhNext, row(dy, t * B + b, yWidth).subarray(yOffset, yOffset + H));
      if (dhAll) row(dhAll, t * B + b, H).set(dhNext);
      dh = new Float64Array(H);
      dc = new Float64Array(dcNext.length);
      const step = sequences.step(b, s);
      cell.backward({ dhNext, dcNext, dx: dx?.(t * B + b) ?? null, dh, dc }, dParameters, step, sequences.parameters);
    }
    if (gradients.dh0) row(floats(gradients.dh0, B * H), b, H).set(dh);
    if (gradients.dc0) row(floats(gradients.dc0, B * H), b, H).set(dc);
  }
}

/** Where each step of each sequence finds its numbers: lengths, direction, initial states and column offsets are here. */
class Sequences {
  readonly parameters: CellParameters;
  readonly #operands: RecurrentOperands;
  readonly #lengths: Int32Array | null;
  readonly #x: (n: number) => Float64Array;
  readonly #y: Float64Array;
  readonly #workspace: ReferenceWorkspace;

  constructor(operands: RecurrentOperands) {
    const { shape, yOffset, yWidth } = operands;
    const { T, B } = shape;
    if (yOffset < 0 || yOffset + shape.H > yWidth) {
      throw new RangeError(
        `recurrent: columns ${yOffset} … ${yOffset + shape.H - 1} are outside rows of width ${yWidth}`,
      );
    }
    this.#operands = operands;
    this.parameters = cellParameters(operands.parameters, shape);
    this.#lengths = operands.lengths && checkedLengths(operands.lengths, T, B);
    this.#x = inputVectors(operands.x, shape);
    this.#y = floats(operands.y, T * B * yWidth);
    this.#workspace = workspaceFor(operands.workspace, shape);
  }

  /** Real steps of sequence b. */
  length(b: number): number {
    return this.#lengths ? this.#lengths[b] : this.#operands.shape.T;
  }

  /** Time of the s-th step that is computed for sequence b: right-to-left starts at its last real step. */
  time(b: number, s: number): number {
    return this.#operands.reverse ? this.length(b) - 1 - s : s;
  }

  /** This direction's columns of y at time t. */
  yRow(b: number, t: number): Float64Array {
    const { shape, yOffset, yWidth } = this.#operands;
    return row(this.#y, t * shape.B + b, yWidth).subarray(yOffset, yOffset + shape.H);
  }

  /** The hidden state after the s-th step; after step -1, the initial state. */
  hAfter(b: number, s: number): Float64Array {
    const { h0, shape } = this.#operands;
    return s < 0 ? stateRow(h0, b, shape.B, shape.H) : this.yRow(b, this.time(b, s));
  }

  /** The cell state after the s-th step; [0] unless lstm. */
  cAfter(b: number, s: number): Float64Array {
    const { c0, shape } = this.#operands;
    if (shape.cell !== 'lstm') return NONE;
    return s < 0 ? stateRow(c0, b, shape.B, shape.H) : row(this.#workspace.c, this.time(b, s) * shape.B + b, shape.H);
  }

  step(b: number, s: number): CellStep {
    const { shape } = this.#operands;
    const n = this.time(b, s) * shape.B + b;
    return {
      x: this.#x(n),
      h: this.hAfter(b, s - 1),
      c: this.cAfter(b, s - 1),
      hNext: this.hAfter(b, s),
      cNext: this.cAfter(b, s),
      saved: row(this.#workspace.saved, n, CELLS[shape.cell].saved * shape.H),
    };
  }
}

/** The vector that row n of [T,B] reads: of x, of the table, or one-hot. */
function inputVectors(x: RecurrentInput, { T, B, I }: RecurrentShape): (n: number) => Float64Array {
  if (!isTokenInput(x)) {
    const vectors = floats(x, T * B * I);
    return (n) => row(vectors, n, I);
  }
  const tokens = tokenIds(x.tokens, T * B, x.V);
  if (x.table) {
    const table = floats(x.table, x.V * I);
    return (n) => row(table, tokens[n], I);
  }
  if (x.V !== I) throw new RangeError(`recurrent: one-hot vectors of ${x.V} tokens are not ${I} wide`);
  return (n) => Float64Array.from({ length: I }, (_, i) => (i === tokens[n] ? 1 : 0));
}

/** Where the gradient by the vector that row n of [T,B] read is added, cleared before unless it is added to. */
function inputGradient(
  dx: Tensor,
  x: RecurrentInput,
  { T, B, I }: RecurrentShape,
  accumulate: boolean,
): (n: number) => Float64Array {
  if (isTokenInput(x) && !x.table) throw new TypeError('recurrent: one-hot vectors have no gradient, dx must be null');
  const rows = isTokenInput(x) ? x.V : T * B;
  const gradient = floats(dx, rows * I);
  if (!accumulate) gradient.fill(0, 0, rows * I);
  const tokens = isTokenInput(x) ? tokenIds(x.tokens, T * B, x.V) : null;
  return (n) => row(gradient, tokens ? tokens[n] : n, I);
}

function cellParameters(parameters: RecurrentParameters, { cell, I, H }: RecurrentShape): CellParameters {
  const GH = GATES[cell] * H;
  if ((parameters.biasHh === null) !== (cell === 'gru_before')) {
    throw new TypeError(
      `recurrent: ${cell} ${cell === 'gru_before' ? 'has one bias, biasHh must be null' : 'needs biasHh'}`,
    );
  }
  return {
    W: floats(parameters.weightIh, GH * I).subarray(0, GH * I),
    U: floats(parameters.weightHh, GH * H).subarray(0, GH * H),
    b: floats(parameters.biasIh, GH).subarray(0, GH),
    d: parameters.biasHh === null ? NONE : floats(parameters.biasHh, GH).subarray(0, GH),
  };
}

/** Row b of a state [B,H]; zeros where it is absent. */
function stateRow(state: Tensor | null, b: number, B: number, H: number): Float64Array {
  return state === null ? new Float64Array(H) : row(floats(state, B * H), b, H);
}

function workspaceFor(given: RecurrentWorkspace | null, shape: RecurrentShape): ReferenceWorkspace {
  if (given === null) return new ReferenceWorkspace(shape);
  if (!(given instanceof ReferenceWorkspace)) throw new TypeError('recurrent: the workspace belongs to another device');
  const { cell, T, B, H } = shape;
  if (given.saved.length < T * B * CELLS[cell].saved * H || (cell === 'lstm' && given.c.length < T * B * H)) {
    throw new RangeError(`recurrent: the workspace was planned for less than T ${T}, B ${B}, H ${H} of a ${cell}`);
  }
  return given;
}
