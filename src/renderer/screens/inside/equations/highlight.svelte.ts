/** Which terms are lit, in the drawing, in the formulas and in the list at once. */
import type { Term } from './terms.ts';

export class Highlight {
  #pointed = $state.raw<readonly Term[]>([]);
  #kept = $state.raw<readonly Term[]>([]);
  readonly #lit = $derived(new Set(this.#pointed.length > 0 ? this.#pointed : this.#kept));

  /** The first of the terms that are lit; null: none. */
  get first(): Term | null {
    return [...this.#lit][0] ?? null;
  }

  isLit(terms: readonly Term[]): boolean {
    return terms.some((term) => this.#lit.has(term));
  }

  isKept(terms: readonly Term[]): boolean {
    return this.#kept.length > 0 && terms.some((term) => this.#kept.includes(term));
  }

  /** The pointer or the focus is on them; none: on nothing. */
  point(terms: readonly Term[]): void {
    this.#pointed = terms;
  }

  /** These stay lit when nothing is pointed at. */
  keep(terms: readonly Term[]): void {
    this.#kept = terms;
  }

  /** Stay lit when nothing is pointed at, until chosen again. */
  toggle(terms: readonly Term[]): void {
    this.#kept = this.isKept(terms) ? [] : terms;
  }
}
