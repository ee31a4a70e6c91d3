/**
 * Whole recurrent sequences: one product for all inputs, then the steps, then (backward) one product for each weight's gradient. The steps
 * are one dispatch where the weights are small enough, otherwise one or (gru_before) two dispatches each.
 */
import { isTokenInput } from '../kernels.ts';
import type { RecurrentGradients, RecurrentOperands } from '../kernels.ts';
import type { GpuContext, GpuTensor } from './context.ts';
import type { GpuKernel } from './kernel.ts';
import { columnSums, product, type Matrix } from './matmul.ts';
import { CELL_SHADERS } from './recurrent-cells.ts';
import { inputGradients, projectInput } from './recurrent-input.ts';
import { getState, keptIn, setState, Steps, type Kept } from './recurrent-memory.ts';
import { rowsTogether } from './recurrent-choice.ts';
import { backwardSequence, forwardSequence } from './recurrent-sequence.ts';
import {
  backwardStep,
  forwardStep,
  gruBeforeGates,
  gruBeforeReset,
  gruBeforeState,
  initialGradient,
  SIDE,
} from './recurrent-steps.ts';
import { packBackward, packForward, type PackedWeights } from './recurrent-weights.ts';
import { checkedLengths, floats, floatsOrNull } from './tensor.ts';

/** `auto`: all steps in one dispatch where that is possible and the weights are small. */
export type Recurrence = 'auto' | 'step by step';

/** A whole sequence, as RecurrentOperands says. */
export function recurrentForward(gpu: GpuContext, operands: RecurrentOperands, recurrence: Recurrence): void {
  const { shape, parameters, h0, c0, hn, cn } = operands;
  const { B, H, cell } = shape;
  checkOperands(operands);
  const { gates: G, saved, hasC } = CELL_SHADERS[cell];
  const kept = keptIn(gpu, operands);
  const { states } = kept;

  projectInput(gpu, operands, { tensor: kept.gates, stride: saved * H });
  const weights = packForward(gpu, floats(parameters.weightHh, G * H * H), G * H, H);
  const steps = new Steps(operands);
  setState(gpu, states, steps.first, h0, B * H);
  if (hasC) setState(gpu, states, steps.cBase + steps.first, c0, B * H);

  const rows = rowsAtOnce(gpu, operands, recurrence);
  if (rows === null) forwardSteps(gpu, operands, kept, weights);
  else forwardAtOnce(gpu, operands, kept, weights, rows);

  getState(gpu, hn, states, steps.last, B * H);
  if (hasC && cn) getState(gpu, cn, states, steps.cBase + steps.last, B * H);
}

function forwardAtOnce(
  gpu: GpuContext,
  operands: RecurrentOperands,
  { gates, states }: Kept,
  weights: PackedWeights,
  rows: number,
): void {
  const { cell, B, H } = operands.shape;
  const { bias, y, lengths } = forwardTensors(gpu, operands);
  const tensors = [gates, weights.tensor, bias, states, y, lengths];
  gpu.run(forwardSequence(cell, H, rows, gpu.mixed), undefined, tensors, sequenceParams(operands), [
    Math.ceil(B / rows),
  ]);
}

function forwardSteps(
  gpu: GpuContext,
  operands: RecurrentOperands,
  { gates, states, resets }: Kept,
  weights: PackedWeights,
): void {
  const { cell, B, H } = operands.shape;
  const GH = CELL_SHADERS[cell].gates * H;
  const { bias, y, lengths } = forwardTensors(gpu, operands);
  const steps = new Steps(operands);
  for (const t of steps.order) {
    const step = steps.params(t);
    const ofStates = [B, H, H, steps.previous(t), H, GH];
    if (cell === 'gru_before') {
      const ofResets = [B, H, H, t * B * H, H, GH];
      const gatesTensors = [gates, weights.tensor, states, resets!, lengths];
      runStep(gpu, operands, gruBeforeGates(gpu.mixed), gatesTensors, [...ofStates, 0, ...step]);
      const stateTensors = [gates, weights.tensor, states, resets!, y, lengths];
      runStep(gpu, operands, gruBeforeState(gpu.mixed), stateTensors, [...ofResets, 2, ...step]);
    } else {
      const tensors = [gates, weights.tensor, bias, states, y, lengths];
      runStep(gpu, operands, forwardStep(cell, gpu.mixed), tensors, [...ofStates, 0, ...step]);
    }
  }
}

/** Backpropagation through time: the steps of recurrentForward, last first. */
export function recurrentBackward(
  gpu: GpuContext,
  operands: RecurrentOperands,
  gradients: RecurrentGradients,
  recurrence: Recurrence,
): void {
  const { shape, parameters, reverse } = operands;
  const { T, B, H, cell } = shape;
  if (operands.workspace === null) throw new Error('recurrentBackward: the forward was computed without a workspace');
  checkOperands(operands);
  const { gates: G, gradients: D, hasC, byHidden } = CELL_SHADERS[cell];
  const kept = keptIn(gpu, operands);
  const weightHh = floats(parameters.weightHh, G * H * H);
  const weights = byHidden.map(({ row, count }) => packBackward(gpu, weightHh, row * H, count * H, H));

  const da = gpu.scratch('gradients by pre-activations', T * B * D * H * 4); // [T,B,D*H]
  const carry = gpu.scratch('gradients carried past a step', 2 * B * H * 4); // by h, then by c
  setState(gpu, carry, 0, gradients.dhn, B * H);
  if (hasC) setState(gpu, carry, B * H, gradients.dcn, B * H);

  const rows = rowsAtOnce(gpu, operands, recurrence);
  if (rows === null) backwardSteps(gpu, operands, gradients, kept, weights, da, carry);
  else backwardAtOnce(gpu, operands, gradients, kept, weights[0]!, da, carry, rows);
  if (hasC && gradients.dc0) getState(gpu, gradients.dc0, carry, B * H, B * H);

  inputGradients(gpu, operands, gradients, { tensor: da, stride: D * H });
  hiddenGradients(gpu, operands, gradients, da, { ...kept, offset: reverse ? B * H : 0 });
}

function backwardAtOnce(
  gpu: GpuContext,
  operands: RecurrentOperands,
  gradients: RecurrentGradients,
  { gates, states }: Kept,
  weights: PackedWeights,
  da: GpuTensor,
  carry: GpuTensor,
  rows: number,
): void {
  const { cell, B, H } = operands.shape;
  const { dy, lengths, dhAll } = backwardTensors(gpu, operands, gradients);
  const tensors = [da, weights.tensor, ...(CELL_SHADERS[cell].saves ? [gates] : []), states, carry, dy, lengths];
  if (dhAll) tensors.push(dhAll);
  const kernel = backwardSequence(cell, H, rows, dhAll !== null, gpu.mixed);
  gpu.run(kernel, undefined, tensors, sequenceParams(operands), [Math.ceil(B / rows)]);
  if (gradients.dh0) getState(gpu, gradients.dh0, carry, 0, B * H);
}

function backwardSteps(
  gpu: GpuContext,
  operands: RecurrentOperands,
  gradients: RecurrentGradients,
  { gates, states }: Kept,
  weights: readonly PackedWeights[],
  da: GpuTensor,
  carry: GpuTensor,
): void {
  const { cell, B, H } = operands.shape;
  const { gradients: D, saves, byHidden } = CELL_SHADERS[cell];
  const { dy, lengths, dhAll } = backwardTensors(gpu, operands, gradients);
  /** The product of the gradients of step t with weights; of no step, of nothing. */
  const productOf = (t: number | null, part: number): number[] => {
    const { K } = weights[part]!;
    return [B, H, t === null ? 0 : K, ((t ?? 0) * B * D + byHidden[part]!.from) * H, D * H, H, 0];
  };
  const steps = new Steps(operands);
  let later: number | null = null;
  for (const t of steps.order.toReversed()) {
    const step = steps.params(t);
    const tensors = [da, weights[0]!.tensor, ...(saves ? [gates] : []), states, carry, dy, lengths];
    if (dhAll) tensors.push(dhAll);
    runStep(gpu, operands, backwardStep(cell, dhAll !== null, gpu.mixed), tensors, [...productOf(later, 0), ...step]);
    if (cell === 'gru_before') {
      const resetTensors = [da, weights[1]!.tensor, gates, states, carry, lengths];
      runStep(gpu, operands, gruBeforeReset(gpu.mixed), resetTensors, [...productOf(t, 1), ...step]);
    }
    later = t;
  }
  if (!gradients.dh0) return;
  const tensors = [da, weights[0]!.tensor, carry, floats(gradients.dh0, B * H)];
  runStep(gpu, operands, initialGradient(gpu.mixed), tensors, productOf(later, 0));
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

function forwardTensors(gpu: GpuContext, { shape, parameters, lengths, y, yOffset, yWidth }: RecurrentOperands) {
  const { T, B, H, cell } = shape;
  return {
    bias: parameters.biasHh ? floats(parameters.biasHh, CELL_SHADERS[cell].gates * H) : gpu.nothing,
    y: floats(y, (T * B - 1) * yWidth + yOffset + H),
    lengths: lengths ? checkedLengths(lengths, B, T) : gpu.nothing,
  };
}

function backwardTensors(
  gpu: GpuContext,
  { shape, lengths, yOffset, yWidth }: RecurrentOperands,
  { dy, dh }: RecurrentGradients,
) {
  const { T, B, H } = shape;
  return {
    dy: floats(dy, (T * B - 1) * yWidth + yOffset + H),
    lengths: lengths ? checkedLengths(lengths, B, T) : gpu.nothing,
    dhAll: floatsOrNull(dh ?? null, T * B * H),
  };
}

/** Sequences that a workgroup computes from the first step to the last, or null where steps are dispatched one by one. */
function rowsAtOnce(gpu: GpuContext, { shape }: RecurrentOperands, recurrence: Recurrence): number | null {
  if (recurrence === 'step by step' || shape.T === 1) return null;
  return rowsTogether(shape, gpu.limits.maxComputeWorkgroupStorageSize, gpu.mixed);
}

/** Parameters of the shaders that compute all steps. */
function sequenceParams(operands: RecurrentOperands): number[] {
  const { shape, reverse, lengths, yOffset, yWidth } = operands;
  return [shape.T, shape.B, reverse ? 1 : 0, lengths ? 1 : 0, yOffset, yWidth, new Steps(operands).cBase];
}

function runStep(
  gpu: GpuContext,
  { shape }: RecurrentOperands,
  kernel: GpuKernel,
  tensors: readonly GpuTensor[],
  params: readonly number[],
): void {
  gpu.run(kernel, undefined, tensors, params, [Math.ceil(shape.H / SIDE), Math.ceil(shape.B / SIDE)]);
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
