/** Light, dark or as the system has it. Sets `data-theme` on <html>, which styles/tokens.css reads. */
import type { Theme as Choice } from '../../preload/bridge.ts';

const key = 'unroll.theme';

class Theme {
  #choice = $state.raw<Choice>(stored());
  #systemDark = $state.raw(false);

  constructor() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = dark.matches;
    dark.addEventListener('change', () => {
      this.#systemDark = dark.matches;
      this.#apply();
    });
    this.#apply();
  }

  get choice(): Choice {
    return this.#choice;
  }

  /** What is on the screen. Read it to redraw a canvas when the colours change. */
  get resolved(): 'light' | 'dark' {
    if (this.#choice !== 'system') return this.#choice;
    return this.#systemDark ? 'dark' : 'light';
  }

  choose(choice: Choice): void {
    this.#choice = choice;
    try {
      localStorage.setItem(key, choice);
    } catch {
      // Storage is switched off: the choice holds until the window closes.
    }
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.resolved;
    window.unroll?.setTheme(this.#choice);
  }
}

function stored(): Choice {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const theme = new Theme();
