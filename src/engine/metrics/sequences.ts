import { Bleu } from './bleu.ts';
import { requireSome } from './counts.ts';
import { mostLikely } from './outputs.ts';
import type { SequenceResult } from './results.ts';

/** Of generated tokens: those that teacher forcing predicts, and whole texts beside their references. */
export class SequenceMetrics {
  readonly #bleu: Bleu;
  readonly #lowercase: boolean;
  #tokens = 0;
  #right = 0;
  #texts = 0;
  #exact = 0;

  /** @param lowercase texts are compared without regard to case, as a model of lower-cased text must be */
  constructor({ lowercase = false }: { readonly lowercase?: boolean } = {}) {
    this.#lowercase = lowercase;
    this.#bleu = new Bleu({ lowercase });
  }

  /**
   * @param logits [rows,K]
   * @param targets [rows]; -1 at padding
   */
  addTokens(logits: ArrayLike<number>, targets: ArrayLike<number>, rows: number, K: number): void {
    for (let row = 0; row < rows; row++) {
      if (targets[row] < 0) continue;
      this.#tokens++;
      if (mostLikely(logits, row, K) === targets[row]) this.#right++;
    }
  }

  /** A generated text and what it should be. An exact match may differ in white space, which word tokenisers do not keep. */
  addText(hypothesis: string, reference: string): void {
    this.#bleu.add(hypothesis, [reference]);
    this.#texts++;
    if (this.#normal(hypothesis) === this.#normal(reference)) this.#exact++;
  }

  /** @throws RangeError when nothing was added */
  result(): SequenceResult {
    requireSome(this.#tokens + this.#texts, 'sequences');
    return {
      kind: 'sequences',
      tokenAccuracy: this.#tokens > 0 ? this.#right / this.#tokens : null,
      tokens: this.#tokens,
      texts: this.#texts,
      exactMatch: this.#texts > 0 ? this.#exact / this.#texts : null,
      bleu: this.#texts > 0 ? this.#bleu.result() : null,
    };
  }

  #normal(text: string): string {
    const joined = text.trim().split(/\s+/u).join(' ');
    return this.#lowercase ? joined.toLowerCase() : joined;
  }
}
