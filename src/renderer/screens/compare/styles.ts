/** How runs look: their colours and dashes, by themselves or by what they were set to. */
import type { Run } from '../../../api/types.ts';
import { dashPatterns } from '../../lib/charts/dashes.ts';
import { ramp } from '../../lib/charts/ramp.ts';
import { runColor } from '../../lib/describe.ts';
import type { Facet, FacetValue } from './facets.ts';

export interface RunStyle {
  readonly color: string;
  /** Instead of "training dashed, validation solid". */
  readonly dash: readonly number[] | null;
}

/** What a colour or a pattern stands for. */
export interface Key {
  readonly label: string;
  readonly color: string;
  readonly dash: readonly number[] | null;
}

export interface Styles {
  readonly of: (run: Run) => RunStyle;
  readonly colors: readonly Key[];
  readonly dashes: readonly Key[];
}

/** So many colours can be told apart; numbers beyond them are shades of one scale. */
const COLORS = 8;
/** Keys of a scale: its ends and some between them. */
const SHADES = 5;

/** @param dark the scale of numbers is chosen to be seen on this ground */
export function stylesOf(runs: readonly Run[], color: Facet | null, dash: Facet | null, dark: boolean): Styles {
  const colors = color ? colorsOf(runs, color, dark) : null;
  const dashes = dash ? dashesOf(runs, dash) : null;
  return {
    of: (run) => ({ color: colors?.of(run) ?? runColor(run), dash: dashes?.of(run) ?? null }),
    colors: colors?.keys ?? [],
    dashes: dashes?.keys ?? [],
  };
}

/** The distinct values of the runs: numbers in their order, the rest as they come. */
export function distinct(runs: readonly Run[], facet: Facet): FacetValue[] {
  const values = [...new Set(runs.map((run) => facet.value(run)))];
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  return [...numbers, ...values.filter((value) => typeof value !== 'number')];
}

function colorsOf(runs: readonly Run[], facet: Facet, dark: boolean): { of: (run: Run) => string; keys: Key[] } {
  const values = distinct(runs, facet);
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  const missing = 'var(--text-3)';
  if (numbers.length > 2 && numbers.length === values.filter((value) => value !== null).length) {
    const [low, high] = [numbers[0]!, numbers.at(-1)!];
    const log = low > 0 && high / low > 20;
    const share = (value: number) =>
      log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    const shade = (value: FacetValue) => (typeof value === 'number' ? ramp(share(value), dark) : missing);
    const every = Math.max(1, (numbers.length - 1) / (SHADES - 1));
    const shown = new Set(Array.from({ length: SHADES }, (_, i) => numbers[Math.round(i * every)]!));
    const keys = numbers
      .filter((value) => shown.has(value))
      .map((value) => ({ label: facet.format(value), color: shade(value), dash: null }));
    return { of: (run) => shade(facet.value(run)), keys };
  }
  const index = new Map(values.map((value, i) => [value, i]));
  const of = (value: FacetValue) => (value === null ? missing : `var(--run-${(index.get(value) ?? 0) % COLORS})`);
  return {
    of: (run) => of(facet.value(run)),
    keys: values.map((value) => ({ label: facet.format(value), color: of(value), dash: null })),
  };
}

function dashesOf(runs: readonly Run[], facet: Facet): { of: (run: Run) => readonly number[]; keys: Key[] } {
  const values = distinct(runs, facet);
  const index = new Map(values.map((value, i) => [value, i]));
  const of = (value: FacetValue) => dashPatterns[(index.get(value) ?? 0) % dashPatterns.length]!;
  return {
    of: (run) => of(facet.value(run)),
    keys: values.map((value) => ({ label: facet.format(value), color: 'var(--text-2)', dash: of(value) })),
  };
}
