/**
 * The training loop of every task: optimiser steps, evaluations, samples, checkpoints. Everything that depends on chance or order is
 * a function of (seed, step), so that a run resumed from a checkpoint computes the same bits as one that was never interrupted.
 */
import type { HostArray, Kernels, Tensor } from '../kernels/kernels.ts';
import type { EvalMetrics, FinishReason, SampleMetrics, StepMetrics } from '../protocol.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import type { HeldOut, Learner, Turn } from './learner.ts';
import { allocateSlots, optimizerSlots, optimizerUpdate } from './optimizer.ts';
import { afterEvaluation, learningRateAt, noProgress, type Progress } from './schedule.ts';

/** PyTorch's `clip_grad_norm_` adds this to the norm. */
const clipEpsilon = 1e-6;
/** A checkpoint remembers at least this much of the training before it. */
const rememberedSeconds = 5;

export interface TrainerInputs {
  readonly kernels: Kernels;
  readonly config: RunConfig;
  /** On `kernels`; the trainer disposes of it. */
  readonly learner: Learner;
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
  /** What the model makes of something as it is now. */
  readonly sample: SampleMetrics;
}

/** One run's training, step by step; who calls it decides when to pause, evaluate, save and stop. */
export class Trainer {
  readonly learner: Learner;
  readonly stepsPerEpoch: number;
  /** Steps of the whole run, as far as steps or epochs limit it; null when only minutes do. */
  readonly totalSteps: number | null;
  readonly evalEvery: number;

  readonly #in: TrainerInputs;
  readonly #slots: Tensor[];
  readonly #norm: Tensor;

  #step = 0;
  /** Steps that the device has begun with; those after #step are not finished. */
  #enqueued = 0;
  /** The metrics of the last of them. */
  #last: Promise<unknown> | null = null;
  #finishedAt = -Infinity;
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

  private constructor(inputs: TrainerInputs) {
    const { kernels, config, learner } = inputs;
    const { training } = config;
    this.#in = inputs;
    this.learner = learner;
    this.#slots = allocateSlots(kernels, training.optimizer, learner.parameters.values.size);
    this.#norm = kernels.alloc('gradient norm', [1]);
    this.#learningRate = training.learningRate;
    this.stepsPerEpoch = learner.stepsPerEpoch;
    const byEpochs = training.maxEpochs === null ? Infinity : Math.ceil(training.maxEpochs * this.stepsPerEpoch);
    const total = Math.min(byEpochs, training.maxSteps ?? Infinity);
    this.totalSteps = Number.isFinite(total) ? Math.max(1, total) : null;
    this.evalEvery = training.evalEvery ?? learner.usualEvalEvery;
  }

  /** At the beginning of a run. @throws CorpusError for word vectors that do not fit */
  static async begin(inputs: TrainerInputs): Promise<Trainer> {
    await inputs.learner.initialise(inputs.config.training.seed);
    return new Trainer(inputs);
  }

  /** In the place of the run that wrote the checkpoint. */
  static resume(inputs: TrainerInputs, checkpoint: Checkpoint): Trainer {
    const trainer = new Trainer(inputs);
    trainer.#restore(checkpoint);
    return trainer;
  }

  get config(): RunConfig {
    return this.#in.config;
  }

  get step(): number {
    return this.#step;
  }

  /** Steps that were enqueued, whether finished or not. */
  get enqueued(): number {
    return this.#enqueued;
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
    return (await this.enqueueStep()).metrics;
  }

  /**
   * Makes the device begin with an optimiser step. Its numbers come later: the next one may be enqueued before, but an evaluation, a
   * checkpoint and everything that depends on how far training has come belong after all of them.
   * @returns a promise of the metrics, in an object so that it is not awaited at once; it rejects as `trainStep` does
   */
  async enqueueStep(): Promise<{ readonly metrics: Promise<StepMetrics> }> {
    const { kernels, config, clock } = this.#in;
    const { training } = config;
    const started = clock();
    const step = this.#enqueued + 1;
    const learningRate = (this.#learningRate = learningRateAt(training.learningRate, training.schedule, {
      step,
      epoch: this.#enqueued / this.stepsPerEpoch,
      totalSteps: this.totalSteps,
      plateaus: this.#progress.plateaus,
    }));

    const tokens = await this.learner.step({ seed: training.seed, step });
    const { gradients, values } = this.learner.parameters;
    kernels.clipByGlobalNorm(this.#norm, gradients!, training.clip ?? Infinity, clipEpsilon);
    kernels.updateParameters(optimizerUpdate(training.optimizer, learningRate, step), values, gradients!, this.#slots);
    this.#enqueued = step;

    const numbers = Promise.all([kernels.read(this.learner.loss), kernels.read(this.#norm)]);
    const before = this.#last;
    const finish = async (): Promise<StepMetrics> => {
      const [loss, norm] = await numbers;
      await before;
      return this.#finishStep(step, tokens, started, learningRate, loss[0]! / loss[1]!, norm[0]!);
    };
    const metrics = finish();
    this.#last = metrics;
    // Whoever waits for an earlier step may give up before this one.
    metrics.catch(() => undefined);
    return { metrics };
  }

  #finishStep(
    step: number,
    tokens: number,
    started: number,
    learningRate: number,
    loss: number,
    gradNorm: number,
  ): StepMetrics {
    if (!Number.isFinite(loss)) throw this.#diverged('The loss', step);
    if (!Number.isFinite(gradNorm)) throw this.#diverged('The gradient', step);
    const now = this.#in.clock();
    // Of steps that overlap, each counts from the end of the one before.
    const seconds = now - Math.max(started, this.#finishedAt);
    this.#finishedAt = now;
    this.#step = step;
    this.#elapsed += seconds;
    this.#evaluationDue = this.learner.has('valid') && (step % this.evalEvery === 0 || this.finished !== null);
    const tokensPerSecond = tokens / seconds;
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
   * @param turn may throw to abandon; the evaluation is then still due
   * @throws DivergedError when the loss is not finite
   */
  async evaluateNow(turn: Turn): Promise<EvaluationOutcome> {
    const { config } = this.#in;
    const metrics = await this.#measure('valid', this.#step, this.epoch, turn);
    if (!Number.isFinite(metrics.loss)) throw this.#diverged('The validation loss', this.#step);
    const shown = await this.learner.show((config.training.seed + this.#step) >>> 0, turn);
    const sample = { step: this.#step, ...shown };
    const before = this.#progress.best;
    this.#progress = afterEvaluation(this.#progress, config.training.schedule, this.#step, metrics.loss);
    this.#evaluationDue = false;
    this.#recent.evals.push(metrics);
    this.#recent.samples.push(sample);
    return { metrics, best: this.#progress.best !== before, sample };
  }

  /**
   * Measures the test part; null without one.
   * @param best the run's best checkpoint, whose parameters are measured: it is the model that is used. null: those of now.
   */
  async test(best: Checkpoint | null, turn: Turn): Promise<EvalMetrics | null> {
    if (!this.learner.has('test')) return null;
    if (!best) return this.#measure('test', this.#step, this.epoch, turn);
    const { parameters } = this.learner;
    const now = new Map((await parameters.read(parameters.values)).map(({ name, ...entry }) => [name, entry]));
    try {
      parameters.write(parameters.values, (name) => find(best, name));
      const { step } = best.state;
      return await this.#measure('test', step, step / this.stepsPerEpoch, turn);
    } finally {
      parameters.write(parameters.values, (name) => now.get(name)!);
    }
  }

  async #measure(split: HeldOut, step: number, epoch: number, turn: Turn): Promise<EvalMetrics> {
    const { clock } = this.#in;
    const started = clock();
    const measured = await this.learner.measure(split, turn);
    this.#elapsed += clock() - started;
    return { step, epoch, split, ...measured, elapsed: this.#elapsed };
  }

  /**
   * Everything needed to go on from here, to be kept on disk: what is measured from now on is for the next one.
   * @throws DivergedError when the last update made parameters that are not finite: such a checkpoint is good for nothing
   */
  async checkpoint(): Promise<Checkpoint> {
    const checkpoint = await this.snapshot();
    const recent = joinRecent(this.#earlier, this.#recent);
    // Whoever stores what is reported may lag behind by more than a checkpoint when those come fast.
    const youngest = recent.steps.find(({ elapsed }) => elapsed >= this.#elapsed - rememberedSeconds)?.step ?? Infinity;
    this.#earlier = recentFrom(recent, Math.min(youngest, this.#savedStep + 1));
    this.#recent = nothingRecent();
    this.#savedStep = this.#step;
    return checkpoint;
  }

  /** As `checkpoint`, in case the device is lost before the next one. @throws DivergedError as there */
  async snapshot(): Promise<Checkpoint> {
    const { kernels, config } = this.#in;
    const { parameters } = this.learner;
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
    for (const [name, { shape, data }] of await this.learner.readState()) tensors.set(name, { shape, data });
    const recent = joinRecent(this.#earlier, this.#recent);
    return {
      tensors,
      steps: recent.steps,
      state: {
        version: 1,
        config,
        ...this.learner.description,
        step: this.#step,
        position: this.learner.position,
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

  #restore(checkpoint: Checkpoint): void {
    const { state, tensors, steps } = checkpoint;
    const { parameters } = this.learner;
    parameters.write(parameters.values, (name) => find(checkpoint, name));
    for (const [i, slot] of optimizerSlots[this.config.training.optimizer.kind].entries()) {
      parameters.write(this.#slots[i]!, (name) => find(checkpoint, `optimizer.${slot}.${name}`));
    }
    this.learner.writeState(tensors);
    this.learner.position = state.position;
    this.#step = this.#enqueued = state.step;
    this.#elapsed = state.elapsed;
    this.#progress = state.progress;
    this.#evaluationDue = state.evaluationDue;
    this.#savedStep = state.step;
    this.#earlier = { steps: [...steps], evals: [...state.evals], samples: [...state.samples] };
  }

  dispose(): void {
    const { kernels } = this.#in;
    for (const tensor of [...this.#slots, this.#norm]) kernels.free(tensor);
    this.learner.dispose();
  }
}

function find({ tensors }: Checkpoint, name: string) {
  const entry = tensors.get(name);
  if (!entry) throw new Error(`the checkpoint lacks "${name}"`);
  return entry;
}

interface Recent {
  steps: StepMetrics[];
  evals: EvalMetrics[];
  samples: SampleMetrics[];
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
