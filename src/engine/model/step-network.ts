import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { requireFit, type SequenceBatch } from './batch.ts';
import { allocateBuffers, freeBuffers, type Buffers } from './buffers.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './layers/dropout.ts';
import { OutputLayer, type OutputPlan } from './layers/output.ts';
import { RecurrentStack, type RecurrentPlan } from './layers/recurrent.ts';
import { SequenceInput, type SequenceInputPlan } from './layers/sequence-input.ts';
import { outputWidth, recurrentSizes } from './parameter-specs.ts';
import type { ParameterSet } from './parameters.ts';
import { lossOf, type Architecture } from './spec-fields.ts';
import type { DataSizes, ModelSizes } from './task-model.ts';

/** What the layers up to the recurrent ones consist of, as plain data. */
export function readingPlan(architecture: Architecture, data: DataSizes, sizes: ModelSizes, stateGradients: boolean) {
  const { embedding, dropout, dropoutKind, residual, input: kind, tie } = architecture;
  const { T, B, training, inputGradients = false, hiddenGradients = false } = sizes;
  const inputs = data.inputs;
  return {
    input: {
      kind,
      inputs,
      embedding,
      T,
      B,
      dropout,
      dropoutKind,
      training,
      inputGradients,
      vectors: false,
      tied: tie,
    } satisfies SequenceInputPlan,
    recurrent: {
      ...recurrentSizes(architecture, data),
      T,
      B,
      training,
      stateGradients,
      dropout,
      dropoutKind,
      residual,
      hiddenGradients,
    } satisfies RecurrentPlan,
  };
}

/** 128 MB: the logits of a large vocabulary would fill the memory. Blocks cost a few percent of time, for the weights are packed anew for each. */
const MOST_LOGITS = 32 * 1024 * 1024;

function stepNetworkPlan(architecture: Architecture, data: DataSizes, sizes: ModelSizes, stateGradients: boolean) {
  const { T, B, training } = sizes;
  const { input, recurrent } = readingPlan(architecture, data, sizes, stateGradients);
  const width = recurrent.D * recurrent.H;
  return {
    input,
    recurrent,
    buffers: { dOutput: training ? { shape: [T, B, width] } : null },
    /** Before the output; the recurrent backward reads its output again. */
    outputDropout: {
      p: architecture.dropout,
      count: T * B * width,
      kind: architecture.dropoutKind,
      inPlace: false,
      training,
    } satisfies DropoutPlan,
    output: {
      loss: lossOf(architecture),
      N: T * B,
      K: outputWidth(architecture, data),
      training,
      mostOutputs: architecture.task === 'language-model' ? MOST_LOGITS : Infinity,
    } satisfies OutputPlan,
    /** Numbers of the dropout layers: 0 after the embedding, 1 … L-1 between layers, L before the output. */
    dropoutIndex: { input: 0, recurrent: 1, output: recurrent.L },
  };
}

/**
 * An answer at every step: input → dropout → recurrent layers with dropout between → dropout → linear → loss. What language models,
 * taggers, conditional generators and forecasts at every step have in common.
 */
export class StepNetwork {
  readonly recurrent: RecurrentStack;
  readonly output: OutputLayer;
  readonly input: SequenceInput;
  readonly #kernels: Kernels;
  readonly #sizes: ModelSizes;
  readonly #width: number;
  readonly #buffers: Buffers<ReturnType<typeof stepNetworkPlan>['buffers']>;
  readonly #dropout: Dropout;

  /** @param stateGradients give the gradient of the initial state */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters: ParameterSet,
    stateGradients = false,
  ) {
    const plan = stepNetworkPlan(architecture, data, sizes, stateGradients);
    const { dropoutIndex } = plan;
    this.#kernels = kernels;
    this.#sizes = sizes;
    this.#width = plan.recurrent.D * plan.recurrent.H;
    this.#buffers = allocateBuffers(kernels, 'step-network', plan.buffers);
    this.input = new SequenceInput(kernels, parameters, 'emb.weight', plan.input, dropoutIndex.input);
    this.recurrent = new RecurrentStack(kernels, parameters, 'rnn.', plan.recurrent, dropoutIndex.recurrent);
    this.#dropout = new Dropout(kernels, dropoutIndex.output, plan.outputDropout);
    const weight = parameters.get(architecture.tie ? 'emb.weight' : 'out.weight');
    this.output = new OutputLayer(kernels, weight, parameters.get('out.bias'), plan.output);
  }

  setBatch({ T, B, inputs, lengths, targets }: SequenceBatch): void {
    requireFit(T, B, this.#sizes);
    this.input.set(inputs, lengths, T, B);
    this.output.setTargets(targets, lengths, T, B);
  }

  forward(dropoutAt: DropoutAt | null): void {
    const { T, B, lengths } = this.input;
    if (T === 0) throw new Error('forward: call setBatch first');
    const x = this.input.forward(dropoutAt); // tokens, or [T,B,E]
    const y = this.recurrent.forward(x, lengths, T, B, dropoutAt); // [T,B,D*H]
    this.output.forward(this.#dropout.forward(y, T, B * this.#width, dropoutAt));
  }

  backward(): void {
    const { dOutput } = this.#buffers;
    if (!dOutput) throw new Error('backward: the model was not made for training');
    const { T, B } = this.input;
    this.output.backward(dOutput);
    this.#dropout.backward(dOutput, T, B * this.#width);
    this.recurrent.backward(this.input.dx, dOutput, false, this.input.accumulateDx);
    this.input.backward();
  }

  /** [T,B,I]: the gradient by the input's vectors; null unless planned. */
  get dInput(): Tensor | null {
    return this.input.dVectors;
  }

  dispose(): void {
    this.input.dispose();
    this.recurrent.dispose();
    this.#dropout.dispose();
    this.output.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}
