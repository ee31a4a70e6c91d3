/** A language model that learns running text by truncated backpropagation through time over windows of T steps. */
import { evaluationBatches, trainingBatches, type TrainingBatches } from '../corpus/batches.ts';
import { firstTokens, type TokenSource } from '../corpus/token-source.ts';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { WordVectors } from '../data/word-vectors.ts';
import { Generator } from '../inference/generator.ts';
import { textWindows } from '../inside/sequences.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { AnyBatch } from '../model/task-model.ts';
import { beginEmbedding } from './begin-embedding.ts';
import type { RunConfig } from './config.ts';
import { evaluate } from './evaluation.ts';
import type { HeldOut, Learner, LearnerDescription, Measured, Shown, Turn } from './learner.ts';

/** Characters or words of the sample drawn at every evaluation. */
const sampleLength = { char: 200, word: 60, bpe: 80 } as const;
/** Evaluations an epoch; fewer where validation is long, so that they stay under a tenth of the time. */
const evaluationsPerEpoch = 10;
/** A small network on a short text makes hundreds of steps a second; evaluating more often than this tells nothing. */
const fewestStepsBetween = 50;

/**
 * The most tokens of a held-out part that an evaluation reads, from its beginning. More would make the perplexity hardly more exact
 * (its standard error is already well under 1 %), but would keep a run on a gigabyte waiting for minutes at every evaluation.
 */
const mostEvaluated = 2_000_000;

export interface TextData {
  readonly tokenizer: Tokenizer;
  readonly charactersPerToken: number;
  readonly train: TokenSource;
  readonly valid: TokenSource | null;
  readonly test: TokenSource | null;
  /** What the embedding begins with; null: random numbers. */
  readonly vectors: WordVectors | null;
}

export class TextLearner implements Learner {
  readonly model: LanguageModel;
  readonly notes: readonly string[];
  readonly #kernels: Kernels;
  readonly #config: RunConfig;
  readonly #data: TextData;
  readonly #batches: TrainingBatches;
  readonly #inputs: Int32Array;
  readonly #targets: Int32Array;
  readonly #generator: Generator;

  constructor(kernels: Kernels, config: RunConfig, data: TextData) {
    const { architecture, training } = config;
    const { batch: B, steps: T } = training;
    const { tokenizer, valid, test } = data;
    this.#kernels = kernels;
    this.#config = config;
    this.#data = {
      ...data,
      valid: valid && firstTokens(valid, mostEvaluated),
      test: test && firstTokens(test, mostEvaluated),
    };
    this.notes = [...notes(data)];
    this.#batches = trainingBatches(data.train, training);
    this.model = new LanguageModel(kernels, architecture, tokenizer.vocabularySize, { B, T, training: true });
    this.#inputs = new Int32Array(T * B);
    this.#targets = new Int32Array(T * B);
    this.#generator = new Generator(kernels, architecture, tokenizer, this.model.parameters);
  }

  get parameters() {
    return this.model.parameters;
  }

  get sizes() {
    const { vocabularySize } = this.#data.tokenizer;
    return { inputs: vocabularySize, outputs: vocabularySize };
  }

  get loss() {
    return this.model.loss;
  }

  get stepsPerEpoch(): number {
    return this.#batches.stepsPerEpoch;
  }

  get usualEvalEvery(): number {
    const { batch: B, steps: T } = this.#config.training;
    const { valid } = this.#data;
    // A forward pass costs about a third of a step: this many training steps between evaluations keep those under a tenth.
    const evalSteps = valid ? Math.ceil(valid.length / (B * T)) : 0;
    return Math.max(fewestStepsBetween, Math.round(this.stepsPerEpoch / evaluationsPerEpoch), evalSteps * 3);
  }

  get description(): LearnerDescription {
    const { tokenizer, charactersPerToken } = this.#data;
    return {
      tokenizer: tokenizer.toJSON(),
      codec: null,
      vocabularySize: tokenizer.vocabularySize,
      charactersPerToken,
    };
  }

  get position(): number {
    return this.#batches.position;
  }

  set position(position: number) {
    this.#batches.position = position;
  }

  async initialise(seed: number): Promise<void> {
    this.parameters.initialise(seed);
    this.model.resetState();
    const { vectors } = this.#data;
    if (vectors) await beginEmbedding(this.parameters, vectors);
  }

  has(part: HeldOut): boolean {
    return this.#data[part] !== null;
  }

  step({ seed, step }: { readonly seed: number; readonly step: number }): Promise<number> {
    const { steps, resetState } = this.#batches.next(this.#inputs, this.#targets);
    if (resetState) this.model.resetState();
    this.model.setBatch(this.#inputs, this.#targets, steps);
    this.#kernels.fill(this.loss, 0);
    this.model.forward(this.#config.architecture.dropout > 0 ? { seed, counter: step } : null);
    this.model.computeLoss();
    this.model.backward();
    this.model.carryState();
    return Promise.resolve(steps * this.model.B);
  }

  async measure(part: HeldOut, turn: Turn): Promise<Measured> {
    const tokens = this.#data[part];
    if (!tokens) throw new Error(`there is no ${part} part to measure`);
    const { batch, steps } = this.#config.training;
    const carried = await this.model.readState();
    try {
      const loss = await evaluate(this.#kernels, this.model, evaluationBatches(tokens, batch, steps), turn);
      const bitsPerCharacter = loss / Math.LN2 / this.#data.charactersPerToken;
      return { loss, bitsPerCharacter, figures: {}, metrics: null };
    } finally {
      this.model.writeState(carried);
    }
  }

  async show(seed: number, turn: Turn): Promise<Shown> {
    const options = {
      prompt: '',
      length: sampleLength[this.#config.tokenizer.kind],
      temperature: 0.8,
      topK: null,
      topP: null,
      seed,
    };
    let text = '';
    for await (const piece of this.#generator.generate(options)) {
      text += piece;
      await turn();
    }
    return { text, detail: null };
  }

  heldOut(sequences: number): readonly AnyBatch[] {
    return textWindows(this.#data.valid ?? this.#data.train, this.#config.training.steps, sequences);
  }

  /** The hidden state carried to the next window, [L,B,H]. */
  async readState(): Promise<ReadonlyMap<string, SafetensorsEntry>> {
    const { architecture, B } = this.model;
    const { h, c } = await this.model.readState();
    const shape = [architecture.layers, B, architecture.hidden];
    const state = new Map<string, SafetensorsEntry>([['state.h', { shape, data: h }]]);
    if (c) state.set('state.c', { shape, data: c });
    return state;
  }

  writeState(tensors: ReadonlyMap<string, SafetensorsEntry>): void {
    const h = tensors.get('state.h');
    if (!h) throw new Error('the checkpoint lacks "state.h"');
    this.model.writeState({ h: h.data, c: tensors.get('state.c')?.data ?? null });
  }

  dispose(): void {
    this.#generator.dispose();
    this.model.dispose();
  }
}

function* notes({ valid, test, vectors, tokenizer }: TextData): Iterable<string> {
  if (vectors) {
    const [found, all] = [vectors.coverage, tokenizer.vocabularySize].map((n) => n.toLocaleString('en'));
    yield `${found} of ${all} tokens have a word vector; the others begin with random numbers.`;
  }
  for (const [name, part] of [
    ['Validation', valid],
    ['Test', test],
  ] as const) {
    if (!part || part.length <= mostEvaluated) continue;
    const [all, read] = [part.length, mostEvaluated].map((n) => n.toLocaleString('en'));
    yield `${name} has ${all} tokens; an evaluation reads the first ${read}.`;
  }
}
