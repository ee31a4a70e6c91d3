import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from './buffers.ts';
import { languageModelParameters, languageModelPlan, type LanguageModelSizes } from './language-model-plan.ts';
import { CrossEntropy } from './layers/cross-entropy.ts';
import { Dropout, type DropoutAt } from './layers/dropout.ts';
import { Embedding } from './layers/embedding.ts';
import { Linear } from './layers/linear.ts';
import { OneHot } from './layers/one-hot.ts';
import type { HostState, RecurrentState } from './layers/recurrent-state.ts';
import { RecurrentStack } from './layers/recurrent.ts';
import { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';

/**
 * Predicts each next token: embedding (or one-hot) → dropout → recurrent layers with dropout between → dropout → linear →
 * softmax. A training step is
 *
 *     setBatch, forward, computeLoss, backward, [clip and update parameters.values], carryState
 *
 * All memory is planned in the constructor.
 */
export class LanguageModel {
  readonly architecture: Architecture;
  readonly vocabularySize: number;
  readonly B: number;
  /** Most steps of a window. */
  readonly T: number;
  readonly parameters: ParameterSet;
  /** [T*B,V] out of the forward; in training, `computeLoss` replaces them by their gradient. */
  readonly logits: Tensor;
  /** [2]: sum of -ln p, number of targets; `computeLoss` and `measureLoss` add to it, who reads it sets it to zero. */
  readonly loss: Tensor;
  readonly #kernels: Kernels;
  readonly #ownsParameters: boolean;
  readonly #buffers: Buffers<ReturnType<typeof languageModelPlan>['buffers']>;
  readonly #embedding: Embedding | null;
  readonly #oneHot: OneHot | null;
  readonly #inputDropout: Dropout;
  readonly #recurrent: RecurrentStack;
  readonly #outputDropout: Dropout;
  readonly #output: Linear;
  readonly #crossEntropy: CrossEntropy;
  /** Steps of the batch that is set. */
  #steps = 0;
  #hasTargets = false;
  /** `logits` hold d loss / d logits of the last forward. */
  #hasGradient = false;

  /**
   * @param sizes what to plan memory for
   * @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero
   */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    vocabularySize: number,
    sizes: LanguageModelSizes,
    parameters?: ParameterSet,
  ) {
    const { tie, embedding: E } = architecture;
    const V = vocabularySize;
    const plan = languageModelPlan(architecture, V, sizes);
    this.architecture = architecture;
    this.vocabularySize = V;
    this.B = sizes.B;
    this.T = sizes.T;
    this.#kernels = kernels;
    this.#ownsParameters = !parameters;
    this.parameters = parameters ?? new ParameterSet(kernels, languageModelParameters(architecture, V), sizes.training);
    this.#buffers = allocateBuffers(kernels, 'language-model', plan.buffers);

    const { N, dropoutIndex } = plan;
    this.#embedding = E > 0 ? new Embedding(kernels, this.parameters.get('emb.weight'), N) : null;
    this.#oneHot = E > 0 ? null : new OneHot(kernels, N, V);
    this.#inputDropout = new Dropout(kernels, dropoutIndex.input, plan.inputDropout);
    this.#recurrent = new RecurrentStack(kernels, this.parameters, 'rnn.', plan.recurrent, dropoutIndex.recurrent);
    this.#outputDropout = new Dropout(kernels, dropoutIndex.output, plan.outputDropout);
    const outputWeight = this.parameters.get(tie ? 'emb.weight' : 'out.weight');
    this.#output = new Linear(kernels, outputWeight, this.parameters.get('out.bias'), N);
    this.#crossEntropy = new CrossEntropy(kernels);
    this.logits = this.#output.y;
    this.loss = this.#crossEntropy.loss;
  }

  /** The carried state: what the next forward starts from. */
  get state(): RecurrentState {
    return this.#recurrent.initial;
  }

  /** The state that the last forward ended with. */
  get finalState(): RecurrentState {
    return this.#recurrent.final;
  }

  /**
   * Sets the window to work on.
   * @param inputs [T,B] token ids, at least T*B of them
   * @param targets [T,B] the tokens to predict, -1 where none; null when only logits are wanted
   * @param T steps of this window, at most the planned ones
   * @throws RangeError when the sizes do not fit, or an id is not of the vocabulary
   */
  setBatch(inputs: Int32Array, targets: Int32Array | null, T: number): void {
    if (!Number.isInteger(T) || T < 1 || T > this.T) {
      throw new RangeError(`A window of ${T} steps: this model was planned for 1 to ${this.T}.`);
    }
    this.#writeTokens(this.#buffers.inputs, inputs, T, 0);
    if (targets) this.#writeTokens(this.#buffers.targets, targets, T, -1);
    this.#steps = T;
    this.#hasTargets = targets !== null;
    this.#hasGradient = false;
  }

  /** Computes `logits` and `finalState`. @param dropoutAt which masks to draw; null: no dropout */
  forward(dropoutAt: DropoutAt | null): void {
    if (this.#steps === 0) throw new Error('LanguageModel.forward: call setBatch first');
    const T = this.#steps;
    const N = T * this.B;
    const input = (this.#embedding ?? this.#oneHot)!.forward(this.#buffers.inputs, N); // [T,B,E]
    const x = this.#inputDropout.forward(input, N * this.architecture.embedding, dropoutAt);
    const y = this.#recurrent.forward(x, null, T, this.B, dropoutAt); // [T,B,H]
    const dropped = this.#outputDropout.forward(y, N * this.architecture.hidden, dropoutAt);
    this.#output.forward(dropped, N); // [T,B,V]
    this.#hasGradient = false;
  }

  /** Adds this window's loss to `loss`, and replaces `logits` by the gradient of the window's mean loss. */
  computeLoss(): void {
    this.#requireTargets();
    this.#crossEntropy.forwardBackward(this.logits, this.#buffers.targets, this.#steps * this.B, this.vocabularySize);
    this.#hasGradient = true;
  }

  /** Adds this window's loss to `loss` and leaves `logits`: for evaluation. */
  measureLoss(): void {
    this.#requireTargets();
    this.#crossEntropy.forward(this.logits, this.#buffers.targets, this.#steps * this.B, this.vocabularySize);
  }

  /** Gradients of the window's mean loss, through its steps and no further back; replaces `parameters.gradients`. */
  backward(): void {
    const { dOutput, dInput } = this.#buffers;
    if (!dOutput) throw new Error('LanguageModel.backward: the model was not made for training');
    if (!this.#hasGradient) throw new Error('LanguageModel.backward: call forward and computeLoss first');
    const { hidden: H, embedding: E, tie } = this.architecture;
    const N = this.#steps * this.B;
    this.#output.backward(dOutput, this.logits, N, false);
    this.#outputDropout.backward(dOutput, N * H);
    this.#recurrent.backward(dInput, dOutput, false);
    if (this.#embedding && dInput) {
      this.#inputDropout.backward(dInput, N * E);
      this.#embedding.backward(dInput, N, tie); // tied: adds to what the output layer wrote
    }
    this.#hasGradient = false;
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
    this.#embedding?.dispose();
    this.#oneHot?.dispose();
    this.#inputDropout.dispose();
    this.#recurrent.dispose();
    this.#outputDropout.dispose();
    this.#output.dispose();
    this.#crossEntropy.dispose();
    freeBuffers(this.#kernels, this.#buffers);
    if (this.#ownsParameters) this.parameters.dispose();
  }

  #requireTargets(): void {
    if (!this.#hasTargets) throw new Error('The loss needs targets: give them to setBatch');
    if (this.#hasGradient) throw new Error('The logits were replaced by their gradient: call forward again');
  }

  #writeTokens(tensor: Tensor, ids: Int32Array, T: number, smallest: number): void {
    const count = T * this.B;
    if (ids.length < count) {
      throw new RangeError(`${ids.length} tokens for ${T} steps of ${this.B} sequences: that needs ${count}.`);
    }
    for (let n = 0; n < count; n++) {
      if (ids[n] < smallest || ids[n] >= this.vocabularySize) {
        const where = `at step ${Math.floor(n / this.B)} of sequence ${n % this.B}`;
        throw new RangeError(`Token ${ids[n]} ${where} is not of this vocabulary of ${this.vocabularySize}.`);
      }
    }
    this.#kernels.write(tensor, ids.subarray(0, count));
  }
}
