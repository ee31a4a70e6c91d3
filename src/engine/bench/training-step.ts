/**
 * The training step that is timed: embedding, recurrent layers, linear, mean cross-entropy, backward, clipping of the global norm at
 * 1.0, Adam at 1e-3. By the product's own models, as training does it.
 */
import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { createTaskModel } from '../model/create.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { ParameterSet } from '../model/parameters.ts';
import { architectureSchema } from '../model/spec.ts';
import { Random } from '../random.ts';
import type { TrainingCase } from './cases.ts';

const SEED = 1;

export interface TrainingStep {
  /** One whole step. */
  run(): void;
  /** Mean cross-entropy of the last step. */
  loss(): Promise<number>;
  dispose(): void;
}

/** Builds the model of a case, with random tokens: a language model, or with `tags` a tagger. */
export function createTrainingStep(
  kernels: Kernels,
  { cell, V, E, H, L, B, T, bidirectional, tags }: TrainingCase,
): TrainingStep {
  const outputs = tags ?? V;
  const architecture = architectureSchema.parse({
    task: tags === undefined ? 'language-model' : 'tagging',
    cell,
    layers: L,
    hidden: H,
    embedding: E,
    bidirectional,
    dropout: 0,
    tie: false,
  });
  const model = createTaskModel(kernels, architecture, { inputs: V, outputs }, { B, T, training: true });
  const update = new Update(kernels, model.parameters);
  const batch = {
    ...{ T, B, lengths: null },
    inputs: randomTokens(1, T * B, V),
    targets: randomTokens(2, T * B, outputs),
  };
  return {
    run() {
      kernels.fill(model.loss, 0);
      model.setBatch(batch);
      model.forward(null);
      model.computeLoss();
      model.backward();
      update.run();
      if (model instanceof LanguageModel) model.carryState();
    },
    loss: () => mean(kernels, model.loss),
    dispose() {
      update.dispose();
      model.dispose();
    },
  };
}

/** Clipping and Adam over all parameters, drawn as PyTorch draws them. */
class Update {
  readonly #kernels: Kernels;
  readonly #parameters: ParameterSet;
  readonly #norm: Tensor;
  readonly #slots: readonly Tensor[];
  #step = 0;

  constructor(kernels: Kernels, parameters: ParameterSet) {
    this.#kernels = kernels;
    this.#parameters = parameters;
    parameters.initialise(SEED);
    this.#norm = kernels.alloc('norm', [1]);
    this.#slots = ['m', 'v'].map((name) => kernels.alloc(`optimizer.${name}`, [parameters.values.size]));
    for (const slot of this.#slots) kernels.fill(slot, 0);
  }

  run(): void {
    const { values, gradients } = this.#parameters;
    this.#kernels.clipByGlobalNorm(this.#norm, gradients!, 1, 1e-6);
    this.#step++;
    this.#kernels.updateParameters(
      {
        kind: 'adam',
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        step: this.#step,
      },
      values,
      gradients!,
      this.#slots,
    );
  }

  dispose(): void {
    for (const tensor of [this.#norm, ...this.#slots]) this.#kernels.free(tensor);
  }
}

/** A stream that no part of training uses. */
const BENCH_STREAM = 900_000;

function randomTokens(seed: number, count: number, below: number): Int32Array {
  const random = new Random(seed, BENCH_STREAM);
  return Int32Array.from({ length: count }, () => random.below(below));
}

async function mean(kernels: Kernels, loss: Tensor): Promise<number> {
  const [sum, count] = await kernels.read(loss);
  return sum! / count!;
}
