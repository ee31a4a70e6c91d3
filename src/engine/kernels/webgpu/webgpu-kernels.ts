import type {
  Activation,
  AttentionGradients,
  AttentionOperands,
  Block,
  CallTimes,
  HostArray,
  Kernels,
  OptimizerUpdate,
  PoolingShape,
  RandomPosition,
  RecurrentGradients,
  RecurrentOperands,
  RecurrentShape,
  RecurrentWorkspace,
  Tensor,
} from '../kernels.ts';
import type { Precision } from '../precision.ts';
import { activationBackward, activationForward } from './activation.ts';
import { attentionBackward, attentionForward } from './attention.ts';
import type { GpuContext } from './context.ts';
import { copyBlock } from './copy-block.ts';
import { softmaxCrossEntropy } from './cross-entropy.ts';
import { dropout } from './dropout.ts';
import { embeddingBackward, embeddingForward, oneHot } from './embedding.ts';
import { copy, fill } from './fill.ts';
import { layerNormBackward, layerNormForward } from './layer-norm.ts';
import { linearBackward, linearForward } from './linear.ts';
import { sigmoidCrossEntropy, squaredError } from './losses.ts';
import { clipByGlobalNorm } from './norm.ts';
import { updateParameters } from './optimizers.ts';
import { poolBackward, poolForward } from './pooling.ts';
import { recurrentBackward, recurrentForward, type Recurrence } from './recurrent.ts';
import { GpuWorkspace } from './recurrent-memory.ts';
import { DeviceTensor, deviceTensor, viewOf } from './tensor.ts';

/**
 * The GPU device: compute shaders in WGSL on whatever WebGPU runs on (Direct3D 12, Metal, Vulkan). Calls enqueue and return at
 * once. See docs/webgpu.md.
 */
export class WebGpuKernels implements Kernels {
  readonly name = 'webgpu';
  readonly detail: string;
  readonly precision: Precision;
  readonly losable = true;
  /** Enough to hide the way of a step's loss back to the host. */
  readonly stepsAhead = 2;
  readonly #gpu: GpuContext;
  readonly #recurrence: Recurrence;

  /** @param options.recurrence for tests of the path that would not be chosen */
  constructor(gpu: GpuContext, { recurrence = 'auto' }: { recurrence?: Recurrence } = {}) {
    this.#gpu = gpu;
    this.#recurrence = recurrence;
    this.precision = gpu.mixed ? 'mixed' : 'float32';
    this.detail = gpu.mixed ? `${gpu.adapter}, mixed precision` : gpu.adapter;
  }

  alloc(label: string, shape: readonly number[], dtype: 'float' | 'int' = 'float'): Tensor {
    return this.#gpu.alloc(label, shape, dtype);
  }

  view(parent: Tensor, label: string, offset: number, shape: readonly number[]): Tensor {
    return viewOf(deviceTensor(parent), label, offset, shape);
  }

  recurrentWorkspace(shape: RecurrentShape): RecurrentWorkspace {
    return new GpuWorkspace(this.#gpu, shape);
  }

  free(tensor: Tensor | RecurrentWorkspace): void {
    if (tensor instanceof DeviceTensor) this.#gpu.free(tensor);
    else if (tensor instanceof GpuWorkspace) for (const part of tensor.tensors) this.#gpu.free(part);
  }

  write(target: Tensor, values: HostArray | readonly number[], offset = 0): void {
    this.#gpu.write(deviceTensor(target), values, offset);
  }

  read(source: Tensor, count = source.size): Promise<HostArray> {
    return this.#gpu.read(source, count);
  }

  copy(source: Tensor, target: Tensor, count = source.size): void {
    copy(this.#gpu, source, target, count);
  }

  fill(target: Tensor, value: number): void {
    fill(this.#gpu, target, value);
  }

  embeddingForward(y: Tensor, tokens: Tensor, table: Tensor, N: number, V: number, E: number): void {
    embeddingForward(this.#gpu, y, tokens, table, N, V, E);
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
    embeddingBackward(this.#gpu, dTable, dy, tokens, N, V, E, accumulate);
  }

  oneHot(y: Tensor, tokens: Tensor, N: number, V: number): void {
    oneHot(this.#gpu, y, tokens, N, V);
  }

  recurrentForward(operands: RecurrentOperands): void {
    recurrentForward(this.#gpu, operands, this.#recurrence);
  }

  recurrentBackward(operands: RecurrentOperands, gradients: RecurrentGradients): void {
    recurrentBackward(this.#gpu, operands, gradients, this.#recurrence);
  }

  linearForward(y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, N: number, I: number, O: number): void {
    linearForward(this.#gpu, y, x, weight, bias, N, I, O);
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
    linearBackward(this.#gpu, dx, dWeight, dBias, dy, x, weight, N, I, O, accumulate);
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
    softmaxCrossEntropy(this.#gpu, loss, dLogits, logits, targets, N, V, classWeights, meanOver);
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
    sigmoidCrossEntropy(this.#gpu, loss, dLogits, logits, targets, mask, N, K, positiveWeights);
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
    squaredError(this.#gpu, loss, dOutputs, outputs, targets, mask, N, K);
  }

  activationForward(y: Tensor, x: Tensor, activation: Activation, count: number): void {
    activationForward(this.#gpu, y, x, activation, count);
  }

  activationBackward(dx: Tensor, dy: Tensor, y: Tensor, activation: Activation, count: number): void {
    activationBackward(this.#gpu, dx, dy, y, activation, count);
  }

  copyBlock(target: Block, source: Block, rows: number, columns: number, accumulate: boolean): void {
    copyBlock(this.#gpu, target, source, rows, columns, accumulate);
  }

  attentionForward(operands: AttentionOperands): void {
    attentionForward(this.#gpu, operands);
  }

  attentionBackward(operands: AttentionOperands, gradients: AttentionGradients): void {
    attentionBackward(this.#gpu, operands, gradients);
  }

  poolForward(shape: PoolingShape, y: Tensor, argmax: Tensor | null, x: Tensor, lengths: Tensor | null): void {
    poolForward(this.#gpu, shape, y, argmax, x, lengths);
  }

  poolBackward(shape: PoolingShape, dx: Tensor, dy: Tensor, argmax: Tensor | null, lengths: Tensor | null): void {
    poolBackward(this.#gpu, shape, dx, dy, argmax, lengths);
  }

  layerNormForward(y: Tensor, statistics: Tensor, x: Tensor, gain: Tensor, bias: Tensor, N: number, F: number): void {
    layerNormForward(this.#gpu, y, statistics, x, gain, bias, N, F);
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
    layerNormBackward(this.#gpu, dx, dGain, dBias, dy, x, statistics, gain, N, F, accumulate);
  }

  dropout(y: Tensor, x: Tensor, count: number, p: number, at: RandomPosition, period?: number): void {
    dropout(this.#gpu, y, x, count, p, at, period);
  }

  clipByGlobalNorm(norm: Tensor, gradients: Tensor, maxNorm: number, epsilon: number): void {
    clipByGlobalNorm(this.#gpu, norm, gradients, maxNorm, epsilon);
  }

  updateParameters(update: OptimizerUpdate, parameters: Tensor, gradients: Tensor, slots: readonly Tensor[]): void {
    updateParameters(this.#gpu, update, parameters, gradients, slots);
  }

  timeCalls(): CallTimes | null {
    return this.#gpu.timeDispatches();
  }

  dispose(): void {
    this.#gpu.dispose();
  }
}
