/** What the renderer and the hosts see of corpora, runs and the machine: schemas and the types that follow from them. */
import { z } from 'zod';
import { dataSchema, defaultData } from '../engine/data/config.ts';
import { documentKinds } from '../engine/documents/kinds.ts';
import type { Prediction } from '../engine/inference/prediction.ts';
import { figureNames } from '../engine/metrics/figures.ts';
import type { TaskResult } from '../engine/metrics/results.ts';
import { architectureSchema } from '../engine/model/spec.ts';
import { importedSchema } from './share.ts';
import { savedViewSchema } from './views.ts';
import { optimizerSchema, recordedConfigSchema, tokenizerSchema, trainingSchema } from '../engine/training/config.ts';

const count = z.object({ token: z.string(), count: z.number() });

export const corpusSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.number(), // ms since 1970
  deletedAt: z.number().nullable(),
  /** Where it came from, for people: a path, "pasted", "sample". */
  source: z.string(),
  sha256: z.string(),
  encoding: z.string(),
  encodingFrom: z.enum(['bom', 'utf-8', 'detected', 'chosen']),
  bytes: z.number(),
  characters: z.number(),
  lines: z.number(),
  words: z.number(),
  distinctCharacters: z.number(),
  replaced: z.number(),
  frequentCharacters: z.array(count),
  frequentWords: z.array(count),
  /** Its stored text is missing or changed on disk. */
  missing: z.boolean(),
});
export type Corpus = z.output<typeof corpusSchema>;

/** What was found in a corpus read as data. */
export const inspectionSchema = z.object({
  data: dataSchema,
  /** What its beginning looks like. */
  suggested: dataSchema,
  rows: z.number(),
  usable: z.number(),
  problems: z.array(z.object({ line: z.number(), message: z.string() })).readonly(),
  moreProblems: z.number(),
  columns: z.array(z.string()).readonly(),
  fields: z.array(z.string()).readonly(),
  preview: z.array(z.array(z.string()).readonly()).readonly(),
  labels: z.array(z.object({ label: z.string(), count: z.number() })).readonly(),
  moreLabels: z.number(),
  notes: z.array(z.string()).readonly(),
});
export type DataInspection = z.output<typeof inspectionSchema>;

/** Single numbers among a task's measures, by name (engine/metrics/figures.ts). */
export const figuresSchema = z.partialRecord(z.enum(figureNames), z.number());
export type RunFigures = z.output<typeof figuresSchema>;

/** What a task measures; it comes from this program's own engine, so that its kind says all. */
const resultSchema = z.custom<TaskResult>(hasKind);
export const predictionSchema = z.custom<Prediction>(hasKind);

function hasKind(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export const runStatuses = [
  'queued',
  'preparing',
  'running',
  'paused',
  'finished',
  'stopped',
  'early-stopped',
  'interrupted',
  'failed',
] as const;
export const runStatusSchema = z.enum(runStatuses);
export type RunStatus = z.output<typeof runStatusSchema>;

export const runSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: runStatusSchema,
  /** Why it failed or was interrupted, and what to do; while it prepares, how far it is; null otherwise. */
  message: z.string().nullable(),
  config: recordedConfigSchema,
  corpusName: z.string(),
  corpusHash: z.string(),
  vocabularySize: z.number().nullable(),
  charactersPerToken: z.number().nullable(),
  unknownRate: z.number().nullable(),
  parameters: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  device: z.string().nullable(),
  deviceDetail: z.string().nullable(),
  /** Every device it was trained on in turn, from which step. More than one: it is not, bit for bit, a run of one device. */
  deviceHistory: z.array(z.object({ device: z.string(), detail: z.string(), step: z.number() })),
  appVersion: z.string(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  /** Training seconds so far, pauses excluded. */
  elapsed: z.number(),
  step: z.number(),
  epoch: z.number(),
  stepsPerEpoch: z.number().nullable(),
  totalSteps: z.number().nullable(),
  /** Latest training loss (mean cross-entropy, nats). */
  trainLoss: z.number().nullable(),
  validLoss: z.number().nullable(),
  bestStep: z.number().nullable(),
  bestLoss: z.number().nullable(),
  testLoss: z.number().nullable(),
  /** Of the last evaluation, of the best one (by loss), and of the test; null where there is none yet. */
  validFigures: figuresSchema.nullable(),
  bestFigures: figuresSchema.nullable(),
  testFigures: figuresSchema.nullable(),
  /** Over the run so far. */
  tokensPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  checkpointStep: z.number().nullable(),
  notes: z.string(),
  tags: z.array(z.string()),
  /** null: trained here. */
  imported: importedSchema.nullable(),
  /** Index into the colour-blind-safe set; a run keeps its colour everywhere. */
  color: z.number(),
  archived: z.boolean(),
  deletedAt: z.number().nullable(),
});
export type Run = z.output<typeof runSchema>;

/** Training curves by column: one array a quantity, all of one length. */
export const stepColumnsSchema = z.object({
  step: z.array(z.number()),
  epoch: z.array(z.number()),
  loss: z.array(z.number()),
  gradNorm: z.array(z.number()),
  learningRate: z.array(z.number()),
  tokensPerSecond: z.array(z.number()),
  elapsed: z.array(z.number()),
});
export type StepColumns = z.output<typeof stepColumnsSchema>;

export const evalSchema = z.object({
  step: z.number(),
  epoch: z.number(),
  split: z.enum(['valid', 'test']),
  loss: z.number(),
  /** Language models. */
  bitsPerCharacter: z.number().nullable(),
  figures: figuresSchema,
  /** Everything measured; kept of the newest and the best evaluation, and of the test. */
  metrics: resultSchema.nullable(),
  elapsed: z.number(),
});
export type Evaluation = z.output<typeof evalSchema>;

const numberRows = z.array(z.array(z.number()).readonly()).readonly();

export const sampleSchema = z.object({
  step: z.number(),
  text: z.string(),
  detail: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('answers'),
        answers: z
          .array(
            z.object({
              input: z.string(),
              expected: z.string().nullable(),
              answer: z.string(),
              right: z.boolean().nullable(),
            }),
          )
          .readonly(),
      }),
      z.object({
        kind: z.literal('forecast'),
        columns: z.array(z.string()).readonly(),
        history: numberRows,
        truth: numberRows,
        forecast: numberRows,
      }),
    ])
    .nullable(),
});
export type Sample = z.output<typeof sampleSchema>;

export const logLineSchema = z.object({
  at: z.number(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
});
export type LogLine = z.output<typeof logLineSchema>;

export const runDetailSchema = z.object({
  run: runSchema,
  steps: stepColumnsSchema,
  evals: z.array(evalSchema),
  samples: z.array(sampleSchema),
  log: z.array(logLineSchema),
});
export type RunDetail = z.output<typeof runDetailSchema>;

/** What a speed test found: seconds of a training step of a small and of a large network; null: too long to be timed. */
export const deviceSpeedSchema = z.object({
  measuredAt: z.number(), // ms since 1970
  small: z.number().nullable(),
  large: z.number().nullable(),
});
export type DeviceSpeed = z.output<typeof deviceSpeedSchema>;

export const deviceSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  detail: z.string(),
  precision: z.enum(['float32', 'float64']),
  /** What computes, with its driver; null where that is not known. */
  adapter: z.string().nullable(),
  memoryBytes: z.number().nullable(),
  /** May `auto` choose it: `measured` once a speed test found it faster here. */
  automatic: z.enum(['always', 'measured', 'never']),
  /** `auto` chooses it, for networks of some size at least. */
  preferred: z.boolean(),
  /** null: not measured on this machine as it is now. */
  speed: deviceSpeedSchema.nullable(),
});
export type Device = z.output<typeof deviceSchema>;

export const speedTestEventSchema = z.discriminatedUnion('type', [
  /** Seconds. */
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('done'), device: deviceSchema }),
]);
export type SpeedTestEvent = z.output<typeof speedTestEventSchema>;

export const appInfoSchema = z.object({
  version: z.string(),
  workspace: z.string(),
  platform: z.string(),
  host: z.enum(['electron', 'serve', 'cli']),
  /** How the host carries files and what it can show. */
  capabilities: z.object({
    /** A dropped or chosen file has a path that main can read (Electron); else its bytes are uploaded. */
    filePaths: z.boolean(),
    /** Exports are saved through a native dialog; else they are downloaded. */
    saveDialog: z.boolean(),
    nativeMenu: z.boolean(),
  }),
  devices: z.array(deviceSchema),
  /** Which device `auto` takes and why, a sentence for people. */
  auto: z.string(),
  cores: z.number(),
});
export type AppInfo = z.output<typeof appInfoSchema>;

/** Everything that changes, in one stream: the renderer reduces it into what it shows. */
export const changeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('corpus'), corpus: corpusSchema }),
  z.object({ type: z.literal('corpus-purged'), id: z.string() }),
  z.object({ type: z.literal('run'), run: runSchema }),
  z.object({ type: z.literal('run-purged'), id: z.string() }),
  z.object({ type: z.literal('devices'), devices: z.array(deviceSchema), auto: z.string() }),
  z.object({ type: z.literal('steps'), id: z.string(), steps: stepColumnsSchema }),
  /** A resumed run goes on from its checkpoint: what stood after this step is gone. */
  z.object({ type: z.literal('rewound'), id: z.string(), step: z.number() }),
  z.object({ type: z.literal('eval'), id: z.string(), eval: evalSchema }),
  z.object({ type: z.literal('sample'), id: z.string(), sample: sampleSchema }),
  /** A look at the network while it trains, packed (api/inside.ts). */
  z.object({ type: z.literal('live-look'), id: z.string(), look: z.string() }),
  z.object({ type: z.literal('log'), id: z.string(), line: logLineSchema }),
  /** Saved comparisons: all there are now. */
  z.object({ type: z.literal('views'), views: z.array(savedViewSchema) }),
]);
export type Change = z.output<typeof changeSchema>;

export const generateOptionsSchema = z.object({
  prompt: z.string().max(100_000),
  length: z.int().min(1).max(1_000_000),
  temperature: z.number().min(0).max(100),
  topK: z.int().min(1).nullable(),
  topP: z.number().gt(0).max(1).nullable(),
  seed: z.int().min(0).max(4294967295),
});
export type GenerateRequest = z.output<typeof generateOptionsSchema>;

/** Where an import's bytes are: a path main can read, finished uploads (serve), pasted text, or the bundled sample. */
export const importSourceSchema = z.discriminatedUnion('type', [
  /** A file, or a folder of files named by class, one example a line. */
  z.object({ type: z.literal('path'), path: z.string().min(1) }),
  z.object({ type: z.literal('upload'), upload: z.string().min(1), name: z.string().min(1) }),
  /** Such a folder, file by file. */
  z.object({
    type: z.literal('uploads'),
    name: z.string().min(1),
    files: z
      .array(z.object({ upload: z.string().min(1), name: z.string().min(1) }))
      .min(1)
      .max(10_000),
  }),
  z.object({ type: z.literal('text'), text: z.string().max(64_000_000), name: z.string().min(1) }),
  z.object({ type: z.literal('sample') }),
]);
export type ImportSource = z.output<typeof importSourceSchema>;

export const previewSchema = z.object({
  text: z.string(),
  encoding: z.string(),
  encodingFrom: z.enum(['bom', 'utf-8', 'detected', 'chosen']),
  /** Encodings worth trying, likeliest first. */
  candidates: z.array(z.string()),
  /** Of the file. */
  bytes: z.number(),
  /** What the text is taken out of; null: the file is the text. */
  document: z
    .object({
      kind: z.enum(documentKinds),
      title: z.string().nullable(),
      /** Pages of a PDF, chapters of a book, files of an archive; 1 of others. */
      parts: z.number(),
      /** The first names of files in an archive that are left out, and how many more there are. */
      leftOut: z.array(z.string()),
      moreLeftOut: z.number(),
      /** The archive is read as files named by class. */
      classes: z.boolean(),
    })
    .nullable(),
});
export type Preview = z.output<typeof previewSchema>;

const progressSchema = z.object({
  type: z.literal('progress'),
  done: z.number(),
  total: z.number(),
  what: z.string(),
});

export const importEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  z.object({ type: z.literal('done'), corpus: corpusSchema }),
]);
export type ImportEvent = z.output<typeof importEventSchema>;

export const planRequestSchema = z.object({
  corpus: z.string().min(1),
  data: dataSchema.default(defaultData),
  validCorpus: z.string().nullable().default(null),
  testCorpus: z.string().nullable().default(null),
  vectorsCorpus: z.string().nullable().default(null),
  /** Examples are shuffled by it before they are split. */
  seed: trainingSchema.shape.seed.default(1),
  tokenizer: tokenizerSchema,
  architecture: architectureSchema,
  batch: z.int().min(1),
  steps: z.int().min(1),
  partition: trainingSchema.shape.partition,
  /** Its slots take memory. */
  optimizer: optimizerSchema.default({ kind: 'adam' }),
  valid: z.number().min(0).max(1),
  test: z.number().min(0).max(1),
  device: z.string(),
  threads: z.int().nullable(),
  precision: z.enum(['float32', 'mixed']).default('float32'),
});
export type PlanRequest = z.output<typeof planRequestSchema>;

export const planSchema = z.object({
  vocabularySize: z.number(),
  /** false while the text has not been tokenised this way: then the vocabulary and the numbers of tokens are estimates. */
  vocabularyExact: z.boolean(),
  trainTokens: z.number(),
  validTokens: z.number(),
  testTokens: z.number(),
  parameters: z.number(),
  memoryBytes: z.number(),
  stepsPerEpoch: z.number(),
  secondsPerStep: z.number().nullable(),
  /** Where that is from: this very network was measured, or the device's speed test of another. */
  speedFrom: z.enum(['network', 'speed-test']).nullable(),
  device: z.string(),
  deviceDetail: z.string(),
  /** Why `auto` takes this device; null where one was asked for. */
  deviceReason: z.string().nullable(),
  /** Real tokens of the corpus, for the drawing; of examples those of the first one, of numbers the values of its first column. */
  firstTokens: z.array(z.string()),
  /** What the network is to answer to them: a tag or value for each, one class or value, or the target's tokens; none of running text. */
  firstTargets: z.array(z.string()),
  /** Data of examples; null of running text. */
  examples: z
    .object({
      train: z.number(),
      valid: z.number(),
      test: z.number(),
      /** Most steps of an example, and of a pair's target (with its end). */
      longest: z.number(),
      longestTarget: z.number().nullable(),
      /** Width of the output: classes, tags, labels, target vocabulary or variables. */
      outputs: z.number(),
      labels: z.array(z.string()).nullable(),
      skippedRows: z.number(),
      cut: z.number(),
      tooLong: z.number(),
      /** Share of held-out tokens that the vocabulary lacks; null for numbers. */
      unknownRate: z.number().nullable(),
      /** Tokens of the vocabulary that have a word vector, and the share of the text they are. */
      vectors: z.object({ tokens: z.number(), vocabulary: z.number(), share: z.number() }).nullable(),
    })
    .nullable(),
  problems: z.array(z.string()),
});
export type RunPlan = z.output<typeof planSchema>;

/** TranslateOptions and GenerateForLabelOptions of engine/inference/prediction.ts. */
export const translateOptionsSchema = z.object({
  width: z.int().min(1).max(100),
  lengthPenalty: z.number().min(0).max(10),
  best: z.int().min(1).max(100),
  maxLength: z.int().min(1).max(10_000),
});
export const generateForLabelSchema = z.object({
  count: z.int().min(1).max(1000),
  length: z.int().min(1).max(100_000),
  temperature: z.number().min(0).max(100),
  topK: z.int().min(1).nullable(),
  topP: z.number().gt(0).max(1).nullable(),
  seed: z.int().min(0).max(4294967295),
});

/** What a trained run can be asked, and with what. */
export const predictionInputSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string().max(1_000_000),
    translate: translateOptionsSchema.partial().optional(),
  }),
  z.object({
    kind: z.literal('label'),
    label: z.string().max(10_000),
    generate: generateForLabelSchema.partial().optional(),
  }),
  z.object({ kind: z.literal('rows'), rows: z.array(z.array(z.number())).min(1).max(1_000_000) }),
]);
export type PredictionRequest = z.output<typeof predictionInputSchema>;

/** What a trained run reads and answers, for a form to ask it, with something of its own data to begin with. */
export const modelInputSchema = z.object({
  /** Classes, tags or labels; null where there are none. */
  labels: z.array(z.string()).nullable(),
  inputColumns: z.array(z.string()),
  targetColumns: z.array(z.string()),
  /** Series: rows that a forecast is made from, and how many it is of. */
  window: z.number(),
  horizon: z.number(),
  /** Texts of its data; none where the corpus is gone. */
  texts: z.array(z.string()),
  /** Rows of its input columns: of a series the last ones. */
  rows: z.array(z.array(z.number())),
});
export type ModelInput = z.output<typeof modelInputSchema>;

export const generateEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), count: z.number() }),
  /** Characters of the prompt that the run's vocabulary lacks. */
  z.object({ type: z.literal('unknown'), characters: z.array(z.string()) }),
  z.object({ type: z.literal('done'), tokensPerSecond: z.number() }),
]);
export type GenerateEvent = z.output<typeof generateEventSchema>;

export const exportedSchema = z.object({
  /** Where it was written; null when it waits for download. */
  path: z.string().nullable(),
  /** Under which it can be downloaded once. */
  ticket: z.string().nullable(),
  /** A name to save it under. */
  fileName: z.string(),
  bytes: z.number(),
});
export type Exported = z.output<typeof exportedSchema>;
