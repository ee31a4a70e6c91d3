import type { Kernels, RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import type { SequenceBatch } from './batch.ts';
import type { DropoutAt } from './layers/dropout.ts';
import type { OutputLayer } from './layers/output.ts';
import type { RecurrentState } from './layers/recurrent-state.ts';
import type { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';
import { StepNetwork } from './step-network.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { DataSizes, ModelSizes, TaskModel } from './task-model.ts';

/**
 * Many-to-many with Tx = Ty: an answer for every step of a whole sequence. A tag (softmax), several labels (sigmoids), or, of numbers,
 * a forecast of the next `horizon` values from what came so far (squared error).
 */
export class SequenceTagger extends TaskModelBase implements TaskModel {
  protected readonly output: OutputLayer; // [T*B,K]
  readonly #network: StepNetwork;

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    super(kernels, architecture, data, sizes, parameters);
    this.#network = new StepNetwork(kernels, architecture, data, sizes, this.parameters);
    this.output = this.#network.output;
  }

  get hiddenGradients(): readonly Tensor[] {
    return this.#network.recurrent.dh;
  }

  get recurrences(): readonly RecurrentOperands[] {
    return this.#network.recurrent.recurrences;
  }

  /** The state that the last forward ended with, each sequence's at its last real step. */
  get finalState(): RecurrentState {
    return this.#network.recurrent.final;
  }

  /** [T,B,I], out of the backward: the gradient by the input's vectors; null for numbers unless planned. */
  get dInput(): Tensor | null {
    return this.#network.dInput;
  }

  setBatch(batch: SequenceBatch): void {
    this.#network.setBatch(batch);
  }

  forward(dropoutAt: DropoutAt | null): void {
    this.#network.forward(dropoutAt);
  }

  backward(): void {
    this.#network.backward();
  }

  dispose(): void {
    this.#network.dispose();
    this.disposeParameters();
  }
}
