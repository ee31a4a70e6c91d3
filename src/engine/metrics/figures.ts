/** The single numbers among a task's measures: what is charted over training, listed and compared. Pure module. */
import type { Task } from '../model/spec-fields.ts';
import type { TaskResult } from './results.ts';

/** Every figure, as it is called, which way is better, and how it is written: a share is shown in percent. */
export const figureInfo = {
  accuracy: { label: 'accuracy', better: 'higher', unit: 'share' },
  macroF1: { label: 'macro F1', better: 'higher', unit: 'share' },
  microF1: { label: 'micro F1', better: 'higher', unit: 'share' },
  precision: { label: 'precision', better: 'higher', unit: 'share' },
  recall: { label: 'recall', better: 'higher', unit: 'share' },
  f1: { label: 'F1', better: 'higher', unit: 'share' },
  tokenAccuracy: { label: 'token accuracy', better: 'higher', unit: 'share' },
  sentenceAccuracy: { label: 'sentence accuracy', better: 'higher', unit: 'share' },
  exactMatch: { label: 'exact match', better: 'higher', unit: 'share' },
  bleu: { label: 'BLEU', better: 'higher', unit: 'points' },
  rmse: { label: 'RMSE', better: 'lower', unit: 'data' },
  mae: { label: 'MAE', better: 'lower', unit: 'data' },
  r2: { label: 'R²', better: 'higher', unit: 'ratio' },
  /** RMSE as a part of the naive last-value forecast's. */
  rmseToNaive: { label: 'RMSE ÷ naive', better: 'lower', unit: 'ratio' },
} as const satisfies Record<
  string,
  {
    readonly label: string;
    readonly better: 'higher' | 'lower';
    readonly unit: 'share' | 'points' | 'data' | 'ratio';
  }
>;

export type FigureName = keyof typeof figureInfo;
export const figureNames = Object.keys(figureInfo) as FigureName[];
/** Those that were measured. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** The figures of a result, the most telling first. */
export function figuresOf(result: TaskResult): Figures {
  switch (result.kind) {
    case 'classification':
      return { accuracy: result.accuracy, macroF1: result.macroF1 };
    case 'tagging': {
      const { tokenAccuracy, sentenceAccuracy, macroF1 } = result;
      return { tokenAccuracy, sentenceAccuracy, macroF1 };
    }
    case 'multilabel':
      return { microF1: result.microF1, macroF1: result.macroF1, exactMatch: result.exactMatch };
    case 'binary': {
      const { accuracy, f1, precision, recall } = result;
      return { accuracy, f1, precision, recall };
    }
    case 'regression': {
      const { rmse, mae, r2, naive } = result;
      return {
        ...{ rmse, mae },
        ...(r2 !== null && { r2 }),
        ...(naive && naive.rmse > 0 && { rmseToNaive: rmse / naive.rmse }),
      };
    }
    case 'sequences': {
      const { bleu, exactMatch, tokenAccuracy } = result;
      return {
        // Without a sequence of four tokens BLEU is 0 whatever was translated, which says nothing.
        ...(bleu && bleu.total.at(-1)! > 0 && { bleu: bleu.score }),
        ...(exactMatch !== null && { exactMatch }),
        ...(tokenAccuracy !== null && { tokenAccuracy }),
      };
    }
  }
}

/** The most telling of the figures that were measured; null where only the loss was. */
export function headlineOf(figures: Figures): FigureName | null {
  return (Object.keys(figures)[0] as FigureName | undefined) ?? null;
}

/** What a network is judged by first. Of generated text nothing is right or wrong, so there it is the perplexity. */
export function headlineMeasure(task: Task, figures: Figures): FigureName | 'perplexity' | 'loss' {
  if (task === 'language-model' || task === 'conditional-generation') return 'perplexity';
  return headlineOf(figures) ?? (hasPerplexity(task) ? 'perplexity' : 'loss');
}

/** Whether the loss is the cross-entropy of a distribution over tokens, so that its exponential is a perplexity. */
export function hasPerplexity(task: Task): boolean {
  return task === 'language-model' || task === 'translation' || task === 'conditional-generation';
}
