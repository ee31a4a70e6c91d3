/**
 * The training loop of a language model: truncated backpropagation through time over windows of T steps, evaluation, samples,
 * checkpoints. Everything that depends on chance or order is a function of (seed, step), so that a run resumed from a
 * checkpoint computes the same bits as one that was never interrupted.
 */
import { evaluationBatches, trainingBatches, type TrainingBatches } from '../corpus/batches.ts';
import { firstTokens, type TokenSource } from '../corpus/token-source.ts';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import { Generator } from '../inference/generator.ts';
import type { HostArray, Kernels, Tensor } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { EvalMetrics, FinishReason, StepMetrics } from '../protocol.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import { evaluate } from './evaluation.ts';
import { allocateSlots, optimizerSlots, optimizerUpdate } from './optimizer.ts';
import { afterEvaluation, learningRateAt, noProgress, type Progress } from './schedule.ts';

/** PyTorch's `clip_grad_norm_` adds this to the norm. */
const clipEpsilon = 1e-6;
/** Characters or words of the sample drawn at every evaluation. */
const sampleLength = { char: 200, word: 60, bpe: 80 } as const;
/** Evaluations an epoch when the person does not say; fewer where validation is long, so that they stay under a tenth of the time. */
const evaluationsPerEpoch = 10;
/** A small network on a short text makes hundreds of steps a second; evaluating more often than this tells nothing. */
const fewestStepsBetween = 50;

/** A checkpoint remembers at least this much of the training before it. */
const rememberedSeconds = 5;

/**
 * The most tokens of a held-out part that an evaluation reads, from its beginning. More would make the perplexity hardly more exact
 * (its standard error is already well under 1 %), but would keep a run on a gigabyte waiting for minutes at every evaluation.
 */
export const mostEvaluated = 2_000_000;

export interface TrainerInputs {
  readonly kernels: Kernels;
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly charactersPerToken: number;
  readonly train: TokenSource;
  readonly valid: TokenSource | null;
  readonly test: TokenSource | null;
  /** Seconds, monotonic. */
  readonly clock: () => number;
}

/** Loss or gradient is no longer a number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  readonly step: number;
  constructor(message: string, step: number) {
    super(message);
    this.step = step;
  }
}

export interface EvaluationOutcome {
  readonly metrics: EvalMetrics;
  /** Lowest validation loss so far. */
  readonly best: boolean;
  /** Text drawn from the model as it is now. */
  readonly sample: string;
}

/** One run's training, step by step; who calls it decides when to pause, evaluate, save and stop. */
export class Trainer {
  readonly model: LanguageModel;
  readonly stepsPerEpoch: number;
  /** Steps of the whole run, as far as steps or epochs limit it; null when only minutes do. */
  readonly totalSteps: number | null;
  readonly evalEvery: number;

  readonly #in: TrainerInputs;
  readonly #batches: TrainingBatches;
  readonly #inputs: Int32Array;
  readonly #targets: Int32Array;
  readonly #slots: Tensor[];
  readonly #norm: Tensor;
  readonly #generator: Generator;

  #step = 0;
  #elapsed = 0;
  /** Of the last step. */
  #learningRate: number;
  #progress: Progress = noProgress;
  #evaluationDue = false;
  /** Step of the last checkpoint. */
  #savedStep = 0;
  /** Metrics up to the last checkpoint: since the one before, and of the last seconds; and those since the last one. */
  #earlier: Recent = nothingRecent();
  #recent: Recent = nothingRecent();

  constructor(inputs: TrainerInputs) {
    const { kernels, config, tokenizer, train, valid } = inputs;
    const { architecture, training } = config;
    const { batch: B, steps: T } = training;
    const { test } = inputs;
    this.#in = {
      ...inputs,
      valid: valid && firstTokens(valid, mostEvaluated),
      test: test && firstTokens(test, mostEvaluated),
    };
    this.#batches = trainingBatches(train, training);
    this.model = new LanguageModel(kernels, architecture, tokenizer.vocabularySize, { B, T, training: true });
    this.model.parameters.initialise(training.seed);
    this.model.resetState();
    this.#slots = allocateSlots(kernels, training.optimizer, this.model.parameters.values.size);
    this.#norm = kernels.alloc('gradient norm', [1]);
    this.#learningRate = training.learningRate;
    this.#inputs = new Int32Array(T * B);
    this.#targets = new Int32Array(T * B);
    this.#generator = new Generator(kernels, architecture, tokenizer, this.model.parameters);

    this.stepsPerEpoch = this.#batches.stepsPerEpoch;
    const byEpochs = training.maxEpochs === null ? Infinity : Math.ceil(training.maxEpochs * this.stepsPerEpoch);
    const total = Math.min(byEpochs, training.maxSteps ?? Infinity);
    this.totalSteps = Number.isFinite(total) ? Math.max(1, total) : null;
    // A forward pass costs about a third of a step: this many training steps between evaluations keep those under a tenth.
    const evalSteps = this.#in.valid ? Math.ceil(this.#in.valid.length / (B * T)) : 0;
    this.evalEvery =
      training.evalEvery ??
      Math.max(fewestStepsBetween, Math.round(this.stepsPerEpoch / evaluationsPerEpoch), evalSteps * 3);
  }

  get config(): RunConfig {
    return this.#in.config;
  }

  get step(): number {
    return this.#step;
  }

  get epoch(): number {
    return this.#step / this.stepsPerEpoch;
  }

  get elapsed(): number {
    return this.#elapsed;
  }

  get best(): Progress['best'] {
    return this.#progress.best;
  }

  /** An evaluation belongs after the step just made. */
  get evaluationDue(): boolean {
    return this.#evaluationDue;
  }

  /** Why the run is over, or null. */
  get finished(): FinishReason | null {
    const { maxMinutes, earlyStopping } = this.#in.config.training;
    if (this.totalSteps !== null && this.#step >= this.totalSteps) return 'finished';
    if (maxMinutes !== null && this.#elapsed >= maxMinutes * 60) return 'finished';
    if (earlyStopping !== null && this.#progress.sinceBest >= earlyStopping) return 'early-stopped';
    return null;
  }

  /** Seconds to the end at the given pace; null when it cannot be known. */
  secondsLeft(secondsPerStep: number): number | null {
    const { maxMinutes } = this.#in.config.training;
    const bySteps = this.totalSteps === null ? Infinity : (this.totalSteps - this.#step) * secondsPerStep;
    const byTime = maxMinutes === null ? Infinity : maxMinutes * 60 - this.#elapsed;
    const left = Math.min(bySteps, byTime);
    return Number.isFinite(left) ? Math.max(0, left) : null;
  }

  /**
   * One optimiser step on the next window.
   * @throws DivergedError when the loss or the gradient is not finite; the parameters are then not to be used
   */
  async trainStep(): Promise<StepMetrics> {
    const { kernels, config, clock } = this.#in;
    const { training, architecture } = config;
    const started = clock();
    const step = this.#step + 1;
    const learningRate = (this.#learningRate = learningRateAt(training.learningRate, training.schedule, {
      step,
      epoch: this.epoch,
      totalSteps: this.totalSteps,
      plateaus: this.#progress.plateaus,
    }));

    const { steps, resetState } = this.#batches.next(this.#inputs, this.#targets);
    if (resetState) this.model.resetState();
    this.model.setBatch(this.#inputs, this.#targets, steps);
    kernels.fill(this.model.loss, 0);
    this.model.forward(architecture.dropout > 0 ? { seed: training.seed, counter: step } : null);
    this.model.computeLoss();
    this.model.backward();
    const { gradients, values } = this.model.parameters;
    kernels.clipByGlobalNorm(this.#norm, gradients!, training.clip ?? Infinity, clipEpsilon);
    kernels.updateParameters(optimizerUpdate(training.optimizer, learningRate, step), values, gradients!, this.#slots);
    this.model.carryState();

    const [loss, norm] = await Promise.all([kernels.read(this.model.loss), kernels.read(this.#norm)]);
    const metrics = this.#finishStep(step, steps, started, learningRate, loss[0]! / loss[1]!, norm[0]!);
    return metrics;
  }

  #finishStep(
    step: number,
    steps: number,
    started: number,
    learningRate: number,
    loss: number,
    gradNorm: number,
  ): StepMetrics {
    if (!Number.isFinite(loss)) throw this.#diverged('The loss', step);
    if (!Number.isFinite(gradNorm)) throw this.#diverged('The gradient', step);
    const seconds = this.#in.clock() - started;
    this.#step = step;
    this.#elapsed += seconds;
    this.#evaluationDue = this.#in.valid !== null && (step % this.evalEvery === 0 || this.finished !== null);
    const tokensPerSecond = (steps * this.#in.config.training.batch) / seconds;
    const metrics = { step, epoch: this.epoch, loss, gradNorm, learningRate, tokensPerSecond, elapsed: this.#elapsed };
    this.#recent.steps.push(metrics);
    return metrics;
  }

  #diverged(what: string, step: number): DivergedError {
    const { clip, optimizer } = this.#in.config.training;
    const learningRate = this.#learningRate;
    const advice =
      clip === null
        ? 'Switch on gradient clipping (5 is a usual value), or lower the learning rate'
        : `Lower the learning rate (${learningRate} now; try a tenth), or clip more tightly than ${clip}`;
    const relu =
      this.#in.config.architecture.cell === 'rnn' && this.#in.config.architecture.activation === 'relu'
        ? ' A ReLU recurrent network has no bound on its state: tanh is steadier.'
        : '';
    return new DivergedError(
      `${what} became infinite or not a number at step ${step} (${optimizer.kind}, learning rate ${learningRate}). ${advice}.${relu}`,
      step,
    );
  }

  /**
   * Evaluates on validation, draws a sample, and updates what plateaus and early stopping depend on.
   * @param turn as `evaluate`'s: may throw to abandon; the evaluation is then still due
   * @throws DivergedError when the loss is not finite
   */
  async evaluateNow(turn: () => Promise<void>): Promise<EvaluationOutcome> {
    const { config, valid } = this.#in;
    if (!valid) throw new Error('evaluateNow needs validation tokens');
    const metrics = await this.#evaluate(valid, 'valid', turn);
    if (!Number.isFinite(metrics.loss)) throw this.#diverged('The validation loss', this.#step);
    const sample = await this.sample(turn);
    const before = this.#progress.best;
    this.#progress = afterEvaluation(this.#progress, config.training.schedule, this.#step, metrics.loss);
    this.#evaluationDue = false;
    this.#recent.evals.push(metrics);
    this.#recent.samples.push({ step: this.#step, text: sample });
    return { metrics, best: this.#progress.best !== before, sample };
  }

  /** Evaluates on the test tokens with the parameters as they are; null without test tokens. */
  async test(turn: () => Promise<void>): Promise<EvalMetrics | null> {
    return this.#in.test ? this.#evaluate(this.#in.test, 'test', turn) : null;
  }

  async #evaluate(tokens: TokenSource, split: 'valid' | 'test', turn: () => Promise<void>): Promise<EvalMetrics> {
    const { kernels, clock, config, charactersPerToken } = this.#in;
    const started = clock();
    const carried = await this.model.readState();
    try {
      const batches = evaluationBatches(tokens, config.training.batch, config.training.steps);
      const loss = await evaluate(kernels, this.model, batches, turn);
      this.#elapsed += clock() - started;
      const bitsPerCharacter = loss / Math.LN2 / charactersPerToken;
      return { step: this.#step, epoch: this.epoch, split, loss, bitsPerCharacter, elapsed: this.#elapsed };
    } finally {
      this.model.writeState(carried);
    }
  }

  /** Text from the model as it is, a function of (seed, step). */
  async sample(turn: () => Promise<void>): Promise<string> {
    const { config } = this.#in;
    const options = {
      prompt: '',
      length: sampleLength[config.tokenizer.kind],
      temperature: 0.8,
      topK: null,
      topP: null,
      seed: (config.training.seed + this.#step) >>> 0,
    };
    let text = '';
    for await (const piece of this.#generator.generate(options)) {
      text += piece;
      await turn();
    }
    return text;
  }

  /**
   * Everything needed to go on from here.
   * @throws DivergedError when the last update made parameters that are not finite: such a checkpoint is good for nothing
   */
  async checkpoint(): Promise<Checkpoint> {
    const { kernels, config, tokenizer, charactersPerToken } = this.#in;
    const { parameters, architecture, B } = this.model;
    const tensors = new Map<string, { shape: readonly number[]; data: HostArray }>();
    for (const { name, shape, data } of await parameters.read(parameters.values)) {
      if (!data.every(Number.isFinite)) throw this.#diverged(`Parameter ${name}`, this.#step);
      tensors.set(name, { shape, data });
    }
    for (const [i, slot] of optimizerSlots[config.training.optimizer.kind].entries()) {
      for (const { name, shape, data } of await parameters.read(this.#slots[i]!)) {
        tensors.set(`optimizer.${slot}.${name}`, { shape, data });
      }
    }
    const { h, c } = await this.model.readState();
    const shape = [architecture.layers, B, architecture.hidden];
    tensors.set('state.h', { shape, data: h });
    if (c) tensors.set('state.c', { shape, data: c });
    const recent = joinRecent(this.#earlier, this.#recent);
    // Whoever stores what is reported may lag behind by more than a checkpoint when those come fast.
    const youngest = recent.steps.find(({ elapsed }) => elapsed >= this.#elapsed - rememberedSeconds)?.step ?? Infinity;
    this.#earlier = recentFrom(recent, Math.min(youngest, this.#savedStep + 1));
    this.#recent = nothingRecent();
    this.#savedStep = this.#step;
    return {
      tensors,
      steps: recent.steps,
      state: {
        version: 1,
        config,
        tokenizer: tokenizer.toJSON(),
        vocabularySize: tokenizer.vocabularySize,
        charactersPerToken,
        step: this.#step,
        position: this.#batches.position,
        elapsed: this.#elapsed,
        progress: this.#progress,
        evaluationDue: this.#evaluationDue,
        evals: recent.evals,
        samples: recent.samples,
        device: kernels.name,
        deviceDetail: kernels.detail,
      },
    };
  }

  /** Takes the place of the run that wrote the checkpoint. Call before the first step. */
  async restore({ state, tensors, steps }: Checkpoint): Promise<void> {
    const { config } = this.#in;
    const find = (name: string) => {
      const entry = tensors.get(name);
      if (!entry) throw new Error(`the checkpoint lacks "${name}"`);
      return entry;
    };
    const { parameters } = this.model;
    parameters.write(parameters.values, (name) => find(name));
    for (const [i, slot] of optimizerSlots[config.training.optimizer.kind].entries()) {
      parameters.write(this.#slots[i]!, (name) => find(`optimizer.${slot}.${name}`));
    }
    this.model.writeState({ h: find('state.h').data, c: tensors.get('state.c')?.data ?? null });
    this.#batches.position = state.position;
    this.#step = state.step;
    this.#elapsed = state.elapsed;
    this.#progress = state.progress;
    this.#evaluationDue = state.evaluationDue;
    this.#savedStep = state.step;
    this.#earlier = { steps: [...steps], evals: [...state.evals], samples: [...state.samples] };
  }

  dispose(): void {
    const { kernels } = this.#in;
    for (const tensor of [...this.#slots, this.#norm]) kernels.free(tensor);
    this.#generator.dispose();
    this.model.dispose();
  }
}

interface Recent {
  steps: StepMetrics[];
  evals: EvalMetrics[];
  samples: { step: number; text: string }[];
}

const nothingRecent = (): Recent => ({ steps: [], evals: [], samples: [] });

const recentFrom = (recent: Recent, first: number): Recent => ({
  steps: recent.steps.filter(({ step }) => step >= first),
  evals: recent.evals.filter(({ step }) => step >= first),
  samples: recent.samples.filter(({ step }) => step >= first),
});

const joinRecent = (a: Recent, b: Recent): Recent => ({
  steps: [...a.steps, ...b.steps],
  evals: [...a.evals, ...b.evals],
  samples: [...a.samples, ...b.samples],
});
