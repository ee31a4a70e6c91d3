import { z } from 'zod';
import { OPTIMIZER_SLOTS, type Kernels, type OptimizerUpdate, type Tensor } from '../kernels/kernels.ts';
import type { ParameterSet } from '../model/parameters.ts';

export const optimizerNameSchema = z.enum(['sgd', 'sgd_momentum', 'adam', 'adamw', 'rmsprop', 'adagrad']);
export type OptimizerName = z.output<typeof optimizerNameSchema>;

export const hyperSchema = z.strictObject({
  lr: z.number(),
  momentum: z.number().default(0.9),
  weight_decay: z.number().default(0.01),
});
export type Hyper = z.output<typeof hyperSchema>;

/** The update of a fixture's optimiser, with PyTorch's defaults for what the fixture leaves out. */
function updateOf(name: OptimizerName, { lr, momentum, weight_decay }: Hyper, step: number): OptimizerUpdate {
  const learningRate = lr;
  switch (name) {
    case 'sgd':
      return { kind: 'sgd', learningRate };
    case 'sgd_momentum':
      return { kind: 'momentum', learningRate, momentum };
    case 'adam':
    case 'adamw': {
      const weightDecay = name === 'adamw' ? weight_decay : 0;
      return { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay, step };
    }
    case 'rmsprop':
      return { kind: 'rmsprop', learningRate, alpha: 0.99, epsilon: 1e-8 };
    case 'adagrad':
      return { kind: 'adagrad', learningRate, epsilon: 1e-10 };
  }
}

/** A fixture's optimiser at work on one set of parameters. */
export class FixtureOptimizer {
  readonly #kernels: Kernels;
  readonly #name: OptimizerName;
  readonly #hyper: Hyper;
  readonly #slots: readonly Tensor[];
  #step = 0;

  constructor(kernels: Kernels, name: OptimizerName, hyper: Hyper, parameters: ParameterSet) {
    this.#kernels = kernels;
    this.#name = name;
    this.#hyper = hyper;
    const count = OPTIMIZER_SLOTS[updateOf(name, hyper, 1).kind];
    this.#slots = Array.from({ length: count }, (_, i) => {
      const slot = kernels.alloc(`slot${i}`, [parameters.values.size]);
      kernels.fill(slot, 0);
      return slot;
    });
  }

  update({ values, gradients }: ParameterSet): void {
    if (!gradients) throw new Error('an optimiser needs gradients: make the parameters for training');
    this.#step++;
    this.#kernels.updateParameters(updateOf(this.#name, this.#hyper, this.#step), values, gradients, this.#slots);
  }

  dispose(): void {
    for (const slot of this.#slots) this.#kernels.free(slot);
  }
}
