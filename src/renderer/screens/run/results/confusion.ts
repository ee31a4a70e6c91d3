/** A confusion matrix as it is drawn. */
import type { BinaryResult } from '../../../../engine/metrics/results.ts';

export interface Matrix {
  readonly labels: readonly string[];
  /** [target][prediction] */
  readonly counts: readonly (readonly number[])[];
  /** How many classes the last row and column stand for together; 0 when each has its own. */
  readonly others: number;
}

/**
 * The matrix of the `most` classes that occur most, in their order, and of all others together as a last one, so that it stays
 * readable.
 *
 * @param counts [target][prediction]
 */
export function shownMatrix(
  labels: readonly string[],
  counts: readonly (readonly number[])[],
  nameOthers: (count: number) => string,
  most = 60,
): Matrix {
  if (labels.length <= most) return { labels, counts, others: 0 };
  const kept = counts
    .map((row, index) => ({ index, support: sum(row) }))
    .sort((a, b) => b.support - a.support || a.index - b.index)
    .slice(0, most)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
  // Where each class goes; all others into the last place.
  const place = new Array<number>(labels.length).fill(most);
  kept.forEach((index, at) => (place[index] = at));
  const merged = Array.from({ length: most + 1 }, () => new Array<number>(most + 1).fill(0));
  counts.forEach((row, target) =>
    row.forEach((count, prediction) => (merged[place[target]!]![place[prediction]!]! += count)),
  );
  const others = labels.length - most;
  return { labels: [...kept.map((index) => labels[index]!), nameOthers(others)], counts: merged, others };
}

export function binaryMatrix({ counts: c }: BinaryResult, yes: string, no: string): Matrix {
  return {
    labels: [yes, no],
    counts: [
      [c.truePositive, c.falseNegative],
      [c.falsePositive, c.trueNegative],
    ],
    others: 0,
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

export interface CellSize {
  readonly width: number;
  readonly height: number;
  /** Room for the names of rows, and whether those of columns stand upright; all in pixels. */
  readonly names: number;
  readonly upright: boolean;
  /** The count fits into the cell. */
  readonly counts: boolean;
}

/** Mean width of a character of the names, in pixels. */
const CHARACTER = 6.6;
const NARROWEST = 11;

/** How large cells are drawn where `width` pixels are there; below the narrowest the matrix scrolls. */
export function cellSize(labels: readonly string[], width: number): CellSize {
  const longest = Math.max(...labels.map((label) => label.length)) * CHARACTER + 12;
  const names = Math.min(140, Math.max(32, longest));
  const cell = Math.max(NARROWEST, Math.min(72, Math.floor((width - names - 24) / labels.length)));
  return { width: cell, height: Math.min(32, cell), names, upright: longest > cell, counts: cell >= 26 };
}
