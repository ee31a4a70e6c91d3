/** In what things with named values differ, such as runs by their settings. Pure module. */

export interface Aligned<V> {
  readonly name: string;
  /** One for each thing, in their order; null where it has none of this name. */
  readonly values: readonly (V | null)[];
  readonly differs: boolean;
}

/** Named values side by side. A name that the first things lack stands behind the one that it follows in its own. */
export function align<V>(things: readonly ReadonlyMap<string, V>[]): Aligned<V>[] {
  const names: string[] = [];
  const known = new Set<string>();
  for (const thing of things) {
    let after = -1;
    for (const name of thing.keys()) {
      if (known.has(name)) after = names.indexOf(name);
      else {
        names.splice(++after, 0, name);
        known.add(name);
      }
    }
  }
  return names.map((name) => {
    const values = things.map((thing) => thing.get(name) ?? null);
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
}

/** Every value in nested objects by its path ("training.learningRate"); null where none is chosen. */
export function leavesOf(value: object): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const collect = (part: object, prefix: string) => {
    for (const [name, inner] of Object.entries(part)) {
      if (typeof inner === 'object' && inner !== null) collect(inner as object, `${prefix}${name}.`);
      else leaves.set(prefix + name, inner);
    }
  };
  collect(value, '');
  return leaves;
}
