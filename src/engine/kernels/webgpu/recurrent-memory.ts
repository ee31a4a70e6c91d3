/**
 * Where a recurrence keeps its numbers. The states h and c are kept for all steps, in the order of time, with one slot more than there are
 * steps: left to right step t reads slot t and writes slot t+1, right to left it reads t+1 and writes t. At padding a state is handed on
 * unchanged, so that the first and the last slot hold (h0, c0) and (hn, cn) whatever the lengths, and the states before each step are
 * one matrix.
 */
import type { RecurrentOperands, RecurrentShape, RecurrentWorkspace, Tensor } from '../kernels.ts';
import type { GpuContext, GpuTensor } from './context.ts';
import { copyBlock } from './copy-block.ts';
import { CELL_SHADERS } from './recurrent-cells.ts';
import { elementwise, groupsOf } from './shader.ts';
import type { DeviceTensor } from './tensor.ts';

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

/** A workspace's memory, or what stands in for it. */
export interface Kept {
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

/** The steps in the order in which they are computed, and where each finds its numbers. */
export class Steps {
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

/** `from`, or zeros, to `count` elements of `to` from `offset` on. */
export function setState(gpu: GpuContext, to: GpuTensor, offset: number, from: Tensor | null, count: number): void {
  if (from)
    copyBlock(gpu, { tensor: to, offset, stride: count }, { tensor: from, offset: 0, stride: count }, 1, count, false);
  else gpu.run(clearKernel, undefined, [to], [count, offset], groupsOf(count));
}

/** `count` elements of `from`, from `offset` on. */
export function getState(gpu: GpuContext, to: Tensor, from: GpuTensor, offset: number, count: number): void {
  copyBlock(gpu, { tensor: to, offset: 0, stride: count }, { tensor: from, offset, stride: count }, 1, count, false);
}

/** The workspace's memory, or, where no backward follows, memory that the next forward uses again. */
export function keptIn(gpu: GpuContext, { workspace, shape }: RecurrentOperands): Kept {
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
