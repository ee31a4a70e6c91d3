import { GATES } from '../../kernels/kernels.ts';
import type {
  Cell,
  Kernels,
  RecurrentInput,
  RecurrentOperands,
  RecurrentParameters,
  RecurrentShape,
  RecurrentWorkspace,
  Tensor,
} from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet, ParameterSpec } from '../parameters.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './dropout.ts';
import { LayerNorm, layerNormParameters } from './layer-norm.ts';
import { RecurrentState, type RecurrentStatePlan } from './recurrent-state.ts';

/**
 * A stack of L recurrent layers, each in D directions; layer l > 0 reads the D*H outputs of the one below:
 *
 *     y_l = recurrent(dropout(z_(l-1)))
 *     z_l = norm(y_l + z_(l-1))          the sum where `residual` and l > 0, the norm where `layerNorm`; otherwise z_l = y_l
 */
export interface RecurrentSizes {
  readonly cell: Cell;
  readonly L: number;
  readonly D: 1 | 2;
  /** Width of the input. */
  readonly I: number;
  readonly H: number;
  /** Layer normalisation (Ba et al. 2016) of every layer's output. */
  readonly layerNorm?: boolean;
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
  readonly dropoutKind?: DropoutPlan['kind'];
  /** Layers above the first add their input to their output (He et al. 2016). */
  readonly residual?: boolean;
  /** Keep the total derivative by each layer's output at every step, for pictures of gradient flow. */
  readonly hiddenGradients?: boolean;
}

/** All start as PyTorch's: U(-1/√H, 1/√H). In PyTorch's order, a layer's normalisation after it. */
export function recurrentParameters(prefix: string, { cell, L, D, I, H, layerNorm }: RecurrentSizes): ParameterSpec[] {
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
    if (layerNorm) specs.push(...layerNormParameters(normPrefix(prefix, l), D * H));
  }
  return specs;
}

export function recurrentBuffers({ L, D, H, T, B, training, residual, hiddenGradients }: RecurrentPlan) {
  const perStep = { shape: [T, B, D * H] };
  return {
    /** Each layer's output, before anything is added. */
    y: Array.from({ length: L }, () => perStep),
    /** Output plus input of the layers above the first. */
    sum: Array.from({ length: residual ? L - 1 : 0 }, () => perStep),
    /** Gradients between layers: written by the one above, read by the one below, two in turn. */
    dy: Array.from({ length: training ? Math.min(L - 1, 2) : 0 }, () => perStep),
    /** Total derivatives by each layer's and direction's output. */
    dh: Array.from({ length: hiddenGradients ? L * D : 0 }, () => ({ shape: [T, B, H] })),
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
export function recurrentDropout({
  D,
  H,
  T,
  B,
  training,
  dropout,
  dropoutKind = 'standard',
}: RecurrentPlan): DropoutPlan {
  return { p: dropout, count: T * B * D * H, kind: dropoutKind, inPlace: false, training };
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
  /** [L*D] of [T,B,H], out of the backward: dL/dh at every step; none without `hiddenGradients`. */
  readonly dh: readonly Tensor[];
  readonly #kernels: Kernels;
  readonly #plan: RecurrentPlan;
  readonly #values: readonly RecurrentParameters[]; // [L*D]
  readonly #gradients: readonly RecurrentParameters[] | null; // [L*D]
  readonly #buffers: Buffers<ReturnType<typeof recurrentBuffers>>;
  readonly #workspaces: readonly RecurrentWorkspace[]; // [L*D], or none
  readonly #dropouts: readonly Dropout[]; // [L-1]
  readonly #norms: readonly LayerNorm[]; // [L], or none
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
    this.#norms = Array.from({ length: plan.layerNorm ? L : 0 }, (_, l) => {
      const name = normPrefix(prefix, l);
      return new LayerNorm(kernels, parameters.get(`${name}weight`), parameters.get(`${name}bias`), plan.T * plan.B);
    });
    this.dh = this.#buffers.dh;
    const state = (label: string) => new RecurrentState(kernels, `${prefix}${label}`, recurrentStatePlan(plan));
    this.initial = state('initial');
    this.final = state('final');
    this.dInitial = stateGradients ? state('dInitial') : null;
    this.dFinal = stateGradients ? state('dFinal') : null;
  }

  /** [L*D], as the last forward left them: what its layers read and wrote. None before it. */
  get recurrences(): readonly RecurrentOperands[] {
    return this.#forward ?? [];
  }

  /**
   * x [T,B,I], or tokens → z [T,B,D*H], the stack's own; `final` is written. z is 0 at padding, but for the bias of a layer normalisation.
   * @param lengths int [B], real steps of each sequence; null when all have T
   * @param T of this batch, at most the planned one
   * @param dropoutAt null: no dropout
   */
  forward(x: RecurrentInput, lengths: Tensor | null, T: number, B: number, dropoutAt: DropoutAt | null): Tensor {
    const { cell, L, D, I, H } = this.#plan;
    const operands: RecurrentOperands[] = [];
    const width = D * H;
    let input = x;
    let z: Tensor | null = null; // the output of the layer below
    for (let l = 0; l < L; l++) {
      if (z) input = this.#dropouts[l - 1].forward(z, T, B * width, dropoutAt);
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
      const sum = this.#buffers.sum[l - 1] ?? null;
      if (sum && z) this.#add(sum, y, z, T * B);
      z = this.#norms[l]?.forward(sum ?? y, T * B) ?? sum ?? y;
    }
    this.#forward = operands;
    return z!;
  }

  /** sum = y + z, all [N,D*H]. */
  #add(sum: Tensor, y: Tensor, z: Tensor, N: number): void {
    const width = this.#plan.D * this.#plan.H;
    const block = (tensor: Tensor) => ({ tensor, offset: 0, stride: width });
    this.#kernels.copyBlock(block(sum), block(y), N, width, false);
    this.#kernels.copyBlock(block(sum), block(z), N, width, true);
  }

  /**
   * The last forward, reversed: dy [T,B,D*H] (and `dFinal`) → dx [T,B,I], or by the table of tokens [V,I] (null where nobody needs
   * it), `dInitial`, and the parameters' gradients, added to them where `accumulate`. Layer normalisation overwrites dy, which must be 0
   * at padding then.
   */
  backward(dx: Tensor | null, dy: Tensor, accumulate: boolean, accumulateDx = false): void {
    const { L, D, H, residual } = this.#plan;
    if (!this.#forward || !this.#gradients) {
      throw new Error('RecurrentStack.backward needs a forward, and a plan for training');
    }
    const { T, B } = this.#forward[0].shape;
    const width = D * H;
    let dOut = dy;
    for (let l = L - 1; l >= 0; l--) {
      this.#norms[l]?.backward(dOut, dOut, T * B, accumulate);
      const dIn = l === 0 ? dx : this.#buffers.dy[(l - 1) % 2];
      for (let d = D - 1; d >= 0; d--) {
        const k = l * D + d;
        this.#kernels.recurrentBackward(this.#forward[k], {
          dy: dOut,
          dhn: this.dFinal?.layers[k].h ?? null,
          dcn: this.dFinal?.layers[k].c ?? null,
          dx: dIn,
          accumulateDx: d < D - 1 || (l === 0 && accumulateDx),
          dh0: this.dInitial?.layers[k].h ?? null,
          dc0: this.dInitial?.layers[k].c ?? null,
          parameters: this.#gradients[k],
          accumulate,
          dh: this.dh[k] ?? null,
        });
      }
      if (l === 0 || !dIn) break;
      this.#dropouts[l - 1].backward(dIn, T, B * width);
      if (residual) {
        const block = (tensor: Tensor) => ({ tensor, offset: 0, stride: width });
        this.#kernels.copyBlock(block(dIn), block(dOut), T * B, width, true);
      }
      dOut = dIn;
    }
  }

  dispose(): void {
    for (const workspace of this.#workspaces) this.#kernels.free(workspace);
    for (const dropout of this.#dropouts) dropout.dispose();
    for (const norm of this.#norms) norm.dispose();
    for (const state of [this.initial, this.final, this.dInitial, this.dFinal]) state?.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}

function normPrefix(prefix: string, layer: number): string {
  return `${prefix}norm_l${layer}.`;
}

function parameterSuffix(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? '_reverse' : ''}`;
}

function gradientOf(parameters: ParameterSet, name: string): Tensor {
  const { gradient } = parameters.get(name);
  if (!gradient) throw new Error(`"${name}" has no gradient: the parameters were not made for training`);
  return gradient;
}
