/** What a chart of the comparison can show: what runs are judged by, and what else is recorded at every step. */
import type { Quantity } from '../../../api/curves.ts';
import type { Run } from '../../../api/types.ts';
import { compact, number, setting } from '../../lib/format.ts';
import { isLoss, isShare, measures, writeMeasure, type Measure } from '../../lib/measures.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { measureChoices, measureFor, titleFor } from './choice.ts';

/** Recorded at every step beside the loss. */
const others = ['gradNorm', 'learningRate', 'tokensPerSecond'] as const satisfies readonly Quantity[];
export type Other = (typeof others)[number];
export type Shown = Measure | Other;

export function isOther(shown: Shown): shown is Other {
  return (others as readonly string[]).includes(shown);
}

/** What a name means for these runs; one that is unknown or null, what suits them. */
export function shownFor(name: string | null, runs: readonly Run[]): Shown {
  const known = [...measures, ...others].find((one) => one === name);
  return known !== undefined && isOther(known) ? known : measureFor(known ?? null, runs);
}

/** Everything that can be shown of the runs. `runs`: how many have it. */
export function shownChoices(runs: readonly Run[]): { readonly shown: Shown; readonly runs: number }[] {
  return [
    ...measureChoices(runs).map(({ measure, runs: having }) => ({ shown: measure, runs: having })),
    ...others.map((shown) => ({ shown, runs: runs.length })),
  ];
}

export function titleOfShown(shown: Shown, runs: readonly Run[]): string {
  return isOther(shown) ? text.others[shown] : titleFor(shown, runs);
}

export function writeShown(shown: Shown, value: number): string {
  if (!isOther(shown)) return writeMeasure(shown, value);
  return { gradNorm: number, learningRate: setting, tokensPerSecond: compact }[shown](value);
}

/** What its curves are made of: a figure is measured at validations only. */
export function quantityOf(shown: Shown): Quantity | null {
  if (isOther(shown)) return shown;
  return isLoss(shown) ? 'loss' : null;
}

/** It falls over powers of ten. */
export function suitsLog(shown: Shown): boolean {
  return shown === 'gradNorm' || (!isOther(shown) && isLoss(shown));
}

export function isShareShown(shown: Shown): boolean {
  return !isOther(shown) && isShare(shown);
}
