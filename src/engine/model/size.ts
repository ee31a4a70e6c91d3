/** How big a model is, before it is made: its parameters and its memory. Pure module: the renderer imports it. */
import { GATES, OPTIMIZER_SLOTS, type Cell, type OptimizerUpdate, type RecurrentShape } from '../kernels/kernels.ts';
import { elements, planBytes } from './buffers.ts';
import { languageModelParameters, languageModelPlan } from './language-model-plan.ts';
import { crossEntropyBuffers } from './layers/cross-entropy.ts';
import { dropoutBuffers } from './layers/dropout.ts';
import { embeddingBuffers } from './layers/embedding.ts';
import { linearBuffers } from './layers/linear.ts';
import { oneHotBuffers } from './layers/one-hot.ts';
import { recurrentStateBuffers } from './layers/recurrent-state.ts';
import { recurrentBuffers, recurrentDropout, recurrentStatePlan, recurrentWorkspaces } from './layers/recurrent.ts';
import { layOut } from './parameters.ts';
import type { Architecture } from './spec.ts';

/** Optimisers as they are configured (AdamW is Adam with decoupled weight decay). */
export type OptimizerKind = OptimizerUpdate['kind'] | 'adamw';

/** Number of trained parameters; a tied matrix counts once. */
export function parameterCount(architecture: Architecture, vocabularySize: number): number {
  return parameterTable(architecture, vocabularySize).reduce((sum, { count }) => sum + count, 0);
}

/** Every parameter with its shape, in the model's order. */
export function parameterTable(
  architecture: Architecture,
  vocabularySize: number,
): { readonly name: string; readonly shape: readonly number[]; readonly count: number }[] {
  return languageModelParameters(architecture, vocabularySize).map(({ name, shape }) => ({
    name,
    shape,
    count: elements(shape),
  }));
}

/** Bytes by purpose. */
export interface MemoryPlan {
  readonly parameters: number;
  readonly gradients: number;
  /** The optimiser's slots. */
  readonly optimizer: number;
  /** Outputs and states of the layers, their gradients, and what the recurrent layers save for their backward. */
  readonly activations: number;
  /** The batch of token ids. */
  readonly data: number;
  readonly total: number;
}

/**
 * Memory of training a language model on windows of T steps of B sequences.
 * @param bytesPerNumber 4 on every device but reference, which has 8
 */
export function memoryPlan(
  architecture: Architecture,
  vocabularySize: number,
  B: number,
  T: number,
  optimizer: OptimizerKind,
  bytesPerNumber: 4 | 8 = 4,
): MemoryPlan {
  const V = vocabularySize;
  const parameters = layOut(languageModelParameters(architecture, V)).size * bytesPerNumber;
  const slots = OPTIMIZER_SLOTS[optimizer === 'adamw' ? 'adam' : optimizer];
  const { N, buffers, inputDropout, outputDropout, recurrent } = languageModelPlan(architecture, V, {
    B,
    T,
    training: true,
  });
  const { inputs, targets, ...gradients } = buffers;
  const statePlan = recurrentStateBuffers(recurrentStatePlan(recurrent));
  const activationPlans = [
    architecture.embedding > 0 ? embeddingBuffers(N, architecture.embedding) : oneHotBuffers(N, V),
    dropoutBuffers(inputDropout),
    recurrentBuffers(recurrent),
    ...Array.from({ length: recurrent.L - 1 }, () => dropoutBuffers(recurrentDropout(recurrent))),
    statePlan, // initial
    statePlan, // final
    dropoutBuffers(outputDropout),
    linearBuffers(N, V),
    crossEntropyBuffers(),
    gradients,
  ];
  const saved = recurrentWorkspaces(recurrent).reduce((sum, shape) => sum + savedNumbers(shape) * bytesPerNumber, 0);
  const plan = {
    parameters,
    gradients: parameters,
    optimizer: slots * parameters,
    activations: activationPlans.reduce((sum, p) => sum + planBytes(p, bytesPerNumber), saved),
    data: planBytes({ inputs, targets }, bytesPerNumber),
  };
  return { ...plan, total: Object.values(plan).reduce((sum, bytes) => sum + bytes, 0) };
}

/** Vectors of H numbers that a step of each cell saves for its backward: its gates, and the LSTM's cell state or the GRU's U_n h. */
const SAVED_VECTORS: Readonly<Record<Cell, number>> = {
  rnn_tanh: 0, // the output says all
  rnn_relu: 0,
  rnn_sigmoid: 0,
  lstm: GATES.lstm + 1,
  gru: GATES.gru + 1,
  gru_before: GATES.gru_before,
};

function savedNumbers({ cell, T, B, H }: RecurrentShape): number {
  return T * B * H * SAVED_VECTORS[cell];
}
