import type { HostArray, Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import { PARAMETER_ALIGNMENT } from '../parameters.ts';

/** State of a stack of recurrent layers, for a host: dense, in PyTorch's order (layer 0 forward, layer 0 backward, layer 1 …). */
export interface HostState {
  readonly h: HostArray | readonly number[]; // [L*D,B,H]
  readonly c: HostArray | readonly number[] | null; // [L*D,B,H]; lstm only
}

export interface RecurrentStatePlan {
  /** Layers times directions. */
  readonly LD: number;
  readonly B: number;
  readonly H: number;
  /** Has cell states: lstm. */
  readonly cell: boolean;
}

/** Each layer's B*H numbers start at an aligned element, so that the kernels get a view of them. */
export function recurrentStateBuffers({ LD, B, H, cell }: RecurrentStatePlan) {
  const stride = Math.ceil((B * H) / PARAMETER_ALIGNMENT) * PARAMETER_ALIGNMENT;
  const state = { shape: [LD, stride] };
  return { h: state, c: cell ? state : null };
}

/** Hidden (and cell) states of all layers and directions; also used for gradients of them. */
export class RecurrentState {
  readonly h: Tensor; // [L*D,stride], stride = B*H rounded up to the alignment
  readonly c: Tensor | null; // the same; lstm only
  /** Views of each layer and direction. */
  readonly layers: readonly { readonly h: Tensor; readonly c: Tensor | null }[]; // [B,H]
  readonly #kernels: Kernels;
  readonly #size: number;
  readonly #stride: number;
  readonly #buffers: Buffers<ReturnType<typeof recurrentStateBuffers>>;

  /** All zero. */
  constructor(kernels: Kernels, label: string, plan: RecurrentStatePlan) {
    const { LD, B, H } = plan;
    this.#kernels = kernels;
    this.#buffers = allocateBuffers(kernels, label, recurrentStateBuffers(plan));
    const { h, c } = this.#buffers;
    this.h = h;
    this.c = c;
    this.#size = B * H;
    this.#stride = h.shape[1];
    const view = (state: Tensor, k: number) => kernels.view(state, `${state.label}[${k}]`, k * this.#stride, [B, H]);
    this.layers = Array.from({ length: LD }, (_, k) => ({ h: view(h, k), c: c && view(c, k) }));
  }

  reset(): void {
    this.#kernels.fill(this.h, 0);
    if (this.c) this.#kernels.fill(this.c, 0);
  }

  copyFrom(other: RecurrentState): void {
    this.#kernels.copy(other.h, this.h);
    if (this.c && other.c) this.#kernels.copy(other.c, this.c);
  }

  async read(): Promise<{ h: Float64Array; c: Float64Array | null }> {
    return { h: await this.#readDense(this.h), c: this.c && (await this.#readDense(this.c)) };
  }

  /** @throws RangeError when the numbers are not as many as the state has */
  write({ h, c }: HostState): void {
    this.#writeDense(this.h, h);
    if ((c === null) !== (this.c === null)) {
      throw new RangeError(`${this.h.label}: ${c ? 'this cell has no cell state' : 'an lstm needs a cell state c'}`);
    }
    if (this.c && c) this.#writeDense(this.c, c);
  }

  async #readDense(state: Tensor): Promise<Float64Array> {
    const strided = await this.#kernels.read(state);
    const dense = new Float64Array(this.layers.length * this.#size);
    for (let k = 0; k < this.layers.length; k++) {
      dense.set(strided.subarray(k * this.#stride, k * this.#stride + this.#size), k * this.#size);
    }
    return dense;
  }

  #writeDense(state: Tensor, values: HostArray | readonly number[]): void {
    if (values.length !== this.layers.length * this.#size) {
      throw new RangeError(
        `${state.label}: got ${values.length} numbers, the state has ${this.layers.length * this.#size}`,
      );
    }
    for (let k = 0; k < this.layers.length; k++) {
      this.#kernels.write(state, values.slice(k * this.#size, (k + 1) * this.#size), k * this.#stride);
    }
  }

  dispose(): void {
    for (const { h, c } of this.layers) {
      this.#kernels.free(h);
      if (c) this.#kernels.free(c);
    }
    freeBuffers(this.#kernels, this.#buffers);
  }
}
