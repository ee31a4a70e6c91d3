/** Colours of the interface in a form a canvas understands. */

/** Resolves CSS colours, also `var(--token)` and `color-mix(…)`, as they are at one element. */
export class Palette {
  #host: HTMLElement;
  #known = new Map<string, string>();

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  get(css: string): string {
    let color = this.#known.get(css);
    if (color === undefined) {
      const probe = document.createElement('span');
      probe.style.color = css;
      // A canvas keeps its colours where the system forces others on the page.
      probe.style.forcedColorAdjust = 'none';
      this.#host.append(probe);
      color = getComputedStyle(probe).color;
      probe.remove();
      this.#known.set(css, color);
    }
    return color;
  }

  /** The same colour with so much of its opacity, as programs that know little of CSS read it too. */
  faint(css: string, percent: number): string {
    const color = this.get(css);
    const [r, g, b, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return `rgba(${r}, ${g}, ${b}, ${(alpha * percent) / 100})`;
  }
}
