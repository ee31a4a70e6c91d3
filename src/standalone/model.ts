/** A page's model at work: texts written and questions answered, with the engine's own code in float64. */
import type { PredictionRequest } from '../api/types.ts';
import type { OpenedModel } from '../engine/export/html/page-model.ts';
import { Generator } from '../engine/inference/generator.ts';
import { predict } from '../engine/inference/predict.ts';
import type { Prediction } from '../engine/inference/prediction.ts';
import { createReferenceKernels } from '../engine/kernels/reference/index.ts';
import { modelParameters } from '../engine/model/parameter-specs.ts';
import { ParameterSet } from '../engine/model/parameters.ts';
import type { GenerateOptions } from '../engine/protocol.ts';

export class Model {
  readonly #model: OpenedModel;
  readonly #kernels = createReferenceKernels();
  readonly #parameters: ParameterSet;
  readonly #generator: Generator | null;

  /** @throws Error when a parameter is missing, RangeError when one has another shape than the network's */
  constructor(model: OpenedModel) {
    const { page, tokenizer } = model;
    const { architecture } = page.config;
    this.#model = model;
    this.#parameters = new ParameterSet(this.#kernels, modelParameters(architecture, page.sizes), false);
    this.#parameters.write(this.#parameters.values, (name) => {
      const found = model.parameters.get(name);
      if (!found) throw new Error(`This file's model lacks "${name}": it is not whole.`);
      return found;
    });
    this.#generator = tokenizer && new Generator(this.#kernels, architecture, tokenizer, this.#parameters);
  }

  /** What the vocabulary lacks of a prompt. */
  unknown(prompt: string): string[] {
    return this.#model.tokenizer?.unknown(prompt) ?? [];
  }

  /** @throws Error of a model that answers questions */
  write(options: GenerateOptions): AsyncGenerator<string, void> {
    if (!this.#generator) throw new Error('This model answers questions; it does not go on with a text.');
    return this.#generator.generate(options);
  }

  /** @throws Error of a language model, CorpusError for what the network cannot read */
  async answer(input: PredictionRequest): Promise<Prediction> {
    const { codec, page } = this.#model;
    if (!codec) throw new Error('This model goes on with a text; it answers no questions.');
    const { architecture } = page.config;
    return predict({ kernels: this.#kernels, architecture, codec, parameters: this.#parameters }, input);
  }
}
