/** What settings may be, as the app's schemas of the same names have it (src/api/types.ts; a test compares them), without zod. */
import type { NumberIssue as Issue, NumberSchema } from '../renderer/screens/try/number-options.svelte.ts';

interface Limit {
  readonly least?: number;
  /** `least` itself is not allowed. */
  readonly above?: boolean;
  readonly most?: number;
  readonly whole?: boolean;
  /** null where it is left empty. */
  readonly optional?: boolean;
}

const sampling = {
  temperature: { least: 0, most: 100 },
  topK: { least: 1, whole: true, optional: true },
  topP: { least: 0, above: true, most: 1, optional: true },
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
} as const;

export const generateLimits = { length: { least: 1, most: 1_000_000, whole: true }, ...sampling } as const;

export const generateForLabelLimits = {
  count: { least: 1, most: 1000, whole: true },
  length: { least: 1, most: 100_000, whole: true },
  ...sampling,
} as const;

export const translateLimits = {
  width: { least: 1, most: 100, whole: true },
  lengthPenalty: { least: 0, most: 10 },
  best: { least: 1, most: 100, whole: true },
  maxLength: { least: 1, most: 10_000, whole: true },
} as const;

/** Reads as a schema of zod does. @param more what is wrong with numbers that are each within their limits */
export function schemaOf<Values extends Readonly<Record<string, number | null>>>(
  limits: Readonly<Record<keyof Values & string, Limit>>,
  more: (values: Values) => readonly Issue[] = () => [],
): NumberSchema<Values> {
  return {
    safeParse(given) {
      const values = given as Values;
      const names = Object.keys(limits) as (keyof Values & string)[];
      const each = names.flatMap((name) => issueOf(name, values[name] ?? null, limits[name]));
      const issues = each.length > 0 ? each : more(values);
      return issues.length > 0 ? { error: { issues } } : { data: values };
    },
  };
}

function issueOf(name: string, value: number | null, { least, above = false, most, whole, optional }: Limit): Issue[] {
  const issue = (rest: Omit<Issue, 'path' | 'message'>): Issue[] => [{ path: [name], message: '', ...rest }];
  if (value === null && optional) return [];
  if (value === null || Number.isNaN(value)) return issue({ code: 'invalid_type', expected: 'number' });
  if (whole && !Number.isSafeInteger(value)) return issue({ code: 'invalid_type', expected: 'int' });
  if (least !== undefined && (above ? value <= least : value < least)) {
    return issue({ code: 'too_small', minimum: least, inclusive: !above });
  }
  return most !== undefined && value > most ? issue({ code: 'too_big', maximum: most, inclusive: true }) : [];
}
