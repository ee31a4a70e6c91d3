/** What the desktop shows of the runs: progress in the taskbar, no sleep while one trains, a word when one ends. */
import { BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { Change, Run } from '../../../api/types.ts';
import { type RunNotice, RunWatch } from './run-watch.ts';

export class Desktop {
  readonly #watch = new RunWatch();
  readonly #openRun: (run: string) => void;
  #blocker: number | null = null;

  /** @param openRun brings the window forward and shows a run */
  constructor(openRun: (run: string) => void) {
    this.#openRun = openRun;
  }

  get training(): boolean {
    return this.#watch.state.training;
  }

  /** Follows the changes until they end. */
  async follow(changes: AsyncIterable<Change>, runs: readonly Run[]): Promise<void> {
    for (const run of runs) this.#watch.apply({ type: 'run', run });
    this.#show();
    for await (const change of changes) {
      const notice = this.#watch.apply(change);
      this.#show();
      if (notice && BrowserWindow.getFocusedWindow() === null) this.#notify(notice);
    }
  }

  #notify({ run, title, body }: RunNotice): void {
    const notification = new Notification({ title, body });
    notification.on('click', () => this.#openRun(run));
    notification.show();
  }

  #show(): void {
    const { progress, training } = this.#watch.state;
    // Electron: below 0 takes the bar away, above 1 shows one without an end.
    const value = progress === null ? -1 : progress === 'unknown' ? 2 : progress;
    for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(value);
    if (training && this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!training && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }
}
