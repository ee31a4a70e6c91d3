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
}

export function resultRows(runs: readonly Run[]): Row[] {
  const row = (label: string, value: (run: Run) => string): Row => {
    const values = runs.map(value);
    return { label, values, best: [], differs: new Set(values).size > 1 };
  };
  const rows = text.rows;
  return [
    ...measureRows(runs),
    row(rows.time, (run) => (run.elapsed > 0 ? duration(run.elapsed) : none)),
    row(rows.steps, (run) => integer(run.step)),
    row(rows.speed, (run) => compact(run.tokensPerSecond)),
    row(rows.parameters, (run) => integer(run.parameters)),
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
    return { label, values, best, differs: new Set(values).size > 1 };
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

/** Every setting of the runs. A setting that a run does not have is a dash. */
export function settingRows(runs: readonly Run[], corpusName: (id: string) => string): Row[] {
  const settings = runs.map(
    (run) =>
      new Map(configurationOf(run, corpusName).flatMap((group) => group.rows.map(([name, value]) => [name, value]))),
  );
  return align(settings)
    .filter(({ name }) => !notSettings.has(name))
    .map(({ name, values, differs }) => ({
      label: name,
      values: values.map((value) => value ?? none),
      best: [],
      differs,
    }));
}

/** Where the best values stand; nowhere if there is nothing to compare. */
function bestOf(measure: Measure, values: readonly (number | null)[]): number[] {
  if (values.filter((value) => value !== null && Number.isFinite(value)).length < 2) return [];
  const best = bestIndex(measure, values);
  return best === null ? [] : values.flatMap((value, i) => (value === values[best] ? [i] : []));
}
