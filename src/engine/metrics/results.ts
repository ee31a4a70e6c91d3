/**
 * What is measured of each task, as plain data: it travels as JSON to screens, the command line and the store. Pure module.
 *
 * Where a rate has nothing to divide by, scikit-learn's conventions hold: precision of a class that was never predicted, recall of
 * one that never occurs, and their F1, are 0.
 */

/** How well one class, tag or label is found. */
export interface ClassReport {
  readonly label: string;
  /** TP / (TP + FP); 0 when it was never predicted. */
  readonly precision: number;
  /** TP / (TP + FN); 0 when it never occurs. */
  readonly recall: number;
  /** 2 TP / (2 TP + FP + FN); 0 when it neither occurs nor was predicted. */
  readonly f1: number;
  /** How often it occurs, and was predicted. */
  readonly support: number;
  readonly predicted: number;
}

/** One of several classes for an example. */
export interface ClassificationResult {
  readonly kind: 'classification';
  readonly examples: number;
  readonly accuracy: number;
  /** Mean F1 of the classes that occur or were predicted: a class that this part has nothing of does not lower it. */
  readonly macroF1: number;
  readonly classes: readonly ClassReport[];
  /** [target][prediction]: counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** A tag for every token. */
export interface TaggingResult {
  readonly kind: 'tagging';
  readonly sentences: number;
  readonly tokens: number;
  readonly tokenAccuracy: number;
  /** Share of sentences whose every tag is right. */
  readonly sentenceAccuracy: number;
  /** Over tags, as in a classification. */
  readonly macroF1: number;
  readonly tags: readonly ClassReport[];
}

/** Any number of labels, for an example or a token. */
export interface MultilabelResult {
  readonly kind: 'multilabel';
  /** Examples, or tokens where each has labels of its own. */
  readonly examples: number;
  /** Share of examples whose labels are all right and complete (subset accuracy). */
  readonly exactMatch: number;
  /** Of the sums of TP, FP and FN over all labels. */
  readonly microF1: number;
  /** Mean over all labels, those that never occur too. */
  readonly macroF1: number;
  readonly labels: readonly ClassReport[];
}

/** Yes or no. */
export interface BinaryResult {
  readonly kind: 'binary';
  readonly examples: number;
  readonly accuracy: number;
  /** Of yes. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Mean of -ln p(the answer that is true), in nats. */
  readonly logLoss: number;
  readonly counts: {
    readonly truePositive: number;
    readonly falsePositive: number;
    readonly falseNegative: number;
    readonly trueNegative: number;
  };
}

/** Errors of predicted numbers, in the units of the data. */
export interface ErrorFigures {
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean absolute error. */
  readonly mae: number;
}

export interface ColumnErrors extends ErrorFigures {
  readonly name: string;
  /**
   * Coefficient of determination, 1 - Σ(y - ŷ)² / Σ(y - ȳ)². For targets that are all alike 1 if every prediction is exact, else 0;
   * null for a single target.
   */
  readonly r2: number | null;
  /** Of the last-value forecast of the same targets. */
  readonly naive: ErrorFigures | null;
}

/** Numbers: a rating, a forecast, the outputs of a standard network. */
export interface RegressionResult extends ErrorFigures {
  readonly kind: 'regression';
  /** Examples; a forecast at every step counts as one for each step. */
  readonly examples: number;
  /** Means over the columns, which may have different units; null where a column has none. */
  readonly r2: number | null;
  readonly naive: ErrorFigures | null;
  readonly columns: readonly ColumnErrors[];
  /** Of a forecast, by how many steps ahead: [horizon], means over the columns. One for all other tasks. */
  readonly ahead: readonly (ErrorFigures & { readonly naive: ErrorFigures | null })[];
}

/** BLEU as sacreBLEU computes it. */
export interface BleuResult {
  /** 0 … 100. */
  readonly score: number;
  /** Of 1- to 4-grams, smoothed, in percent. */
  readonly precisions: readonly number[];
  /** n-grams that match, and n-grams in all, of the hypotheses. */
  readonly correct: readonly number[];
  readonly total: readonly number[];
  readonly brevityPenalty: number;
  /** Tokens of all hypotheses, and of their references. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** What was computed, in sacreBLEU's notation. */
  readonly signature: string;
}

/** Generated tokens. What was not measured is null. */
export interface SequenceResult {
  readonly kind: 'sequences';
  /** Share of tokens, the end of the sequence too, that are the most probable after the true ones before them (teacher forcing). */
  readonly tokenAccuracy: number | null;
  readonly tokens: number;
  /** Of generated texts: how many there are, and the share that equals the reference. */
  readonly texts: number;
  readonly exactMatch: number | null;
  readonly bleu: BleuResult | null;
}

export type TaskResult =
  ClassificationResult | TaggingResult | MultilabelResult | BinaryResult | RegressionResult | SequenceResult;
