/** Which evaluations can be looked into. */
import type { Evaluation } from '../../../../api/types.ts';
import { bestEval, newestEval } from '../../../lib/run-detail.ts';

export type EvalChoice = 'newest' | 'best' | 'test';

export interface MeasuredEval {
  readonly choice: EvalChoice;
  readonly evaluation: Evaluation;
}

/** Those of which everything measured was kept: the newest, the best if it is another, the test. */
export function measuredEvals(evals: readonly Evaluation[]): MeasuredEval[] {
  const newest = newestEval(evals, 'valid');
  const best = bestEval(evals);
  const found: [EvalChoice, Evaluation | undefined][] = [
    ['newest', newest === best ? undefined : newest],
    ['best', best],
    ['test', newestEval(evals, 'test')],
  ];
  return found.flatMap(([choice, evaluation]) => (evaluation?.metrics ? [{ choice, evaluation }] : []));
}
