import type { Kernels, RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import type { SequenceBatch } from './batch.ts';
import type { DropoutAt } from './layers/dropout.ts';
import type { OutputLayer } from './layers/output.ts';
import type { HostState, RecurrentState } from './layers/recurrent-state.ts';
import type { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';
import { StepNetwork } from './step-network.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { ModelSizes, TaskModel } from './task-model.ts';

/**
 * Predicts each next token: embedding (or one-hot) → dropout → recurrent layers with dropout between → dropout → linear →
 * softmax. A training step is
 *
 *     setBatch, forward, computeLoss, backward, [clip and update parameters.values], carryState
 *
 * All memory is planned in the constructor.
 */
export class LanguageModel extends TaskModelBase implements TaskModel {
  readonly vocabularySize: number;
  /** [T*B,V] out of the forward; in training, `computeLoss` replaces them by their gradient. The same as `outputs`. */
  readonly logits: Tensor;
  protected readonly output: OutputLayer;
  readonly #network: StepNetwork;

  /**
   * @param sizes what to plan memory for
   * @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero
   */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    vocabularySize: number,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    if (architecture.task !== 'language-model') {
      throw new RangeError(`A language model cannot be made of an architecture for ${architecture.task}.`);
    }
    const data = { inputs: vocabularySize, outputs: vocabularySize };
    super(kernels, architecture, data, sizes, parameters);
    this.vocabularySize = vocabularySize;
    this.#network = new StepNetwork(kernels, architecture, data, sizes, this.parameters);
    this.output = this.#network.output;
    this.logits = this.output.y;
  }

  /** The carried state: what the next forward starts from. */
  get state(): RecurrentState {
    return this.#network.recurrent.initial;
  }

  /** The state that the last forward ended with. */
  get finalState(): RecurrentState {
    return this.#network.recurrent.final;
  }

  get hiddenGradients(): readonly Tensor[] {
    return this.#network.recurrent.dh;
  }

  get recurrences(): readonly RecurrentOperands[] {
    return this.#network.recurrent.recurrences;
  }

  /**
   * Sets the window to work on: a batch of any shape up to the planned one, or
   * @param inputs [T,B] token ids, at least T*B of them, B being the planned one
   * @param targets [T,B] the tokens to predict, -1 where none; null when only logits are wanted
   * @param T steps of this window, at most the planned ones
   * @throws RangeError when the sizes do not fit, or an id is not of the vocabulary
   */
  setBatch(batch: SequenceBatch): void;
  setBatch(inputs: Int32Array, targets: Int32Array | null, T: number): void;
  setBatch(first: SequenceBatch | Int32Array, targets: Int32Array | null = null, T = this.T): void {
    const batch = first instanceof Int32Array ? { T, B: this.B, lengths: null, inputs: first, targets } : first;
    this.#network.setBatch(batch);
  }

  /** Computes `logits` and `finalState`. @param dropoutAt which masks to draw; null: no dropout */
  forward(dropoutAt: DropoutAt | null): void {
    this.#network.forward(dropoutAt);
  }

  /** Gradients of the window's mean loss, through its steps and no further back; replaces `parameters.gradients`. */
  backward(): void {
    this.#network.backward();
  }

  /** The next forward starts from zeros. */
  resetState(): void {
    this.state.reset();
  }

  /** The next forward starts where the last one ended. No gradient goes through: truncated backpropagation (Williams & Peng 1990). */
  carryState(): void {
    this.state.copyFrom(this.finalState);
  }

  /** The carried state, dense: h [L,B,H], and c of an lstm. */
  readState(): Promise<{ h: Float64Array; c: Float64Array | null }> {
    return this.state.read();
  }

  /** @throws RangeError when the numbers are not as many as the state has */
  writeState(state: HostState): void {
    this.state.write(state);
  }

  dispose(): void {
    this.#network.dispose();
    this.disposeParameters();
  }
}
