import type { ClassReport } from './results.ts';

/** Outcomes of one class: true positives, and all of both sides. */
export interface Counts {
  readonly hits: number;
  readonly support: number;
  readonly predicted: number;
}

/** a / b, and 0 where there is nothing to divide by (scikit-learn's zero_division=0). */
export function share(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** 2 TP / (2 TP + FP + FN). */
export function f1Of({ hits, support, predicted }: Counts): number {
  return share(2 * hits, support + predicted);
}

export function reportOf(label: string, counts: Counts): ClassReport {
  const { hits, support, predicted } = counts;
  return {
    label,
    precision: share(hits, predicted),
    recall: share(hits, support),
    f1: f1Of(counts),
    support,
    predicted,
  };
}

export function mean(values: readonly number[]): number {
  return share(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}

/** @throws RangeError unless something was added */
export function requireSome(count: number, what: string): void {
  if (count === 0) throw new RangeError(`There is nothing to measure: no ${what} were added.`);
}
