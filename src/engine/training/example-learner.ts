/** A network of any task but language modelling, that learns a prepared data set example by example. */
import type { Dataset } from '../data/dataset.ts';
import type { TrainingExamples } from '../data/example-batches.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import { someExamples } from '../inside/sequences.ts';
import { translatePart } from '../inference/predict-part.ts';
import type { Trained } from '../inference/predict-model.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { figuresOf } from '../metrics/figures.ts';
import { createTaskMetrics, type TaskMetrics } from '../metrics/task-metrics.ts';
import { createTaskModel } from '../model/create.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import type { AnyBatch, TaskModel } from '../model/task-model.ts';
import { beginEmbedding } from './begin-embedding.ts';
import type { RunConfig } from './config.ts';
import type { HeldOut, Learner, LearnerDescription, Measured, Shown, Turn } from './learner.ts';
import { showExamples } from './show-examples.ts';

/** Small data make short epochs; evaluating more often than this tells nothing. */
const fewestStepsBetween = 20;
/** Pairs of validation that are translated at an evaluation, from its beginning: translating is slow. The test translates all. */
const mostTranslated = 200;

export class ExampleLearner implements Learner {
  readonly model: TaskModel<AnyBatch>;
  readonly notes: readonly string[];
  readonly #kernels: Kernels;
  readonly #config: RunConfig;
  readonly #dataset: Dataset;
  readonly #batches: TrainingExamples;
  readonly #trained: Trained;

  constructor(kernels: Kernels, config: RunConfig, dataset: Dataset) {
    const { architecture, training } = config;
    const { codec, longest } = dataset;
    this.#kernels = kernels;
    this.#config = config;
    this.#dataset = dataset;
    this.#batches = dataset.trainingBatches(training);
    const sizes = { B: training.batch, ...longest, training: true };
    this.model = createTaskModel(kernels, architecture, codec.sizes, sizes);
    this.#trained = { kernels, architecture, codec, parameters: this.model.parameters };
    this.notes = [...notes(dataset, config)];
    if (training.classWeights === 'balanced') this.model.setClassWeights(balanced(dataset.summary.labelCounts!));
  }

  get parameters() {
    return this.model.parameters;
  }

  get sizes() {
    return this.#dataset.codec.sizes;
  }

  get loss() {
    return this.model.loss;
  }

  get stepsPerEpoch(): number {
    return this.#batches.stepsPerEpoch;
  }

  get usualEvalEvery(): number {
    return Math.max(fewestStepsBetween, this.stepsPerEpoch);
  }

  get description(): LearnerDescription {
    const { codec } = this.#dataset;
    return { tokenizer: null, codec: codec.json, vocabularySize: codec.sizes.inputs, charactersPerToken: null };
  }

  get position(): number {
    return this.#batches.position;
  }

  set position(position: number) {
    this.#batches.position = position;
  }

  async initialise(seed: number): Promise<void> {
    this.parameters.initialise(seed);
    const vectors = await this.#dataset.vectors();
    if (vectors) await beginEmbedding(this.parameters, vectors);
  }

  has(part: HeldOut): boolean {
    return this.#dataset.has(part);
  }

  async step({ seed, step }: { readonly seed: number; readonly step: number }): Promise<number> {
    const { architecture } = this.#config;
    const batch = this.#batches.next();
    this.model.setBatch(batch);
    await this.#feedOwnTokens(seed, step);
    this.#kernels.fill(this.loss, 0);
    this.model.forward(architecture.dropout > 0 ? { seed, counter: step } : null);
    this.model.computeLoss();
    this.model.backward();
    return tokensOf(batch);
  }

  async #feedOwnTokens(seed: number, step: number): Promise<void> {
    const { scheduledSampling } = this.#config.training;
    if (!scheduledSampling || !(this.model instanceof EncoderDecoder)) return;
    const { rate, overSteps } = scheduledSampling;
    await this.model.sampleInputs(rate * Math.min(1, step / overSteps), { seed, counter: step });
  }

  async measure(part: HeldOut, turn: Turn): Promise<Measured> {
    const { batch: B } = this.#config.training;
    const { codec } = this.#dataset;
    const metrics = createTaskMetrics(codec);
    this.#kernels.fill(this.loss, 0);
    for (const batch of this.#dataset.evaluationBatches(part, B)) {
      this.model.setBatch(batch);
      this.model.forward(null);
      const outputs = await this.#kernels.read(this.model.outputs, this.model.rows * this.model.K);
      const isForecast = codec.json.task === 'forecasting';
      metrics.add(outputs, batch, isForecast ? this.#dataset.naiveForecast(part, batch.indices) : null);
      this.model.measureLoss();
      await turn();
    }
    const [sum, count] = await this.#kernels.read(this.loss);
    if (codec.json.task === 'translation') await this.#translate(part, metrics, turn);
    const result = metrics.result();
    return { loss: sum! / count!, bitsPerCharacter: null, figures: figuresOf(result), metrics: result };
  }

  async #translate(part: HeldOut, metrics: TaskMetrics, turn: Turn): Promise<void> {
    const options = { batch: this.#config.training.batch, maxLength: this.#dataset.longest.Ty! };
    const most = part === 'test' ? Infinity : mostTranslated;
    let done = 0;
    for await (const pairs of translatePart(this.#trained, this.#dataset, part, options)) {
      const taken = pairs.slice(0, most - done);
      for (const { hypothesis, reference } of taken) metrics.addText!(hypothesis, reference);
      done += taken.length;
      await turn();
      if (done >= most) return;
    }
  }

  async show(seed: number, turn: Turn): Promise<Shown> {
    const shown = await showExamples(this.#trained, this.#dataset, seed);
    await turn();
    return shown;
  }

  heldOut(sequences: number): readonly AnyBatch[] {
    return someExamples(this.#dataset, this.has('valid') ? 'valid' : 'train', sequences);
  }

  /** Every example begins anew. */
  readState(): Promise<ReadonlyMap<string, SafetensorsEntry>> {
    return Promise.resolve(new Map());
  }

  writeState(): void {
    // Nothing is carried.
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** Real tokens of a batch, the target's of a pair too. */
function tokensOf({ T, B, lengths, Tx, sourceLengths }: AnyBatch): number {
  const sum = (each: Int32Array | null | undefined, most: number) =>
    each ? each.subarray(0, B).reduce((a, b) => a + b, 0) : most * B;
  return sum(lengths, T) + (Tx === undefined ? 0 : sum(sourceLengths, Tx));
}

/** N / (K · count) of each class, as scikit-learn's "balanced"; 1 for one that the training part has nothing of. */
function balanced(counts: readonly number[]): number[] {
  const all = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => (count === 0 ? 1 : all / (counts.length * count)));
}

function* notes(dataset: Dataset, { architecture }: RunConfig): Generator<string> {
  const { valid, skippedRows, cut, tooLong, vectors } = dataset.summary;
  const number = (n: number) => n.toLocaleString('en');
  if (skippedRows > 0) yield `${number(skippedRows)} bad rows are left out.`;
  if (cut > 0) yield `${number(cut)} texts are read only as far as the greatest length.`;
  if (tooLong > 0) yield `${number(tooLong)} examples are longer than the greatest length and left out.`;
  if (vectors) {
    const { tokens, vocabulary, share } = vectors;
    yield `${number(tokens)} of ${number(vocabulary)} tokens have a word vector (${(100 * share).toFixed(1)} % of the text); the others begin with random numbers.`;
  }
  if (architecture.task === 'translation' && valid && valid.examples > mostTranslated) {
    yield `Evaluations translate the first ${mostTranslated} of ${number(valid.examples)} validation pairs for BLEU and exact matches; the loss is of all.`;
  }
}
