/** Tokenised texts: made once by an engine process for every combination of texts, split and tokeniser, then found again. */
import { readFile, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { TokenFile, TokenData } from '../../engine/protocol.ts';
import type { SplitConfig, TokenizerConfig } from '../../engine/training/config.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { EngineProcesses } from './engine-processes.ts';
import type { FolderCache, PrepareProgress } from './folder-cache.ts';

/** Change it when tokenisers come to cut the same text differently: older caches are then not used. */
const format = 1;
const description = 'data.json';

/** What decides the tokens. Hashes are of texts. */
export interface TokenRecipe {
  readonly corpusHash: string;
  readonly validHash: string | null;
  readonly testHash: string | null;
  readonly split: SplitConfig;
  readonly tokenizer: TokenizerConfig;
  /** Of a vocabulary that is given, its hash; null: it is learnt. */
  readonly vocabulary: string | null;
}

export interface PreparedTokens {
  readonly data: TokenData;
  /** Part of the validation and test tokens that are <unk>. */
  readonly unknownRate: number;
}

const tokenFileSchema = z.object({
  path: z.string(),
  bytesPerToken: z.union([z.literal(2), z.literal(4)]),
  start: z.number(),
  length: z.number(),
});

/** As TokenData, its paths relative to the folder: a workspace can be moved. */
const descriptionSchema = z.object({
  unknownRate: z.number(),
  data: z.object({
    tokenizerPath: z.string(),
    vocabularySize: z.number(),
    charactersPerToken: z.number(),
    train: tokenFileSchema,
    valid: tokenFileSchema.nullable(),
    test: tokenFileSchema.nullable(),
  }),
});

export class TokenCache {
  readonly #folders: FolderCache;
  readonly #texts: CorpusTexts;
  readonly #engines: EngineProcesses;

  constructor(folders: FolderCache, texts: CorpusTexts, engines: EngineProcesses) {
    this.#folders = folders;
    this.#texts = texts;
    this.#engines = engines;
  }

  /** Name of the folder for a recipe. */
  key(recipe: TokenRecipe): string {
    const { corpusHash, validHash, testHash, split, tokenizer, vocabulary } = recipe;
    const { kind, unit, lowercase, minFrequency, maxVocabulary = null } = tokenizer;
    const parts = [
      format,
      corpusHash,
      validHash,
      testHash,
      split.valid,
      split.test,
      kind,
      unit,
      lowercase,
      minFrequency,
    ];
    return this.#folders.key([...parts, maxVocabulary, ...(vocabulary === null ? [] : [vocabulary])]);
  }

  /** The tokens if they are there already. */
  async find(recipe: TokenRecipe): Promise<PreparedTokens | null> {
    const folder = this.#folders.path(this.key(recipe));
    let stored;
    try {
      stored = descriptionSchema.parse(JSON.parse(await readFile(join(folder, description), 'utf8')));
    } catch {
      return null; // not there, or not readable: a cache can be made again
    }
    const prepared = { ...stored, data: mapPaths(stored.data, (path) => resolve(folder, path)) };
    const { tokenizerPath, train, valid, test } = prepared.data;
    const isThere = existsSync(tokenizerPath) && [train, valid, test].every((part) => part === null || isWhole(part));
    return isThere ? prepared : null;
  }

  /**
   * The tokens, made now if need be.
   * @param vocabularyFrom checkpoint with the vocabulary that is given; null: it is learnt
   * @throws EngineFailure, EngineExited; the signal's reason when aborted
   */
  async prepare(
    recipe: TokenRecipe,
    vocabularyFrom: string | null,
    onProgress: PrepareProgress,
    signal: AbortSignal,
  ): Promise<PreparedTokens> {
    const found = await this.find(recipe);
    if (found) return found;
    const make = async (folder: string) => {
      const result = await this.#engines.run(
        {
          type: 'tokenize',
          tokenizer: recipe.tokenizer,
          vocabularyFrom,
          textPath: this.#texts.path(recipe.corpusHash),
          validTextPath: recipe.validHash && this.#texts.path(recipe.validHash),
          testTextPath: recipe.testHash && this.#texts.path(recipe.testHash),
          split: recipe.split,
          targetDir: folder,
        },
        { signal, onEvent: (event) => event.type === 'progress' && onProgress(event.done, event.total, event.what) },
      );
      const data = mapPaths(result.data, (path) => inside(folder, path));
      await writeFile(join(folder, description), JSON.stringify({ unknownRate: result.unknownRate, data }));
    };
    const isThere = async () => (await this.find(recipe)) !== null;
    await this.#folders.make(this.key(recipe), make, isThere, signal);
    const prepared = await this.find(recipe);
    if (!prepared) throw new Error('the engine said that it made the tokens, but they are not there');
    return prepared;
  }
}

function isWhole({ path, bytesPerToken, start, length }: TokenFile): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? -1;
  return size >= (start + length) * bytesPerToken;
}

function mapPaths(data: TokenData, map: (path: string) => string): TokenData {
  const file = (part: TokenFile): TokenFile => ({ ...part, path: map(part.path) });
  return {
    ...data,
    tokenizerPath: map(data.tokenizerPath),
    train: file(data.train),
    valid: data.valid && file(data.valid),
    test: data.test && file(data.test),
  };
}

function inside(folder: string, path: string): string {
  const name = relative(folder, path);
  if (name.startsWith('..') || isAbsolute(name)) throw new Error(`the engine wrote ${path}, outside ${folder}`);
  return name;
}
