/** What the renderer and the hosts see of corpora, runs and the machine: schemas and the types that follow from them. */
import { z } from 'zod';
import { runConfigSchema } from '../engine/training/config.ts';

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
  /** Why it failed or was interrupted, and what to do; null otherwise. */
  message: z.string().nullable(),
  config: runConfigSchema,
  corpusName: z.string(),
  corpusHash: z.string(),
  vocabularySize: z.number().nullable(),
  charactersPerToken: z.number().nullable(),
  unknownRate: z.number().nullable(),
  parameters: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  device: z.string().nullable(),
  deviceDetail: z.string().nullable(),
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
  tokensPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  checkpointStep: z.number().nullable(),
  notes: z.string(),
  tags: z.array(z.string()),
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
  bitsPerCharacter: z.number(),
  elapsed: z.number(),
});
export type Evaluation = z.output<typeof evalSchema>;

export const sampleSchema = z.object({ step: z.number(), text: z.string() });
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

export const deviceSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  detail: z.string(),
  precision: z.enum(['float32', 'float64']),
  preferred: z.boolean(),
});
export type Device = z.output<typeof deviceSchema>;

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
  cores: z.number(),
});
export type AppInfo = z.output<typeof appInfoSchema>;

/** Everything that changes, in one stream: the renderer reduces it into what it shows. */
export const changeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('corpus'), corpus: corpusSchema }),
  z.object({ type: z.literal('corpus-purged'), id: z.string() }),
  z.object({ type: z.literal('run'), run: runSchema }),
  z.object({ type: z.literal('run-purged'), id: z.string() }),
  z.object({ type: z.literal('steps'), id: z.string(), steps: stepColumnsSchema }),
  /** A resumed run goes on from its checkpoint: what stood after this step is gone. */
  z.object({ type: z.literal('rewound'), id: z.string(), step: z.number() }),
  z.object({ type: z.literal('eval'), id: z.string(), eval: evalSchema }),
  z.object({ type: z.literal('sample'), id: z.string(), sample: sampleSchema }),
  z.object({ type: z.literal('log'), id: z.string(), line: logLineSchema }),
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
