import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { Parameter, ParameterSpec } from '../parameters.ts';

/** Weight and, unless left out, bias; both start as torch.nn.Linear's: U(-1/√I, 1/√I). */
export function linearParameters(prefix: string, I: number, O: number, bias = true): ParameterSpec[] {
  const initialisation = { kind: 'uniform', bound: 1 / Math.sqrt(I) } as const;
  const weight = { name: `${prefix}weight`, shape: [O, I], initialisation };
  return bias ? [weight, { name: `${prefix}bias`, shape: [O], initialisation }] : [weight];
}

/** For up to N rows. */
export function linearBuffers(N: number, O: number) {
  return { y: { shape: [N, O] } } as const;
}

/** y = x Wᵀ + b. */
export class Linear {
  readonly y: Tensor; // [N,O]
  readonly #kernels: Kernels;
  readonly #weight: Parameter; // [O,I]
  readonly #bias: Parameter | null; // [O]
  readonly #I: number;
  readonly #O: number;
  readonly #buffers: Buffers<ReturnType<typeof linearBuffers>>;
  #x: Tensor | null = null; // [N,I], saved by the forward

  constructor(kernels: Kernels, weight: Parameter, bias: Parameter | null, N: number) {
    this.#kernels = kernels;
    this.#weight = weight;
    this.#bias = bias;
    [this.#O, this.#I] = weight.shape;
    this.#buffers = allocateBuffers(kernels, 'linear', linearBuffers(N, this.#O));
    this.y = this.#buffers.y;
  }

  /** x [N,I] → y [N,O], the layer's own. */
  forward(x: Tensor, N: number): Tensor {
    this.#x = x;
    this.#kernels.linearForward(this.y, x, this.#weight.value, this.#bias?.value ?? null, N, this.#I, this.#O);
    return this.y;
  }

  /** dy [N,O] → dx [N,I] (null where nobody needs it) and the parameters' gradients, added to them where `accumulate`. */
  backward(dx: Tensor | null, dy: Tensor, N: number, accumulate: boolean): void {
    if (!this.#weight.gradient || !this.#x)
      throw new Error('Linear.backward needs a forward, and parameters for training');
    this.#kernels.linearBackward(
      dx,
      this.#weight.gradient,
      this.#bias?.gradient ?? null,
      dy,
      this.#x,
      this.#weight.value,
      N,
      this.#I,
      this.#O,
      accumulate,
    );
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
