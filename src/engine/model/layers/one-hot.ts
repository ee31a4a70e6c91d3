import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';

/** For up to N tokens. */
export function oneHotBuffers(N: number, V: number) {
  return { y: { shape: [N, V] } } as const;
}

/** Every token as a vector of V numbers: 1 at its id, else 0. It has no parameters, and nothing goes back through it. */
export class OneHot {
  readonly #kernels: Kernels;
  readonly #V: number;
  readonly #buffers: Buffers<ReturnType<typeof oneHotBuffers>>;

  constructor(kernels: Kernels, N: number, V: number) {
    this.#kernels = kernels;
    this.#V = V;
    this.#buffers = allocateBuffers(kernels, 'one-hot', oneHotBuffers(N, V));
  }

  /** tokens int [N] → y [N,V], the layer's own. */
  forward(tokens: Tensor, N: number): Tensor {
    this.#kernels.oneHot(this.#buffers.y, tokens, N, this.#V);
    return this.#buffers.y;
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
