/** Follows a run from the stream of changes to its end: JSON lines, or a progress bar and a line for each evaluation. */
import type { Change, Evaluation, Run, RunStatus, StepColumns } from '../../../api/types.ts';
import { hasPerplexity } from '../../../engine/metrics/figures.ts';
import type { Task } from '../../../engine/model/spec.ts';
import type { Client } from './app-session.ts';
import { Failure } from './errors.ts';
import { count, duration, rate } from './format.ts';
import { figuresText, headlineText, lossText, measuredJson } from './measured.ts';
import type { ProgressBar, Terminal } from './terminal.ts';

const endings: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'early-stopped', 'interrupted', 'failed']);

/** Changes as the app tells them. Taken before the run is started, so that nothing is missed. */
export type Changes = AsyncIterable<Change>;

/**
 * Returns the run as it ended.
 * @param before what to leave out: the last step that was reported in an earlier session (0 for a new run)
 * @throws Failure when the run failed or was interrupted
 */
export async function followRun(
  client: Client,
  changes: Changes,
  { id, config }: Run,
  before: number,
  terminal: Terminal,
  bar: ProgressBar,
): Promise<Run> {
  const report = new RunReport(id, config.architecture.task, before, terminal, bar);
  for await (const change of changes) {
    report.take(change);
    if (change.type === 'run-purged' && change.id === id) throw new Failure('The run was deleted while it trained.');
    if (change.type !== 'run' || change.run.id !== id || !endings.has(change.run.status)) continue;
    // News of a run's state may overtake its metrics; what is stored has them all.
    const detail = await client.runs.get({ id });
    report.steps(detail.steps);
    for (const evaluation of detail.evals) report.evaluation(evaluation);
    bar.stop();
    report.tellErrors(detail.run.message);
    if (detail.run.status === 'failed' || detail.run.status === 'interrupted') {
      throw new Failure(detail.run.message ?? `The run ${id} was ${detail.run.status}.`);
    }
    report.done(detail.run);
    return detail.run;
  }
  throw new Failure('The app closed before the run had ended.');
}

class RunReport {
  readonly #id: string;
  readonly #task: Task;
  readonly #terminal: Terminal;
  readonly #bar: ProgressBar;
  #lastStep: number;
  readonly #evaluations = new Set<string>();
  readonly #before: number;
  #started = false;
  /** An error ends a run, mostly with the very sentence that the run then bears. */
  readonly #errors: string[] = [];

  constructor(id: string, task: Task, before: number, terminal: Terminal, bar: ProgressBar) {
    this.#id = id;
    this.#task = task;
    this.#before = before;
    this.#lastStep = before;
    this.#terminal = terminal;
    this.#bar = bar;
  }

  take(change: Change): void {
    if (change.type === 'run' && change.run.id === this.#id) this.#state(change.run);
    if (!('id' in change) || change.id !== this.#id) return;
    if (change.type === 'steps') this.steps(change.steps);
    if (change.type === 'eval') this.evaluation(change.eval);
    if (change.type === 'log' && change.line.level !== 'error') this.#terminal.note(change.line.message);
    if (change.type === 'log' && change.line.level === 'error') this.#errors.push(change.line.message);
  }

  /** Tells those that the run's own message does not. */
  tellErrors(message: string | null): void {
    for (const error of this.#errors) if (error !== message) this.#terminal.note(error);
  }

  #state(run: Run): void {
    const { parameters, vocabularySize, device } = run;
    if (!this.#started && parameters !== null && device !== null && run.status === 'running') {
      this.#started = true;
      if (this.#terminal.json) {
        this.#terminal.event({ event: 'start', run: run.id, parameters, vocabulary: vocabularySize, device });
      }
      const vocabulary = vocabularySize === null ? '' : `, vocabulary ${count(vocabularySize)}`;
      this.#terminal.line(
        `Run ${run.id}: ${count(parameters)} parameters${vocabulary}, ${device} (${run.deviceDetail ?? ''})`,
      );
    }
    if (run.status === 'preparing') this.#bar.update(0, null, run.message ?? 'Preparing');
    if (run.status === 'running' && run.step > 0) {
      const left = run.secondsLeft === null ? '' : ` · ${duration(run.secondsLeft)} left`;
      const text = `step ${count(run.step)} · ${lossText(this.#task, run.trainLoss)} · ${rate(run.tokensPerSecond)}${left}`;
      this.#bar.update(run.step, run.totalSteps, text);
    }
  }

  /** Those after the last one reported; a resumed run's older ones are known. */
  steps(columns: StepColumns): void {
    for (const [i, step] of columns.step.entries()) {
      if (step <= this.#lastStep) continue;
      this.#lastStep = step;
      const loss = columns.loss[i]!;
      if (!this.#terminal.json) continue;
      this.#terminal.event({
        event: 'step',
        step,
        epoch: columns.epoch[i],
        loss,
        ...(hasPerplexity(this.#task) && { perplexity: Math.exp(loss) }),
        grad_norm: columns.gradNorm[i],
        lr: columns.learningRate[i],
        tokens_per_s: columns.tokensPerSecond[i],
      });
    }
  }

  evaluation({ step, epoch, split, loss, figures, metrics }: Evaluation): void {
    const key = `${split} ${step}`;
    if ((step <= this.#before && split === 'valid') || this.#evaluations.has(key)) return;
    this.#evaluations.add(key);
    if (this.#terminal.json) {
      this.#terminal.event({ event: 'eval', step, split, ...measuredJson(this.#task, loss, figures), metrics });
    }
    const parts = [
      `step ${count(step)}`,
      `epoch ${epoch.toFixed(2)}`,
      `${split === 'valid' ? 'validation' : 'test'} ${lossText(this.#task, loss)}`,
      figuresText(figures),
    ];
    this.#terminal.line(parts.filter((part) => part !== '').join(' · '));
  }

  done(run: Run): void {
    if (this.#terminal.json) {
      const { id, status } = run;
      this.#terminal.event({ event: 'done', run: id, status, best: bestOf(run), test: testOf(run) });
    }
    const best =
      run.bestLoss === null
        ? ''
        : `, best at step ${count(run.bestStep)}: validation ${headlineText(this.#task, { loss: run.bestLoss, figures: run.bestFigures })}`;
    this.#terminal.line(`${run.status} after ${count(run.step)} steps in ${duration(run.elapsed)}${best}`);
    if (run.checkpointStep !== null) this.#terminal.line(`Try it: ${useOf(run)}`);
  }
}

/** The lowest validation loss, where it was and what else was measured there; null without validation. */
export function bestOf(run: Run) {
  const { bestStep, bestLoss, bestFigures, config } = run;
  if (bestStep === null || bestLoss === null) return null;
  return { step: bestStep, ...measuredJson(config.architecture.task, bestLoss, bestFigures) };
}

/** What was measured on the test part; null where there was none. */
export function testOf({ testLoss, testFigures, config }: Run) {
  return testLoss === null ? null : measuredJson(config.architecture.task, testLoss, testFigures);
}

/** The command that uses what a run has learned. */
function useOf({ id, config }: Run): string {
  const run = id.slice(0, 8);
  switch (config.architecture.task) {
    case 'language-model':
      return `unroll generate ${run}`;
    case 'conditional-generation':
      return `unroll predict ${run} --label LABEL`;
    case 'forecasting':
    case 'standard':
      return `unroll predict ${run} --file FILE`;
    default:
      return `unroll predict ${run} --input TEXT`;
  }
}
