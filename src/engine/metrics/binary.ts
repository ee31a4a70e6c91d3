import { reportOf, requireSome, share } from './counts.ts';
import { binaryLogLoss, isYes } from './outputs.ts';
import type { BinaryResult } from './results.ts';

/** Of a yes or no for an example. */
export class BinaryMetrics {
  #truePositive = 0;
  #falsePositive = 0;
  #falseNegative = 0;
  #trueNegative = 0;
  #loss = 0;

  /**
   * @param logits [B]
   * @param targets [B], 1 is yes
   */
  add(logits: ArrayLike<number>, targets: ArrayLike<number>, B: number): void {
    for (let b = 0; b < B; b++) {
      const real = targets[b] === 1;
      const said = isYes(logits[b]);
      this.#loss += binaryLogLoss(logits[b], real);
      if (real && said) this.#truePositive++;
      else if (said) this.#falsePositive++;
      else if (real) this.#falseNegative++;
      else this.#trueNegative++;
    }
  }

  /** @throws RangeError when nothing was added */
  result(): BinaryResult {
    const [tp, fp, fn, tn] = [this.#truePositive, this.#falsePositive, this.#falseNegative, this.#trueNegative];
    const examples = tp + fp + fn + tn;
    requireSome(examples, 'examples');
    const { precision, recall, f1 } = reportOf('yes', { hits: tp, support: tp + fn, predicted: tp + fp });
    return {
      kind: 'binary',
      examples,
      accuracy: share(tp + tn, examples),
      ...{ precision, recall, f1 },
      logLoss: this.#loss / examples,
      counts: { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn },
    };
  }
}
