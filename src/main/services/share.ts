/** A run as one file that opens on another machine, written and taken in; share/format.ts says what is in it. */
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Exported, Run } from '../../api/types.ts';
import { shareExtension, type SharedSource } from '../../api/share.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { Corpora } from './corpora.ts';
import type { DatasetCache } from './dataset-cache.ts';
import type { Downloads } from './downloads.ts';
import { conflict, requireWriter } from './errors.ts';
import { recipeOf } from './recipes.ts';
import type { Runs } from './runs.ts';
import { type NewEntry, writeArchive } from './share/archive.ts';
import {
  checkpointFolder,
  formatName,
  formatVersion,
  type History,
  historyName,
  type Manifest,
  manifestName,
  sharedRunSchema,
  stepsName,
} from './share/format.ts';
import { type ReadRun, readShared } from './share/read-shared.ts';
import { stepLine, stepsHeader } from './share/steps-csv.ts';
import type { TokenCache } from './token-cache.ts';
import type { Uploads } from './uploads.ts';
import { fileNameOf, replaceFile, requireFullPath } from './written-files.ts';

export interface ShareDependencies {
  readonly store: Store;
  readonly runs: Runs;
  readonly checkpoints: RunCheckpoints;
  readonly corpora: Corpora;
  readonly tokens: TokenCache;
  readonly datasets: DatasetCache;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
}

export class Share {
  readonly #in: ShareDependencies;

  constructor(dependencies: ShareDependencies) {
    this.#in = dependencies;
  }

  /**
   * Writes the run with everything recorded of it and its checkpoints.
   * @param path absolute; null: for download
   * @throws ServiceError CONFLICT while it trains or waits to
   */
  async write(runId: string, path: string | null): Promise<Exported> {
    const { runs, uploads, downloads } = this.#in;
    const run = runs.record(runId);
    const entries = this.#entries(run);
    if (path !== null) requireFullPath(path);
    const target = path ?? uploads.create().path;
    await replaceFile(target, (unfinished) => writeArchive(unfinished, entries));
    const { size: bytes } = await stat(target);
    const fileName = fileNameOf(run.name) + shareExtension;
    const ticket = path === null ? downloads.offer({ path: target, fileName }) : null;
    return { path, ticket, fileName, bytes };
  }

  /**
   * Takes in a shared run, whole or not at all. The same file again is the same run.
   * @throws ServiceError BAD_INPUT saying what is wrong with the file
   */
  async open(source: SharedSource): Promise<Run> {
    const { store, runs, uploads } = this.#in;
    requireWriter(store);
    const path = source.type === 'path' ? source.path : uploads.path(source.upload);
    try {
      return await uploads.inScratchFolder(async (scratch) => {
        const read = await readShared(path, scratch);
        const known = store.runs.importedFrom(read.digest);
        return known ? runs.show(known.id) : await this.#takeIn(read, scratch);
      });
    } finally {
      if (source.type === 'upload') await uploads.discard(source.upload);
    }
  }

  #entries(record: RunRecord): NewEntry[] {
    const { store, checkpoints } = this.#in;
    const { key, id, name } = record;
    store.flush();
    if (record.imported?.curves)
      throw conflict(`"${name}" is only curves from ${record.imported.file}: share that file itself.`);
    const run = sharedRunSchema.safeParse(store.runs.get(id));
    if (!run.success)
      throw conflict(`"${name}" is ${record.status}. Stop it, or wait until it has ended, then share it.`);
    const kept = checkpoints.kept(record);
    const files = [...new Set([kept.last, kept.best].filter((one) => one !== null).map(({ file }) => file))];
    const history: History = {
      evals: store.evals.read(key),
      samples: store.samples.read(key),
      log: store.log.read(key),
      liveLooks: store.liveLooks.all(key),
    };
    return [
      { name: historyName, pack: true, content: () => [JSON.stringify(history)] },
      { name: stepsName, pack: true, content: () => this.#steps(key) },
      ...files.map((file) => ({
        name: checkpointFolder + file,
        pack: false,
        content: () => createReadStream(join(checkpoints.folder(id), file)),
      })),
      {
        name: manifestName,
        pack: true,
        content: (written) => {
          const manifest: Manifest = {
            format: formatName,
            version: formatVersion,
            run: run.data,
            checkpoints: kept,
            entries: Object.fromEntries(written),
          };
          return [JSON.stringify(manifest, null, 1)];
        },
      },
    ];
  }

  *#steps(key: number): Generator<string> {
    yield stepsHeader;
    for (const page of this.#in.store.metrics.pages(key)) yield page.map(stepLine).join('');
  }

  async #takeIn({ manifest, history, steps, digest }: ReadRun, scratch: string): Promise<Run> {
    const { store, runs, checkpoints, corpora, tokens, datasets } = this.#in;
    const { run } = manifest;
    const id = randomUUID();
    const { tags, appVersion, name, createdAt, corpusName, config: recorded, ...rest } = run;
    const { corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash, ...state } =
      rest;
    const hashes = { corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash };
    // Where the corpus is here, a copy of the settings finds it.
    const corpus = corpora.list().find(({ sha256 }) => sha256 === corpusHash)?.id ?? recorded.corpus;
    const config: RunConfig = { ...recorded, corpus };
    const recipe = recipeOf(config, hashes);
    const tokensKey = recipe.kind === 'text' ? tokens.key(recipe.of) : datasets.key(recipe.of);

    const folder = await checkpoints.createFolder(id);
    try {
      const { last, best } = manifest.checkpoints;
      for (const file of new Set([last, best].filter((one) => one !== null).map((one) => one.file)))
        await rename(join(scratch, file), join(folder, file));
      store.write(() => {
        store.runs.insert({ id, name, config, corpusName, tokensKey, appVersion, createdAt, ...hashes });
        const { key } = store.runs.get(id)!;
        store.runs.update(key, { ...state, imported: { at: Date.now(), digest, file: null, curves: null } });
        store.runs.setTags(key, tags);
        store.metrics.putRecorded(key, steps);
        for (const evaluation of history.evals) store.evals.put(key, evaluation);
        for (const sample of history.samples) store.samples.put(key, sample);
        for (const line of history.log) store.log.add(key, line);
        for (const { step, look } of history.liveLooks) store.liveLooks.put(key, step, look);
        if (last) store.checkpoints.put(key, { kind: 'last', ...last });
        if (best) store.checkpoints.put(key, { kind: 'best', ...best });
      });
    } catch (error) {
      await checkpoints.removeFolder(id);
      throw error;
    }
    return runs.announce(id);
  }
}
