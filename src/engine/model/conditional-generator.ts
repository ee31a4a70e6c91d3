import type { Kernels, RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import { writeIds, type ConditionalBatch } from './batch.ts';
import { allocateBuffers, BATCH, freeBuffers, type Buffers } from './buffers.ts';
import type { DropoutAt } from './layers/dropout.ts';
import { Embedding } from './layers/embedding.ts';
import { InitialState } from './layers/initial-state.ts';
import type { OutputLayer } from './layers/output.ts';
import type { RecurrentState } from './layers/recurrent-state.ts';
import type { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';
import { StepNetwork } from './step-network.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { DataSizes, ModelSizes, TaskModel } from './task-model.ts';

function labelBuffers({ B }: ModelSizes) {
  return { labels: { shape: [B], dtype: 'int' } } as const;
}

/**
 * One-to-many: a language model whose initial state a label decides: label → embedding → tanh(linear) → h0. To generate, set a batch
 * of one step with labels, and then, after every `carryState`, batches with labels null.
 */
export class ConditionalGenerator extends TaskModelBase implements TaskModel<ConditionalBatch> {
  /** Number of labels. */
  readonly labels: number;
  protected readonly output: OutputLayer; // [T*B,V]
  readonly #network: StepNetwork;
  readonly #label: Embedding;
  readonly #initial: InitialState;
  readonly #batch: Buffers<ReturnType<typeof labelBuffers>>;
  /** Sequences whose state the labels set in this batch; 0: it goes on from the carried one. */
  #labelled = 0;

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    super(kernels, architecture, data, sizes, parameters);
    const { B, training } = sizes;
    const { hidden: H, layers: L } = architecture;
    const table = this.parameters.get('cls.weight');
    const [labels, I] = table.shape;
    this.labels = labels;
    this.#network = new StepNetwork(kernels, architecture, data, sizes, this.parameters, training);
    this.output = this.#network.output;
    this.#label = new Embedding(kernels, table, B);
    this.#initial = new InitialState(kernels, this.parameters, 'init.', { B, I, L, H, training });
    this.#batch = allocateBuffers(kernels, BATCH, labelBuffers(sizes));
  }

  get hiddenGradients(): readonly Tensor[] {
    return this.#network.recurrent.dh;
  }

  get recurrences(): readonly RecurrentOperands[] {
    return this.#network.recurrent.recurrences;
  }

  /** What the last forward started from: h0 of the labels. */
  get initialState(): RecurrentState {
    return this.#network.recurrent.initial;
  }

  /** The state that the last forward ended with. */
  get finalState(): RecurrentState {
    return this.#network.recurrent.final;
  }

  setBatch(batch: ConditionalBatch): void {
    const { labels, B } = batch;
    this.#network.setBatch(batch);
    if (labels) writeIds(this.kernels, this.#batch.labels, labels, { T: 1, B, V: this.labels, smallest: 0 }, 'Label');
    this.#labelled = labels ? B : 0;
  }

  forward(dropoutAt: DropoutAt | null): void {
    const B = this.#labelled;
    if (B > 0) this.#initial.forward(this.initialState, this.#label.forward(this.#batch.labels, B), B);
    this.#network.forward(dropoutAt);
  }

  backward(): void {
    this.#network.backward();
    const { dInitial } = this.#network.recurrent;
    if (!dInitial || !this.#initial.dx || this.#labelled === 0) {
      throw new Error('backward: training needs labels, and a model made for it');
    }
    this.#initial.backward(dInitial);
    this.#label.backward(this.#initial.dx, this.#labelled, false);
  }

  /** The next batch, if it has no labels, starts where this one ended. */
  carryState(): void {
    this.initialState.copyFrom(this.finalState);
  }

  dispose(): void {
    this.#network.dispose();
    this.#label.dispose();
    this.#initial.dispose();
    freeBuffers(this.kernels, this.#batch);
    this.disposeParameters();
  }
}
