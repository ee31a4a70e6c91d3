/** Models that other programs trained, taken in as finished runs of one checkpoint; and this program's own, to go on with. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FoundModel, ModelImportRequest, ModelLookRequest, VocabularySource } from '../../api/import-model.ts';
import type { SharedSource } from '../../api/share.ts';
import type { Run } from '../../api/types.ts';
import { answersSchema } from '../../engine/import-model/answers.ts';
import { readingSeconds } from '../../engine/import-model/patience.ts';
import type { JobResult, VocabularyPlace } from '../../engine/protocol.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import { isTrainingTensor } from '../../engine/training/checkpoint.ts';
import type { RunRecord } from '../store/runs.ts';
import { noOtherTexts } from '../store/text-hashes.ts';
import type { Store } from '../store/store.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { Corpora } from './corpora.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { DatasetCache } from './dataset-cache.ts';
import { EngineExited, EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, requireWriter } from './errors.ts';
import { recipeOf } from './recipes.ts';
import type { Runs } from './runs.ts';
import { standing } from './standing.ts';
import type { TokenCache } from './token-cache.ts';
import type { Uploads } from './uploads.ts';

export interface ImportModelDependencies {
  readonly store: Store;
  readonly runs: Runs;
  readonly checkpoints: RunCheckpoints;
  readonly corpora: Corpora;
  readonly texts: CorpusTexts;
  readonly tokens: TokenCache;
  readonly datasets: DatasetCache;
  readonly engines: EngineProcesses;
  readonly uploads: Uploads;
  readonly appVersion: string;
}

type Imported = Extract<JobResult, { type: 'import-model' }>;

/** A file is read as a whole. */
const mostBytes = 2 ** 31 - 1;

/** Under which names programs put a vocabulary beside a model. */
const vocabularyNames = ['tokenizer.json', 'vocab.json', 'vocabulary.json', 'chars.json', 'vocab.txt'];
const wholeName = 'training.safetensors';
const parametersName = 'model.safetensors';

export class ImportModel {
  readonly #in: ImportModelDependencies;

  constructor(dependencies: ImportModelDependencies) {
    this.#in = dependencies;
  }

  /** What a file holds, without taking it in. @throws ServiceError BAD_INPUT saying why it cannot be used */
  async look({ source, vocabulary = null }: ModelLookRequest, signal?: AbortSignal): Promise<FoundModel> {
    const { summary, beside } = await this.#read(source, vocabulary, null, null, signal);
    return { ...summary, fileName: nameOf(source), vocabularyBeside: beside };
  }

  /**
   * Takes a model in: as a finished run, or, of a whole checkpoint of this program, as one that can be resumed where its corpus is.
   * @throws ServiceError BAD_INPUT saying why it cannot be used; nothing is kept then
   */
  async take(request: ModelImportRequest, signal?: AbortSignal): Promise<Run> {
    const { store, runs, checkpoints, uploads } = this.#in;
    requireWriter(store);
    const { source, vocabulary = null, answers, name = null } = request;
    const id = randomUUID();
    const folder = await checkpoints.createFolder(id);
    try {
      await uploads.inScratchFolder(async (scratch) => {
        const read = await this.#read(source, vocabulary, answers, scratch, signal);
        const path = join(folder, basename(read.path!));
        await rename(read.path!, path);
        const digest = await sha256(this.#pathOf(source));
        await this.#insert(id, read, digest, nameOf(source), name);
      });
    } catch (error) {
      await checkpoints.removeFolder(id);
      throw error;
    }
    if (source.type === 'upload') await uploads.discard(source.upload);
    return runs.announce(id);
  }

  async #insert(id: string, { summary, origin }: Imported, digest: string, file: string, name: string | null) {
    const { store, checkpoints, corpora, tokens, datasets, appVersion } = this.#in;
    // Of texts other than the corpus the export does not say which they were.
    const { state, tensors } = await checkpoints.only(id);
    const { config: recorded } = state;
    const corpusHash = origin?.corpusHash ?? digest;
    const corpus = corpora.list().find(({ sha256 }) => sha256 === corpusHash);
    const config: RunConfig = { ...recorded, corpus: corpus?.id ?? recorded.corpus };
    const hashes = { ...noOtherTexts, corpusHash };
    const recipe = recipeOf(config, hashes);
    const tokensKey = recipe.kind === 'text' ? tokens.key(recipe.of) : datasets.key(recipe.of);
    const goesOn = summary.kind === 'checkpoint' && origin?.corpusHash != null && !namesOtherTexts(config);
    const parameters = [...tensors].reduce(
      (sum, [one, { data }]) => (isTrainingTensor(one) ? sum : sum + data.length),
      0,
    );
    const run = store.write(() => {
      store.runs.insert({
        ...{ id, name: name ?? origin?.name ?? stemOf(file), config, corpusName: origin?.corpusName ?? file },
        ...{ tokensKey, appVersion, createdAt: Date.now(), ...hashes },
      });
      const { key } = store.runs.get(id)!;
      const { vocabularySize, charactersPerToken, step, elapsed } = state;
      store.runs.update(key, {
        ...{ status: goesOn ? 'stopped' : 'finished', imported: { at: Date.now(), digest, file, curves: null } },
        ...{ vocabularySize, charactersPerToken, parameters, step, elapsed, finishedAt: Date.now() },
        ...(state.device !== '' && { device: state.device, deviceDetail: state.deviceDetail }),
      });
      return store.runs.get(id)!;
    });
    await this.#recordHistory(run, state.progress.best);
  }

  /** What the checkpoint remembers of its training. */
  async #recordHistory(run: RunRecord, best: { readonly step: number; readonly loss: number } | null): Promise<void> {
    const { store, checkpoints } = this.#in;
    await checkpoints.recover(run);
    store.write(() => {
      const last = store.metrics.last(run.key);
      if (last) store.runs.update(run.key, { epoch: last.epoch, trainLoss: last.loss });
      store.runs.update(run.key, standing(store.evals.read(run.key), best));
    });
  }

  async #read(
    source: SharedSource,
    vocabulary: VocabularySource | null,
    answers: ModelImportRequest['answers'] | null,
    targetDir: string | null,
    signal?: AbortSignal,
  ): Promise<Imported & { readonly beside: string | null }> {
    const path = this.#pathOf(source);
    const size = await requireReadable(path);
    const patience = AbortSignal.timeout(Math.ceil(readingSeconds(size) * 1000));
    const beside = source.type === 'path' ? vocabularyBeside(path) : null;
    try {
      const result = await this.#in.engines.run(
        {
          type: 'import-model',
          path,
          besideParameters: source.type === 'path' ? parametersBeside(path) : null,
          vocabulary: vocabulary && this.#placeOf(vocabulary),
          besideVocabulary: beside,
          answers: answersSchema.parse(answers ?? {}),
          targetDir,
        },
        { signal: signal ? AbortSignal.any([signal, patience]) : patience },
      );
      return { ...result, beside: result.vocabularyBeside ? basename(beside!) : null };
    } catch (error) {
      if (error instanceof EngineFailure && error.kind === 'input') throw badInput(error.message, error);
      if (error === patience.reason) throw badInput(`${nameOf(source)} is damaged: reading it came to no end.`, error);
      if (error instanceof EngineExited)
        throw badInput(`${nameOf(source)} could not be read: ${error.message.replace(/^The/, 'the')}.`, error);
      throw error;
    }
  }

  #placeOf(vocabulary: VocabularySource): VocabularyPlace {
    if (vocabulary.from === 'printable') return vocabulary;
    if (vocabulary.from === 'file') return { from: 'file', path: this.#pathOf(vocabulary.source) };
    const { sha256 } = this.#in.corpora.whole(vocabulary.corpus);
    return { from: 'text', path: this.#in.texts.path(sha256), way: vocabulary.way };
  }

  #pathOf(source: SharedSource): string {
    return source.type === 'path' ? source.path : this.#in.uploads.path(source.upload);
  }
}

function namesOtherTexts({ validCorpus, testCorpus, vectorsCorpus, data }: RunConfig): boolean {
  const targets = data.kind === 'pairs' ? [data.targetCorpus, data.validTargetCorpus, data.testTargetCorpus] : [];
  return [validCorpus, testCorpus, vectorsCorpus, ...targets].some((corpus) => corpus !== null);
}

function nameOf(source: SharedSource): string {
  return source.type === 'path' ? basename(source.path) : source.name;
}

function stemOf(file: string): string {
  return basename(file, extname(file)) || file;
}

/** Returns its bytes. @throws ServiceError BAD_INPUT */
async function requireReadable(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw badInput(`${path} cannot be read: ${(error as Error).message}.`, error);
  });
  if (!found.isFile()) throw badInput(`${path} is no file.`);
  if (found.size > mostBytes)
    throw badInput(`${path} has ${found.size.toLocaleString('en')} bytes; models of up to 2 GB can be read.`);
  return found.size;
}

function vocabularyBeside(path: string): string | null {
  const names = [`${stemOf(path)}.json`, ...vocabularyNames];
  return names.map((name) => join(dirname(path), name)).find((one) => one !== path && existsSync(one)) ?? null;
}

function parametersBeside(path: string): string | null {
  const beside = join(dirname(path), parametersName);
  return basename(path) === wholeName && existsSync(beside) ? beside : null;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
