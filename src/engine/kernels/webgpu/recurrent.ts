/**
 * Whole recurrent sequences: one product for all inputs, then the steps, then (backward) one product for each weight's gradient.
 *
 * The states h and c are kept for all steps, in the order of time, with one slot more than there are steps: left to right step t reads
 * slot t and writes slot t+1, right to left it reads t+1 and writes t. At padding a state is handed on unchanged, so that the first and
 * the last slot hold (h0, c0) and (hn, cn) whatever the lengths, and the states before each step are one matrix.
 */
import { isTokenInput } from '../kernels.ts';
import type { RecurrentGradients, RecurrentOperands, RecurrentShape, RecurrentWorkspace, Tensor } from '../kernels.ts';
import type { GpuContext, GpuTensor } from './context.ts';
import { copyBlock } from './copy-block.ts';
import type { GpuKernel } from './kernel.ts';
import { columnSums, product, type Matrix } from './matmul.ts';
import { CELL_SHADERS } from './recurrent-cells.ts';
import { inputGradients, projectInput } from './recurrent-input.ts';
import {
  backwardStep,
  forwardStep,
  gruBeforeGates,
  gruBeforeReset,
  gruBeforeState,
  initialGradient,
  SIDE,
} from './recurrent-steps.ts';
import { packBackward, packForward } from './recurrent-weights.ts';
import { elementwise, groupsOf } from './shader.ts';
import { floats, floatsOrNull, ints, type DeviceTensor } from './tensor.ts';

/** What a forward keeps for its backward. */
export class GpuWorkspace implements RecurrentWorkspace {
  readonly gates: DeviceTensor; // [T,B,saved*H]
  readonly states: DeviceTensor; // h [T+1,B,H]; lstm: then c [T+1,B,H]
  readonly resets: DeviceTensor | null; // r h [T,B,H]; gru_before only
  readonly bytes: number;

  constructor(gpu: GpuContext, shape: RecurrentShape) {
    const { gates, states, resets } = workspaceSizes(shape);
    this.gates = gpu.alloc('recurrent gates', [gates], 'float');
    this.states = gpu.alloc('recurrent states', [states], 'float');
    this.resets = resets > 0 ? gpu.alloc('recurrent resets', [resets], 'float') : null;
    this.bytes = 4 * (gates + states + resets);
  }

  get tensors(): readonly DeviceTensor[] {
    return this.resets ? [this.gates, this.states, this.resets] : [this.gates, this.states];
  }
}

interface Kept {
  readonly gates: GpuTensor;
  readonly states: GpuTensor;
  readonly resets: GpuTensor | null;
}

const clearKernel = elementwise({
  name: 'clear',
  tensors: { y: 'write f32' },
  params: ['offset'],
  code: 'y[p.offset + i] = 0.0;',
});

/** A whole sequence, as RecurrentOperands says. */
export function recurrentForward(gpu: GpuContext, operands: RecurrentOperands): void {
  const { shape, parameters, h0, c0, hn, cn, yOffset, yWidth } = operands;
  const { T, B, H, cell } = shape;
  checkOperands(operands);
  const { gates: G, saved, hasC } = CELL_SHADERS[cell];
  const { gates, states, resets } = keptIn(gpu, operands);
  const y = floats(operands.y, T * B * yWidth - yWidth + yOffset + H);
  const lengths = operands.lengths ? ints(operands.lengths, B) : gpu.nothing;

  projectInput(gpu, operands, { tensor: gates, stride: saved * H });
  const weights = packForward(gpu, floats(parameters.weightHh, G * H * H), G * H, H);
  const steps = new Steps(operands);
  setState(gpu, states, steps.first, h0, B * H);
  if (hasC) setState(gpu, states, steps.cBase + steps.first, c0, B * H);

  const bias = parameters.biasHh ? floats(parameters.biasHh, G * H) : gpu.nothing;
  const dispatch = (kernel: GpuKernel, tensors: readonly GpuTensor[], params: readonly number[]): void =>
    gpu.run(kernel, undefined, tensors, params, [Math.ceil(H / SIDE), Math.ceil(B / SIDE)]);
  for (const t of steps.order) {
    const step = steps.params(t);
    const ofStates = [B, H, H, steps.previous(t), H, G * H];
    if (cell === 'gru_before') {
      const ofResets = [B, H, H, t * B * H, H, G * H];
      dispatch(gruBeforeGates(), [gates, weights.tensor, states, resets!, lengths], [...ofStates, 0, ...step]);
      dispatch(gruBeforeState(), [gates, weights.tensor, states, resets!, y, lengths], [...ofResets, 2, ...step]);
    } else {
      const tensors = [gates, weights.tensor, bias, states, y, lengths];
      dispatch(forwardStep(cell), tensors, [...ofStates, 0, ...step]);
    }
  }

  getState(gpu, hn, states, steps.last, B * H);
  if (hasC && cn) getState(gpu, cn, states, steps.cBase + steps.last, B * H);
}

/** Backpropagation through time: the steps of recurrentForward, last first. */
export function recurrentBackward(gpu: GpuContext, operands: RecurrentOperands, gradients: RecurrentGradients): void {
  const { shape, parameters, yOffset, yWidth } = operands;
  const { T, B, H, cell } = shape;
  if (operands.workspace === null) throw new Error('recurrentBackward: the forward was computed without a workspace');
  checkOperands(operands);
  const { gradients: D, hasC, saves, byHidden } = CELL_SHADERS[cell];
  const { gates, states, resets } = keptIn(gpu, operands);
  const dy = floats(gradients.dy, T * B * yWidth - yWidth + yOffset + H);
  const lengths = operands.lengths ? ints(operands.lengths, B) : gpu.nothing;
  const dhAll = floatsOrNull(gradients.dh ?? null, T * B * H);
  const weightHh = floats(parameters.weightHh, CELL_SHADERS[cell].gates * H * H);
  const packed = byHidden.map(({ row, count }) => packBackward(gpu, weightHh, row * H, count * H, H));

  const da = gpu.scratch('gradients by pre-activations', T * B * D * H * 4); // [T,B,D*H]
  const carry = gpu.scratch('gradients carried past a step', 2 * B * H * 4); // by h, then by c
  setState(gpu, carry, 0, gradients.dhn, B * H);
  if (hasC) setState(gpu, carry, B * H, gradients.dcn, B * H);

  const dispatch = (kernel: GpuKernel, tensors: readonly GpuTensor[], params: readonly number[]): void =>
    gpu.run(kernel, undefined, tensors, params, [Math.ceil(H / SIDE), Math.ceil(B / SIDE)]);
  /** The product of the gradients of step t with weights; of no step, of nothing. */
  const productOf = (t: number | null, part: number): number[] => {
    const { K } = packed[part]!;
    return [B, H, t === null ? 0 : K, ((t ?? 0) * B * D + byHidden[part]!.from) * H, D * H, H, 0];
  };
  const steps = new Steps(operands);
  let later: number | null = null;
  for (const t of steps.order.toReversed()) {
    const step = steps.params(t);
    const tensors = [da, packed[0]!.tensor, ...(saves ? [gates] : []), states, carry, dy, lengths];
    if (dhAll) tensors.push(dhAll);
    dispatch(backwardStep(cell, dhAll !== null), tensors, [...productOf(later, 0), ...step]);
    if (cell === 'gru_before') {
      const operandsOfReset = [da, packed[1]!.tensor, gates, states, carry, lengths];
      dispatch(gruBeforeReset(), operandsOfReset, [...productOf(t, 1), ...step]);
    }
    later = t;
  }
  if (gradients.dh0) {
    const dh0 = floats(gradients.dh0, B * H);
    dispatch(initialGradient(), [da, packed[0]!.tensor, carry, dh0], productOf(later, 0));
  }
  if (hasC && gradients.dc0) getState(gpu, gradients.dc0, carry, B * H, B * H);

  inputGradients(gpu, operands, gradients, { tensor: da, stride: D * H });
  hiddenGradients(gpu, operands, gradients, da, { states, offset: steps.reverse ? B * H : 0, resets });
}

/** dU = Σ_t da_t h_(t-1)ᵀ, dd = Σ_t da_t: one product over all steps and sequences. */
function hiddenGradients(
  gpu: GpuContext,
  { shape }: RecurrentOperands,
  { parameters, accumulate }: RecurrentGradients,
  da: GpuTensor,
  before: { readonly states: GpuTensor; readonly offset: number; readonly resets: GpuTensor | null },
): void {
  const { T, B, H, cell } = shape;
  const N = T * B;
  const { gradients: D, byHidden } = CELL_SHADERS[cell];
  for (const [i, { from, row, count }] of byHidden.entries()) {
    const by: Matrix = { tensor: da, offset: from * H, stride: D * H };
    // The second of gru_before's products is with r h.
    const vectors: Matrix =
      i === 1 ? { tensor: before.resets!, stride: H } : { tensor: before.states, offset: before.offset, stride: H };
    const dU = { tensor: floats(parameters.weightHh, (row + count) * H * H), offset: row * H * H, stride: H };
    product(gpu, 'tn', [count * H, H, N], dU, by, vectors, { accumulate });
    if (!parameters.biasHh) continue;
    const dd = floats(parameters.biasHh, (row + count) * H);
    columnSums(gpu, dd, by, N, count * H, { accumulate, offset: row * H });
  }
}

/** The steps in the order in which they are computed, and where each finds its numbers. */
class Steps {
  readonly reverse: boolean;
  readonly order: readonly number[];
  /** Where c begins in the states. */
  readonly cBase: number;
  readonly #operands: RecurrentOperands;
  readonly #slot: number;

  constructor(operands: RecurrentOperands) {
    const { T, B, H } = operands.shape;
    this.#operands = operands;
    this.reverse = operands.reverse;
    this.order = Array.from({ length: T }, (_, i) => (this.reverse ? T - 1 - i : i));
    this.#slot = B * H;
    this.cBase = (T + 1) * this.#slot;
  }

  /** Where the state before the first step is. */
  get first(): number {
    return this.reverse ? this.#operands.shape.T * this.#slot : 0;
  }

  /** Where the state after the last step is. */
  get last(): number {
    return this.reverse ? 0 : this.#operands.shape.T * this.#slot;
  }

  /** Where the state before step t is. */
  previous(t: number): number {
    return (this.reverse ? t + 1 : t) * this.#slot;
  }

  /** STEP_PARAMS of the shaders. */
  params(t: number): number[] {
    const { lengths, yOffset, yWidth } = this.#operands;
    const next = (this.reverse ? t : t + 1) * this.#slot;
    return [t, lengths ? 1 : 0, yOffset, yWidth, this.previous(t), next, this.cBase];
  }
}

function setState(gpu: GpuContext, to: GpuTensor, offset: number, from: Tensor | null, count: number): void {
  if (from)
    copyBlock(gpu, { tensor: to, offset, stride: count }, { tensor: from, offset: 0, stride: count }, 1, count, false);
  else gpu.run(clearKernel, undefined, [to], [count, offset], groupsOf(count));
}

function getState(gpu: GpuContext, to: Tensor, from: GpuTensor, offset: number, count: number): void {
  copyBlock(gpu, { tensor: to, offset: 0, stride: count }, { tensor: from, offset, stride: count }, 1, count, false);
}

/** The workspace's memory, or, where no backward follows, memory that the next forward uses again. */
function keptIn(gpu: GpuContext, { workspace, shape }: RecurrentOperands): Kept {
  const { gates, states, resets } = workspaceSizes(shape);
  if (workspace === null) {
    return {
      gates: gpu.scratch('recurrent gates', gates * 4),
      states: gpu.scratch('recurrent states', states * 4),
      resets: resets > 0 ? gpu.scratch('recurrent resets', resets * 4) : null,
    };
  }
  if (!(workspace instanceof GpuWorkspace)) throw new TypeError('recurrent: the workspace belongs to another device');
  if (
    workspace.gates.size < gates ||
    workspace.states.size < states ||
    (resets > 0 && (workspace.resets?.size ?? 0) < resets)
  ) {
    const { cell, T, B, H } = shape;
    throw new RangeError(`recurrent: the workspace was planned for less than T ${T}, B ${B}, H ${H} of a ${cell}`);
  }
  return workspace;
}

function workspaceSizes({ cell, T, B, H }: RecurrentShape): { gates: number; states: number; resets: number } {
  const { saved, hasC } = CELL_SHADERS[cell];
  return {
    gates: T * B * saved * H,
    states: (hasC ? 2 : 1) * (T + 1) * B * H,
    resets: cell === 'gru_before' ? T * B * H : 0,
  };
}

function checkOperands({ shape, parameters, x, yOffset, yWidth }: RecurrentOperands): void {
  const { cell, I, H } = shape;
  if (yOffset < 0 || yOffset + H > yWidth) {
    throw new RangeError(`recurrent: columns ${yOffset} … ${yOffset + H - 1} are outside rows of width ${yWidth}`);
  }
  if (isTokenInput(x) && !x.table && x.V !== I) {
    throw new RangeError(`recurrent: one-hot vectors of ${x.V} tokens are not ${I} wide`);
  }
  if ((parameters.biasHh === null) !== (cell === 'gru_before')) {
    throw new TypeError(
      `recurrent: ${cell} ${cell === 'gru_before' ? 'has one bias, biasHh must be null' : 'needs biasHh'}`,
    );
  }
}
