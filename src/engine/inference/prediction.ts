/** What is asked of a trained network, and what it answers, as plain data for screens and the command line. Pure module. */

/** A class or label with how probable the network holds it, 0 … 1. */
export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** How a text was read. */
export interface ReadText {
  /** As people read them; what the vocabulary lacks is `<unk>`. */
  readonly tokens: readonly string[];
  /** The different characters or words that the vocabulary lacks. */
  readonly unknown: readonly string[];
  /** The text has more tokens than the data's greatest length; these were not read. */
  readonly truncated: boolean;
}

/** Classification: all classes, the most probable first; they sum to 1. */
export interface ClassPrediction {
  readonly kind: 'class';
  readonly read: ReadText;
  readonly classes: readonly LabelProbability[];
}

/** Multi-label: all labels, the most probable first; `chosen` are those above one half. */
export interface LabelsPrediction {
  readonly kind: 'labels';
  readonly read: ReadText;
  readonly labels: readonly (LabelProbability & { readonly chosen: boolean })[];
}

/** Binary. */
export interface YesNoPrediction {
  readonly kind: 'yes-or-no';
  readonly read: ReadText;
  /** Of yes. */
  readonly probability: number;
  readonly yes: boolean;
}

/** Rating, in the units of the data. */
export interface ValuePrediction {
  readonly kind: 'value';
  readonly read: ReadText;
  readonly value: number;
}

export interface TaggedToken {
  /** As it was typed. */
  readonly token: string;
  /** The vocabulary has it. */
  readonly known: boolean;
  /** The one tag, or all labels above one half where a token has any number of them. */
  readonly tags: readonly string[];
  /** Of all tags, the most probable first. */
  readonly probabilities: readonly LabelProbability[];
}

export interface TagsPrediction {
  readonly kind: 'tags';
  readonly tokens: readonly TaggedToken[];
}

export interface Translation {
  readonly text: string;
  /** The generated tokens, `<eos>` too. */
  readonly tokens: readonly string[];
  /** Natural logarithm of the probability of all tokens. */
  readonly logProbability: number;
  /** The log-probability divided by the length penalty, which translations are ranked by. */
  readonly score: number;
  /** It ended by itself, not with the greatest length. */
  readonly finished: boolean;
  /** [tokens][read.tokens]: how much each token looked at each source token; rows sum to 1. null without attention. */
  readonly attention: readonly (readonly number[])[] | null;
}

/** Translation: the best, best first. */
export interface TranslationPrediction {
  readonly kind: 'translations';
  readonly read: ReadText;
  readonly translations: readonly Translation[];
}

/** Conditional generation. */
export interface GeneratedPrediction {
  readonly kind: 'generated';
  readonly label: string;
  readonly samples: readonly {
    readonly text: string;
    /** It ended by itself, not with the greatest length. */
    readonly finished: boolean;
  }[];
}

/** Forecast, in the units of the data. */
export interface ForecastPrediction {
  readonly kind: 'forecast';
  readonly columns: readonly string[];
  /** [horizon][columns]: the rows that follow the last one given. */
  readonly steps: readonly (readonly number[])[];
}

/** Standard network: classes for each row, the most probable first. */
export interface RowClassesPrediction {
  readonly kind: 'row-classes';
  readonly rows: readonly (readonly LabelProbability[])[];
}

/** Standard network: numbers for each row, in the units of the data. */
export interface RowValuesPrediction {
  readonly kind: 'row-values';
  readonly columns: readonly string[];
  /** [rows][columns] */
  readonly rows: readonly (readonly number[])[];
}

export type Prediction =
  | ClassPrediction
  | LabelsPrediction
  | YesNoPrediction
  | ValuePrediction
  | TagsPrediction
  | TranslationPrediction
  | GeneratedPrediction
  | ForecastPrediction
  | RowClassesPrediction
  | RowValuesPrediction;

export interface TranslateOptions {
  /** Hypotheses at once; 1 is greedy. */
  readonly width: number;
  /** α of Wu et al. 2016; 0: none. */
  readonly lengthPenalty: number;
  /** How many translations; at most `width`. */
  readonly best: number;
  /** Most tokens. */
  readonly maxLength: number;
}

export const defaultTranslateOptions: TranslateOptions = { width: 5, lengthPenalty: 0.6, best: 1, maxLength: 200 };

export interface GenerateForLabelOptions {
  readonly count: number;
  /** Most tokens of each. */
  readonly length: number;
  /** 0 takes the most probable token. */
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly seed: number;
}

export const defaultGenerateForLabelOptions: GenerateForLabelOptions = {
  ...{ count: 5, length: 200, temperature: 1, topK: null, topP: null, seed: 1 },
};

/** What a network is given: which of these, its task decides. */
export type PredictionInput =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** For a translation. */
      readonly translate?: Partial<TranslateOptions>;
    }
  | { readonly kind: 'label'; readonly label: string; readonly generate?: Partial<GenerateForLabelOptions> }
  /** Rows of the input columns, in the units of the data: of a series in order, the last ones are read. */
  | { readonly kind: 'rows'; readonly rows: readonly (readonly number[])[] };
