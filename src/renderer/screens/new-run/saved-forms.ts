/** Forms that were left before they were started, by what they began from: kept until the window closes, over a reload too. */
import type { Draft } from './draft.ts';

export interface SavedForm {
  readonly draft: Draft;
  readonly name: string;
  readonly tags: string;
  /** What filled it in by itself, and from which text's look. */
  readonly filled: Draft | null;
  readonly readAs: string | null;
}

const key = 'unroll.forms';

class SavedForms {
  readonly #forms = new Map<string, SavedForm>(recalled());

  get(origin: string): SavedForm | null {
    return this.#forms.get(origin) ?? null;
  }

  set(origin: string, form: SavedForm): void {
    this.#forms.set(origin, form);
    this.#keep();
  }

  delete(origin: string): void {
    this.#forms.delete(origin);
    this.#keep();
  }

  #keep(): void {
    try {
      sessionStorage.setItem(key, JSON.stringify([...this.#forms]));
    } catch {
      // Storage is switched off, or full: they are kept until the page is loaded anew.
    }
  }
}

function recalled(): [string, SavedForm][] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as [string, SavedForm][];
  } catch {
    return [];
  }
}

export const savedForms = new SavedForms();
