import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { writeIds, writeNumbers, type NumberArray } from '../batch.ts';
import { allocateBuffers, BATCH, freeBuffers, type Buffers } from '../buffers.ts';
import { PARAMETER_ALIGNMENT, type Parameter } from '../parameters.ts';
import type { LossKind } from '../spec-fields.ts';
import { Linear } from './linear.ts';

export interface OutputPlan {
  readonly loss: LossKind;
  /** Most rows N, and numbers of a row K: vocabulary, classes, labels or values. */
  readonly N: number;
  readonly K: number;
  readonly training: boolean;
  /** In training more outputs than these, N*K, are computed a block of rows at a time: where only the loss and its gradient are wanted. */
  readonly mostOutputs?: number;
}

/** How many rows of outputs there are at a time. Views of them begin at multiples of 64 elements (Kernels.view). */
export function outputRows({ loss, N, K, training, mostOutputs = Infinity }: OutputPlan): number {
  if (!training || loss !== 'softmax' || N * K <= mostOutputs) return N;
  const blocks = Math.ceil((N * K) / mostOutputs);
  return Math.min(N, Math.ceil(N / blocks / PARAMETER_ALIGNMENT) * PARAMETER_ALIGNMENT);
}

export function outputBuffers({ loss, K, training }: OutputPlan) {
  return {
    loss: { shape: [2] },
    weights: training && loss !== 'squared' ? { shape: [K] } : null,
  } as const;
}

export function outputBatchBuffers({ loss, N, K }: OutputPlan) {
  return {
    ids: loss === 'softmax' ? ({ shape: [N], dtype: 'int' } as const) : null,
    numbers: loss === 'softmax' ? null : { shape: [N, K] },
    mask: loss === 'softmax' ? null : ({ shape: [N], dtype: 'int' } as const),
  };
}

/**
 * The last layer and its loss: y = W x + b, and cross-entropy of softmax(y), binary cross-entropy of σ(y), or squared error.
 *
 * The mean loss is over all targets (softmax) or all elements of rows that count (sigmoid, squared).
 *
 * Where the plan allows blocks (outputRows), forward only remembers x; each block's outputs, loss and gradients are computed one after
 * the other in `backward`, or in `measureLoss`.
 */
export class OutputLayer {
  /** [N,K] out of the forward; `computeLoss` replaces them by their gradient. In blocks: of the last one. */
  readonly y: Tensor;
  /** [2]: sum and number of what it is a sum of. Calls add to it; who reads it sets it to zero. */
  readonly loss: Tensor;
  readonly K: number;
  /** Rows of the batch that is set. */
  rows = 0;
  readonly #kernels: Kernels;
  readonly #plan: OutputPlan;
  readonly #linear: Linear;
  readonly #buffers: Buffers<ReturnType<typeof outputBuffers>>;
  readonly #batch: Buffers<ReturnType<typeof outputBatchBuffers>>;
  #weighted = false;
  #masked = false;
  #hasTargets = false;
  #hasOutput = false;
  /** `y` holds d loss / d y of the last forward. */
  #hasGradient = false;
  readonly #blockRows: number;
  #targets: ArrayLike<number> = [];
  #weights: Float64Array | null = null;
  #x: Tensor | null = null;
  /** Views of the rows of each tensor's blocks, made once. */
  readonly #views = new Map<Tensor, readonly Tensor[]>();

  constructor(kernels: Kernels, weight: Parameter, bias: Parameter, plan: OutputPlan) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#blockRows = outputRows(plan);
    this.#linear = new Linear(kernels, weight, bias, this.#blockRows);
    this.#buffers = allocateBuffers(kernels, 'output', outputBuffers(plan));
    this.#batch = allocateBuffers(kernels, BATCH, outputBatchBuffers(plan));
    this.y = this.#linear.y;
    this.K = plan.K;
    this.loss = this.#buffers.loss;
  }

  /**
   * Targets of T*B rows, as SequenceBatch says.
   * @param lengths real steps of each sequence: rows of later steps are left out (softmax: those whose target is -1)
   * @throws RangeError for a target that is not a possible one
   */
  setTargets(targets: Int32Array | NumberArray | null, lengths: Int32Array | null, T: number, B: number): void {
    const { ids, numbers, mask } = this.#batch;
    const rows = T * B;
    this.rows = rows;
    this.#hasTargets = targets !== null;
    this.#hasOutput = false;
    this.#hasGradient = false;
    if (targets === null) return;
    if (ids) {
      writeIds(this.#kernels, ids, targets, { T, B, V: this.K, smallest: -1 }, 'Target');
      this.#targets = targets;
      return;
    }
    const real = (row: number) => !lengths || Math.floor(row / B) < lengths[row % B];
    const range = this.#plan.loss === 'sigmoid' ? ([0, 1] as const) : undefined;
    writeNumbers(this.#kernels, numbers!, targets, { rows, B, K: this.K }, real, 'Target', range);
    this.#masked = lengths !== null;
    if (lengths) {
      this.#kernels.write(
        mask!,
        Int32Array.from({ length: rows }, (_, row) => (real(row) ? 1 : 0)),
      );
    }
  }

  /**
   * How much each class (softmax) or each label's yes (sigmoid) counts in `computeLoss`; null: all alike. `measureLoss` never weighs,
   * so that evaluations compare.
   * @throws RangeError unless there is a positive finite number for each
   */
  setWeights(weights: ArrayLike<number> | null): void {
    this.#weighted = weights !== null;
    if (weights === null) return;
    const numbers = Float64Array.from(weights);
    if (!this.#buffers.weights) throw new Error('Class weights are for training with cross-entropy');
    if (numbers.length !== this.K || !numbers.every((w) => Number.isFinite(w) && w > 0)) {
      throw new RangeError(
        `Class weights are ${this.K} positive numbers, one for each class, not ${numbers.join(', ')}.`,
      );
    }
    this.#weights = numbers;
    this.#kernels.write(this.#buffers.weights, numbers);
  }

  /** x [rows,I] → y [rows,K]. */
  forward(x: Tensor): void {
    this.#x = x;
    if (!this.#inBlocks) this.#linear.forward(x, this.rows);
    this.#hasOutput = true;
    this.#hasGradient = false;
  }

  /** Adds this batch's loss to `loss` (in blocks: `backward` does), and replaces y by the gradient of the batch's mean loss. */
  computeLoss(): void {
    this.#requireTargets();
    if (!this.#inBlocks) this.#compute(this.y, this.#weighted ? this.#buffers.weights : null);
    this.#hasGradient = true;
  }

  /** Adds this batch's loss to `loss` and leaves y: for evaluation. */
  measureLoss(): void {
    this.#requireTargets();
    if (this.#inBlocks) this.#eachBlock((ids, rows) => this.#softmax(null, ids, rows, null, null));
    else this.#compute(null, null);
  }

  /** → dx [rows,I], and the parameters' gradients. */
  backward(dx: Tensor): void {
    if (!this.#hasGradient) throw new Error('backward: call forward and computeLoss first');
    if (this.#inBlocks) this.#backwardInBlocks(dx);
    else this.#linear.backward(dx, this.y, this.rows, false);
    this.#hasGradient = false;
    this.#hasOutput = false;
  }

  dispose(): void {
    for (const views of this.#views.values()) for (const view of views) this.#kernels.free(view);
    this.#linear.dispose();
    freeBuffers(this.#kernels, this.#buffers);
    freeBuffers(this.#kernels, this.#batch);
  }

  #compute(dy: Tensor | null, weights: Tensor | null): void {
    const { ids, numbers, mask } = this.#batch;
    const { loss, rows: N, K, y } = this;
    if (ids) this.#softmax(dy, ids, N, weights, null);
    else if (this.#plan.loss === 'sigmoid') {
      this.#kernels.sigmoidCrossEntropy(loss, dy, y, numbers!, this.#masked ? mask : null, N, K, weights);
    } else this.#kernels.squaredError(loss, dy, y, numbers!, this.#masked ? mask : null, N, K);
  }

  #softmax(dy: Tensor | null, ids: Tensor, rows: number, weights: Tensor | null, meanOver: number | null): void {
    this.#kernels.softmaxCrossEntropy(this.loss, dy, this.y, ids, rows, this.K, weights, meanOver);
  }

  get #inBlocks(): boolean {
    return this.rows > this.#blockRows;
  }

  #backwardInBlocks(dx: Tensor): void {
    const weights = this.#weighted ? this.#weights : null;
    let meanOver = 0;
    for (let n = 0; n < this.rows; n++) {
      const target = this.#targets[n]!;
      if (target >= 0) meanOver += weights ? weights[target]! : 1;
    }
    const views = this.#viewsOf(dx);
    this.#eachBlock((ids, rows, block) => {
      this.#softmax(this.y, ids, rows, weights && this.#buffers.weights, meanOver);
      this.#linear.backward(views[block]!, this.y, rows, block > 0);
    });
  }

  /** Computes the outputs of one block of rows after the other, and lets `visit` use them. */
  #eachBlock(visit: (ids: Tensor, rows: number, block: number) => void): void {
    const [x, ids] = [this.#viewsOf(this.#x!), this.#viewsOf(this.#batch.ids!)];
    for (let first = 0, block = 0; first < this.rows; first += this.#blockRows, block++) {
      const rows = Math.min(this.#blockRows, this.rows - first);
      this.#linear.forward(x[block]!, rows);
      visit(ids[block]!, rows, block);
    }
  }

  /** The blocks of a tensor with a row for each of the batch's. */
  #viewsOf(tensor: Tensor): readonly Tensor[] {
    const known = this.#views.get(tensor);
    if (known) return known;
    const { N } = this.#plan;
    const width = tensor.size / N;
    const views = Array.from({ length: Math.ceil(N / this.#blockRows) }, (_, block) => {
      const first = block * this.#blockRows;
      const shape = [Math.min(this.#blockRows, N - first), width];
      return this.#kernels.view(tensor, `${tensor.label}[${first}…]`, first * width, shape);
    });
    this.#views.set(tensor, views);
    return views;
  }

  #requireTargets(): void {
    if (!this.#hasTargets) throw new Error('The loss needs targets: give them to setBatch');
    if (this.#hasGradient) throw new Error('The logits were replaced by their gradient: call forward again');
    if (!this.#hasOutput) throw new Error('The loss is of what a forward computed: call forward first');
  }
}
