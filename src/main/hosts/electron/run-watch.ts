/** Follows the runs for what the desktop shows of them: taskbar progress, staying awake, a notification at the end. */
import type { Change, Run, RunStatus } from '../../../api/types.ts';

export interface DesktopState {
  /** 0 … 1 of the run that trains; 'unknown' when it has no last step; null when nothing trains. */
  readonly progress: number | 'unknown' | null;
  /** The machine must not sleep. */
  readonly training: boolean;
}

export interface RunNotice {
  readonly title: string;
  readonly body: string;
}

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
    return before ? noticeOf(run) : null;
  }
}

/** Says how a run ended, and nothing when a person ended it. */
function noticeOf(run: Run): RunNotice | null {
  const best = run.bestLoss === null ? '' : ` Best validation perplexity ${Math.exp(run.bestLoss).toPrecision(3)}.`;
  switch (run.status) {
    case 'finished':
      return { title: `${run.name} has finished`, body: `${run.step.toLocaleString('en')} steps.${best}` };
    case 'early-stopped':
      return { title: `${run.name} has stopped early`, body: `Validation no longer improved.${best}` };
    case 'failed':
    case 'interrupted':
      return {
        title: `${run.name} was ${run.status === 'failed' ? 'ended by an error' : 'interrupted'}`,
        body: run.message ?? '',
      };
    default:
      return null;
  }
}
