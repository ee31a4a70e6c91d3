/** Runs that were set alike as one curve: their mean, and what they span. */
import type { Run } from '../../../api/types.ts';
import type { RunCurve } from '../../../api/curves.ts';
import { smooth } from '../../lib/charts/smooth.ts';
import type { Series } from '../../lib/charts/series.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { trainingOf, validationOf } from './curves.ts';
import type { Facet, FacetValue } from './facets.ts';
import { interpolate } from './run-curves.ts';
import { isOther, type Shown } from './shown.ts';
import { distinct } from './styles.ts';

export type Band = 'range' | 'deviation';

export interface GroupOptions {
  readonly shown: Shown;
  readonly facet: Facet;
  readonly band: Band;
  readonly train: boolean;
  readonly smoothing: number;
}

/** Places along x at which curves are brought together. */
const PLACES = 600;
const UNIT_SHARE = 1 / 1000;

/** Mean, lowest and highest or one standard deviation around it, at each place. */
export interface Together {
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Curves that reach to each place. */
  readonly count: Uint32Array;
}

interface Line {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A curve for each value of the setting. */
export function groupedCurves(
  runs: readonly Run[],
  curves: ReadonlyMap<string, RunCurve>,
  { shown, facet, band, train, smoothing }: GroupOptions,
): Series[] {
  const geometric = shown === 'perplexity';
  return distinct(runs, facet).flatMap((value, index) => {
    const own = runs.filter((run) => facet.value(run) === value);
    const found = own.flatMap((run) => curves.get(run.id) ?? []);
    const of = {
      group: text.groupName(facet.label, facet.format(value), own.length),
      color: `var(--run-${index % 8})`,
      raw: true,
    };
    const series: Series[] = [];
    const add = (label: string, dash: boolean, lines: readonly Line[]) => {
      const together = bringTogether(lines, { band, geometric });
      if (!together) return;
      const { x, mean, low, high } = together;
      series.push({ ...of, id: `${keyOf(value)}/${label}`, label, dash, x, y: mean, band: { low, high } });
    };
    if (train || isOther(shown)) {
      const lines = found.flatMap((curve) => trainingOf(curve, shown) ?? []);
      add(
        text.train,
        !isOther(shown),
        lines.map((line) => smoothed(line, smoothing, geometric)),
      );
    }
    if (!isOther(shown))
      add(
        text.valid,
        false,
        found.flatMap((curve) => validationOf(curve, shown) ?? []),
      );
    return series;
  });
}

function smoothed(line: Line & { count?: ArrayLike<number> }, weight: number, geometric: boolean): Line {
  const last = line.x.length - 1;
  const unit = (line.x[last]! - line.x[0]!) * UNIT_SHARE;
  if (weight <= 0 || !(unit > 0)) return line;
  return { x: line.x, y: smooth(line.x, line.y, { weight, unit, geometric, count: line.count }) };
}

/**
 * Curves brought to common places along x, by straight lines between their points, as far as each reaches.
 * @param options geometric: means and deviations are of logarithms, as for perplexities. null: there is no point at all
 */
export function bringTogether(
  lines: readonly Line[],
  { band, geometric }: { readonly band: Band; readonly geometric: boolean },
): Together | null {
  const usable = lines.filter(({ x }) => x.length > 0);
  if (usable.length === 0) return null;
  const places = placesOf(usable);
  const into = (value: number) => (geometric ? Math.log(value) : value);
  const back = (value: number) => (geometric ? Math.exp(value) : value);
  const [mean, low, high] = [0, 1, 2].map(() => new Float64Array(places.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const count = new Uint32Array(places.length);
  places.forEach((at, n) => {
    const values = usable
      .filter(({ x }) => at >= x[0]! && at <= x[x.length - 1]!)
      .map(({ x, y }) => into(interpolate(x, y, at)))
      .filter(Number.isFinite);
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length);
    count[n] = values.length;
    mean[n] = values.length === 0 ? NaN : back(average);
    low[n] = values.length === 0 ? NaN : back(band === 'range' ? Math.min(...values) : average - deviation);
    high[n] = values.length === 0 ? NaN : back(band === 'range' ? Math.max(...values) : average + deviation);
  });
  return { x: places, mean, low, high, count };
}

/** The curves' own places where they are few, evenly spaced ones of many. */
function placesOf(lines: readonly Line[]): Float64Array {
  const all = new Set<number>();
  for (const { x } of lines) {
    for (let i = 0; i < x.length && all.size <= PLACES; i++) all.add(x[i]!);
  }
  if (all.size <= PLACES) return Float64Array.from(all).sort();
  const from = Math.min(...lines.map(({ x }) => x[0]!));
  const to = Math.max(...lines.map(({ x }) => x[x.length - 1]!));
  return Float64Array.from({ length: PLACES }, (_, n) => from + ((to - from) * n) / (PLACES - 1));
}

function keyOf(value: FacetValue): string {
  return `${typeof value}:${value}`;
}
