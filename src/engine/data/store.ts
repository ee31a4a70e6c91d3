/** A prepared data set on disk: what is in its folder, written so that a folder with `meta.json` is complete. */
import { z } from 'zod';
import { CorpusError } from '../corpus/errors.ts';
import { readSafetensors, writeSafetensors, type SafetensorsEntry } from '../export/safetensors.ts';
import type { EngineFiles, FileSink } from '../files.ts';

export const names = {
  /** Ids of source tokens, example after example. */
  tokens: 'tokens.bin',
  /** Ids of tags (or label sets) beside the tokens, or of target tokens. */
  targets: 'targets.bin',
  /** Where each example is, its line and its label; or all numbers. */
  index: 'index.safetensors',
  codec: 'codec.json',
  vectors: 'vectors.safetensors',
  /** Pairs held out as texts, a JSON array [source, target] a line. */
  texts: { valid: 'texts-valid.jsonl', test: 'texts-test.jsonl' },
  meta: 'meta.json',
} as const;

const partSchema = z.strictObject({
  examples: z.int().min(0),
  /** Source tokens; rows of numbers. */
  tokens: z.int().min(0),
});

export const summarySchema = z.strictObject({
  train: partSchema,
  valid: partSchema.nullable(),
  test: partSchema.nullable(),
  /** Most steps of an example; of pairs most source tokens. */
  longest: z.int().min(1),
  /** Pairs: most steps of the decoder, EOS included. */
  longestTarget: z.int().min(1).nullable(),
  /** Examples (tagged: tokens) of the training part that have each label. */
  labelCounts: z.array(z.int().min(0)).nullable(),
  /** Share of source tokens, over all parts, that the vocabulary lacks; null for numbers. */
  unknownRate: z.number().nullable(),
  /** The same of target tokens. */
  targetUnknownRate: z.number().nullable(),
  /** Bad rows left out. */
  skippedRows: z.int().min(0),
  /** Texts read only as far as the longest length allowed, and examples left out because they are longer. */
  cut: z.int().min(0),
  tooLong: z.int().min(0),
  /** Word vectors: tokens of the vocabulary that have one, and the share of the training part's tokens that these are. */
  vectors: z.strictObject({ tokens: z.int(), vocabulary: z.int(), share: z.number() }).nullable(),
});
export type DatasetSummary = z.output<typeof summarySchema>;

export const metaSchema = z.strictObject({
  format: z.literal('unroll-examples/1'),
  /** From what the data set was made, as JSON. */
  inputs: z.string(),
  bytesPerToken: z.union([z.literal(2), z.literal(4)]),
  bytesPerTarget: z.union([z.literal(2), z.literal(4)]),
  /** Sets of labels by id, where examples or tokens have several. */
  labelSets: z.array(z.array(z.int().min(0))).nullable(),
  summary: summarySchema,
  /** Bytes of every other file, by its name: a folder that lost some is not taken for complete. */
  files: z.record(z.string(), z.int().min(0)),
});
export type DatasetMeta = z.output<typeof metaSchema>;
/** What a preparation finds out; the rest follows from its request and the folder. */
export type PreparedMeta = Omit<DatasetMeta, 'format' | 'inputs' | 'files'>;

/** Writes one file of a folder, whole. */
export async function writeFile(
  files: EngineFiles,
  directory: string,
  name: string,
  write: (sink: FileSink) => Promise<void>,
): Promise<void> {
  const sink = await files.create(directory);
  try {
    await write(sink);
    await sink.commit(files.join(directory, name));
  } finally {
    await sink.abort();
  }
}

export async function writeJson(files: EngineFiles, directory: string, name: string, value: unknown): Promise<void> {
  await writeFile(files, directory, name, (sink) => sink.write(new TextEncoder().encode(JSON.stringify(value))));
}

export async function writeTensors(
  files: EngineFiles,
  directory: string,
  name: string,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): Promise<void> {
  await writeFile(files, directory, name, (sink) => sink.write(writeSafetensors({ tensors, metadata: {} })));
}

export async function readTensors(
  files: EngineFiles,
  directory: string,
  name: string,
): Promise<ReadonlyMap<string, SafetensorsEntry>> {
  return readSafetensors(await files.readFile(files.join(directory, name))).tensors;
}

export async function readJson(files: EngineFiles, directory: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await files.readFile(files.join(directory, name))));
  } catch {
    return null;
  }
}

/** The meta file of a folder; null where there is none that this program wrote, or another file is gone or was cut off. */
export async function readMeta(files: EngineFiles, directory: string): Promise<DatasetMeta | null> {
  if (!(await files.list(directory)).includes(names.meta)) return null;
  const parsed = metaSchema.safeParse(await readJson(files, directory, names.meta));
  if (!parsed.success) return null;
  const found = await sizesIn(files, directory);
  const isWhole = Object.entries(parsed.data.files).every(([name, bytes]) => found[name] === bytes);
  return isWhole ? parsed.data : null;
}

/** Bytes of the files in a folder besides its meta file. */
export async function sizesIn(files: EngineFiles, directory: string): Promise<DatasetMeta['files']> {
  const others = (await files.list(directory)).filter((name) => name !== names.meta);
  const sizes = others.map(async (name) => [name, await files.size(files.join(directory, name))] as const);
  return Object.fromEntries(await Promise.all(sizes));
}

/** @throws CorpusError when the folder holds no complete data set */
export async function requireMeta(files: EngineFiles, directory: string): Promise<DatasetMeta> {
  const meta = await readMeta(files, directory);
  if (!meta)
    throw new CorpusError(`${directory} holds no prepared data set, or one that was not finished. Prepare it again.`);
  return meta;
}
