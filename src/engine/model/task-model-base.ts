import type { Kernels, Tensor } from '../kernels/kernels.ts';
import type { OutputLayer } from './layers/output.ts';
import { modelParameters } from './parameter-specs.ts';
import { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';
import type { DataSizes, ModelSizes } from './task-model.ts';

/** What all models do alike: parameters of their own or shared, and the output layer's loss. */
export abstract class TaskModelBase {
  readonly architecture: Architecture;
  /** Most sequences of a batch. */
  readonly B: number;
  /** Most steps. */
  readonly T: number;
  readonly parameters: ParameterSet;
  protected readonly kernels: Kernels;
  protected abstract readonly output: OutputLayer;
  readonly #ownsParameters: boolean;

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters: ParameterSet | undefined,
  ) {
    this.kernels = kernels;
    this.architecture = architecture;
    this.B = sizes.B;
    this.T = sizes.T;
    this.#ownsParameters = !parameters;
    this.parameters = parameters ?? new ParameterSet(kernels, modelParameters(architecture, data), sizes.training);
  }

  get outputs(): Tensor {
    return this.output.y;
  }

  get rows(): number {
    return this.output.rows;
  }

  get K(): number {
    return this.output.K;
  }

  get loss(): Tensor {
    return this.output.loss;
  }

  /** Adds this batch's loss to `loss`, and replaces the outputs by the gradient of the batch's mean loss. */
  computeLoss(): void {
    this.output.computeLoss();
  }

  /** Adds this batch's loss to `loss` and leaves the outputs: for evaluation. */
  measureLoss(): void {
    this.output.measureLoss();
  }

  setClassWeights(weights: ArrayLike<number> | null): void {
    this.output.setWeights(weights);
  }

  /** Frees the parameters, unless they are shared ones. */
  protected disposeParameters(): void {
    if (this.#ownsParameters) this.parameters.dispose();
  }
}
