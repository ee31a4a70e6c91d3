import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet, ParameterSpec } from '../parameters.ts';
import { Linear, linearParameters } from './linear.ts';
import type { RecurrentState } from './recurrent-state.ts';

export interface InitialStatePlan {
  /** Most sequences of a batch. */
  readonly B: number;
  /** Width of the vector that decides the state. */
  readonly I: number;
  /** Layers and units of the state. */
  readonly L: number;
  readonly H: number;
  readonly training: boolean;
}

export function initialStateParameters(
  prefix: string,
  { I, L, H }: Pick<InitialStatePlan, 'I' | 'L' | 'H'>,
): ParameterSpec[] {
  return linearParameters(prefix, I, L * H);
}

export function initialStateBuffers({ B, I, L, H, training }: InitialStatePlan) {
  return {
    dState: training ? { shape: [B, L * H] } : null,
    dx: training ? { shape: [B, I] } : null,
  };
}

/**
 * A learned initial state: h0 = tanh(W x + b), cut into the layers' states (Cho et al. 2014, section 2.2). The cell state of an
 * LSTM starts at zero.
 */
export class InitialState {
  /** [B,I], out of the backward. */
  readonly dx: Tensor | null;
  readonly #kernels: Kernels;
  readonly #plan: InitialStatePlan;
  readonly #linear: Linear;
  readonly #buffers: Buffers<ReturnType<typeof initialStateBuffers>>;
  #B = 0;

  constructor(kernels: Kernels, parameters: ParameterSet, prefix: string, plan: InitialStatePlan) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#linear = new Linear(kernels, parameters.get(`${prefix}weight`), parameters.get(`${prefix}bias`), plan.B);
    this.#buffers = allocateBuffers(kernels, 'initial-state', initialStateBuffers(plan));
    this.dx = this.#buffers.dx;
  }

  /** x [B,I] → the hidden states of `state`; cell states become zero. */
  forward(state: RecurrentState, x: Tensor, B: number): void {
    const { L, H } = this.#plan;
    this.#B = B;
    const h = this.#linear.forward(x, B); // [B,L*H]
    this.#kernels.activationForward(h, h, 'tanh', B * L * H);
    state.reset();
    for (const [l, layer] of state.layers.entries()) {
      this.#kernels.copyBlock(
        { tensor: layer.h, offset: 0, stride: H },
        { tensor: h, offset: l * H, stride: L * H },
        B,
        H,
        false,
      );
    }
  }

  /** Gradient of the hidden states → dx, and the parameters' gradients. */
  backward(dState: RecurrentState): void {
    const { L, H } = this.#plan;
    const { dState: dh, dx } = this.#buffers;
    if (!dh || !dx || this.#B === 0) throw new Error('InitialState.backward needs a forward, and a plan for training');
    for (const [l, layer] of dState.layers.entries()) {
      this.#kernels.copyBlock(
        { tensor: dh, offset: l * H, stride: L * H },
        { tensor: layer.h, offset: 0, stride: H },
        this.#B,
        H,
        false,
      );
    }
    this.#kernels.activationBackward(dh, dh, this.#linear.y, 'tanh', this.#B * L * H);
    this.#linear.backward(dx, dh, this.#B, false);
  }

  dispose(): void {
    this.#linear.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}
