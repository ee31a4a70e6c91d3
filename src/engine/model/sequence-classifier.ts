import type { Kernels, RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import { requireFit, type SequenceBatch } from './batch.ts';
import { allocateBuffers, freeBuffers, type Buffers } from './buffers.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './layers/dropout.ts';
import { OutputLayer, type OutputPlan } from './layers/output.ts';
import { Pool, type PoolPlan } from './layers/pool.ts';
import type { RecurrentState } from './layers/recurrent-state.ts';
import { RecurrentStack } from './layers/recurrent.ts';
import { SequenceInput } from './layers/sequence-input.ts';
import { outputWidth } from './parameter-specs.ts';
import type { ParameterSet } from './parameters.ts';
import { lossOf, type Architecture } from './spec.ts';
import { readingPlan } from './step-network.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { DataSizes, ModelSizes, TaskModel } from './task-model.ts';

function classifierPlan(architecture: Architecture, data: DataSizes, sizes: ModelSizes) {
  const { T, B, training } = sizes;
  const { input, recurrent } = readingPlan(architecture, data, sizes, false);
  const F = recurrent.D * recurrent.H;
  return {
    input,
    recurrent,
    pool: { kind: architecture.pooling, B, F, D: recurrent.D } satisfies PoolPlan,
    buffers: {
      dSequence: training ? { shape: [T, B, F] } : null,
      dPooled: training ? { shape: [B, F] } : null,
    },
    /** Before the output. What was pooled is not read again. */
    outputDropout: {
      p: architecture.dropout,
      count: B * F,
      kind: 'standard',
      inPlace: true,
      training,
    } satisfies DropoutPlan,
    output: { loss: lossOf(architecture), N: B, K: outputWidth(architecture, data), training } satisfies OutputPlan,
    /** Numbers of the dropout layers: 0 after the embedding, 1 … L-1 between layers, L before the output. */
    dropoutIndex: { input: 0, recurrent: 1, output: recurrent.L },
  };
}

/**
 * Many-to-one: input → dropout → recurrent layers with dropout between → pooling over time → dropout → linear → loss. A class, a rating,
 * a yes or no, several labels, or the forecast of the values that follow a window.
 */
export class SequenceClassifier extends TaskModelBase implements TaskModel {
  protected readonly output: OutputLayer; // [B,K]
  readonly #sizes: ModelSizes;
  readonly #F: number;
  readonly #buffers: Buffers<ReturnType<typeof classifierPlan>['buffers']>;
  readonly #input: SequenceInput;
  readonly #recurrent: RecurrentStack;
  readonly #pool: Pool;
  readonly #dropout: Dropout;

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    super(kernels, architecture, data, sizes, parameters);
    const plan = classifierPlan(architecture, data, sizes);
    const { dropoutIndex } = plan;
    this.#sizes = sizes;
    this.#F = plan.pool.F;
    this.#buffers = allocateBuffers(kernels, 'sequence-classifier', plan.buffers);
    this.#input = new SequenceInput(kernels, this.parameters, 'emb.weight', plan.input, dropoutIndex.input);
    this.#recurrent = new RecurrentStack(kernels, this.parameters, 'rnn.', plan.recurrent, dropoutIndex.recurrent);
    this.#pool = new Pool(kernels, plan.pool);
    this.#dropout = new Dropout(kernels, dropoutIndex.output, plan.outputDropout);
    const [weight, bias] = [this.parameters.get('out.weight'), this.parameters.get('out.bias')];
    this.output = new OutputLayer(kernels, weight, bias, plan.output);
  }

  get hiddenGradients(): readonly Tensor[] {
    return this.#recurrent.dh;
  }

  get recurrences(): readonly RecurrentOperands[] {
    return this.#recurrent.recurrences;
  }

  /** The state that the last forward ended with, each sequence's at its last real step. */
  get finalState(): RecurrentState {
    return this.#recurrent.final;
  }

  /** [T,B,I], out of the backward: the gradient by the input's vectors; null for numbers unless planned. */
  get dInput(): Tensor | null {
    return this.#input.dVectors;
  }

  setBatch({ T, B, lengths, inputs, targets }: SequenceBatch): void {
    requireFit(T, B, this.#sizes);
    this.#input.set(inputs, lengths, T, B);
    this.output.setTargets(targets, null, 1, B);
  }

  forward(dropoutAt: DropoutAt | null): void {
    const { T, B, lengths } = this.#input;
    if (T === 0) throw new Error('forward: call setBatch first');
    const x = this.#input.forward(dropoutAt); // tokens, or [T,B,E]
    const y = this.#recurrent.forward(x, lengths, T, B, dropoutAt); // [T,B,D*H]
    const pooled = this.#pool.forward(y, lengths, T, B); // [B,D*H]
    this.output.forward(this.#dropout.forward(pooled, 1, B * this.#F, dropoutAt));
  }

  backward(): void {
    const { dSequence, dPooled } = this.#buffers;
    if (!dSequence || !dPooled) throw new Error('backward: the model was not made for training');
    this.output.backward(dPooled);
    this.#dropout.backward(dPooled, 1, this.#input.B * this.#F);
    this.#pool.backward(dSequence, dPooled);
    this.#recurrent.backward(this.#input.dx, dSequence, false);
    this.#input.backward();
  }

  dispose(): void {
    this.#input.dispose();
    this.#recurrent.dispose();
    this.#pool.dispose();
    this.#dropout.dispose();
    this.output.dispose();
    freeBuffers(this.kernels, this.#buffers);
    this.disposeParameters();
  }
}
