import type { RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import type { ConditionalBatch, PairBatch, SequenceBatch } from './batch.ts';
import type { DropoutAt } from './layers/dropout.ts';
import type { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';

/** How wide the data make a network's ends. */
export interface DataSizes {
  /** Vocabulary of the (source) tokens, or numbers of a step. */
  readonly inputs: number;
  /** Vocabulary of the tokens to predict, tags, classes, labels, or variables of a forecast; 1 for a rating or a yes/no. */
  readonly outputs: number;
  /** Conditional generation: classes. */
  readonly labels?: number;
}

/** Sizes of batches a model is planned for. */
export interface ModelSizes {
  /** Most sequences side by side. */
  readonly B: number;
  /** Most steps of a sequence; of an encoder–decoder most source positions. */
  readonly T: number;
  /** Encoder–decoder: most steps of the decoder; T when absent. */
  readonly Ty?: number;
  /** Keep gradients and what a backward needs. */
  readonly training: boolean;
  /** Give gradients by numeric inputs too. */
  readonly inputGradients?: boolean;
  /** Keep the total derivative of the loss by every hidden state, for pictures of gradient flow. */
  readonly hiddenGradients?: boolean;
}

/** A batch for a model whose task is known only when the program runs; what the task needs and the batch lacks, setBatch refuses. */
export type AnyBatch = SequenceBatch & Partial<Omit<ConditionalBatch & PairBatch, keyof SequenceBatch>>;

/**
 * A network with its task's loss, as training and evaluation see it. A training step is
 *
 *     setBatch, forward, computeLoss, backward, [clip and update parameters.values]
 *
 * All memory is planned when it is made; nothing in a step allocates.
 */
export interface TaskModel<Batch extends SequenceBatch = SequenceBatch> {
  readonly architecture: Architecture;
  readonly parameters: ParameterSet;
  /** Most sequences, and steps, of a batch. */
  readonly B: number;
  readonly T: number;
  /**
   * [rows,K] out of the forward: logits, or predicted values. `computeLoss` replaces them by their gradient.
   * Only the first `rows` of the batch that is set mean something.
   */
  readonly outputs: Tensor;
  /** T*B of the batch that is set where the model answers at every step, else its B. */
  readonly rows: number;
  readonly K: number;
  /** [2]: sum of the loss, number of targets or elements in it; `computeLoss` and `measureLoss` add, who reads it sets it to zero. */
  readonly loss: Tensor;
  /** Total derivatives [T,B,H] of each layer and direction, out of the backward; none unless planned with `hiddenGradients`. */
  readonly hiddenGradients: readonly Tensor[];
  /**
   * Of each layer and direction, in the order of `hiddenGradients`: what it read and wrote in the last forward. None of a decoder with
   * Bahdanau's attention, which goes step by step.
   */
  readonly recurrences: readonly RecurrentOperands[];
  /** @throws RangeError when the batch does not fit the plan, or a number in it is not a possible one */
  setBatch(batch: Batch): void;
  /** Computes `outputs`. @param dropoutAt which masks to draw; null: no dropout */
  forward(dropoutAt: DropoutAt | null): void;
  /** Adds the batch's loss to `loss`, and prepares the backward. */
  computeLoss(): void;
  /** Adds the batch's loss to `loss` and leaves `outputs`: for evaluation. Class weights do not count. */
  measureLoss(): void;
  /** Gradients of the batch's mean loss; replaces `parameters.gradients`. */
  backward(): void;
  /** Weights of the classes in `computeLoss`; null: all alike. */
  setClassWeights(weights: ArrayLike<number> | null): void;
  dispose(): void;
}
