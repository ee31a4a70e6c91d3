/** Where runs stand along a setting or a result: numbers by their size, anything else in rows of its own. Pure functions. */
import type { Run } from '../../../api/types.ts';
import type { Axis } from '../../lib/charts/axis.ts';
import { linearTicks, logTicks } from '../../lib/charts/ticks.ts';
import type { Extent } from '../../lib/charts/series.ts';
import { number } from '../../lib/format.ts';
import type { Facet } from './facets.ts';
import { distinct } from './styles.ts';

export interface Placing {
  readonly facet: Facet;
  /** Where a run stands; null if it has no value. */
  readonly place: (run: Run) => number | null;
  readonly extent: Extent;
  readonly axis: Axis;
  readonly log: boolean;
}

/** Numbers further apart than this are placed by their logarithms. */
const WIDE = 50;
/** So many values are few. */
const FEW = 8;
/** A tick's label of more characters is rounded. */
const LONG = 7;
/** Room at both ends, as a share. */
const MARGIN = 0.06;

export function placingOf(facet: Facet, runs: readonly Run[]): Placing {
  const values = distinct(runs, facet);
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  if (numbers.length > 0 && values.every((value) => value === null || typeof value === 'number')) {
    return amongNumbers(facet, numbers);
  }
  const index = new Map(values.map((value, i) => [value, i]));
  const at = (i: number) => (Number.isInteger(i) && values[i] !== undefined ? facet.format(values[i]) : '');
  const axis: Axis = { ticks: () => values.map((_, i) => i), tick: at, value: at };
  return {
    facet,
    place: (run) => index.get(facet.value(run)) ?? null,
    extent: { from: -0.5, to: Math.max(0.5, values.length - 0.5) },
    axis,
    log: false,
  };
}

function amongNumbers(facet: Facet, numbers: readonly number[]): Placing {
  const [low, high] = [numbers[0]!, numbers.at(-1)!];
  const log = low > 0 && high / low > WIDE;
  const write = (value: number) => facet.format(value);
  const tick = (value: number) => {
    const text = write(value);
    return text.length > LONG ? number(value) : text;
  };
  // Of few settings each has its own tick: there is no 1.5 layers.
  const own = facet.kind === 'setting' && numbers.length <= FEW;
  const ticks: Axis['ticks'] = own ? () => [...numbers] : log ? logTicks : linearTicks;
  const place = (run: Run) => {
    const value = facet.value(run);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return {
    facet,
    place,
    extent: spread(low, high, log),
    axis: { ticks, tick, value: write },
    log,
  };
}

function spread(low: number, high: number, log: boolean): Extent {
  if (log) {
    const margin = (high / low) ** MARGIN;
    return { from: low / margin, to: high * margin };
  }
  const margin = high > low ? (high - low) * MARGIN : Math.abs(low) * 0.1 || 0.5;
  return { from: low - margin, to: high + margin };
}

/** Where a place stands between the ends, from 0 to 1. */
export function shareOf(place: number, { extent: { from, to }, log }: Placing): number {
  return log ? Math.log(place / from) / Math.log(to / from) : (place - from) / (to - from);
}

/** The place at a share between the ends. */
export function placeAt(share: number, { extent: { from, to }, log }: Placing): number {
  return log ? from * (to / from) ** share : from + share * (to - from);
}
