/** Follows a run from the stream of changes to its end: JSON lines, or a progress bar and a line for each evaluation. */
import type { Change, Evaluation, Run, RunStatus, StepColumns } from '../../../api/types.ts';
import type { Client } from './app-session.ts';
import { Failure } from './errors.ts';
import { count, duration, perplexity, rate } from './format.ts';
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
  id: string,
  before: number,
  terminal: Terminal,
  bar: ProgressBar,
): Promise<Run> {
  const report = new RunReport(id, before, terminal, bar);
  for await (const change of changes) {
    report.take(change);
    if (change.type === 'run-purged' && change.id === id) throw new Failure('The run was deleted while it trained.');
    if (change.type !== 'run' || change.run.id !== id || !endings.has(change.run.status)) continue;
    // News of a run's state may overtake its metrics; what is stored has them all.
    const detail = await client.runs.get({ id });
    report.steps(detail.steps);
    for (const evaluation of detail.evals) report.evaluation(evaluation);
    bar.stop();
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
  readonly #terminal: Terminal;
  readonly #bar: ProgressBar;
  #lastStep: number;
  readonly #evaluations = new Set<string>();
  readonly #before: number;
  #started = false;

  constructor(id: string, before: number, terminal: Terminal, bar: ProgressBar) {
    this.#id = id;
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
    if (change.type === 'log' && change.line.level !== 'info') this.#terminal.note(change.line.message);
  }

  #state(run: Run): void {
    const { parameters, vocabularySize, device } = run;
    if (
      !this.#started &&
      parameters !== null &&
      vocabularySize !== null &&
      device !== null &&
      run.status === 'running'
    ) {
      this.#started = true;
      if (this.#terminal.json) {
        this.#terminal.event({ event: 'start', run: run.id, parameters, vocabulary: vocabularySize, device });
      }
      this.#terminal.line(
        `Run ${run.id}: ${count(parameters)} parameters, vocabulary ${count(vocabularySize)}, ${device} (${run.deviceDetail ?? ''})`,
      );
    }
    if (run.status === 'preparing') this.#bar.update(0, null, 'Splitting into tokens');
    if (run.status === 'running' && run.step > 0) {
      const left = run.secondsLeft === null ? '' : ` · ${duration(run.secondsLeft)} left`;
      const text = `step ${count(run.step)} · perplexity ${perplexity(run.trainLoss)} · ${rate(run.tokensPerSecond)}${left}`;
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
        perplexity: Math.exp(loss),
        grad_norm: columns.gradNorm[i],
        lr: columns.learningRate[i],
        tokens_per_s: columns.tokensPerSecond[i],
      });
    }
  }

  evaluation({ step, epoch, split, loss }: Evaluation): void {
    const key = `${split} ${step}`;
    if ((step <= this.#before && split === 'valid') || this.#evaluations.has(key)) return;
    this.#evaluations.add(key);
    if (this.#terminal.json) {
      this.#terminal.event({ event: 'eval', step, split, loss, perplexity: Math.exp(loss) });
    }
    const what = split === 'valid' ? 'validation' : 'test';
    this.#terminal.line(`step ${count(step)} · epoch ${epoch.toFixed(2)} · ${what} perplexity ${perplexity(loss)}`);
  }

  done(run: Run): void {
    if (this.#terminal.json) {
      this.#terminal.event({ event: 'done', run: run.id, status: run.status, best: bestOf(run) });
    }
    const best =
      run.bestLoss === null
        ? ''
        : `, best validation perplexity ${perplexity(run.bestLoss)} at step ${count(run.bestStep)}`;
    this.#terminal.line(`${run.status} after ${count(run.step)} steps in ${duration(run.elapsed)}${best}`);
    if (run.checkpointStep !== null) this.#terminal.line(`Try it: unroll generate ${run.id.slice(0, 8)}`);
  }
}

/** The lowest validation loss and where it was; null without validation. */
export function bestOf(run: Run): { step: number; loss: number; perplexity: number } | null {
  const { bestStep, bestLoss } = run;
  return bestStep === null || bestLoss === null
    ? null
    : { step: bestStep, loss: bestLoss, perplexity: Math.exp(bestLoss) };
}
