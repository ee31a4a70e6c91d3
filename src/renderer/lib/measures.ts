/** What runs are judged by over training: the loss of their task, its exponential, or one of their task's figures. */
import type { Run, RunFigures } from '../../api/types.ts';
import {
  figureInfo,
  figureNames,
  hasPerplexity,
  headlineMeasure as headlineOf,
  type FigureName,
} from '../../engine/metrics/figures.ts';
import { lossOf, type Architecture, type Task } from '../../engine/model/spec.ts';
import { number, perplexity, share } from './format.ts';
import { measures as text } from './messages/measures.ts';

export type Measure = 'perplexity' | 'loss' | FigureName;

/** Every measure, the most telling of those of one kind first. */
export const measures: readonly Measure[] = ['perplexity', ...figureNames, 'loss'];

/** What an evaluation found. */
export interface Measured {
  readonly loss: number | null;
  readonly figures: RunFigures | null;
}

/** Of the best evaluation (by loss), of the last one, and of the test. */
export type Which = 'best' | 'last' | 'test';

export function measuredOf(run: Run, which: Which): Measured {
  switch (which) {
    case 'best':
      return { loss: run.bestLoss, figures: run.bestFigures };
    case 'last':
      return { loss: run.validLoss, figures: run.validFigures };
    case 'test':
      return { loss: run.testLoss, figures: run.testFigures };
  }
}

/** Perplexity = exp(loss). null where it was not measured. */
export function valueOf(measure: Measure, { loss, figures }: Measured): number | null {
  if (measure === 'loss') return loss;
  if (measure === 'perplexity') return loss === null ? null : Math.exp(loss);
  return figures?.[measure] ?? null;
}

export function isBetter(measure: Measure, a: number, b: number): boolean {
  return directionOf(measure) === 'higher' ? a > b : a < b;
}

export function directionOf(measure: Measure): 'higher' | 'lower' {
  return isFigure(measure) ? figureInfo[measure].better : 'lower';
}

/** Where the best finite value stands; null if there is none. */
export function bestIndex(measure: Measure, values: readonly (number | null)[]): number | null {
  let best: number | null = null;
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) return;
    if (best === null || isBetter(measure, value, values[best]!)) best = i;
  });
  return best;
}

/** The loss of a task, or its exponential: it has a curve of training too. */
export function isLoss(measure: Measure): boolean {
  return !isFigure(measure);
}

/** The value is a share, shown in percent. */
export function isShare(measure: Measure): boolean {
  return isFigure(measure) && figureInfo[measure].unit === 'share';
}

function isFigure(measure: Measure): measure is FigureName {
  return measure !== 'loss' && measure !== 'perplexity';
}

/** "86.4 %", "27.1", "0.120", "4.62", with a dash for nothing. */
export function writeMeasure(measure: Measure, value: number | null): string {
  if (measure === 'perplexity') return perplexity(value === null ? null : Math.log(value));
  if (!isFigure(measure)) return number(value);
  return isShare(measure) ? share(value) : number(value);
}

/** "accuracy", "perplexity"; of a loss which one, where the network is given. */
export function measureName(measure: Measure, network?: Architecture): string {
  if (measure === 'perplexity') return text.perplexity;
  if (measure === 'loss') return network ? text.losses[lossOf(network)] : text.loss;
  return figureInfo[measure].label;
}

/** As `measureName`, with its unit, for the head of a chart. */
export function measureTitle(measure: Measure, network?: Architecture): string {
  if (measure === 'loss') return network ? text.lossTitles[lossOf(network)] : text.lossTitle;
  const name = measureName(measure);
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return isFigure(measure) && figureInfo[measure].unit === 'data' ? text.inDataUnits(title) : title;
}

/** As what the loss is shown. */
export function lossMeasure(task: Task): 'perplexity' | 'loss' {
  return hasPerplexity(task) ? 'perplexity' : 'loss';
}

/** The figures that the run has been measured by, the most telling first. */
export function figuresOfRun(run: Run): FigureName[] {
  const figures = run.bestFigures ?? run.validFigures ?? run.testFigures ?? {};
  return Object.keys(figures) as FigureName[];
}

/** What a run is judged by first. */
export function headlineMeasure(run: Run): Measure {
  return headlineOf(run.config.architecture.task, run.bestFigures ?? run.validFigures ?? run.testFigures ?? {});
}

/** All that the run can be judged by: its headline, its other figures, its loss. */
export function measuresOfRun(run: Run): Measure[] {
  return [...new Set<Measure>([headlineMeasure(run), ...figuresOfRun(run), lossMeasure(run.config.architecture.task)])];
}
