/** Everything that changes, told to everyone who watches. A slow watcher gets fewer, larger messages, never an endless queue. */
import type { Change, StepColumns } from '../../api/types.ts';
import { Stream } from './stream.ts';

/** Past this many unread messages a watcher is cut off: it reads anew and starts over. */
const mostUnread = 2_000;
/** Steps folded into one message; past this only every second one is kept. */
const mostFoldedSteps = 20_000;

export class Changes {
  readonly #watchers = new Set<Stream<Change>>();

  publish(change: Change): void {
    for (const watcher of this.#watchers) {
      watcher.push(change);
      if (watcher.unread > mostUnread) {
        this.#watchers.delete(watcher);
        watcher.fail(new Error('The reader of changes fell too far behind. Watch again and load everything anew.'));
      }
    }
  }

  /** Everything that changes from this call on. Ends when `signal` aborts, when the reader leaves, or when the app closes. */
  watch(signal?: AbortSignal): Stream<Change> {
    const leave = () => {
      this.#watchers.delete(watcher);
      signal?.removeEventListener('abort', abort);
    };
    const watcher = new Stream<Change>({ fold, onLeave: leave });
    const abort = () => void watcher.return();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else this.#watchers.add(watcher);
    return watcher;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }
}

/** A run's newer state replaces its older one; its steps are joined, unless it went back in between. */
function fold(unread: Change[], change: Change): boolean {
  if (change.type !== 'run' && change.type !== 'steps') return false;
  const id = change.type === 'run' ? change.run.id : change.id;
  for (let i = unread.length - 1; i >= 0; i--) {
    const other = unread[i]!;
    if (change.type === 'run' && other.type === 'run' && other.run.id === id) {
      unread[i] = change;
      return true;
    }
    if (change.type === 'steps' && other.type === 'steps' && other.id === id) {
      unread[i] = { type: 'steps', id, steps: join(other.steps, change.steps) };
      return true;
    }
    if ((other.type === 'rewound' || other.type === 'run-purged') && other.id === id) return false;
  }
  return false;
}

function join(earlier: StepColumns, later: StepColumns): StepColumns {
  const count = earlier.step.length + later.step.length;
  // Every second one, counted from the end so that the newest stays.
  const keep = (_: number, i: number) => count <= mostFoldedSteps || (count - 1 - i) % 2 === 0;
  const column = (name: keyof StepColumns) => [...earlier[name], ...later[name]].filter(keep);
  return {
    step: column('step'),
    epoch: column('epoch'),
    loss: column('loss'),
    gradNorm: column('gradNorm'),
    learningRate: column('learningRate'),
    tokensPerSecond: column('tokensPerSecond'),
    elapsed: column('elapsed'),
  };
}
