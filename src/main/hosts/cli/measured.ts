/** What was measured of a run, for people ("accuracy 87.5 %") and as JSON. */
import {
  figureInfo,
  type FigureName,
  type Figures,
  hasPerplexity,
  headlineOf,
} from '../../../engine/metrics/figures.ts';
import type { Task } from '../../../engine/model/spec.ts';
import { dash, perplexity, share, significant } from './format.ts';

/** What an evaluation found. */
export interface Measured {
  readonly loss: number | null;
  readonly figures: Figures | null;
}

/** A figure's value alone: "87.5 %", "31.25", "0.120". */
export function figureValue(name: FigureName, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return dash;
  const { unit } = figureInfo[name];
  if (unit === 'share') return share(value);
  return unit === 'points' ? value.toFixed(2) : significant(value, 3);
}

/** "perplexity 4.62" where the loss is that of tokens, "loss 0.412" elsewhere. */
export function lossText(task: Task, loss: number | null): string {
  return `${lossName(task)} ${lossValue(task, loss)}`;
}

export function lossName(task: Task): 'perplexity' | 'loss' {
  return hasPerplexity(task) ? 'perplexity' : 'loss';
}

/** As what `lossName` says. */
export function lossValue(task: Task, loss: number | null): string {
  if (hasPerplexity(task)) return perplexity(loss);
  return loss === null || !Number.isFinite(loss) ? dash : significant(loss, 3);
}

/** All figures, the most telling first: "accuracy 87.5 %, macro F1 85.0 %"; nothing where only the loss was measured. */
export function figuresText(figures: Figures | null): string {
  return figureEntries(figures)
    .map(([name, value]) => `${figureInfo[name].label} ${figureValue(name, value)}`)
    .join(', ');
}

/**
 * What a run is judged by first: its most telling figure, else its loss. Of text that is made up nothing is right or wrong, so there
 * it is the perplexity.
 */
export function headlineText(task: Task, { loss, figures }: Measured): string {
  const name = figures && task !== 'conditional-generation' ? headlineOf(figures) : null;
  if (name) return `${figureInfo[name].label} ${figureValue(name, figures?.[name])}`;
  return loss === null ? dash : lossText(task, loss);
}

/** For a line of JSON. */
export function measuredJson(task: Task, loss: number, figures: Figures | null) {
  return { loss, ...(hasPerplexity(task) && { perplexity: Math.exp(loss) }), figures: figures ?? {} };
}

export function figureEntries(figures: Figures | null): [FigureName, number][] {
  return Object.entries(figures ?? {}) as [FigureName, number][];
}
