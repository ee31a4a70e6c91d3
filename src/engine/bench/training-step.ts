/**
 * The training step that is timed: embedding, recurrent layers, linear, mean cross-entropy, backward, clipping of the global norm at
 * 1.0, Adam at 1e-3. Through the model's own layers, as training does it.
 */
import type { Kernels, Tensor } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import { CrossEntropy } from '../model/layers/cross-entropy.ts';
import { Embedding, embeddingParameters } from '../model/layers/embedding.ts';
import { Linear, linearParameters } from '../model/layers/linear.ts';
import { recurrentParameters, RecurrentStack } from '../model/layers/recurrent.ts';
import { ParameterSet } from '../model/parameters.ts';
import { architectureSchema } from '../model/spec.ts';
import { Random } from '../random.ts';
import { kernelCell, type TrainingCase } from './cases.ts';

const SEED = 1;

export interface TrainingStep {
  /** One whole step. */
  run(): void;
  /** Mean cross-entropy of the last step. */
  loss(): Promise<number>;
  dispose(): void;
}

/** Builds the model of a case, with random tokens. */
export function createTrainingStep(kernels: Kernels, case_: TrainingCase): TrainingStep {
  return case_.bidirectional || case_.tags !== undefined
    ? createTagger(kernels, case_)
    : createLanguageModel(kernels, case_);
}

function createLanguageModel(kernels: Kernels, { cell, V, E, H, L, B, T }: TrainingCase): TrainingStep {
  const architecture = architectureSchema.parse({
    task: 'language-model',
    cell,
    layers: L,
    hidden: H,
    embedding: E,
    dropout: 0,
    tie: false,
  });
  const model = new LanguageModel(kernels, architecture, V, { B, T, training: true });
  const update = new Update(kernels, model.parameters);
  const inputs = randomTokens(1, T * B, V);
  const targets = randomTokens(2, T * B, V);
  return {
    run() {
      kernels.fill(model.loss, 0);
      model.setBatch(inputs, targets, T);
      model.forward(null);
      model.computeLoss();
      model.backward();
      update.run();
      model.carryState();
    },
    loss: () => mean(kernels, model.loss),
    dispose() {
      update.dispose();
      model.dispose();
    },
  };
}

/** A tag for each token: both directions, from zero states. */
function createTagger(kernels: Kernels, case_: TrainingCase): TrainingStep {
  const { cell, V, E, H, L, B, T, tags: K = V } = case_;
  const D = case_.bidirectional ? 2 : 1;
  const N = T * B;
  const sizes = { cell: kernelCell(cell), L, D, I: E, H } as const;
  const parameters = new ParameterSet(
    kernels,
    [
      ...embeddingParameters('emb.weight', V, E),
      ...recurrentParameters('rnn.', sizes),
      ...linearParameters('out.', D * H, K),
    ],
    true,
  );
  const embedding = new Embedding(kernels, parameters.get('emb.weight'), N);
  const plan = { ...sizes, T, B, training: true, stateGradients: false, dropout: 0 };
  const recurrent = new RecurrentStack(kernels, parameters, 'rnn.', plan);
  const output = new Linear(kernels, parameters.get('out.weight'), parameters.get('out.bias'), N);
  const crossEntropy = new CrossEntropy(kernels);
  const tokens = kernels.alloc('tokens', [T, B], 'int');
  const targets = kernels.alloc('targets', [T, B], 'int');
  const dOutput = kernels.alloc('dOutput', [T, B, D * H]);
  const dInput = kernels.alloc('dInput', [T, B, E]);
  kernels.write(tokens, randomTokens(1, N, V));
  kernels.write(targets, randomTokens(2, N, K));
  const update = new Update(kernels, parameters);
  return {
    run() {
      kernels.fill(crossEntropy.loss, 0);
      const y = recurrent.forward(embedding.forward(tokens, N), null, T, B, null);
      const logits = output.forward(y, N);
      crossEntropy.forwardBackward(logits, targets, N, K);
      output.backward(dOutput, logits, N, false);
      recurrent.backward(dInput, dOutput, false);
      embedding.backward(dInput, N, false);
      update.run();
    },
    loss: () => mean(kernels, crossEntropy.loss),
    dispose() {
      update.dispose();
      for (const layer of [embedding, recurrent, output, crossEntropy, parameters]) layer.dispose();
      for (const tensor of [tokens, targets, dOutput, dInput]) kernels.free(tensor);
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
