import type { Kernels, RandomPosition, Tensor } from '../../kernels/kernels.ts';
import { STREAM } from '../../random.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';

/** Which training step's masks: every dropout layer draws from a stream of its own at this counter. */
export interface DropoutAt {
  readonly seed: number;
  readonly counter: number;
}

export interface DropoutPlan {
  /** Probability of dropping an element; 0 makes the layer nothing at all. */
  readonly p: number;
  /** Most elements of an input. */
  readonly count: number;
  /** Variational: one mask for all steps of a sequence (Gal & Ghahramani 2016); standard: every step has its own. */
  readonly kind: 'standard' | 'variational';
  /** Overwrite the input: allowed where no backward reads it again. */
  readonly inPlace: boolean;
  readonly training: boolean;
}

export function dropoutBuffers({ p, count, inPlace, training }: DropoutPlan) {
  return { y: p > 0 && training && !inPlace ? { shape: [count] } : null };
}

/** Inverted dropout: in training y = x / (1-p) where kept, else 0; otherwise y is x itself. */
export class Dropout {
  readonly #kernels: Kernels;
  readonly #p: number;
  readonly #inPlace: boolean;
  readonly #stream: number;
  readonly #buffers: Buffers<ReturnType<typeof dropoutBuffers>>;
  readonly #kind: DropoutPlan['kind'];
  #at: RandomPosition | null = null; // where the forward drew its mask; null: it let everything through
  #period = 0; // elements of the mask

  /** @param index number of this dropout layer in the model, from 0 */
  constructor(kernels: Kernels, index: number, plan: DropoutPlan) {
    this.#kernels = kernels;
    this.#p = plan.p;
    this.#inPlace = plan.inPlace;
    this.#kind = plan.kind;
    this.#stream = STREAM.dropout + index;
    this.#buffers = allocateBuffers(kernels, `dropout${index}`, dropoutBuffers(plan));
  }

  /**
   * x [steps,perStep] → y, the same: x itself, or the layer's own.
   * @param at null: not training
   */
  forward(x: Tensor, steps: number, perStep: number, at: DropoutAt | null): Tensor {
    const count = steps * perStep;
    this.#at = at && this.#p > 0 ? { ...at, stream: this.#stream } : null;
    if (!this.#at) return x;
    const y = this.#inPlace ? x : this.#buffers.y;
    if (!y) throw new Error('Dropout.forward with a position needs a layer made for training');
    this.#period = this.#kind === 'variational' ? perStep : count;
    this.#kernels.dropout(y, x, count, this.#p, this.#at, this.#period);
    return y;
  }

  /** dy [steps,perStep] becomes dx in place: the same mask. */
  backward(dy: Tensor, steps: number, perStep: number): void {
    if (this.#at) this.#kernels.dropout(dy, dy, steps * perStep, this.#p, this.#at, this.#period);
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
