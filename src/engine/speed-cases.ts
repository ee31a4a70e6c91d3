/** The two networks that a device's speed test times, and which of them another network is more like. */
import { builtInGrid, type TrainingCase } from './bench/cases.ts';
import { parameterTable } from './model/size.ts';
import { architectureSchema, type Architecture } from './model/spec.ts';
import type { DataSizes } from './model/task-model.ts';
import type { SpeedCase } from './protocol.ts';

/** A single layer of 128 units and a stack of two of 256, at the usual batch: small networks are where a GPU loses to a processor. */
export const speedCases: Readonly<Record<SpeedCase, TrainingCase>> = {
  small: gridCase('lstm-h128'),
  large: gridCase('lstm-h256x2'),
};

/** Sizes of a training step. */
export interface StepSizes {
  readonly architecture: Architecture;
  readonly sizes: DataSizes;
  readonly batch: number;
  /** Steps of a sequence, and of an encoder–decoder's target. */
  readonly steps: number;
  readonly targetSteps: number;
}

/**
 * Floating-point operations of a training step, roughly: every weight is multiplied once at every position, forward and twice
 * backward. Embeddings are looked up, not multiplied.
 */
export function stepFlops({ architecture, sizes, batch, steps, targetSteps }: StepSizes): number {
  const weights = parameterTable(architecture, sizes)
    .filter(({ name, shape }) => shape.length > 1 && (architecture.tie || !name.endsWith('emb.weight')))
    .reduce((sum, { count }) => sum + count, 0);
  const positions = architecture.task === 'standard' ? batch : batch * Math.max(steps, targetSteps);
  return 6 * weights * positions;
}

/** As `stepFlops` of the cases. */
const caseFlops: Readonly<Record<SpeedCase, number>> = {
  small: flopsOf(speedCases.small),
  large: flopsOf(speedCases.large),
};

/** The case whose step has the more similar amount of work. */
export function nearestCase(step: StepSizes): SpeedCase {
  const flops = stepFlops(step);
  return flops < Math.sqrt(caseFlops.small * caseFlops.large) ? 'small' : 'large';
}

/** How many times the work of the case's step this step is. */
export function timesTheWork(step: StepSizes, of: SpeedCase): number {
  return stepFlops(step) / caseFlops[of];
}

/** How many times the work of the small case the large one is. */
export const largeToSmall = caseFlops.large / caseFlops.small;

function flopsOf({ cell, L, H, E, V, B, T }: TrainingCase): number {
  const architecture = architectureSchema.parse({
    ...{ task: 'language-model', cell, layers: L, hidden: H, embedding: E },
    ...{ dropout: 0, tie: false },
  });
  return stepFlops({ architecture, sizes: { inputs: V, outputs: V }, batch: B, steps: T, targetSteps: T });
}

function gridCase(id: string): TrainingCase {
  const found = builtInGrid.cases.find((one) => one.id === id);
  if (!found) throw new Error(`the grid has no case ${id}`);
  return found;
}
