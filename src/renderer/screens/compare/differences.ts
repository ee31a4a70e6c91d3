/** What runs reached and in which settings they differ, as rows of a table with one column a run. */
import type { Run } from '../../../api/types.ts';
import { duration, integer, none, perplexity, speed } from '../../lib/format.ts';
import { m } from '../../lib/messages.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { configurationOf } from '../run/configuration.ts';

export interface Row {
  readonly label: string;
  /** One a run, in their order. */
  readonly values: readonly string[];
  /** Indices of the runs that are best in it; empty where nothing is better. */
  readonly best: readonly number[];
  readonly differs: boolean;
}

/** Results of the runs. */
export function resultRows(runs: readonly Run[]): Row[] {
  const row = (label: string, value: (run: Run) => string, score?: (run: Run) => number | null): Row => {
    const values = runs.map(value);
    return { label, values, best: score ? lowest(runs.map(score)) : [], differs: new Set(values).size > 1 };
  };
  const rows = text.rows;
  return [
    row(
      rows.best,
      (run) =>
        run.bestStep === null ? perplexity(run.bestLoss) : rows.at(perplexity(run.bestLoss), integer(run.bestStep)),
      (run) => run.bestLoss,
    ),
    ...(runs.some((run) => run.testLoss !== null)
      ? [
          row(
            rows.test,
            (run) => perplexity(run.testLoss),
            (run) => run.testLoss,
          ),
        ]
      : []),
    row(rows.time, (run) => (run.elapsed > 0 ? duration(run.elapsed) : none)),
    row(rows.steps, (run) => integer(run.step)),
    row(rows.speed, (run) => speed(run.tokensPerSecond).replace(' tokens/s', '')),
    row(rows.parameters, (run) => integer(run.parameters)),
    ...(runs.some((run) => run.status !== 'finished') ? [row(rows.status, (run) => m.common.status[run.status])] : []),
  ];
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
  const labels: string[] = [];
  const perRun = runs.map((run) => {
    const settings = new Map(configurationOf(run, corpusName).flatMap((group) => group.rows));
    // A label that earlier runs lack goes behind the one it follows here.
    let after = -1;
    for (const label of settings.keys()) {
      const at = labels.indexOf(label);
      if (at < 0) labels.splice(after + 1, 0, label);
      after = at < 0 ? after + 1 : at;
    }
    return settings;
  });
  return labels
    .filter((label) => !notSettings.has(label))
    .map((label) => {
      const values = perRun.map((settings) => settings.get(label) ?? none);
      return { label, values, best: [], differs: new Set(values).size > 1 };
    });
}

function lowest(scores: readonly (number | null)[]): number[] {
  const finite = scores.filter((score): score is number => score !== null && Number.isFinite(score));
  if (finite.length < 2) return [];
  const least = Math.min(...finite);
  return scores.flatMap((score, i) => (score === least ? [i] : []));
}
