/** Which examples are for training, validation and test. */
import { Permutation } from '../corpus/permutation.ts';
import type { SplitConfig } from '../training/config.ts';
import type { ExampleData } from './config.ts';

export const partNames = ['train', 'valid', 'test'] as const;
export type PartName = (typeof partNames)[number];

/** Permutations of splits draw from counters that no epoch reaches (see STREAM.batchOrder). */
const splitCounter = 2 ** 42;

/** Whether examples follow each other in time, so that parts are contiguous. */
export function isOrdered(data: ExampleData): boolean {
  return data.kind === 'numeric' && data.layout === 'series';
}

export interface SplitPlan {
  /** Shares that are held out. */
  readonly valid: number;
  readonly test: number;
  /** Fold `index` of `count` (from 1) is the test part instead. */
  readonly folds: { readonly count: number; readonly index: number } | null;
  readonly seed: number;
}

/** What a configuration holds out of its main corpus: nothing for a part that has a corpus of its own. */
export function splitPlan(
  split: SplitConfig,
  folds: SplitPlan['folds'],
  own: { readonly valid: boolean; readonly test: boolean },
  seed: number,
): SplitPlan {
  return { valid: own.valid ? 0 : split.valid, test: own.test || folds ? 0 : split.test, folds, seed };
}

/**
 * The part of every example: 0 train, 1 valid, 2 test. Shuffled, and every label gets into each part in proportion (stratified):
 * examples stand in line by label and, within one, in random order, and every so-manieth is held out. The parts' sizes are within
 * one of the shares asked for.
 * @param labelOf a label's number for each example; -1 for all where there are none
 */
export function assignParts(labelOf: readonly number[], { valid, test, folds, seed }: SplitPlan): Uint8Array {
  const n = labelOf.length;
  const parts = new Uint8Array(n);
  let line = inLine(labelOf, seed);
  if (folds) {
    for (let p = 0; p < n; p++) if (p % folds.count === folds.index - 1) parts[line[p]!] = 2;
    line = line.filter((example) => parts[example] === 0);
  }
  const held = everySoMany(line, valid + test);
  const tested = new Set(everySoMany(held, valid + test > 0 ? test / (valid + test) : 0));
  for (const example of held) parts[example] = tested.has(example) ? 2 : 1;
  return parts;
}

/** Examples by label, those of a label in random order. */
function inLine(labelOf: readonly number[], seed: number): number[] {
  const order = new Permutation(labelOf.length, seed, splitCounter);
  const shuffled = Array.from(labelOf, (_, i) => order.at(i));
  return shuffled.sort((a, b) => labelOf[a]! - labelOf[b]!);
}

/** A share of the items, evenly spaced. */
function everySoMany(items: readonly number[], share: number): number[] {
  const n = items.length;
  const wanted = Math.round(n * share);
  return items.filter((_, p) => Math.floor(((p + 1) * wanted) / n) > Math.floor((p * wanted) / n));
}

/** Contiguous parts of n rows: where training and validation end. */
export function contiguousParts(n: number, { valid, test }: Pick<SplitPlan, 'valid' | 'test'>): [number, number] {
  return [Math.round(n * (1 - valid - test)), Math.round(n * (1 - test))];
}
