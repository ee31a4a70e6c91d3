/** Which corpus is the other half of line-aligned pairs, by their names: "europarl.de" of "europarl.en". Pure module. */

interface Named {
  readonly id: string;
  readonly name: string;
  readonly lines: number;
  readonly missing: boolean;
}

/** A language as it stands in a name: de, deu, de-AT, german. */
const language = /^\p{L}{2,12}$/u;

/**
 * The corpus whose name differs in one part alone, a language, and which has as many lines; null: there is none, or several that are
 * no nearer than one another.
 */
export function partnerOf(id: string, corpora: readonly Named[]): string | null {
  const source = corpora.find((one) => one.id === id);
  if (!source) return null;
  const parts = partsOf(source.name);
  const found = corpora.filter((one) => {
    if (one.id === id || one.missing || one.lines !== source.lines) return false;
    const others = partsOf(one.name);
    const differing = parts.flatMap((part, at) => (part === others[at] ? [] : [[part, others[at] ?? ''] as const]));
    return (
      others.length === parts.length && differing.length === 1 && differing[0]!.every((part) => language.test(part))
    );
  });
  return found.length === 1 ? found[0]!.id : null;
}

function partsOf(name: string): string[] {
  return name.toLowerCase().split(/[\s._-]+/);
}
