/** From data files to a folder of encoded, split examples. */
import { CorpusError } from '../corpus/errors.ts';
import type { EngineFiles } from '../files.ts';
import type { Architecture } from '../model/spec-fields.ts';
import type { SplitConfig, TokenizerConfig } from '../training/config.ts';
import type { ExampleData } from './config.ts';
import { dataObjections } from './objections.ts';
import { prepareNumbers } from './prepare-numbers.ts';
import { prepareTexts } from './prepare-texts.ts';
import { partNames, type PartName } from './splitting.ts';
import { names, readMeta, sizesIn, writeJson, type DatasetMeta, type DatasetSummary } from './store.ts';
import { refuseNothingToLearn } from './nothing-to-learn.ts';
import { refuseLonelyClasses, survey, type DataSource, type Survey } from './survey.ts';
import type { Reading } from './text-lines.ts';

export interface DatasetRequest {
  readonly data: ExampleData;
  /** What the examples are for. */
  readonly architecture: Architecture;
  readonly tokenizer: TokenizerConfig;
  readonly split: SplitConfig;
  /** Of the split's shuffling. */
  readonly seed: number;
  /** The training part, and those that have no files of their own. */
  readonly train: DataSource;
  /** Files of their own for a part; where one is given, its share in `split` is not used. */
  readonly valid: DataSource | null;
  readonly test: DataSource | null;
  /** Word vectors for the input embedding; null: none. */
  readonly vectorsPath: string | null;
  /** A folder for this combination alone. */
  readonly targetDir: string;
}

/** Called with bytes of the files done and to do, and what is being done. */
export type PrepareProgress = (done: number, total: number, what: string) => void;

/** What the steps of a preparation share. */
export interface Preparation {
  readonly files: EngineFiles;
  readonly request: DatasetRequest;
  /** Of each part that has files of its own, and of the main file. */
  readonly surveys: Readonly<Record<PartName, Survey | null>>;
  /** Indices of labels in the main survey that its one example makes useless. */
  readonly lonely: ReadonlySet<number>;
  /** Follows what is read, under this name. */
  readonly reading: (what: string) => Reading;
}

/**
 * Prepares a data set in `targetDir`, or finds it there: a folder that holds the result of the same request is used as it is.
 * @throws CorpusError when data and task do not go together, the data have problems that are not to be skipped, or there are too
 * few of them; the signal's reason when it was cancelled
 */
export async function prepareDataset(
  files: EngineFiles,
  request: DatasetRequest,
  onProgress: PrepareProgress,
  signal: AbortSignal,
): Promise<DatasetSummary> {
  const [objection] = dataObjections(request.data, request.architecture);
  if (objection) throw new CorpusError(objection.message);
  const bytes = await sizesOf(files, request);
  const inputs = JSON.stringify({ ...identity(request), bytes });
  const existing = await readMeta(files, request.targetDir);
  if (existing?.inputs === inputs) return existing.summary;
  // What is left of another request must not pass for this one if this one is interrupted.
  await files.remove(files.join(request.targetDir, names.meta));

  let done = 0;
  const total = totalBytes(request, bytes);
  const reading = (what: string): Reading => ({
    signal,
    onRead: (read) => {
      done = Math.min(done + read, total);
      onProgress(done, total, what);
    },
  });
  const surveys = await surveyAll(files, request, reading('Reading'));
  const lonely = refuseLonelyClasses(surveys.train!, request.data);
  if (!request.data.skipBadRows) refuseProblems(surveys);
  refuseNoExamples(surveys);
  refuseNothingToLearn(surveys.train!, request, lonely);
  const preparation: Preparation = { files, request, surveys, lonely, reading };
  const meta = await (request.data.kind === 'numeric' ? prepareNumbers(preparation) : prepareTexts(preparation));
  const written = await sizesIn(files, request.targetDir);
  const whole: DatasetMeta = { ...meta, format: 'unroll-examples/1', inputs, files: written };
  await writeJson(files, request.targetDir, names.meta, whole);
  onProgress(total, total, 'Encoding');
  return whole.summary;
}

/** The parts of a request that decide its result. */
function identity({ data, architecture, tokenizer, split, seed, train, valid, test, vectorsPath }: DatasetRequest) {
  const shape = preparedFor(architecture, vectorsPath !== null);
  return { data, ...shape, tokenizer, split, seed, train, valid, test, vectorsPath };
}

/** What of an architecture decides how its examples are prepared; networks that are alike in it can share them. */
export function preparedFor(
  { task, multilabel, predicts, horizon, forecastAt, embedding }: Architecture,
  hasVectors: boolean,
) {
  return { task, multilabel, predicts, horizon, forecastAt, embedding: hasVectors ? embedding : null };
}

async function sizesOf(files: EngineFiles, request: DatasetRequest): Promise<(number | null)[]> {
  const sources = [request.train, request.valid, request.test];
  const paths = [...sources.flatMap((source) => [source?.path, source?.targetPath]), request.vectorsPath];
  return Promise.all(paths.map((path) => (path == null ? null : files.size(path))));
}

/** Every file is read once for its problems and once to encode it, the main one in between to learn tokens. */
function totalBytes({ data }: DatasetRequest, bytes: readonly (number | null)[]): number {
  const of = (sizes: readonly (number | null)[]) => sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return 2 * of(bytes.slice(0, 6)) + (data.kind === 'numeric' ? 0 : of(bytes.slice(0, 2))) + of(bytes.slice(6));
}

/** Problems kept of a file, for the message that refuses it. */
const mostNamed = 3;

async function surveyAll(
  files: EngineFiles,
  request: DatasetRequest,
  reading: Reading,
): Promise<Preparation['surveys']> {
  const of = async (source: DataSource | null) => source && survey(files, source, request.data, reading, mostNamed);
  return { train: await of(request.train), valid: await of(request.valid), test: await of(request.test) };
}

/** @throws CorpusError for a file in which no example is left */
function refuseNoExamples(surveys: Preparation['surveys']): void {
  for (const part of partNames) {
    const found = surveys[part];
    if (!found || found.lines.length > 0) continue;
    const [first] = found.problems.kept;
    const why = first ? `None of the rows can be used. Line ${first.line}: ${first.message}` : 'The file has no rows.';
    throw new CorpusError(`${partTitles[part]} hold no example. ${why}`);
  }
}

const partTitles: Readonly<Record<PartName, string>> = {
  train: 'The data',
  valid: 'The validation data',
  test: 'The test data',
};

function refuseProblems(surveys: Preparation['surveys']): void {
  for (const part of partNames) {
    const found = surveys[part];
    if (!found || found.problems.count === 0) continue;
    const { kept, count } = found.problems;
    const first = [...kept].sort((a, b) => a.line - b.line).map(({ line, message }) => `Line ${line}: ${message}`);
    const more = count > kept.length ? ` And ${(count - kept.length).toLocaleString('en-US')} more.` : '';
    throw new CorpusError(
      `${partTitles[part]} have ${count.toLocaleString('en-US')} bad ${count === 1 ? 'row' : 'rows'}. ${first.join(' ')}${more} Correct the file, or choose to leave bad rows out.`,
    );
  }
}
