/** What is typed to find runs, as words, as a /regular expression/ of their names, or as a filter of what they have. */
import type { Run } from '../../../api/types.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { searchRuns } from '../runs/runs-view.svelte.ts';
import type { Facet } from './facets.ts';
import { FilterError, looksLikeFilter, parseFilter, reasonOf } from './filter.ts';

export interface Found {
  readonly runs: readonly Run[];
  /** Why what is typed means nothing; then all runs are found. */
  readonly problem: string | null;
}

export function findRuns(runs: readonly Run[], typed: string, facets: () => readonly Facet[]): Found {
  const expression = /^\s*\/(.+?)\/?\s*$/.exec(typed)?.[1];
  try {
    if (expression !== undefined) {
      const pattern = new RegExp(expression, 'iu');
      return { runs: runs.filter((run) => pattern.test(run.name)), problem: null };
    }
    if (!looksLikeFilter(typed)) return { runs: searchRuns(runs, typed), problem: null };
    return { runs: runs.filter(parseFilter(typed, facets())), problem: null };
  } catch (error) {
    if (error instanceof FilterError) return { runs, problem: text.problemAt(error.message, error.at + 1) };
    if (error instanceof SyntaxError) return { runs, problem: text.noExpression(reasonOf(error)) };
    throw error;
  }
}
