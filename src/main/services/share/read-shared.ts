/** Reads a `.unroll` file: everything in it is checked before anything of it is kept. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { z } from 'zod';
import { unpack } from '../../../api/inside.ts';
import type { LiveLook } from '../../../engine/inside/looks/live.ts';
import { SafetensorsError } from '../../../engine/export/safetensors.ts';
import { CheckpointError } from '../../../engine/training/checkpoint.ts';
import type { RecordedStep } from '../../store/metrics.ts';
import { checkpointRecordAt } from '../checkpoint-record.ts';
import { badInput } from '../errors.ts';
import { Archive, damaged, type EntryCheck } from './archive.ts';
import {
  checkpointFolder,
  expectedEntries,
  formatVersion,
  type History,
  historyName,
  historySchema,
  type Manifest,
  manifestName,
  manifestSchema,
  mostBytes,
  stepsName,
  versionSchema,
} from './format.ts';
import { readSteps } from './steps-csv.ts';

export interface ReadRun {
  readonly manifest: Manifest;
  readonly history: History;
  readonly steps: readonly RecordedStep[];
  /** SHA-256 of the manifest, which has the hashes of all else. */
  readonly digest: string;
}

/**
 * @param scratch empty folder, in which the checkpoints are left under their own names
 * @throws ServiceError BAD_INPUT saying what is wrong with the file
 */
export async function readShared(path: string, scratch: string): Promise<ReadRun> {
  const archive = await Archive.open(path);
  try {
    const { manifest, digest } = await readManifest(archive);
    const history = await readHistory(archive, manifest);
    const steps = await readStepLines(archive, manifest);
    for (const name of expectedEntries(manifest)) {
      if (name.startsWith(checkpointFolder)) await extractCheckpoint(archive, manifest, name, scratch);
    }
    return { manifest, history, steps, digest };
  } finally {
    archive.close();
  }
}

async function readManifest(archive: Archive): Promise<{ manifest: Manifest; digest: string }> {
  const text = await readText(archive, manifestName, mostBytes[manifestName]);
  const json = parseJson(text, manifestName);
  const version = versionSchema.safeParse(json);
  if (!version.success)
    throw badInput(
      'This ZIP archive is no run shared by Unroll: its manifest does not say that it is. Nothing was imported.',
    );
  if (version.data.version > formatVersion)
    throw badInput(
      `This file was written by a newer Unroll (format ${version.data.version}; this one reads up to ${formatVersion}). ` +
        'Update Unroll, then open it again. Nothing was imported.',
    );
  const manifest = validated(manifestSchema, json, manifestName);
  const expected = expectedEntries(manifest);
  for (const name of expected) {
    if (!archive.names.includes(name)) throw damaged(`it has no "${name}"`);
    if (!manifest.entries[name]) throw damaged(`its manifest does not say what "${name}" holds`);
  }
  const foreign = archive.names.find((name) => name !== manifestName && !expected.has(name));
  if (foreign !== undefined) throw damaged(`"${foreign}" does not belong into it`);
  return { manifest, digest: createHash('sha256').update(text).digest('hex') };
}

async function readHistory(archive: Archive, manifest: Manifest): Promise<History> {
  const text = await readText(archive, historyName, mostBytes[historyName], (check) =>
    requireSame(manifest, historyName, check),
  );
  const history = validated(historySchema, parseJson(text, historyName), historyName);
  for (const { step, look } of history.liveLooks) requireLook(step, look);
  return history;
}

/** It is handed to the screens as it is. */
function requireLook(step: number, look: string): void {
  try {
    if (unpack<LiveLook>(look).step === step) return;
  } catch {
    // the sentence below
  }
  throw damaged(`what was looked at in step ${step} cannot be read`);
}

async function readStepLines(archive: Archive, manifest: Manifest): Promise<RecordedStep[]> {
  const chunks = archive.read(stepsName, mostBytes[stepsName], (check) => requireSame(manifest, stepsName, check));
  const input = Readable.from(chunks, { objectMode: false });
  const lines = createInterface({ input, crlfDelay: Infinity });
  // A reader of lines does not tell of what fails below it.
  let failure: unknown = null;
  input.on('error', (error) => {
    failure = error;
    lines.close();
  });
  const steps = await readSteps(lines);
  if (failure) throw failure;
  return steps;
}

async function extractCheckpoint(archive: Archive, manifest: Manifest, name: string, scratch: string): Promise<void> {
  const file = name.slice(checkpointFolder.length);
  const path = join(scratch, file);
  const chunks = archive.read(name, null, (check) => requireSame(manifest, name, check));
  await pipeline(chunks, createWriteStream(path, { flags: 'wx', flush: true }));
  const { last, best } = manifest.checkpoints;
  const claimed = [last, best].find((one) => one?.file === file)!;
  try {
    const { state } = await checkpointRecordAt(path);
    if (state.step === claimed.step) return;
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    throw damaged(`"${name}" is no checkpoint that can be used (${error.message})`, error);
  }
  throw damaged(`"${name}" is not the checkpoint of step ${claimed.step}`);
}

async function readText(
  archive: Archive,
  name: string,
  most: number,
  done?: (check: EntryCheck) => void,
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive.read(name, most, done)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function requireSame(manifest: Manifest, name: string, { bytes, sha256 }: EntryCheck): void {
  const said = manifest.entries[name];
  if (said?.bytes !== bytes || said.sha256 !== sha256) throw damaged(`"${name}" is not what its manifest says`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(`"${name}" is not JSON`, error);
  }
}

function validated<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue && issue.path.length > 0 ? ` at "${issue.path.join('.').slice(0, 200)}"` : '';
  throw damaged(`"${name}" is not valid${at}`);
}
