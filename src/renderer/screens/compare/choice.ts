/** By what runs are compared. */
import type { Run } from '../../../api/types.ts';
import { lossOf } from '../../../engine/model/spec.ts';
import {
  headlineMeasure,
  isLoss,
  lossMeasure,
  measureName,
  measures,
  measuresOfRun,
  type Measure,
} from '../../lib/measures.ts';

export interface MeasureChoice {
  readonly measure: Measure;
  /** How many of the runs have it. */
  readonly runs: number;
}

/** What any of the runs has: what most have first, then the most telling. Every run has a loss. */
export function measureChoices(runs: readonly Run[]): MeasureChoice[] {
  const has = runs.map((run) => new Set<Measure>(measuresOfRun(run)).add('loss'));
  return measures
    .map((measure) => ({ measure, runs: has.filter((one) => one.has(measure)).length }))
    .filter((choice) => choice.runs > 0)
    .sort((a, b) => b.runs - a.runs);
}

/** The wanted measure where any run has it; else the headline of them all, or else what most have. */
export function measureFor(wanted: Measure | null, runs: readonly Run[]): Measure {
  const choices = measureChoices(runs);
  if (wanted !== null && choices.some(({ measure }) => measure === wanted)) return wanted;
  const headlines = new Set(runs.map(headlineMeasure));
  const [headline] = headlines;
  if (headlines.size === 1 && headline !== undefined) return headline;
  return choices[0]?.measure ?? 'perplexity';
}

/** Whether the runs' values of a measure can be held against each other: losses of different tasks cannot. */
export function comparable(measure: Measure, runs: readonly Run[]): boolean {
  if (!isLoss(measure)) return true;
  const having = measure === 'loss' ? runs : runs.filter((run) => lossMeasure(taskOf(run)) === 'perplexity');
  return new Set(having.map(taskOf)).size < 2;
}

function taskOf(run: Run) {
  return run.config.architecture.task;
}

/** As `nameFor`, to head a chart. */
export function titleFor(measure: Measure, runs: readonly Run[]): string {
  const name = nameFor(measure, runs);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The measure as these runs call it: a loss by its kind where all have the same. */
export function nameFor(measure: Measure, runs: readonly Run[]): string {
  const same = new Set(runs.map((run) => lossOf(run.config.architecture))).size === 1;
  return measureName(measure, same ? runs[0]?.config.architecture : undefined);
}
