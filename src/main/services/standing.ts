/** Where a run stands by its evaluations, as its row has it. */
import type { Evaluation } from '../../api/types.ts';
import type { RunPatch } from '../store/runs.ts';

/** @param best the best validation so far, as training knows it */
export function standing(
  evals: readonly Evaluation[],
  best: { readonly step: number; readonly loss: number | null } | null,
): RunPatch {
  const valid = evals.filter(({ split }) => split === 'valid');
  const last = valid.at(-1);
  return {
    validLoss: last?.loss ?? null,
    validFigures: last?.figures ?? null,
    bestStep: best?.step ?? null,
    bestLoss: best?.loss ?? null,
    bestFigures: valid.find(({ step }) => step === best?.step)?.figures ?? null,
  };
}
