import { f1Of, mean, reportOf, requireSome, share } from './counts.ts';
import { isYes } from './outputs.ts';
import type { MultilabelResult } from './results.ts';

/** Of any number of labels for an example, or for every token. */
export class MultilabelMetrics {
  readonly #labels: readonly string[];
  readonly #hits: Float64Array; // [K]
  readonly #support: Float64Array;
  readonly #predicted: Float64Array;
  #rows = 0;
  #exact = 0;

  constructor(labels: readonly string[]) {
    this.#labels = labels;
    [this.#hits, this.#support, this.#predicted] = [0, 1, 2].map(() => new Float64Array(labels.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /**
   * @param logits [T,B,K]; T is 1 where an example has one answer
   * @param targets [T,B,K], 1 is yes
   * @param lengths real steps [B]; null: all of them
   */
  add(
    logits: ArrayLike<number>,
    targets: ArrayLike<number>,
    { T, B, lengths }: { readonly T: number; readonly B: number; readonly lengths: ArrayLike<number> | null },
  ): void {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        if (!lengths || t < lengths[b]) this.#addRow(logits, targets, t * B + b);
      }
    }
  }

  #addRow(logits: ArrayLike<number>, targets: ArrayLike<number>, row: number): void {
    const K = this.#labels.length;
    let exact = true;
    for (let k = 0; k < K; k++) {
      const real = targets[row * K + k] === 1;
      const said = isYes(logits[row * K + k]);
      if (real) this.#support[k]++;
      if (said) this.#predicted[k]++;
      if (real && said) this.#hits[k]++;
      if (real !== said) exact = false;
    }
    this.#rows++;
    if (exact) this.#exact++;
  }

  /** @throws RangeError when nothing was added */
  result(): MultilabelResult {
    requireSome(this.#rows, 'examples');
    const labels = this.#labels.map((label, k) =>
      reportOf(label, { hits: this.#hits[k], support: this.#support[k], predicted: this.#predicted[k] }),
    );
    const sum = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
    const all = { hits: sum(this.#hits), support: sum(this.#support), predicted: sum(this.#predicted) };
    return {
      kind: 'multilabel',
      examples: this.#rows,
      exactMatch: share(this.#exact, this.#rows),
      microF1: f1Of(all),
      macroF1: mean(labels.map(({ f1 }) => f1)),
      labels,
    };
  }
}
