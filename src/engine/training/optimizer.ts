/** Optimisers: which tensors each needs and which update it asks of the kernels. Formulas: docs/conventions.md. */
import type { Kernels, OptimizerUpdate, Tensor } from '../kernels/kernels.ts';
import type { OptimizerConfig } from './config.ts';

/** Names of the tensors that each optimiser keeps, in the order the kernels take them. */
export const optimizerSlots: Readonly<Record<OptimizerConfig['kind'], readonly string[]>> = {
  sgd: [],
  momentum: ['velocity'],
  adam: ['m', 'v'],
  adamw: ['m', 'v'],
  rmsprop: ['v'],
  adagrad: ['sum'],
};

/** The update of one step (from 1) at a learning rate, with PyTorch's defaults for what the configuration leaves out. */
export function optimizerUpdate(config: OptimizerConfig, learningRate: number, step: number): OptimizerUpdate {
  switch (config.kind) {
    case 'sgd':
      return { kind: 'sgd', learningRate };
    case 'momentum':
      return { kind: 'momentum', learningRate, momentum: config.momentum };
    case 'adam':
    case 'adamw': {
      const weightDecay = config.kind === 'adamw' ? config.weightDecay : 0;
      return { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay, step };
    }
    case 'rmsprop':
      return { kind: 'rmsprop', learningRate, alpha: 0.99, epsilon: 1e-8 };
    case 'adagrad':
      return { kind: 'adagrad', learningRate, epsilon: 1e-10 };
  }
}

/** The optimiser's own tensors, each laid out as the flat parameters are. */
export function allocateSlots(kernels: Kernels, config: OptimizerConfig, size: number): Tensor[] {
  return optimizerSlots[config.kind].map((name) => {
    const slot = kernels.alloc(`optimizer.${name}`, [size]);
    kernels.fill(slot, 0);
    return slot;
  });
}
