/**
 * How the gradient of a loss at the end of a sequence fares on its way back through time: ‖∂L/∂h_t‖ by the lag of h_t (Bengio et al.
 * 1994; Pascanu et al. 2013), averaged over sequences, for each layer and direction. ∂L/∂h_t is the total derivative, over all paths.
 *
 * Where the network answers at every step, the loss is of the last step alone, and for layers that read backwards of the first alone.
 * Where it answers once, it is the loss it is trained with. The lag counts the steps from there; in an encoder it goes on counting
 * after the decoder's.
 */
import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { createTaskModel } from '../model/create.ts';
import type { ParameterSet } from '../model/parameters.ts';
import { lossOf, shapeOf, type Architecture, type Shape } from '../model/spec-fields.ts';
import type { AnyBatch, DataSizes, TaskModel } from '../model/task-model.ts';
import type { GradientFlow } from './looks/through-time.ts';
import { layersOf, type LayerAt } from './stacks.ts';

/** Where the loss is: at the last real step of each sequence, or at the first. */
type End = 'last' | 'first';

export class GradientFlows {
  readonly #kernels: Kernels;
  readonly #shape: Shape;
  readonly #isSoftmax: boolean;
  readonly #layers: readonly LayerAt[];
  readonly #batches: readonly AnyBatch[];
  readonly #model: TaskModel<AnyBatch>;

  /**
   * @param parameters on `kernels`, made for training; `measure` overwrites their gradients
   * @param batches with targets; at least one
   */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    parameters: ParameterSet,
    batches: readonly AnyBatch[],
  ) {
    this.#kernels = kernels;
    this.#shape = shapeOf(architecture);
    this.#isSoftmax = lossOf(architecture) === 'softmax';
    this.#layers = layersOf(architecture);
    this.#batches = batches;
    const most = (of: (batch: AnyBatch) => number) => Math.max(...batches.map(of));
    const isPair = this.#shape === 'many-to-many-unaligned';
    const sizes = {
      B: most(({ B }) => B),
      ...(isPair ? { T: most(({ Tx }) => Tx!), Ty: most(({ T }) => T) } : { T: most(({ T }) => T) }),
      ...{ training: true, hiddenGradients: true },
    };
    this.#model = createTaskModel(kernels, architecture, data, sizes, parameters);
  }

  /** Of the parameters as they are now. @param turn may throw to abandon */
  async measure(turn: () => Promise<void>): Promise<GradientFlow[]> {
    const sums = this.#layers.map(() => new LagSums());
    for (const batch of this.#batches) {
      for (const end of this.#ends()) {
        const ends = this.#endsOf(batch, end);
        const scale = await this.#backward(batch, end, ends);
        for (const [k, layer] of this.#layers.entries()) {
          if (this.#readsFrom(layer, end)) await this.#add(sums[k]!, k, batch, ends, scale);
        }
        await turn();
      }
    }
    return this.#layers.map(({ part, layer, direction }, k) => ({ part, layer, direction, norms: sums[k]!.means() }));
  }

  dispose(): void {
    this.#model.dispose();
  }

  #ends(): readonly End[] {
    const both =
      this.#shape === 'many-to-many-aligned' && this.#layers.some(({ direction }) => direction === 'backward');
    return both ? ['last', 'first'] : ['last'];
  }

  /** Whether a layer's gradients are taken from the pass whose loss is at this end. */
  #readsFrom({ direction }: LayerAt, end: End): boolean {
    return this.#ends().length === 1 || (direction === 'forward') === (end === 'last');
  }

  /** The step of each sequence at which the loss is; -1: it has none. */
  #endsOf({ T, B, lengths, targets }: AnyBatch, end: End): Int32Array {
    const byTarget = this.#shape !== 'many-to-one' && targets instanceof Int32Array;
    return Int32Array.from({ length: B }, (_, b) => {
      const length = lengths ? lengths[b]! : T;
      const steps = Array.from({ length }, (_, t) => (end === 'last' ? length - 1 - t : t));
      return steps.find((t) => !byTarget || targets[t * B + b]! >= 0) ?? -1;
    });
  }

  /** Forward and backward of the loss at the ends. Returns what its gradients are to be multiplied by, to be those of each sequence's own. */
  async #backward(batch: AnyBatch, end: End, ends: Int32Array): Promise<number> {
    const model = this.#model;
    const isOnce = this.#shape === 'many-to-one';
    model.setBatch(isOnce ? batch : { ...batch, targets: this.#targetsAt(batch, ends) });
    this.#kernels.fill(model.loss, 0);
    model.forward(null);
    model.computeLoss();
    if (!isOnce && !this.#isSoftmax) await this.#keepRows(batch, ends);
    model.backward();
    // A mean over targets, or over all their numbers: that of one is as many times as large as there are.
    const [, count] = await this.#kernels.read(model.loss);
    const rows = this.#isSoftmax ? count! : count! / model.K;
    if (!Number.isFinite(rows)) throw new RangeError(`The loss at the ${end} step is not a finite number.`);
    return rows;
  }

  #targetsAt({ B, targets }: AnyBatch, ends: Int32Array): AnyBatch['targets'] {
    if (!this.#isSoftmax || !(targets instanceof Int32Array)) return targets;
    return targets.map((target, row) => (Math.floor(row / B) === ends[row % B] ? target : -1));
  }

  /** Only the ends' rows of the gradient by the outputs go back: targets that are numbers cannot be left out one by one. */
  async #keepRows({ B }: AnyBatch, ends: Int32Array): Promise<void> {
    const { outputs, rows, K } = this.#model;
    const gradient = await this.#kernels.read(outputs, rows * K);
    for (let row = 0; row < rows; row++) {
      if (Math.floor(row / B) !== ends[row % B]) gradient.fill(0, row * K, (row + 1) * K);
    }
    this.#kernels.write(outputs, gradient);
  }

  async #add(sums: LagSums, k: number, batch: AnyBatch, ends: Int32Array, scale: number): Promise<void> {
    const { B } = batch;
    const { part, direction, H } = this.#layers[k]!;
    const isEncoder = part === 'encoder';
    const T = isEncoder ? batch.Tx! : batch.T;
    const lengths = isEncoder ? (batch.sourceLengths ?? null) : batch.lengths;
    const gradients = await this.#gradients(k, T, B); // [T,B,H]
    for (let b = 0; b < B; b++) {
      if (ends[b]! < 0) continue;
      const last = (lengths ? lengths[b]! : T) - 1;
      const before = isEncoder ? ends[b]! + 1 : 0;
      // Layers that read forwards end at the last step that the loss can see, the others at the first.
      const from =
        direction === 'backward'
          ? isEncoder || this.#shape === 'many-to-one'
            ? 0
            : ends[b]!
          : isEncoder
            ? last
            : ends[b]!;
      const steps = direction === 'backward' ? last - from : from;
      for (let lag = 0; lag <= steps; lag++) {
        const t = direction === 'backward' ? from + lag : from - lag;
        const at = (t * B + b) * H;
        sums.add(before + lag, scale * normOf(gradients, at, H));
      }
    }
  }

  /** dL/dh [T,B,H] of a layer. */
  async #gradients(k: number, T: number, B: number): Promise<Float64Array> {
    const { part, layer, H } = this.#layers[k]!;
    const { hiddenGradients } = this.#model;
    const size = B * H;
    const read = async (tensor: Tensor, steps: number) => this.#kernels.read(tensor, steps * size);
    const encoder = this.#layers.filter((one) => one.part === 'encoder').length;
    if (part !== 'decoder' || hiddenGradients.length === this.#layers.length) {
      return Float64Array.from(await read(hiddenGradients[k]!, T));
    }
    // With Bahdanau attention each step of the decoder has tensors of its own.
    const L = this.#layers.length - encoder;
    const all = new Float64Array(T * size);
    for (let t = 0; t < T; t++) all.set(await read(hiddenGradients[encoder + t * L + layer]!, 1), t * size);
    return all;
  }
}

function normOf(values: Float64Array, at: number, count: number): number {
  let sum = 0;
  for (let i = at; i < at + count; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

/** Means by lag. */
class LagSums {
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  add(lag: number, value: number): void {
    this.#sums[lag] = (this.#sums[lag] ?? 0) + value;
    this.#counts[lag] = (this.#counts[lag] ?? 0) + 1;
  }

  /** NaN at lags that no sequence reaches. */
  means(): Float64Array {
    return Float64Array.from(this.#sums, (sum, lag) => sum / (this.#counts[lag] ?? 0));
  }
}
