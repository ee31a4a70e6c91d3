/**
 * What crosses the border of the engine process: commands in, events out, discriminated unions with the job's id. One engine
 * process does one job at a time. Pure module (types and schemas).
 */
import type { Detection } from './corpus/encoding.ts';
import type { DataConfig } from './data/config.ts';
import type { Inspection } from './data/inspect.ts';
import type { DatasetRequest } from './data/prepare.ts';
import type { DatasetSummary } from './data/store.ts';
import type { DataSource } from './data/survey.ts';
import type { ModelFormat } from './export/format-ids.ts';
import type { Provenance } from './export/portable.ts';
import type { DocumentFacts } from './documents/kinds.ts';
import type { ImportAnswers, ModelSummary, VocabularyWay } from './import-model/answers.ts';
import type { ExportOrigin } from './import-model/own-export.ts';
import type { ReadCurves } from './import-curves/series.ts';
import type { Look, Looked } from './inside/look.ts';
import type { LiveLook } from './inside/looks/live.ts';
import type { Precision } from './kernels/precision.ts';
import type { Prediction, PredictionInput } from './inference/prediction.ts';
import type { Figures } from './metrics/figures.ts';
import type { TaskResult } from './metrics/results.ts';
import type { Architecture } from './model/spec.ts';
import type { DataSizes } from './model/task-model.ts';
import type { RunConfig, TokenizerConfig } from './training/config.ts';

/** A tokenised text on disk: ids as little-endian uint16 (V ≤ 65,536) or uint32, and the vocabulary beside them. */
export interface TokenFile {
  readonly path: string;
  readonly bytesPerToken: 2 | 4;
  /** First token and number of tokens of the part that is meant. */
  readonly start: number;
  readonly length: number;
}

/** What a language model's training needs besides its configuration. Paths are absolute. */
export interface TokenData {
  /** Tokeniser state (corpus/tokenizer.ts, `serialize`), JSON file. */
  readonly tokenizerPath: string;
  readonly vocabularySize: number;
  /** Mean number of characters (code points) a token stands for in the training part: for bits per character. */
  readonly charactersPerToken: number;
  readonly train: TokenFile;
  readonly valid: TokenFile | null;
  readonly test: TokenFile | null;
}

/** A prepared data set of examples (data/prepare.ts), for every other task. */
export interface ExampleSet {
  readonly directory: string;
  readonly sizes: DataSizes;
  readonly summary: DatasetSummary;
}

export type TrainingData = TokenData | ExampleSet;

export type EngineCommand =
  | {
      readonly type: 'train';
      readonly job: string;
      readonly config: RunConfig;
      readonly data: TrainingData;
      readonly checkpointDir: string;
      readonly resumeFrom: string | null;
      /** Word vectors that a language model's embedding begins with; a data set of examples holds its own. */
      readonly vectorsPath: string | null;
    }
  | { readonly type: 'pause'; readonly job: string }
  | { readonly type: 'continue'; readonly job: string }
  | { readonly type: 'stop'; readonly job: string }
  | {
      /** Decodes bytes to UTF-8 text with statistics. */
      readonly type: 'import-text';
      readonly job: string;
      /** gzip is unpacked, and a document's text taken out of it. */
      readonly sourcePath: string;
      /** What the file is called, with its ending, where its path does not say. */
      readonly sourceName?: string;
      /** Files named by class, one example a line, to be imported as one table; none: `sourcePath` is one text. */
      readonly classFiles?: readonly { readonly path: string; readonly name: string }[] | null;
      /** Files of an archive are named by class, one example a line. */
      readonly classes?: boolean;
      readonly targetDir: string;
      readonly encoding: string | null;
    }
  | {
      /** Curves that another program recorded. */
      readonly type: 'read-curves';
      readonly job: string;
      readonly sourcePath: string;
      readonly sourceName: string;
    }
  | {
      /** The beginning of a document's text, as it would be imported. */
      readonly type: 'preview-document';
      readonly job: string;
      readonly sourcePath: string;
      readonly sourceName: string;
      readonly classes: boolean;
      readonly encoding: string | null;
    }
  | {
      /** Reads a data file from end to end and says what is in it and what is wrong with it. */
      readonly type: 'inspect';
      readonly job: string;
      readonly source: DataSource;
      readonly data: DataConfig | null;
    }
  | { readonly type: 'prepare'; readonly job: string; readonly request: DatasetRequest }
  | {
      /** Learns the tokeniser on the training part and writes token files. */
      readonly type: 'tokenize';
      readonly job: string;
      readonly tokenizer: TokenizerConfig;
      /** Checkpoint whose vocabulary is taken instead of learning one; null: one is learnt. */
      readonly vocabularyFrom: string | null;
      readonly textPath: string;
      readonly validTextPath: string | null;
      readonly testTextPath: string | null;
      readonly split: { readonly valid: number; readonly test: number };
      readonly targetDir: string;
    }
  | {
      readonly type: 'generate';
      readonly job: string;
      /** A checkpoint holds its tokeniser too, so a model is one file. */
      readonly checkpointPath: string;
      readonly options: GenerateOptions;
      readonly device: string;
    }
  | {
      readonly type: 'predict';
      readonly job: string;
      readonly checkpointPath: string;
      readonly input: PredictionInput;
      readonly device: string;
    }
  | {
      /** Looks inside the network: makes one picture (inside/look.ts). */
      readonly type: 'look';
      readonly job: string;
      readonly checkpointPath: string;
      /** The run's own data, where the picture is made from them. */
      readonly data: TrainingData | null;
      readonly look: Look;
      readonly device: string;
    }
  | {
      /** Writes a model as files of another format, into a folder. */
      readonly type: 'export';
      readonly job: string;
      readonly checkpointPath: string;
      readonly format: ModelFormat;
      readonly provenance: Provenance;
      /** Of the run, in order: for the model's card. */
      readonly evaluations: readonly EvalMetrics[];
      readonly targetDir: string;
      /** Folder of the page that HTML is written from: page.js, page.css. */
      readonly pageDir: string;
    }
  | {
      /** Reads a model of any program that is known (import-model/read-model.ts); running nothing of it. */
      readonly type: 'import-model';
      readonly job: string;
      readonly path: string;
      /** Of this program's own checkpoint, the parameters' file of the same export, which says where it comes from. */
      readonly besideParameters: string | null;
      /** Where the person says its vocabulary is; null: in the file, or in the one beside it if that fits. */
      readonly vocabulary: VocabularyPlace | null;
      readonly besideVocabulary: string | null;
      readonly answers: ImportAnswers;
      /** Folder to write it to as a checkpoint; null: only says what it is. */
      readonly targetDir: string | null;
    }
  | {
      /** Tries every device out, and says before each which one it is: a driver may take the whole process down. */
      readonly type: 'devices';
      readonly job: string;
      /** Not to be tried out, nor listed. */
      readonly except: readonly string[];
    }
  /** A speed test of a device. */
  | { readonly type: 'measure'; readonly job: string; readonly device: string }
  | {
      readonly type: 'estimate';
      readonly job: string;
      readonly architecture: Architecture;
      readonly sizes: DataSizes;
      readonly batch: number;
      /** Steps of a sequence, and of an encoder–decoder's target. */
      readonly steps: number;
      readonly targetSteps: number;
      readonly device: string;
      readonly threads: number | null;
      readonly precision: Precision;
    }
  | { readonly type: 'cancel'; readonly job: string };

/** A vocabulary as a file of its own, to be learnt from a text, or Python's `string.printable`. */
export type VocabularyPlace =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'text'; readonly path: string; readonly way: VocabularyWay }
  | { readonly from: 'printable' };

export interface GenerateOptions {
  readonly prompt: string;
  /** Tokens to generate. */
  readonly length: number;
  /** 0 takes the most probable token. */
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly seed: number;
}

/** The networks that a speed test times (speed-cases.ts). */
export type SpeedCase = 'small' | 'large';

export interface DeviceInfo {
  readonly name: string;
  readonly available: boolean;
  /** For people: what it is ("AVX-512, 2 threads"), or why it is not available. */
  readonly detail: string;
  readonly precision: 'float32' | 'float64';
  /** What computes, with its driver: "NVIDIA H200, Vulkan, driver 570.1"; null where that is not known. */
  readonly adapter: string | null;
  readonly memoryBytes: number | null;
  /** May `auto` choose it: `measured` once it was measured to be faster here. */
  readonly automatic: 'always' | 'measured' | 'never';
  /** Would `auto` choose it here, nothing having been measured. */
  readonly preferred: boolean;
}

/**
 * One training step's numbers. `loss` is the mean of the task's loss: cross-entropy in nats (of a distribution over tokens its
 * exponential is the perplexity), binary cross-entropy in nats, or the squared error of scaled numbers.
 */
export interface StepMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Since the previous report, pauses excluded. */
  readonly tokensPerSecond: number;
  /** Training time so far in seconds, pauses and earlier sessions' gaps excluded. */
  readonly elapsed: number;
}

export interface EvalMetrics {
  readonly step: number;
  readonly epoch: number;
  readonly split: 'valid' | 'test';
  readonly loss: number;
  /** Language models; null for other tasks. */
  readonly bitsPerCharacter: number | null;
  /** The task's single numbers; none of a language model. */
  readonly figures: Figures;
  /** Everything measured; null of a language model. */
  readonly metrics: TaskResult | null;
  readonly elapsed: number;
}

/** What the model made, at an evaluation, of some examples of the validation part. */
export type SampleDetail =
  | {
      readonly kind: 'answers';
      readonly answers: readonly {
        /** The text, or the label that was generated for. */
        readonly input: string;
        /** null where anything would do. */
        readonly expected: string | null;
        readonly answer: string;
        readonly right: boolean | null;
      }[];
    }
  /** Each [steps][columns], in the units of the data: the end of what was read, what followed, and what was forecast of it. */
  | {
      readonly kind: 'forecast';
      readonly columns: readonly string[];
      readonly history: readonly (readonly number[])[];
      readonly truth: readonly (readonly number[])[];
      readonly forecast: readonly (readonly number[])[];
    };

export interface SampleMetrics {
  readonly step: number;
  /** As text; of a language model all there is. */
  readonly text: string;
  readonly detail: SampleDetail | null;
}

export type FinishReason = 'finished' | 'stopped' | 'early-stopped';

export type EngineEvent =
  | {
      readonly type: 'started';
      readonly job: string;
      readonly device: string;
      readonly deviceDetail: string;
      readonly parameters: number;
      readonly memoryBytes: number;
      readonly step: number;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number | null;
    }
  /** Several steps at once: one message about every 100 ms. */
  | {
      readonly type: 'steps';
      readonly job: string;
      readonly steps: readonly StepMetrics[];
      readonly secondsLeft: number | null;
    }
  | { readonly type: 'eval'; readonly job: string; readonly metrics: EvalMetrics; readonly best: boolean }
  | { readonly type: 'sample'; readonly job: string; readonly sample: SampleMetrics }
  | { readonly type: 'live-look'; readonly job: string; readonly look: LiveLook }
  | {
      readonly type: 'checkpoint';
      readonly job: string;
      readonly step: number;
      readonly path: string;
      readonly best: boolean;
    }
  | {
      readonly type: 'log';
      readonly job: string;
      readonly level: 'info' | 'warning' | 'error';
      readonly message: string;
    }
  | { readonly type: 'paused' | 'continued'; readonly job: string }
  | {
      readonly type: 'progress';
      readonly job: string;
      readonly done: number;
      readonly total: number;
      readonly what: string;
    }
  /** Before the text: what of the prompt the vocabulary lacks. */
  | { readonly type: 'unknown'; readonly job: string; readonly characters: readonly string[] }
  | { readonly type: 'token'; readonly job: string; readonly text: string; readonly count: number }
  | { readonly type: 'done'; readonly job: string; readonly result: JobResult }
  /** `kind` input: the person can mend it (the sentence says how); lost: the device is gone; internal: ours. */
  | {
      readonly type: 'failed';
      readonly job: string;
      readonly kind: 'input' | 'lost' | 'internal';
      readonly message: string;
      readonly step: number | null;
    };

export type JobResult =
  | {
      readonly type: 'train';
      readonly reason: FinishReason;
      readonly step: number;
      readonly best: { readonly step: number; readonly loss: number } | null;
      readonly test: EvalMetrics | null;
    }
  | { readonly type: 'import-text'; readonly imported: ImportedText }
  | { readonly type: 'preview-document'; readonly preview: DocumentPreview }
  | { readonly type: 'read-curves'; readonly curves: ReadCurves }
  | {
      readonly type: 'tokenize';
      readonly data: TokenData;
      readonly unknownRate: number;
      readonly frequent: readonly { readonly token: string; readonly count: number }[];
    }
  | {
      readonly type: 'generate';
      readonly text: string;
      readonly tokensPerSecond: number;
    }
  | { readonly type: 'inspect'; readonly inspection: Inspection }
  | { readonly type: 'prepare'; readonly data: ExampleSet }
  | { readonly type: 'predict'; readonly prediction: Prediction }
  | { readonly type: 'look'; readonly looked: Looked }
  | {
      readonly type: 'export';
      /** Name in the export, and where it was written. */
      readonly files: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
    }
  | {
      readonly type: 'import-model';
      readonly summary: ModelSummary;
      /** Of this program's own exports. */
      readonly origin: ExportOrigin | null;
      /** The vocabulary beside the file is the one that is taken. */
      readonly vocabularyBeside: boolean;
      /** The checkpoint; null where none was wanted. */
      readonly path: string | null;
    }
  | { readonly type: 'devices'; readonly devices: readonly DeviceInfo[] }
  | {
      readonly type: 'measure';
      readonly device: string;
      readonly deviceDetail: string;
      /** Of a training step; null: too long to be timed. */
      readonly seconds: Readonly<Record<SpeedCase, number | null>>;
    }
  | {
      readonly type: 'estimate';
      readonly device: string;
      readonly deviceDetail: string;
      readonly secondsPerStep: number;
      readonly memoryBytes: number;
    }
  | { readonly type: 'cancelled' };

/** A text as it was imported: decoded, byte-order mark removed, stored as UTF-8. */
export interface ImportedText {
  /** Content address: SHA-256 of the stored UTF-8 bytes, hexadecimal. The file is `<targetDir>/<sha256>.txt`. */
  readonly sha256: string;
  readonly encoding: string;
  /** How the encoding was found: a byte-order mark, valid UTF-8, detection, or the person. */
  readonly encodingFrom: 'bom' | 'utf-8' | 'detected' | 'chosen';
  readonly sourceBytes: number;
  readonly bytes: number;
  readonly characters: number;
  readonly lines: number;
  readonly words: number;
  readonly distinctCharacters: number;
  /** Bytes that were not valid in the encoding and became U+FFFD. */
  readonly replaced: number;
  readonly frequentCharacters: readonly { readonly token: string; readonly count: number }[];
  readonly frequentWords: readonly { readonly token: string; readonly count: number }[];
  /** The first few thousand characters. */
  readonly preview: string;
  /** What the text was taken out of; null: the file was the text. */
  readonly document: DocumentFacts | null;
}

/** How a document would be imported, by its beginning. */
export interface DocumentPreview {
  /** The first few thousand characters. */
  readonly text: string;
  /** Of its characters, with others worth trying; null where the format says it. */
  readonly detection: Detection | null;
  readonly document: DocumentFacts;
}
