import { ConfusionCounts, macroF1 } from './classification.ts';
import { requireSome, share } from './counts.ts';
import { mostLikely } from './outputs.ts';
import type { TaggingResult } from './results.ts';

/** Of a tag for every token. */
export class TaggingMetrics {
  readonly #confusion: ConfusionCounts;
  #sentences = 0;
  #right = 0;

  /** @param labels names of the tags, by id */
  constructor(labels: readonly string[]) {
    this.#confusion = new ConfusionCounts(labels);
  }

  /**
   * @param logits [T,B,K]
   * @param targets [T,B]; -1 at padding
   */
  add(logits: ArrayLike<number>, targets: ArrayLike<number>, T: number, B: number): void {
    const K = this.#confusion.labels.length;
    for (let b = 0; b < B; b++) {
      let tokens = 0;
      let right = 0;
      for (let t = 0; t < T; t++) {
        const row = t * B + b;
        if (targets[row] < 0) continue;
        const tag = mostLikely(logits, row, K);
        this.#confusion.add(targets[row], tag);
        tokens++;
        if (tag === targets[row]) right++;
      }
      if (tokens === 0) continue;
      this.#sentences++;
      if (right === tokens) this.#right++;
    }
  }

  /** @throws RangeError when nothing was added */
  result(): TaggingResult {
    const { count, accuracy, reports } = this.#confusion;
    requireSome(count, 'tokens');
    return {
      kind: 'tagging',
      sentences: this.#sentences,
      tokens: count,
      tokenAccuracy: accuracy,
      sentenceAccuracy: share(this.#right, this.#sentences),
      macroF1: macroF1(reports),
      tags: reports,
    };
  }
}
