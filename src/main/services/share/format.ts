/**
 * The inside of a `.unroll` file, format version 1: a ZIP archive of
 *
 * - `manifest.json`: what the run is, the hashes of its texts, and every other entry with its size and SHA-256;
 * - `history.json`: evaluations, samples, the log, and what was looked at while it trained;
 * - `steps.csv`: one training step a line;
 * - `checkpoints/step-….safetensors`: the last and the best one, not compressed. Each holds its tokeniser or codec.
 */
import { z } from 'zod';
import { evalSchema, logLineSchema, runSchema, sampleSchema } from '../../../api/types.ts';
import { checkpointStep } from '../../../engine/training/checkpoint-files.ts';

export const formatName = 'unroll-run';
export const formatVersion = 1;

export const manifestName = 'manifest.json';
export const historyName = 'history.json';
export const stepsName = 'steps.csv';
export const checkpointFolder = 'checkpoints/';

/** Bytes that an entry may have unpacked. Checkpoints are not packed, so that none is larger than the file. */
export const mostBytes = {
  [manifestName]: 4 * 2 ** 20,
  [historyName]: 256 * 2 ** 20,
  [stepsName]: 4 * 2 ** 30,
} as const;
/** A manifest, a history, the steps, and two checkpoints. */
export const mostEntries = 5;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const checkpointFile = z
  .string()
  .max(100)
  .refine((file) => checkpointStep(file) !== null);

const checkpoint = z.object({ step: z.int().min(0), file: checkpointFile });

/** A run as it travels. Its id, its colour and whether it is archived are the workspace's own. */
export const sharedRunSchema = runSchema
  .pick({
    config: true,
    corpusHash: true,
    vocabularySize: true,
    charactersPerToken: true,
    unknownRate: true,
    parameters: true,
    memoryBytes: true,
    device: true,
    deviceDetail: true,
    deviceHistory: true,
    createdAt: true,
    startedAt: true,
    finishedAt: true,
    elapsed: true,
    step: true,
    epoch: true,
    stepsPerEpoch: true,
    totalSteps: true,
    trainLoss: true,
    validLoss: true,
    bestStep: true,
    bestLoss: true,
    testLoss: true,
    validFigures: true,
    bestFigures: true,
    testFigures: true,
    tokensPerSecond: true,
  })
  .extend({
    name: z.string().min(1).max(300),
    corpusName: z.string().max(1000),
    corpusHash: sha256,
    targetHash: sha256.nullable(),
    validHash: sha256.nullable(),
    validTargetHash: sha256.nullable(),
    testHash: sha256.nullable(),
    testTargetHash: sha256.nullable(),
    vectorsHash: sha256.nullable(),
    /** Nothing that trains is shared. */
    status: z.enum(['finished', 'stopped', 'early-stopped', 'interrupted', 'failed']),
    message: z.string().max(10_000).nullable(),
    appVersion: z.string().max(100),
    notes: z.string().max(100_000),
    tags: z.array(z.string().min(1).max(60)).max(100),
  });
export type SharedRun = z.output<typeof sharedRunSchema>;

/** Read before anything else of the manifest: a newer format may differ in all the rest. */
export const versionSchema = z.object({ format: z.literal(formatName), version: z.int().min(1) });

export const manifestSchema = z.object({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  run: sharedRunSchema,
  checkpoints: z.object({ last: checkpoint.nullable(), best: checkpoint.nullable() }),
  /** Every other entry, by its name. */
  entries: z.record(z.string().max(200), z.object({ bytes: z.int().min(0), sha256 })),
});
export type Manifest = z.output<typeof manifestSchema>;

export const historySchema = z.object({
  evals: z.array(evalSchema),
  samples: z.array(sampleSchema),
  log: z.array(logLineSchema),
  liveLooks: z.array(z.object({ step: z.int().min(0), look: z.string() })),
});
export type History = z.output<typeof historySchema>;

/** The entries that a manifest says there are, checkpoints by their place in the archive. */
export function expectedEntries({ checkpoints: { last, best } }: Manifest): Set<string> {
  const files = [last, best].filter((one) => one !== null).map(({ file }) => checkpointFolder + file);
  return new Set([historyName, stepsName, ...files]);
}
