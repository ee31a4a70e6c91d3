import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { requireFit, type SequenceBatch } from './batch.ts';
import { allocateBuffers, freeBuffers, type Buffers } from './buffers.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './layers/dropout.ts';
import { Linear } from './layers/linear.ts';
import { OutputLayer, type OutputPlan } from './layers/output.ts';
import { SequenceInput } from './layers/sequence-input.ts';
import { hiddenLayerPrefix } from './parameter-specs.ts';
import type { ParameterSet } from './parameters.ts';
import { lossOf, type Architecture } from './spec.ts';
import { readingPlan } from './step-network.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { DataSizes, ModelSizes, TaskModel } from './task-model.ts';

function standardPlan(architecture: Architecture, data: DataSizes, sizes: ModelSizes) {
  const { hidden: H, layers: L, dropout: p } = architecture;
  const { B, training } = sizes;
  return {
    input: { ...readingPlan(architecture, data, { ...sizes, T: 1 }, false).input, vectors: true },
    /** Gradients of the hidden layers, two in turn. */
    buffers: { dHidden: Array.from({ length: training ? Math.min(L, 2) : 0 }, () => ({ shape: [B, H] })) },
    /** After each hidden layer; its backward reads its output again. */
    dropout: { p, count: B * H, kind: 'standard', inPlace: false, training } satisfies DropoutPlan,
    output: { loss: lossOf(architecture), N: B, K: data.outputs, training } satisfies OutputPlan,
  };
}

/**
 * One-to-one: the standard network (multilayer perceptron), for comparison: L times linear → non-linearity → dropout, then linear →
 * loss. A batch has T = 1.
 */
export class StandardNetwork extends TaskModelBase implements TaskModel {
  protected readonly output: OutputLayer; // [B,K]
  readonly hiddenGradients: readonly Tensor[] = [];
  readonly recurrences = [];
  readonly #H: number;
  readonly #buffers: Buffers<ReturnType<typeof standardPlan>['buffers']>;
  readonly #input: SequenceInput;
  readonly #hidden: readonly Linear[]; // [L]
  readonly #dropouts: readonly Dropout[]; // [L]

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    super(kernels, architecture, data, sizes, parameters);
    const plan = standardPlan(architecture, data, sizes);
    const layers = Array.from({ length: architecture.layers }, (_, l) => l);
    this.#H = architecture.hidden;
    this.#buffers = allocateBuffers(kernels, 'standard-network', plan.buffers);
    this.#input = new SequenceInput(kernels, this.parameters, '', plan.input, 0);
    const linear = (prefix: string) => [`${prefix}weight`, `${prefix}bias`].map((name) => this.parameters.get(name));
    this.#hidden = layers.map((l) => {
      const [weight, bias] = linear(hiddenLayerPrefix(l));
      return new Linear(kernels, weight, bias, sizes.B);
    });
    this.#dropouts = layers.map((l) => new Dropout(kernels, l, plan.dropout));
    const [weight, bias] = linear('out.');
    this.output = new OutputLayer(kernels, weight, bias, plan.output);
  }

  /** [B,H] of each layer, out of the forward, before its dropout. */
  get hidden(): readonly Tensor[] {
    return this.#hidden.map(({ y }) => y);
  }

  /** [B,I], out of the backward: the gradient by the input; null unless planned. */
  get dInput(): Tensor | null {
    return this.#input.dVectors;
  }

  setBatch({ T, B, inputs, targets }: SequenceBatch): void {
    requireFit(T, B, { T: 1, B: this.B });
    this.#input.set(inputs, null, 1, B);
    this.output.setTargets(targets, null, 1, B);
  }

  forward(dropoutAt: DropoutAt | null): void {
    const { B } = this.#input;
    if (B === 0) throw new Error('forward: call setBatch first');
    const { activation } = this.architecture;
    let x = this.#input.vectors(null);
    for (const [l, linear] of this.#hidden.entries()) {
      const h = linear.forward(x, B);
      this.kernels.activationForward(h, h, activation, B * this.#H);
      x = this.#dropouts[l].forward(h, 1, B * this.#H, dropoutAt);
    }
    this.output.forward(x);
  }

  backward(): void {
    const { dHidden } = this.#buffers;
    if (dHidden.length === 0) throw new Error('backward: the model was not made for training');
    const { B } = this.#input;
    const { activation, layers: L } = this.architecture;
    const gradientOf = (l: number) => dHidden[l % dHidden.length];
    this.output.backward(gradientOf(L - 1));
    for (let l = L - 1; l >= 0; l--) {
      const d = gradientOf(l);
      this.#dropouts[l].backward(d, 1, B * this.#H);
      this.kernels.activationBackward(d, d, this.#hidden[l].y, activation, B * this.#H);
      this.#hidden[l].backward(l > 0 ? gradientOf(l - 1) : this.#input.dVectors, d, B, false);
    }
  }

  dispose(): void {
    this.#input.dispose();
    for (const layer of [...this.#hidden, ...this.#dropouts]) layer.dispose();
    this.output.dispose();
    freeBuffers(this.kernels, this.#buffers);
    this.disposeParameters();
  }
}
