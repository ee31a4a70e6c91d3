/** Generating text with a language model, one token at a time. */
import type { Tokenizer } from '../corpus/tokenizer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { ParameterSet } from '../model/parameters.ts';
import type { Architecture } from '../model/spec.ts';
import type { GenerateOptions } from '../protocol.ts';
import { Random, STREAM } from '../random.ts';
import { draw, samplingDistribution } from './sampling.ts';

export class Generator {
  readonly #kernels: Kernels;
  readonly #tokenizer: Tokenizer;
  readonly #model: LanguageModel;
  readonly #token = new Int32Array(1);

  /** @param parameters shared with, not copied from, the model that is trained */
  constructor(kernels: Kernels, architecture: Architecture, tokenizer: Tokenizer, parameters?: ParameterSet) {
    this.#kernels = kernels;
    this.#tokenizer = tokenizer;
    const plan = { B: 1, T: 1, training: false };
    this.#model = new LanguageModel(kernels, architecture, tokenizer.vocabularySize, plan, parameters);
  }

  get parameters(): ParameterSet {
    return this.#model.parameters;
  }

  /**
   * Yields the generated text in pieces (a token's text, or several where one token is half a character). The prompt is read
   * first and not repeated; what of it the vocabulary lacks is left out (`Tokenizer.unknown` says what). The same seed draws the
   * same text. Stop by leaving the loop.
   */
  async *generate(options: GenerateOptions): AsyncGenerator<string, void> {
    const { prompt, length, seed } = options;
    const random = new Random(seed, STREAM.sampling);
    const unknown = this.#tokenizer.unknownId;
    const excluded = unknown === null ? [] : [unknown];
    const decoder = this.#tokenizer.decoder();
    this.#model.resetState();
    for (const id of this.#promptIds(prompt)) await this.#feed(id);
    for (let n = 0; n < length; n++) {
      const logits = await this.#kernels.read(this.#model.logits, this.#tokenizer.vocabularySize);
      const id = draw(samplingDistribution(logits, options, excluded), random);
      const piece = decoder.push(id);
      if (n + 1 < length) await this.#feed(id);
      yield piece;
    }
    const rest = decoder.end();
    if (rest) yield rest;
  }

  /** Ids of the prompt; where nothing is left of it, a new line (or the most frequent token) begins the text. */
  #promptIds(prompt: string): Int32Array {
    const known = this.#tokenizer.encode(prompt).filter((id) => id !== this.#tokenizer.unknownId);
    if (known.length > 0) return known;
    const newline = this.#tokenizer.encode('\n').filter((id) => id !== this.#tokenizer.unknownId);
    return newline.length > 0 ? newline.slice(0, 1) : Int32Array.of(this.#tokenizer.unknownId === 0 ? 1 : 0);
  }

  async #feed(id: number): Promise<void> {
    this.#token[0] = id;
    this.#model.setBatch(this.#token, null, 1);
    this.#model.forward(null);
    this.#model.carryState();
  }

  dispose(): void {
    this.#model.dispose();
  }
}
