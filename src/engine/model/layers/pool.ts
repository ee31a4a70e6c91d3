import type { Kernels, Pooling, PoolingShape, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';

export interface PoolPlan {
  readonly kind: Pooling;
  /** Most sequences of a batch. */
  readonly B: number;
  /** Width of what is pooled, both directions together. */
  readonly F: number;
  readonly D: 1 | 2;
}

export function poolBuffers({ kind, B, F }: PoolPlan) {
  return {
    y: { shape: [B, F] },
    argmax: kind === 'max' ? ({ shape: [B, F], dtype: 'int' } as const) : null, // saved for the backward
  } as const;
}

/** One vector for a sequence: the outputs of the last step that each direction computed, their mean or maximum over the real steps. */
export class Pool {
  readonly #kernels: Kernels;
  readonly #plan: PoolPlan;
  readonly #buffers: Buffers<ReturnType<typeof poolBuffers>>;
  #shape: PoolingShape | null = null; // saved by the forward
  #lengths: Tensor | null = null;

  constructor(kernels: Kernels, plan: PoolPlan) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#buffers = allocateBuffers(kernels, 'pool', poolBuffers(plan));
  }

  /** x [T,B,F] → y [B,F], the layer's own. */
  forward(x: Tensor, lengths: Tensor | null, T: number, B: number): Tensor {
    const { kind, F, D } = this.#plan;
    this.#shape = { kind, T, B, F, D };
    this.#lengths = lengths;
    const { y, argmax } = this.#buffers;
    this.#kernels.poolForward(this.#shape, y, argmax, x, lengths);
    return y;
  }

  /** dy [B,F] → dx [T,B,F], 0 at padding. */
  backward(dx: Tensor, dy: Tensor): void {
    if (!this.#shape) throw new Error('Pool.backward needs a forward');
    this.#kernels.poolBackward(this.#shape, dx, dy, this.#buffers.argmax, this.#lengths);
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
