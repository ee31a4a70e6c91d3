/** The training job: a Trainer, its data, its checkpoints on disk, and its events. */
import { deserializeTokenizer } from '../corpus/tokenizer.ts';
import type { EngineFiles } from '../files.ts';
import type { Devices } from '../kernels/devices.ts';
import { memoryPlan } from '../model/size.ts';
import type { EngineCommand, EngineEvent, JobResult, StepMetrics } from '../protocol.ts';
import { CheckpointFiles } from '../training/checkpoint-files.ts';
import { decodeCheckpoint } from '../training/checkpoint.ts';
import { DivergedError, mostEvaluated, Trainer } from '../training/trainer.ts';
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

export async function train(
  command: TrainCommand,
  devices: Devices,
  files: EngineFiles,
  control: JobControl,
  clock: () => number,
  emit: Emit,
): Promise<JobResult> {
  const { config, data } = command;
  const saved = command.resumeFrom === null ? null : decodeCheckpoint(await files.readFile(command.resumeFrom));
  const tokenizer = deserializeTokenizer(
    saved ? saved.state.tokenizer : JSON.parse(new TextDecoder().decode(await files.readFile(data.tokenizerPath))),
  );
  const kernels = await devices.create(config.device, config.threads);
  const sources = [data.train, data.valid, data.test].map((file) => file && files.openTokens(file));
  const [trainTokens, valid, test] = sources;
  const trainer = new Trainer({
    kernels,
    config,
    tokenizer,
    charactersPerToken: data.charactersPerToken,
    train: trainTokens!,
    valid: valid ?? null,
    test: test ?? null,
    clock,
  });
  try {
    if (saved) await trainer.restore(saved);
    const { training, architecture } = config;
    const memory = memoryPlan(
      architecture,
      tokenizer.vocabularySize,
      training.batch,
      training.steps,
      training.optimizer.kind,
    );
    emit({
      type: 'started',
      device: kernels.name,
      deviceDetail: kernels.detail,
      parameters: trainer.model.parameters.count,
      memoryBytes: memory.total,
      step: trainer.step,
      stepsPerEpoch: trainer.stepsPerEpoch,
      totalSteps: trainer.totalSteps,
    });
    if (saved && (saved.state.device !== kernels.name || saved.state.deviceDetail !== kernels.detail)) {
      emit({
        type: 'log',
        level: 'info',
        message: `Resumed on ${kernels.name} (${kernels.detail}); the checkpoint was written on ${saved.state.device} (${saved.state.deviceDetail}), so the numbers go on closely, not bit for bit.`,
      });
    }
    for (const [name, part] of [
      ['Validation', data.valid],
      ['Test', data.test],
    ] as const) {
      if (part && part.length > mostEvaluated) {
        const [all, read] = [part.length, mostEvaluated].map((n) => n.toLocaleString('en'));
        emit({
          type: 'log',
          level: 'info',
          message: `${name} has ${all} tokens; an evaluation reads the first ${read}.`,
        });
      }
    }
    return await new Session(
      trainer,
      new CheckpointFiles(files, command.checkpointDir, saved?.state ?? null),
      control,
      clock,
      emit,
    ).run();
  } finally {
    trainer.dispose();
    kernels.dispose();
    for (const source of sources) source?.close();
  }
}

/** One sitting of a run: from start or resume to the end, a stop or a failure. */
class Session {
  readonly #trainer: Trainer;
  readonly #checkpoints: CheckpointFiles;
  readonly #control: JobControl;
  readonly #clock: () => number;
  readonly #emit: Emit;
  #unreported: StepMetrics[] = [];
  #reportedAt: number;
  #savedAt: number;
  #secondsPerStep: number | null = null;

  constructor(trainer: Trainer, checkpoints: CheckpointFiles, control: JobControl, clock: () => number, emit: Emit) {
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
        const test = await trainer.test(this.#control.turn);
        if (test) this.#emit({ type: 'eval', metrics: test, best: false });
        await this.#save(false);
        return { type: 'train', reason, step: trainer.step, best: trainer.best, test };
      }
      if (this.#control.paused) await this.#pause();
      await this.#control.turn();
      await this.#step();
      const due = every !== null && trainer.step % every === 0;
      if (!trainer.evaluationDue && (due || this.#clock() - this.#savedAt >= checkpointEverySeconds))
        await this.#save(false);
    }
  }

  async #step(): Promise<void> {
    const started = this.#clock();
    this.#unreported.push(await this.#trainer.trainStep());
    const now = this.#clock();
    const seconds = now - started;
    this.#secondsPerStep = this.#secondsPerStep === null ? seconds : this.#secondsPerStep * 0.98 + seconds * 0.02;
    if (now - this.#reportedAt >= reportEverySeconds) this.#report();
  }

  #report(): void {
    this.#reportedAt = this.#clock();
    if (this.#unreported.length === 0) return;
    const secondsLeft = this.#secondsPerStep === null ? null : this.#trainer.secondsLeft(this.#secondsPerStep);
    this.#emit({ type: 'steps', steps: this.#unreported, secondsLeft });
    this.#unreported = [];
  }

  async #evaluate(): Promise<void> {
    this.#report();
    const { metrics, best, sample } = await this.#trainer.evaluateNow(this.#control.turn);
    this.#emit({ type: 'eval', metrics, best });
    this.#emit({ type: 'sample', step: metrics.step, text: sample });
    await this.#save(best);
  }

  async #save(best: boolean): Promise<void> {
    this.#report();
    const checkpoint = await this.#trainer.checkpoint();
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
