/** Comparisons that were saved under a name. */
import type { Change } from '../../../api/types.ts';
import type { SavedView, ViewState } from '../../../api/views.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { toasts } from '../../lib/toasts.ts';
import type { Workspace } from '../../lib/workspace.svelte.ts';

export class SavedViews {
  readonly #workspace: Workspace;
  #all = $state.raw<readonly SavedView[]>([]);

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Oldest first. */
  get all(): readonly SavedView[] {
    return this.#all;
  }

  async load(): Promise<void> {
    const views = await this.#workspace.try(() => this.#workspace.api.compare.views());
    if (views) this.#all = views;
  }

  apply(change: Change): void {
    if (change.type === 'views') this.#all = change.views;
  }

  /** Saves under a name; a view of the same name is replaced. */
  async save(name: string, state: ViewState): Promise<void> {
    const same = this.#all.find((view) => view.name === name);
    await this.#put({ id: same?.id ?? crypto.randomUUID(), name, createdAt: same?.createdAt ?? Date.now(), state });
  }

  async remove(view: SavedView): Promise<void> {
    const { api } = this.#workspace;
    await this.#workspace.try(async () => {
      await api.compare.removeView({ id: view.id });
      toasts.undo(text.viewRemoved(view.name), () => void this.#put(view));
    });
  }

  async #put(view: SavedView): Promise<void> {
    await this.#workspace.try(() => this.#workspace.api.compare.saveView(view));
  }
}
