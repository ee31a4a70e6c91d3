/** Settings that are numbers, as they are typed: what they mean together, and what is wrong with each. */
import { type Issue, issueSentence, parseNumber } from '../../lib/number-field.ts';

const seeds = 2 ** 32;

/** What says whether numbers make sense: a schema of zod, or what answers as one. */
export interface NumberSchema<Values> {
  safeParse(values: unknown): {
    readonly data?: Values | undefined;
    /** Where they do not. */
    readonly error?: { readonly issues: readonly NumberIssue[] } | undefined;
  };
}

export type NumberIssue = Issue & { readonly path: readonly PropertyKey[] };

/** What a field needs of them. */
export interface NumberFields<Name extends string> {
  /** What stands in the fields. */
  readonly typed: Record<Name, string>;
  /** What is wrong with a setting; null if nothing is. */
  problem(name: Name): string | null;
  /** Another number at random, for a seed. */
  roll(name: Name): void;
}

export class NumberOptions<
  Name extends string,
  Values extends Readonly<Record<Name, number | null>>,
> implements NumberFields<Name> {
  readonly typed: Record<Name, string>;
  readonly #schema: NumberSchema<Values>;
  readonly #optional: readonly Name[];

  /** @param optional settings that may be left empty, which then are null */
  constructor(
    schema: NumberSchema<Values>,
    typed: Readonly<Record<Name, string>>,
    optional: readonly NoInfer<Name>[] = [],
  ) {
    this.#schema = schema;
    this.#optional = optional;
    this.typed = $state({ ...typed });
  }

  readonly #checked = $derived.by(() => {
    const typed = Object.entries(this.typed) as [Name, string][];
    return this.#schema.safeParse(Object.fromEntries(typed.map(([name, text]) => [name, parseNumber(text)])));
  });

  /** null while a setting is not valid. */
  readonly values = $derived(this.#checked.data ?? null);

  problem(name: Name): string | null {
    const issue = this.#checked.error?.issues.find(({ path }) => path[0] === name);
    return issue ? issueSentence(issue, { typed: this.typed[name], optional: this.#optional.includes(name) }) : null;
  }

  roll(name: Name): void {
    this.typed[name] = String(crypto.getRandomValues(new Uint32Array(1))[0]! % seeds);
  }

  /** Fills the fields; what is not given stays. */
  take(values: Readonly<Partial<Record<Name, number | null>>>): void {
    for (const [name, value] of Object.entries(values) as [Name, number | null | undefined][]) {
      if (value !== undefined) this.typed[name] = String(value ?? '');
    }
  }
}
