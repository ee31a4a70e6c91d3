import { GATES } from '../../kernels/kernels.ts';
import type {
  Cell,
  Kernels,
  RecurrentOperands,
  RecurrentParameters,
  RecurrentShape,
  RecurrentWorkspace,
  Tensor,
} from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet, ParameterSpec } from '../parameters.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './dropout.ts';
import { RecurrentState, type RecurrentStatePlan } from './recurrent-state.ts';

/** A stack of L recurrent layers, each in D directions; layer l > 0 reads the D*H outputs of the one below. */
export interface RecurrentSizes {
  readonly cell: Cell;
  readonly L: number;
  readonly D: 1 | 2;
  /** Width of the input. */
  readonly I: number;
  readonly H: number;
}

export interface RecurrentPlan extends RecurrentSizes {
  /** Most steps, and sequences, of a batch. */
  readonly T: number;
  readonly B: number;
  /** Keep what a backward needs. */
  readonly training: boolean;
  /** Take gradients of the final state and give those of the initial state. Truncated BPTT does not. */
  readonly stateGradients: boolean;
  /** Probability of dropping between layers. */
  readonly dropout: number;
}

/** All start as PyTorch's: U(-1/√H, 1/√H). In PyTorch's order. */
export function recurrentParameters(prefix: string, { cell, L, D, I, H }: RecurrentSizes): ParameterSpec[] {
  const GH = GATES[cell] * H;
  const initialisation = { kind: 'uniform', bound: 1 / Math.sqrt(H) } as const;
  const specs: ParameterSpec[] = [];
  for (let l = 0; l < L; l++) {
    for (let d = 0; d < D; d++) {
      const suffix = parameterSuffix(l, d);
      const add = (name: string, shape: readonly number[]) =>
        specs.push({ name: `${prefix}${name}${suffix}`, shape, initialisation });
      add('weight_ih', [GH, l === 0 ? I : D * H]);
      add('weight_hh', [GH, H]);
      add('bias_ih', [GH]);
      if (cell !== 'gru_before') add('bias_hh', [GH]);
    }
  }
  return specs;
}

export function recurrentBuffers({ L, D, H, T, B, training }: RecurrentPlan) {
  const perStep = { shape: [T, B, D * H] };
  return {
    /** Each layer's output; the last one's is the stack's. */
    y: Array.from({ length: L }, () => perStep),
    /** Gradients between layers: written by the one above, read by the one below, two in turn. */
    dy: Array.from({ length: training ? Math.min(L - 1, 2) : 0 }, () => perStep),
  };
}

/** The workspaces of each layer and direction that a backward needs. */
export function recurrentWorkspaces({ cell, L, D, I, H, T, B, training }: RecurrentPlan): RecurrentShape[] {
  if (!training) return [];
  return Array.from({ length: L * D }, (_, k) => ({ cell, T, B, I: k < D ? I : D * H, H }));
}

/** One of these for each of h0/c0, hn/cn and, with `stateGradients`, dh0/dc0 and dhn/dcn. */
export function recurrentStatePlan({ cell, L, D, B, H }: RecurrentPlan): RecurrentStatePlan {
  return { LD: L * D, B, H, cell: cell === 'lstm' };
}

/** The dropout between layers: L-1 of these. Not in place, since the backward reads y again. */
export function recurrentDropout({ D, H, T, B, training, dropout }: RecurrentPlan): DropoutPlan {
  return { p: dropout, count: T * B * D * H, inPlace: false, training };
}

/** Recurrent layers on top of each other, right through a sequence. */
export class RecurrentStack {
  /** h0, c0: what the forward starts from. */
  readonly initial: RecurrentState;
  /** hn, cn: what it ends with, at each sequence's last real step. */
  readonly final: RecurrentState;
  /** dh0, dc0, out of the backward; null without `stateGradients`. */
  readonly dInitial: RecurrentState | null;
  /** dhn, dcn, into the backward; null without `stateGradients`. */
  readonly dFinal: RecurrentState | null;
  readonly #kernels: Kernels;
  readonly #plan: RecurrentPlan;
  readonly #values: readonly RecurrentParameters[]; // [L*D]
  readonly #gradients: readonly RecurrentParameters[] | null; // [L*D]
  readonly #buffers: Buffers<ReturnType<typeof recurrentBuffers>>;
  readonly #workspaces: readonly RecurrentWorkspace[]; // [L*D], or none
  readonly #dropouts: readonly Dropout[]; // [L-1]
  #forward: readonly RecurrentOperands[] | null = null; // [L*D], saved by the forward for the backward

  /**
   * @param prefix of the parameters' names, as given to recurrentParameters
   * @param firstDropout number in the model of the dropout between layers 0 and 1; the next ones follow
   */
  constructor(kernels: Kernels, parameters: ParameterSet, prefix: string, plan: RecurrentPlan, firstDropout = 0) {
    const { cell, L, D, training, stateGradients } = plan;
    this.#kernels = kernels;
    this.#plan = plan;
    const collect = (tensorOf: (name: string) => Tensor): RecurrentParameters[] =>
      Array.from({ length: L * D }, (_, k) => {
        const suffix = parameterSuffix(Math.floor(k / D), k % D);
        return {
          weightIh: tensorOf(`${prefix}weight_ih${suffix}`),
          weightHh: tensorOf(`${prefix}weight_hh${suffix}`),
          biasIh: tensorOf(`${prefix}bias_ih${suffix}`),
          biasHh: cell === 'gru_before' ? null : tensorOf(`${prefix}bias_hh${suffix}`),
        };
      });
    this.#values = collect((name) => parameters.get(name).value);
    this.#gradients = training ? collect((name) => gradientOf(parameters, name)) : null;
    this.#buffers = allocateBuffers(kernels, `${prefix}recurrent`, recurrentBuffers(plan));
    this.#workspaces = recurrentWorkspaces(plan).map((shape) => kernels.recurrentWorkspace(shape));
    this.#dropouts = Array.from(
      { length: L - 1 },
      (_, l) => new Dropout(kernels, firstDropout + l, recurrentDropout(plan)),
    );
    const state = (label: string) => new RecurrentState(kernels, `${prefix}${label}`, recurrentStatePlan(plan));
    this.initial = state('initial');
    this.final = state('final');
    this.dInitial = stateGradients ? state('dInitial') : null;
    this.dFinal = stateGradients ? state('dFinal') : null;
  }

  /**
   * x [T,B,I] → y [T,B,D*H], the stack's own; `final` is written. y is 0 at padding.
   * @param lengths int [B], real steps of each sequence; null when all have T
   * @param T of this batch, at most the planned one
   * @param dropoutAt null: no dropout
   */
  forward(x: Tensor, lengths: Tensor | null, T: number, B: number, dropoutAt: DropoutAt | null): Tensor {
    const { cell, L, D, I, H } = this.#plan;
    const operands: RecurrentOperands[] = [];
    let input = x;
    for (let l = 0; l < L; l++) {
      const y = this.#buffers.y[l];
      for (let d = 0; d < D; d++) {
        const k = l * D + d;
        operands.push({
          shape: { cell, T, B, I: l === 0 ? I : D * H, H },
          reverse: d === 1,
          x: input,
          lengths,
          parameters: this.#values[k],
          h0: this.initial.layers[k].h,
          c0: this.initial.layers[k].c,
          y,
          yOffset: d * H,
          yWidth: D * H,
          hn: this.final.layers[k].h,
          cn: this.final.layers[k].c,
          workspace: this.#workspaces[k] ?? null,
        });
        this.#kernels.recurrentForward(operands[k]);
      }
      input = l < L - 1 ? this.#dropouts[l].forward(y, T * B * D * H, dropoutAt) : y;
    }
    this.#forward = operands;
    return input;
  }

  /**
   * The last forward, reversed: dy [T,B,D*H] (and `dFinal`) → dx [T,B,I] (null where nobody needs it), `dInitial`, and the
   * parameters' gradients, added to them where `accumulate`.
   */
  backward(dx: Tensor | null, dy: Tensor, accumulate: boolean): void {
    const { L, D, H } = this.#plan;
    if (!this.#forward || !this.#gradients) {
      throw new Error('RecurrentStack.backward needs a forward, and a plan for training');
    }
    let dOut = dy;
    for (let l = L - 1; l >= 0; l--) {
      const dIn = l === 0 ? dx : this.#buffers.dy[(l - 1) % 2];
      for (let d = D - 1; d >= 0; d--) {
        const k = l * D + d;
        this.#kernels.recurrentBackward(this.#forward[k], {
          dy: dOut,
          dhn: this.dFinal?.layers[k].h ?? null,
          dcn: this.dFinal?.layers[k].c ?? null,
          dx: dIn,
          accumulateDx: d < D - 1,
          dh0: this.dInitial?.layers[k].h ?? null,
          dc0: this.dInitial?.layers[k].c ?? null,
          parameters: this.#gradients[k],
          accumulate,
        });
      }
      if (l === 0 || !dIn) break;
      const { T, B } = this.#forward[0].shape;
      this.#dropouts[l - 1].backward(dIn, T * B * D * H);
      dOut = dIn;
    }
  }

  dispose(): void {
    for (const workspace of this.#workspaces) this.#kernels.free(workspace);
    for (const dropout of this.#dropouts) dropout.dispose();
    for (const state of [this.initial, this.final, this.dInitial, this.dFinal]) state?.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}

function parameterSuffix(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? '_reverse' : ''}`;
}

function gradientOf(parameters: ParameterSet, name: string): Tensor {
  const { gradient } = parameters.get(name);
  if (!gradient) throw new Error(`"${name}" has no gradient: the parameters were not made for training`);
  return gradient;
}
