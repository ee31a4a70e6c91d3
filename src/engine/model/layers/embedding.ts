import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { Initialisation, Parameter, ParameterSpec } from '../parameters.ts';

/** PyTorch's default is N(0, 1). */
export function embeddingParameters(
  name: string,
  V: number,
  E: number,
  initialisation: Initialisation = { kind: 'normal' },
): ParameterSpec[] {
  return [{ name, shape: [V, E], initialisation }];
}

/** For up to N tokens. */
export function embeddingBuffers(N: number, E: number) {
  return { y: { shape: [N, E] } } as const;
}

/** Looks up a vector for every token: y[n,:] = weight[tokens[n],:]. */
export class Embedding {
  readonly #kernels: Kernels;
  readonly #weight: Parameter; // [V,E]
  readonly #V: number;
  readonly #E: number;
  readonly #buffers: Buffers<ReturnType<typeof embeddingBuffers>>;
  #tokens: Tensor | null = null; // int [N], saved by the forward

  constructor(kernels: Kernels, weight: Parameter, N: number) {
    this.#kernels = kernels;
    this.#weight = weight;
    [this.#V, this.#E] = weight.shape;
    this.#buffers = allocateBuffers(kernels, weight.name, embeddingBuffers(N, this.#E));
  }

  /** tokens int [N] → y [N,E], the layer's own. */
  forward(tokens: Tensor, N: number): Tensor {
    this.#tokens = tokens;
    this.#kernels.embeddingForward(this.#buffers.y, tokens, this.#weight.value, N, this.#V, this.#E);
    return this.#buffers.y;
  }

  /** dy [N,E] → the weight's gradient, added to it where `accumulate`. */
  backward(dy: Tensor, N: number, accumulate: boolean): void {
    const { gradient } = this.#weight;
    if (!gradient || !this.#tokens) throw new Error('Embedding.backward needs a forward, and parameters for training');
    this.#kernels.embeddingBackward(gradient, dy, this.#tokens, N, this.#V, this.#E, accumulate);
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
