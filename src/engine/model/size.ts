/** How big a model is, before it is made: its parameters and its memory. Pure module: the renderer imports it. */
import { OPTIMIZER_SLOTS, type OptimizerUpdate } from '../kernels/kernels.ts';
import { elements } from './buffers.ts';
import { createTaskModel } from './create.ts';
import { measuringKernels } from './measure.ts';
import { modelParameters } from './parameter-specs.ts';
import { layOut } from './parameters.ts';
import type { Architecture } from './spec.ts';
import type { DataSizes } from './task-model.ts';

/** Optimisers as they are configured (AdamW is Adam with decoupled weight decay). */
export type OptimizerKind = OptimizerUpdate['kind'] | 'adamw';

/** Number of trained parameters; a tied matrix counts once. @param data or the vocabulary of a language model */
export function parameterCount(architecture: Architecture, data: DataSizes | number): number {
  return parameterTable(architecture, data).reduce((sum, { count }) => sum + count, 0);
}

/** Every parameter with its shape, in the model's order. @param data or the vocabulary of a language model */
export function parameterTable(
  architecture: Architecture,
  data: DataSizes | number,
): { readonly name: string; readonly shape: readonly number[]; readonly count: number }[] {
  return modelParameters(architecture, dataSizes(data)).map(({ name, shape }) => ({
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
  /** What a device needs while it computes, about. */
  readonly work: number;
  /** The batch: token ids, targets, lengths. */
  readonly data: number;
  readonly total: number;
}

/**
 * Memory of training on batches of up to B sequences of T steps. The data set itself, and what the program needs without
 * any model, are not counted. Within 10 % of what the native device takes (tests/engine/kernels/native/memory.test.ts).
 * @param data or the vocabulary of a language model
 * @param steps T, or [T,Ty] of an encoder–decoder: source positions and steps of the decoder
 * @param bytesPerNumber 4 on every device but reference, which has 8
 */
export function memoryPlan(
  architecture: Architecture,
  data: DataSizes | number,
  B: number,
  steps: number | readonly [number, number],
  optimizer: OptimizerKind,
  bytesPerNumber: 4 | 8 = 4,
): MemoryPlan {
  const sizes = dataSizes(data);
  const { kernels, measured } = measuringKernels(bytesPerNumber);
  const [T, Ty] = typeof steps === 'number' ? [steps, steps] : steps;
  createTaskModel(kernels, architecture, sizes, { B, T, Ty, training: true });
  const parameters = layOut(modelParameters(architecture, sizes)).size * bytesPerNumber;
  const plan = {
    parameters,
    gradients: parameters,
    optimizer: OPTIMIZER_SLOTS[optimizer === 'adamw' ? 'adam' : optimizer] * parameters,
    activations: measured.rest - 2 * parameters,
    work: measured.work,
    data: measured.data,
  };
  return { ...plan, total: Object.values(plan).reduce((sum, bytes) => sum + bytes, 0) };
}

function dataSizes(data: DataSizes | number): DataSizes {
  return typeof data === 'number' ? { inputs: data, outputs: data } : data;
}
