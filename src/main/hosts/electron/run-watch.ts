/** Follows the runs for what the desktop shows of them: taskbar progress, staying awake, a notification at the end. */
import type { Change, Run, RunStatus } from '../../../api/types.ts';
import { figureInfo, headlineMeasure } from '../../../engine/metrics/figures.ts';

export interface DesktopState {
  /** 0 … 1 of the run that trains; 'unknown' when it has no last step; null when nothing trains. */
  readonly progress: number | 'unknown' | null;
  /** The machine must not sleep. */
  readonly training: boolean;
}

export interface RunNotice {
  /** The run that it is about. */
  readonly run: string;
  readonly title: string;
  readonly body: string;
}

/** Seconds of training: whoever starts a shorter one waits for it. */
export const longRun = 60;

const active: ReadonlySet<RunStatus> = new Set(['preparing', 'running']);

export class RunWatch {
  readonly #active = new Map<string, Run>();

  get state(): DesktopState {
    const runs = [...this.#active.values()];
    const run = runs.find((candidate) => candidate.status === 'running') ?? runs[0];
    if (!run) return { progress: null, training: false };
    const progress = run.totalSteps ? Math.min(1, run.step / run.totalSteps) : 'unknown';
    return { progress, training: true };
  }

  /** Takes a change in; a notice if by it a run came to its end. */
  apply(change: Change): RunNotice | null {
    if (change.type === 'steps') {
      const run = this.#active.get(change.id);
      const step = change.steps.step.at(-1);
      if (run && step !== undefined) this.#active.set(change.id, { ...run, step });
      return null;
    }
    if (change.type === 'run-purged') this.#active.delete(change.id);
    if (change.type !== 'run') return null;
    const { run } = change;
    const before = this.#active.get(run.id);
    if (active.has(run.status)) {
      this.#active.set(run.id, run);
      return null;
    }
    this.#active.delete(run.id);
    return before && run.elapsed >= longRun ? noticeOf(run) : null;
  }
}

/** Its best evaluation in a few words, by what its task is judged by. */
function bestOf({ bestLoss, bestFigures, config }: Run): string | null {
  if (bestLoss === null) return null;
  const measure = headlineMeasure(config.architecture.task, bestFigures ?? {});
  if (measure === 'perplexity') return `perplexity ${Math.exp(bestLoss).toPrecision(3)}`;
  if (measure === 'loss') return `loss ${bestLoss.toPrecision(3)}`;
  const { label, unit } = figureInfo[measure];
  const value = bestFigures![measure]!;
  return `${label} ${unit === 'share' ? `${(100 * value).toFixed(1)} %` : value.toPrecision(3)}`;
}

/** Says how a run ended, and nothing when a person ended it. */
function noticeOf(run: Run): RunNotice | null {
  const found = bestOf(run);
  const best = found === null ? '' : ` Best validation ${found}.`;
  switch (run.status) {
    case 'finished':
      return { run: run.id, title: `${run.name} has finished`, body: `${run.step.toLocaleString('en')} steps.${best}` };
    case 'early-stopped':
      return { run: run.id, title: `${run.name} has stopped early`, body: `Validation no longer improved.${best}` };
    case 'failed':
    case 'interrupted':
      return {
        run: run.id,
        title: `${run.name} was ${run.status === 'failed' ? 'ended by an error' : 'interrupted'}`,
        body: run.message ?? '',
      };
    default:
      return null;
  }
}
