import { tokenize13a } from './tokenize-13a.ts';
import type { BleuResult } from './results.ts';

/** Longest n-grams. */
const order = 4;

/**
 * Corpus BLEU (Papineni et al. 2002) as sacreBLEU defines it (Post 2018): 13a tokens, n-grams up to 4, counts clipped by the references
 * and summed over the corpus before anything is divided, exponential smoothing (each n without a match counts as 1/2, 1/4, … of one),
 * brevity penalty exp(1 - r/c) against the closest reference lengths.
 */
export class Bleu {
  readonly #lowercase: boolean;
  readonly #correct = new Array<number>(order).fill(0);
  readonly #total = new Array<number>(order).fill(0);
  #hypothesis = 0;
  #reference = 0;
  #references = 0;
  #texts = 0;

  constructor({ lowercase = false }: { readonly lowercase?: boolean } = {}) {
    this.#lowercase = lowercase;
  }

  /** @param references at least one; the same number for every hypothesis */
  add(hypothesis: string, references: readonly string[]): void {
    if (references.length === 0) throw new RangeError('BLEU compares with references, and there is none.');
    if (this.#texts > 0 && references.length !== this.#references) {
      throw new RangeError(
        `Every hypothesis needs as many references: ${this.#references} before, and now ${references.length}.`,
      );
    }
    this.#references = references.length;
    this.#texts++;
    const own = this.#tokens(hypothesis);
    const others = references.map((reference) => this.#tokens(reference));
    this.#hypothesis += own.length;
    this.#reference += closest(own.length, others);
    for (let n = 1; n <= order; n++) {
      const allowed = others.map((tokens) => countNgrams(tokens, n));
      for (const [ngram, count] of countNgrams(own, n)) {
        this.#total[n - 1] += count;
        this.#correct[n - 1] += Math.min(count, Math.max(...allowed.map((counts) => counts.get(ngram) ?? 0)));
      }
    }
  }

  /** 0 where nothing matches, and where no hypothesis is as long as the longest n-grams. */
  result(): BleuResult {
    const [c, r] = [this.#hypothesis, this.#reference];
    const brevityPenalty = c >= r ? 1 : c === 0 ? 0 : Math.exp(1 - r / c);
    const precisions = smoothedPrecisions(this.#correct, this.#total);
    const logarithms = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
    return {
      score: brevityPenalty * Math.exp(logarithms / order),
      precisions,
      correct: [...this.#correct],
      total: [...this.#total],
      brevityPenalty,
      hypothesisLength: c,
      referenceLength: r,
      signature: `nrefs:${Math.max(this.#references, 1)}|case:${this.#lowercase ? 'lc' : 'mixed'}|eff:no|tok:13a|smooth:exp`,
    };
  }

  #tokens(text: string): string[] {
    return tokenize13a(this.#lowercase ? text.toLowerCase() : text);
  }
}

/** Precisions in percent [4]; 0 for n-grams that no hypothesis is long enough for, and for all when nothing matches at all. */
function smoothedPrecisions(correct: readonly number[], total: readonly number[]): number[] {
  if (correct.every((count) => count === 0)) return correct.map(() => 0);
  let smoothing = 1;
  return correct.map((count, i) => {
    if (total[i] === 0) return 0;
    if (count > 0) return (100 * count) / total[i];
    smoothing *= 2;
    return 100 / (smoothing * total[i]);
  });
}

/** The reference length closest to the hypothesis'; the shorter of two that are as close. */
function closest(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((tokens) => tokens.length);
  return lengths.reduce((best, other) => {
    const [of, than] = [Math.abs(other - length), Math.abs(best - length)];
    return of < than || (of === than && other < best) ? other : best;
  });
}

/** How often each n-gram occurs; tokens hold no space. */
function countNgrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const ngram = tokens.slice(i, i + n).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}
