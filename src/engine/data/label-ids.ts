/** Ids for labels and for sets of labels. */
import { sortLabels } from './labels.ts';
import type { Preparation } from './prepare.ts';
import { partNames } from './splitting.ts';

/**
 * Names of the labels by id. Those of held-out files count too: a class that is never learned is one to be wrong about, not one
 * that is not there.
 */
export function labelNames({ surveys, lonely }: Pick<Preparation, 'surveys' | 'lonely'>): string[] {
  const found = partNames.flatMap((part) =>
    (surveys[part]?.labels ?? [])
      .filter((_, index) => part !== 'train' || !lonely.has(index))
      .map(({ label }) => label),
  );
  return sortLabels(new Set(found));
}

export class LabelIds {
  readonly names: readonly string[];
  /** Sets by id, each with its labels' ids in ascending order. */
  readonly sets: number[][] = [];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #setIds = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.names = names;
    this.#ids = new Map(names.map((name, id) => [name, id]));
  }

  id(label: string): number {
    const id = this.#ids.get(label);
    if (id === undefined) throw new Error(`label ${JSON.stringify(label)} was not there when labels were counted`);
    return id;
  }

  /** The id of a set of labels. */
  setId(labels: readonly string[]): number {
    const ids = labels.map((label) => this.id(label)).sort((a, b) => a - b);
    const key = ids.join();
    const known = this.#setIds.get(key);
    if (known !== undefined) return known;
    this.#setIds.set(key, this.sets.length);
    return this.sets.push(ids) - 1;
  }
}
