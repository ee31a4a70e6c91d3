/** The training job: a Trainer, its data, its checkpoints on disk, and its events. */
import { CorpusError } from '../corpus/errors.ts';
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import { unknownToken } from '../corpus/vocabulary.ts';
import { knownTokens } from '../data/codec.ts';
import { openDataset } from '../data/dataset.ts';
import { readWordVectors, type WordVectors } from '../data/word-vectors.ts';
import type { EngineFiles } from '../files.ts';
import { LiveLooks } from '../inside/live-looks.ts';
import { DeviceLostError, type Devices } from '../kernels/devices.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { memoryPlan } from '../model/size.ts';
import type {
  EngineCommand,
  EngineEvent,
  EvalMetrics,
  ExampleSet,
  JobResult,
  StepMetrics,
  TokenData,
} from '../protocol.ts';
import { CheckpointFiles } from '../training/checkpoint-files.ts';
import { decodeCheckpoint, type Checkpoint } from '../training/checkpoint.ts';
import type { RunConfig } from '../training/config.ts';
import { ExampleLearner } from '../training/example-learner.ts';
import type { Learner } from '../training/learner.ts';
import { TextLearner } from '../training/text-learner.ts';
import { DivergedError, Trainer } from '../training/trainer.ts';
import { StoppedError, type JobControl } from './control.ts';

type TrainCommand = Extract<EngineCommand, { type: 'train' }>;
/** An event without its job's id, which the dispatcher adds. */
export type Emit = (
  event: EngineEvent extends infer E ? (E extends { job: string } ? Omit<E, 'job'> : never) : never,
) => void;

/** Step metrics go out in bunches at this interval, so that no listener drowns. */
const reportEverySeconds = 0.1;
/** However far apart evaluations are, no more than this much training is ever at risk. */
const checkpointEverySeconds = 60;
/** On a device that can be lost a copy in memory is never older than this, unless copying takes more than a share of the time. */
const copyEverySeconds = 1;
const copyingShare = 0.02;

export async function train(
  command: TrainCommand,
  devices: Devices,
  files: EngineFiles,
  control: JobControl,
  clock: () => number,
  emit: Emit,
): Promise<JobResult> {
  const { config } = command;
  const saved = command.resumeFrom === null ? null : decodeCheckpoint(await files.readFile(command.resumeFrom));
  const kernels = await devices.create(config.device, config);
  try {
    const data = await openData(command, saved, files, kernels, control.signal);
    const inputs = { kernels, config, learner: data.learner, clock };
    const trainer = saved ? Trainer.resume(inputs, saved) : await Trainer.begin(inputs);
    try {
      announce(trainer, data.memoryBytes, kernels, saved, emit);
      const checkpoints = new CheckpointFiles(files, command.checkpointDir, saved?.state ?? null);
      return await new Session(trainer, kernels, checkpoints, control, clock, emit).run();
    } finally {
      trainer.dispose();
      data.close();
    }
  } finally {
    kernels.dispose();
  }
}

interface OpenData {
  readonly learner: Learner;
  /** Planned for training. */
  readonly memoryBytes: number;
  close(): void;
}

async function openData(
  { config, data, vectorsPath }: TrainCommand,
  saved: Checkpoint | null,
  files: EngineFiles,
  kernels: Kernels,
  signal: AbortSignal,
): Promise<OpenData> {
  if ('directory' in data) return openExamples(config, data, files, kernels);
  const tokenizer = deserializeTokenizer(
    saved ? saved.state.tokenizer : JSON.parse(new TextDecoder().decode(await files.readFile(data.tokenizerPath))),
  );
  // A resumed run has learned its embedding already.
  const vectors =
    vectorsPath === null || saved
      ? null
      : await readWordVectors(files, vectorsPath, wordsOf(tokenizer), config.architecture.embedding, signal);
  return openText(config, data, tokenizer, vectors, files, kernels);
}

/** Token by id. @throws CorpusError for pieces of words */
function wordsOf(tokenizer: Tokenizer): string[] {
  const known = knownTokens(tokenizer);
  if (known) return [unknownToken, ...known];
  throw new CorpusError('Word vectors are for words, and byte pairs are pieces of them: take words as tokens.');
}

async function openExamples(
  config: RunConfig,
  data: ExampleSet,
  files: EngineFiles,
  kernels: Kernels,
): Promise<OpenData> {
  const dataset = await openDataset(files, data.directory);
  const { architecture, training } = config;
  const { T, Ty } = dataset.longest;
  return {
    learner: new ExampleLearner(kernels, config, dataset),
    memoryBytes: memoryPlan(architecture, dataset.codec.sizes, training.batch, [T, Ty ?? T], training.optimizer.kind)
      .total,
    close: () => dataset.close(),
  };
}

async function openText(
  config: RunConfig,
  data: TokenData,
  tokenizer: Tokenizer,
  vectors: WordVectors | null,
  files: EngineFiles,
  kernels: Kernels,
): Promise<OpenData> {
  const parts = [data.train, data.valid, data.test];
  const [train, valid, test] = await Promise.all(parts.map((file) => file && files.openTokens(file)));
  const { architecture, training } = config;
  const { charactersPerToken } = data;
  return {
    learner: new TextLearner(kernels, config, {
      tokenizer,
      charactersPerToken,
      train: train!,
      valid: valid ?? null,
      test: test ?? null,
      vectors,
    }),
    memoryBytes: memoryPlan(
      architecture,
      tokenizer.vocabularySize,
      training.batch,
      training.steps,
      training.optimizer.kind,
    ).total,
    close: () => {
      for (const source of [train, valid, test]) source?.close();
    },
  };
}

function announce(
  { learner, step, stepsPerEpoch, totalSteps }: Trainer,
  memoryBytes: number,
  { name: device, detail: deviceDetail }: Kernels,
  saved: Checkpoint | null,
  emit: Emit,
): void {
  const { count: parameters } = learner.parameters;
  emit({ type: 'started', device, deviceDetail, parameters, memoryBytes, step, stepsPerEpoch, totalSteps });
  const log = (message: string) => emit({ type: 'log', level: 'info', message });
  // One that was written before the first step was computed nowhere.
  if (saved?.state.device && (saved.state.device !== device || saved.state.deviceDetail !== deviceDetail)) {
    const { state } = saved;
    log(
      `Resumed on ${device} (${deviceDetail}); the checkpoint was written on ${state.device} (${state.deviceDetail}), so the numbers go on closely, not bit for bit.`,
    );
  }
  if (!saved) for (const note of learner.notes) log(note);
}

/** One sitting of a run: from start or resume to the end, a stop or a failure. */
class Session {
  readonly #trainer: Trainer;
  readonly #checkpoints: CheckpointFiles;
  readonly #control: JobControl;
  readonly #clock: () => number;
  readonly #emit: Emit;
  readonly #losable: boolean;
  readonly #stepsAhead: number;
  readonly #looks: LiveLooks;
  /** Metrics of the steps that the device works on, oldest first. */
  readonly #pending: Promise<StepMetrics>[] = [];
  #unreported: StepMetrics[] = [];
  #reportedAt: number;
  #savedAt: number;
  #secondsPerStep: number | null = null;
  /** Of the device's last second, newer than the last checkpoint; null where there is none. */
  #copy: Checkpoint | null = null;
  #copyAt: number;

  constructor(
    trainer: Trainer,
    kernels: Kernels,
    checkpoints: CheckpointFiles,
    control: JobControl,
    clock: () => number,
    emit: Emit,
  ) {
    const { losable = false, stepsAhead = 0 } = kernels;
    this.#losable = losable;
    this.#stepsAhead = stepsAhead;
    this.#looks = new LiveLooks(kernels, trainer.config, trainer.learner, clock);
    this.#copyAt = clock() + copyEverySeconds;
    this.#trainer = trainer;
    this.#checkpoints = checkpoints;
    this.#control = control;
    this.#clock = clock;
    this.#emit = emit;
    this.#reportedAt = clock();
    this.#savedAt = clock();
  }

  async run(): Promise<JobResult> {
    try {
      return await this.#untilOver();
    } catch (error) {
      this.#report();
      if (error instanceof DeviceLostError && this.#copy) await this.#write(this.#copy, false);
      if (error instanceof DivergedError) {
        const kept = this.#checkpoints.lastStep;
        const keptText =
          kept === null ? 'No checkpoint had been written yet.' : `The checkpoint of step ${kept} is kept.`;
        throw new DivergedError(`${error.message} ${keptText}`, error.step);
      }
      throw error;
    }
  }

  async #untilOver(): Promise<JobResult> {
    try {
      return await this.#untilFinished();
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
      await this.#save(false);
      return { type: 'train', reason: 'stopped', step: this.#trainer.step, best: this.#trainer.best, test: null };
    }
  }

  async #untilFinished(): Promise<JobResult> {
    const trainer = this.#trainer;
    const every = trainer.config.training.checkpointEvery;
    for (;;) {
      if (trainer.evaluationDue) await this.#evaluate();
      const reason = trainer.finished;
      if (reason) {
        const test = await this.#test();
        if (test) this.#emit({ type: 'eval', metrics: test, best: false });
        await this.#save(false);
        return { type: 'train', reason, step: trainer.step, best: trainer.best, test };
      }
      if (this.#control.paused) await this.#pause();
      await this.#control.turn();
      await this.#step();
      const due = every !== null && this.#pending.length === 0 && trainer.step % every === 0;
      if (!trainer.evaluationDue && (due || this.#clock() - this.#savedAt >= checkpointEverySeconds))
        await this.#save(false);
      else if (this.#losable && this.#clock() >= this.#copyAt) await this.#copyOut();
    }
  }

  /** The model that is used is the best one, so that is what is tested. */
  async #test(): Promise<EvalMetrics | null> {
    await this.#finishSteps(0);
    const { best, step } = this.#trainer;
    const checkpoint = best && best.step !== step ? await this.#checkpoints.read(best.step) : null;
    return this.#trainer.test(checkpoint, this.#control.turn);
  }

  async #step(): Promise<void> {
    if (this.#looks.isDue(this.#trainer.enqueued + 1, this.#trainer.elapsed)) return this.#stepLookedAt();
    const started = this.#clock();
    this.#pending.push((await this.#trainer.enqueueStep()).metrics);
    await this.#finishSteps(this.#mayRunAhead() ? this.#stepsAhead : 0);
    const now = this.#clock();
    const seconds = now - started;
    this.#secondsPerStep = this.#secondsPerStep === null ? seconds : this.#secondsPerStep * 0.98 + seconds * 0.02;
    if (now - this.#reportedAt >= reportEverySeconds) this.#report();
  }

  async #stepLookedAt(): Promise<void> {
    await this.#finishSteps(0);
    const step = async () => {
      const metrics = await this.#trainer.trainStep();
      this.#unreported.push(metrics);
      return metrics;
    };
    this.#emit({ type: 'live-look', look: await this.#looks.lookAt(step, this.#control.turn) });
  }

  /** Nothing that may follow the step enqueued last, such as an evaluation, has to come before the next one. */
  #mayRunAhead(): boolean {
    const { enqueued, evalEvery, totalSteps, config } = this.#trainer;
    const { checkpointEvery } = config.training;
    const saves = checkpointEvery !== null && enqueued % checkpointEvery === 0;
    return enqueued % evalEvery !== 0 && enqueued !== totalSteps && !saves;
  }

  /** Waits until no more than so many steps are unfinished. */
  async #finishSteps(unfinished: number): Promise<void> {
    while (this.#pending.length > unfinished) this.#unreported.push(await this.#pending.shift()!);
  }

  #report(): void {
    this.#reportedAt = this.#clock();
    if (this.#unreported.length === 0) return;
    const secondsLeft = this.#secondsPerStep === null ? null : this.#trainer.secondsLeft(this.#secondsPerStep);
    this.#emit({ type: 'steps', steps: this.#unreported, secondsLeft });
    this.#unreported = [];
  }

  async #evaluate(): Promise<void> {
    await this.#finishSteps(0);
    this.#report();
    const { metrics, best, sample } = await this.#trainer.evaluateNow(this.#control.turn);
    this.#emit({ type: 'eval', metrics, best });
    this.#emit({ type: 'sample', sample });
    await this.#save(best);
  }

  async #save(best: boolean): Promise<void> {
    await this.#finishSteps(0);
    this.#report();
    await this.#write(await this.#trainer.checkpoint(), best);
    this.#copy = null;
    this.#copyAt = this.#clock() + copyEverySeconds;
  }

  async #copyOut(): Promise<void> {
    await this.#finishSteps(0);
    const started = this.#clock();
    this.#copy = await this.#trainer.snapshot();
    const now = this.#clock();
    this.#copyAt = now + Math.max(copyEverySeconds, (now - started) / copyingShare);
  }

  async #write(checkpoint: Checkpoint, best: boolean): Promise<void> {
    const path = await this.#checkpoints.save(checkpoint, best);
    this.#savedAt = this.#clock();
    this.#emit({ type: 'checkpoint', step: checkpoint.state.step, path, best });
  }

  async #pause(): Promise<void> {
    await this.#save(false);
    this.#emit({ type: 'paused' });
    await this.#control.whilePaused();
    if (!this.#control.signal.aborted) this.#emit({ type: 'continued' });
  }
}
