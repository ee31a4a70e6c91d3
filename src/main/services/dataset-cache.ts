/**
 * Prepared data sets of examples: made once by an engine process for every combination of files, split, tokeniser and what the network
 * needs of them, then found again.
 */
import { readFile } from 'node:fs/promises';
import type { ExampleData } from '../../engine/data/config.ts';
import { ExampleCodec } from '../../engine/data/codec.ts';
import { preparedFor } from '../../engine/data/prepare.ts';
import { names, readMeta } from '../../engine/data/store.ts';
import type { DataSource } from '../../engine/data/survey.ts';
import type { Architecture } from '../../engine/model/spec.ts';
import type { ExampleSet } from '../../engine/protocol.ts';
import type { SplitConfig, TokenizerConfig } from '../../engine/training/config.ts';
import { nodeFiles } from '../files.ts';
import type { TextHashes } from '../store/text-hashes.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { EngineProcesses } from './engine-processes.ts';
import type { FolderCache, PrepareProgress } from './folder-cache.ts';

/** Change it when the same files come to be prepared differently: older caches are then not used. */
const format = 'examples 1';

/** What decides a data set. */
export interface DatasetRecipe {
  readonly texts: TextHashes;
  readonly data: ExampleData;
  readonly architecture: Architecture;
  readonly split: SplitConfig;
  readonly tokenizer: TokenizerConfig;
  /** Of the split's shuffling. */
  readonly seed: number;
}

export class DatasetCache {
  readonly #folders: FolderCache;
  readonly #texts: CorpusTexts;
  readonly #engines: EngineProcesses;

  constructor(folders: FolderCache, texts: CorpusTexts, engines: EngineProcesses) {
    this.#folders = folders;
    this.#texts = texts;
    this.#engines = engines;
  }

  /** Name of the folder for a recipe. */
  key({ texts, data, architecture, split, tokenizer, seed }: DatasetRecipe): string {
    const { corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash } = texts;
    return this.#folders.key([
      format,
      ...[corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash],
      withoutCorpora(data),
      preparedFor(architecture, vectorsHash !== null),
      [split.valid, split.test, seed],
      data.kind === 'numeric' ? null : tokenizer,
    ]);
  }

  /** Where the data set of a key is, if it is. */
  path(key: string): string {
    return this.#folders.path(key);
  }

  /** The data set if it is there already. */
  async find(recipe: DatasetRecipe): Promise<ExampleSet | null> {
    const directory = this.path(this.key(recipe));
    // Whatever `meta.json` says of the files' paths: the workspace may have been moved since.
    const meta = await readMeta(nodeFiles(), directory);
    const codec = meta && (await readCodec(directory));
    return meta && codec && { directory, sizes: codec.sizes, summary: meta.summary };
  }

  /**
   * The data set, made now if need be.
   * @throws EngineFailure of kind input when the data have problems; EngineExited; the signal's reason when aborted
   */
  async prepare(recipe: DatasetRecipe, onProgress: PrepareProgress, signal: AbortSignal): Promise<ExampleSet> {
    const found = await this.find(recipe);
    if (found) return found;
    const { texts, data, architecture, split, tokenizer, seed } = recipe;
    const path = (hash: string | null) => hash && this.#texts.path(hash);
    const source = (hash: string | null, targetHash: string | null): DataSource | null =>
      hash === null ? null : { path: this.#texts.path(hash), targetPath: path(targetHash) };
    const make = async (targetDir: string) => {
      const request = {
        ...{ data, architecture, tokenizer, split, seed, targetDir },
        train: source(texts.corpusHash, texts.targetHash)!,
        valid: source(texts.validHash, texts.validTargetHash),
        test: source(texts.testHash, texts.testTargetHash),
        vectorsPath: path(texts.vectorsHash),
      };
      await this.#engines.run(
        { type: 'prepare', request },
        { signal, onEvent: (event) => event.type === 'progress' && onProgress(event.done, event.total, event.what) },
      );
    };
    const isThere = async () => (await this.find(recipe)) !== null;
    await this.#folders.make(this.key(recipe), make, isThere, signal);
    const prepared = await this.find(recipe);
    if (!prepared) throw new Error('the engine said that it prepared the data, but they are not there');
    return prepared;
  }
}

/** How texts and numbers of a prepared data set are read; null where that is not there, or not readable. */
export async function readCodec(directory: string): Promise<ExampleCodec | null> {
  try {
    return ExampleCodec.parse(JSON.parse(await readFile(nodeFiles().join(directory, names.codec), 'utf8')));
  } catch {
    return null;
  }
}

/** Corpora are known by their texts here, not by their ids. */
function withoutCorpora(data: ExampleData): object {
  if (data.kind !== 'pairs') return data;
  const { targetCorpus: _, validTargetCorpus: _valid, testTargetCorpus: _test, ...rest } = data;
  return rest;
}
