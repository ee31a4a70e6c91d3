import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';

export function crossEntropyBuffers() {
  return { loss: { shape: [2] } } as const;
}

/** Softmax with cross-entropy in nats: -Σ ln p[target] over the targets that are not -1. */
export class CrossEntropy {
  /** [2]: sum of -ln p, number of targets. Calls add to it; who reads it sets it to zero. The mean loss is their quotient. */
  readonly loss: Tensor;
  readonly #kernels: Kernels;
  readonly #buffers: Buffers<ReturnType<typeof crossEntropyBuffers>>;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#buffers = allocateBuffers(kernels, 'cross-entropy', crossEntropyBuffers());
    this.loss = this.#buffers.loss;
  }

  /** logits [N,V], targets int [N]. */
  forward(logits: Tensor, targets: Tensor, N: number, V: number): void {
    this.#kernels.softmaxCrossEntropy(this.loss, null, logits, targets, N, V);
  }

  /** The same, and the gradient of the mean over these targets takes the place of the logits. */
  forwardBackward(logits: Tensor, targets: Tensor, N: number, V: number): void {
    this.#kernels.softmaxCrossEntropy(this.loss, logits, logits, targets, N, V);
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
