/** A word from the browser when a long run ends and its window is not in front. Electron does this by itself. */
import type { Change, Run, RunStatus } from '../../api/types.ts';
import { headlineMeasure, measuredOf, measureName, valueOf, writeMeasure } from './measures.ts';
import { m } from './messages.ts';
import { router, to } from './router.svelte.ts';

const key = 'unroll.notices';
/** Seconds of training: whoever starts a shorter one waits for it. */
const longRun = 60;
const ended: ReadonlySet<RunStatus> = new Set(['finished', 'early-stopped', 'failed', 'interrupted']);

class RunNotices {
  #on = $state.raw(wanted());
  #refused = $state.raw(false);
  readonly #training = new Set<string>();

  /** Where the host or the browser has none of its own to offer. */
  readonly offered = !window.unroll && 'Notification' in window;

  get on(): boolean {
    return this.#on && Notification.permission === 'granted';
  }
  /** The person, or the browser's settings, said no. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Asks for leave: only ever when the person switches it on. */
  async set(on: boolean): Promise<void> {
    const granted = on && (await Notification.requestPermission()) === 'granted';
    this.#on = granted;
    this.#refused = on && !granted;
    try {
      localStorage.setItem(key, granted ? 'on' : 'off');
    } catch {
      // Storage is switched off: the choice holds until the window closes.
    }
  }

  follow(change: Change): void {
    if (!this.offered || change.type !== 'run') return;
    const { run } = change;
    if (run.status === 'running') this.#training.add(run.id);
    if (!ended.has(run.status) || !this.#training.delete(run.id)) return;
    if (this.on && run.elapsed >= longRun && !document.hasFocus()) this.#tell(run);
  }

  #tell(run: Run): void {
    const notification = new Notification(m.run.ended(run.name, m.common.status[run.status]), {
      body: bodyOf(run),
      tag: run.id,
    });
    notification.addEventListener('click', () => {
      window.focus();
      router.go(to.run(run.id));
      notification.close();
    });
  }
}

/** What went wrong; else the best evaluation by what the task is judged by. */
function bodyOf(run: Run): string {
  if (run.status === 'failed' || run.status === 'interrupted') return run.message ?? '';
  const measure = headlineMeasure(run);
  const best = valueOf(measure, measuredOf(run, 'best'));
  return best === null
    ? ''
    : m.run.endedBest(measureName(measure, run.config.architecture), writeMeasure(measure, best));
}

function wanted(): boolean {
  try {
    return localStorage.getItem(key) === 'on';
  } catch {
    return false;
  }
}

export const runNotices = new RunNotices();
