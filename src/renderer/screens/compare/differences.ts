/** What runs reached and in which settings they differ, as rows of a table with one column a run. */
import { align } from '../../../api/differences.ts';
import type { Run } from '../../../api/types.ts';
import { compact, duration, integer, none } from '../../lib/format.ts';
import {
  bestIndex,
  isLoss,
  measuredOf,
  measures,
  measuresOfRun,
  valueOf,
  writeMeasure,
  type Measure,
  type Which,
} from '../../lib/measures.ts';
import { m } from '../../lib/messages.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { configurationOf } from '../run/configuration.ts';
import { comparable, nameFor } from './choice.ts';

export interface Row {
  readonly label: string;
  /** One a run, in their order. */
  readonly values: readonly string[];
  /** Indices of the runs that are best in it; empty where nothing is better. */
  readonly best: readonly number[];
  readonly differs: boolean;
  /** The values as numbers, and how they and their differences are written, where they are numbers that can be held against each other. */
  readonly amounts?: readonly (number | null)[];
  readonly write?: (amount: number) => string;
}

/** "−0.14": by how much a value differs from that of the baseline; null where one is missing, or it is that itself. */
export function differenceFrom(baseline: number | null, { amounts, write }: Row, index: number): string | null {
  const [own, base] = [amounts?.[index], baseline === null ? null : amounts?.[baseline]];
  if (!write || own == null || base == null || index === baseline) return null;
  const by = own - base;
  if (!Number.isFinite(by)) return null;
  return by === 0 ? `± ${write(0)}` : `${by < 0 ? '−' : '+'}${write(Math.abs(by))}`;
}

export function resultRows(runs: readonly Run[]): Row[] {
  const row = (label: string, value: (run: Run) => string): Row => {
    const values = runs.map(value);
    return { label, values, best: [], differs: new Set(values).size > 1 };
  };
  const amount = (label: string, of: (run: Run) => number | null, write: (value: number) => string): Row => {
    const amounts = runs.map(of);
    return { ...row(label, (run) => (of(run) === null ? none : write(of(run)!))), amounts, write };
  };
  const rows = text.rows;
  return [
    ...measureRows(runs),
    amount(rows.time, (run) => (run.elapsed > 0 ? run.elapsed : null), duration),
    amount(rows.steps, (run) => run.step, integer),
    amount(rows.speed, (run) => run.tokensPerSecond, compact),
    amount(rows.parameters, (run) => run.parameters, integer),
    ...(runs.some((run) => run.status !== 'finished') ? [row(rows.status, (run) => m.common.status[run.status])] : []),
  ];
}

/** What the runs reached: the best validation, what else was measured there, and the test. */
function measureRows(runs: readonly Run[]): Row[] {
  const own = runs.map((run) => new Set(measuresOfRun(run)));
  const shown = measures.filter((measure) => own.some((one) => one.has(measure)));
  const rowOf = (label: string, measure: Measure, which: Which): Row | null => {
    const found = runs.map((run, i) => (own[i]!.has(measure) ? valueOf(measure, measuredOf(run, which)) : null));
    if (which === 'test' && found.every((value) => value === null)) return null;
    const values = found.map((value, i) => {
      const { bestStep } = runs[i]!;
      const written = writeMeasure(measure, value);
      return isLoss(measure) && which === 'best' && value !== null && bestStep !== null
        ? text.rows.at(written, integer(bestStep))
        : written;
    });
    const best = comparable(measure, runs) ? bestOf(measure, found) : [];
    const write = (amount: number) => writeMeasure(measure, amount);
    return { label, values, best, differs: new Set(values).size > 1, amounts: found, write };
  };
  return shown
    .flatMap((measure) => {
      const name = nameFor(measure, runs);
      const label = isLoss(measure) ? text.rows.best(name) : text.rows.valid(name);
      return [rowOf(label, measure, 'best'), rowOf(text.rows.test(name), measure, 'test')];
    })
    .filter((row) => row !== null);
}

/** Rows that say what came out or when, not what was set. */
const notSettings: ReadonlySet<string> = new Set([
  m.run.config.parameters,
  m.run.config.memory,
  m.run.config.created,
  m.run.config.unknown,
]);

/** Every setting of the runs. A setting that a run does not have is a dash; that curves from elsewhere have none is no difference. */
export function settingRows(runs: readonly Run[], corpusName: (id: string) => string): Row[] {
  const settings = runs.map(
    (run) =>
      new Map(configurationOf(run, corpusName).flatMap((group) => group.rows.map(([name, value]) => [name, value]))),
  );
  return align(settings)
    .filter(({ name }) => !notSettings.has(name))
    .map(({ name, values }) => ({
      label: name,
      values: values.map((value) => value ?? none),
      best: [],
      differs: new Set(values.filter((_, i) => !runs[i]!.imported?.curves)).size > 1,
    }));
}

/** Where the best values stand; nowhere if there is nothing to compare. */
function bestOf(measure: Measure, values: readonly (number | null)[]): number[] {
  if (values.filter((value) => value !== null && Number.isFinite(value)).length < 2) return [];
  const best = bestIndex(measure, values);
  return best === null ? [] : values.flatMap((value, i) => (value === values[best] ? [i] : []));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The runs' indices in the order of a row's values; those without one come last, whichever the direction. */
export function sortedBy({ values, amounts }: Row, descending: boolean): number[] {
  const missing = (i: number) => (amounts ? !Number.isFinite(amounts[i] ?? NaN) : values[i] === none);
  const compare = (a: number, b: number) =>
    amounts ? amounts[a]! - amounts[b]! : collator.compare(values[a]!, values[b]!);
  return [...values.keys()].sort((a, b) => {
    if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
    return descending ? compare(b, a) : compare(a, b);
  });
}
