import { mean, reportOf, requireSome, share } from './counts.ts';
import { mostLikely } from './outputs.ts';
import type { ClassificationResult, ClassReport } from './results.ts';

/** Counts targets against predictions, [K,K], and what follows from them. */
export class ConfusionCounts {
  readonly labels: readonly string[];
  count = 0;
  readonly #counts: Float64Array; // [target,prediction]

  constructor(labels: readonly string[]) {
    this.labels = labels;
    this.#counts = new Float64Array(labels.length ** 2);
  }

  /** @throws RangeError for an id that is not of a class */
  add(target: number, prediction: number): void {
    const K = this.labels.length;
    for (const id of [target, prediction]) {
      if (!Number.isInteger(id) || id < 0 || id >= K)
        throw new RangeError(`Class ${id} is not of the ${K} that there are.`);
    }
    this.#counts[target * K + prediction]++;
    this.count++;
  }

  get accuracy(): number {
    const K = this.labels.length;
    let right = 0;
    for (let k = 0; k < K; k++) right += this.#counts[k * K + k];
    return share(right, this.count);
  }

  get matrix(): number[][] {
    const K = this.labels.length;
    return this.labels.map((_, k) => Array.from(this.#counts.subarray(k * K, (k + 1) * K)));
  }

  get reports(): ClassReport[] {
    const { matrix } = this;
    return this.labels.map((label, k) =>
      reportOf(label, {
        hits: matrix[k][k],
        support: matrix[k].reduce((sum, n) => sum + n, 0),
        predicted: matrix.reduce((sum, row) => sum + row[k], 0),
      }),
    );
  }
}

/** Mean F1 of the classes that occur or were predicted, which is what scikit-learn averages over unless told the classes. */
export function macroF1(reports: readonly ClassReport[]): number {
  return mean(reports.filter(({ support, predicted }) => support + predicted > 0).map(({ f1 }) => f1));
}

/** Of one class for an example. */
export class ClassificationMetrics {
  readonly #confusion: ConfusionCounts;

  /** @param labels names of the classes, by id */
  constructor(labels: readonly string[]) {
    this.#confusion = new ConfusionCounts(labels);
  }

  /**
   * @param logits [B,K]
   * @param targets [B]; -1 where there is none
   */
  add(logits: ArrayLike<number>, targets: ArrayLike<number>, B: number): void {
    const K = this.#confusion.labels.length;
    for (let b = 0; b < B; b++) {
      if (targets[b] >= 0) this.#confusion.add(targets[b], mostLikely(logits, b, K));
    }
  }

  /** @throws RangeError when nothing was added */
  result(): ClassificationResult {
    const { count, accuracy, reports, matrix } = this.#confusion;
    requireSome(count, 'examples');
    return {
      kind: 'classification',
      examples: count,
      accuracy,
      macroF1: macroF1(reports),
      classes: reports,
      confusion: matrix,
    };
  }
}
