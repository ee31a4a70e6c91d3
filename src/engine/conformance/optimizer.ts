import { z } from 'zod';
import type { Kernels, Tensor } from '../kernels/kernels.ts';
import type { ParameterSet } from '../model/parameters.ts';
import type { OptimizerConfig } from '../training/config.ts';
import { allocateSlots, optimizerUpdate } from '../training/optimizer.ts';

export const optimizerNameSchema = z.enum(['sgd', 'sgd_momentum', 'adam', 'adamw', 'rmsprop', 'adagrad']);
export type OptimizerName = z.output<typeof optimizerNameSchema>;

export const hyperSchema = z.strictObject({
  lr: z.number(),
  momentum: z.number().default(0.9),
  weight_decay: z.number().default(0.01),
});
export type Hyper = z.output<typeof hyperSchema>;

function configOf(name: OptimizerName, { momentum, weight_decay: weightDecay }: Hyper): OptimizerConfig {
  switch (name) {
    case 'sgd_momentum':
      return { kind: 'momentum', momentum };
    case 'adamw':
      return { kind: 'adamw', weightDecay };
    default:
      return { kind: name };
  }
}

/** A fixture's optimiser, the one that training uses, at work on one set of parameters. */
export class FixtureOptimizer {
  readonly #kernels: Kernels;
  readonly #config: OptimizerConfig;
  readonly #learningRate: number;
  readonly #slots: readonly Tensor[];
  #step = 0;

  constructor(kernels: Kernels, name: OptimizerName, hyper: Hyper, parameters: ParameterSet) {
    this.#kernels = kernels;
    this.#config = configOf(name, hyper);
    this.#learningRate = hyper.lr;
    this.#slots = allocateSlots(kernels, this.#config, parameters.values.size);
  }

  update({ values, gradients }: ParameterSet): void {
    if (!gradients) throw new Error('an optimiser needs gradients: make the parameters for training');
    this.#step++;
    const update = optimizerUpdate(this.#config, this.#learningRate, this.#step);
    this.#kernels.updateParameters(update, values, gradients, this.#slots);
  }

  dispose(): void {
    for (const slot of this.#slots) this.#kernels.free(slot);
  }
}
