/** Runs as files that other programs open: saved to a path, or made ready for one download. */
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  isModelFormat,
  singleFileEnding,
  type ExportRequest,
  type MetricsFormat,
  type ModelFormat,
} from '../../api/export.ts';
import type { Exported } from '../../api/types.ts';
import { metricsText } from '../../engine/export/metrics.ts';
import type { RunRecord } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { Downloads } from './downloads.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { conflict } from './errors.ts';
import { layoutOf, nameOf, put, runFolders } from './export-layout.ts';
import { noModel } from './generate.ts';
import type { Runs } from './runs.ts';
import type { Uploads } from './uploads.ts';
import { inFolderBeside, requireFullPath, writeFile, type WrittenFile } from './written-files.ts';

export interface ExportDependencies {
  readonly store: Store;
  readonly runs: Runs;
  readonly checkpoints: RunCheckpoints;
  readonly engines: EngineProcesses;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  /** Folder of the built page that a model is exported as. */
  readonly pageDir: string;
}

export class Export {
  readonly #in: ExportDependencies;

  constructor(dependencies: ExportDependencies) {
    this.#in = dependencies;
  }

  /** Something that a screen made, such as a picture. @param path absolute */
  async file(path: string, content: Blob): Promise<void> {
    requireFullPath(path);
    await writeFile(path, new Uint8Array(await content.arrayBuffer()));
  }

  /**
   * Writes models (of each run the best checkpoint, else the last), or what was measured.
   * @throws ServiceError NOT_FOUND, CONFLICT naming a run that cannot be exported and why, BAD_INPUT where it cannot be written
   */
  async export(request: ExportRequest, signal?: AbortSignal): Promise<Exported> {
    const { runs, uploads, downloads } = this.#in;
    const { ids, format, path } = request;
    if (path !== null) requireFullPath(path);
    const records = ids.map((id) => runs.record(id));
    const layout = layoutOf(request);
    const target = path ?? uploads.create().path;
    const bytes = await inFolderBeside(target, async (folder) => {
      const files = isModelFormat(format)
        ? await this.#models(records, format, folder, signal)
        : [await this.#metrics(records, format, folder)];
      return put(files, layout, target);
    });
    const fileName = nameOf(
      records.map(({ name }) => name),
      format,
      layout,
    );
    const ticket = path === null ? downloads.offer({ path: target, fileName }) : null;
    return { path, ticket, fileName, bytes };
  }

  async #models(
    records: readonly RunRecord[],
    format: ModelFormat,
    folder: string,
    signal: AbortSignal | undefined,
  ): Promise<WrittenFile[]> {
    // Known before the first of them is written.
    for (const run of records) this.#checkpoint(run);
    const folders = runFolders(records.map(({ name }) => name));
    const files: WrittenFile[] = [];
    for (const [i, run] of records.entries()) {
      const targetDir = join(folder, String(i));
      await mkdir(targetDir);
      const made = await this.#model(run, format, targetDir, signal);
      files.push(...made.map((file) => ({ ...file, name: folders[i]! + file.name })));
    }
    return files;
  }

  #checkpoint(run: RunRecord): string {
    const path = this.#in.checkpoints.model(run);
    if (path === null) throw conflict(noModel(run.name));
    return path;
  }

  async #model(
    run: RunRecord,
    format: ModelFormat,
    targetDir: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly WrittenFile[]> {
    const { store, engines, pageDir } = this.#in;
    const { key, name, corpusName, corpusHash, appVersion, createdAt } = run;
    const provenance = { name, corpusName, corpusHash, trainedWith: `Unroll ${appVersion}`, createdAt };
    store.flush();
    const evaluations = store.evals.read(key);
    // A checkpoint that is written meanwhile removes an older one: which it is is decided last.
    const checkpointPath = this.#checkpoint(run);
    try {
      const { files } = await engines.runSoon(
        { type: 'export', checkpointPath, format, provenance, evaluations, targetDir, pageDir },
        { signal },
      );
      return files;
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? conflict(error.message, error) : error;
    }
  }

  async #metrics(records: readonly RunRecord[], format: MetricsFormat, folder: string): Promise<WrittenFile> {
    const { store } = this.#in;
    store.flush();
    const measured = records.map(({ key, id, name, config, imported }) => ({
      ...{ id, name, config: imported?.curves ? null : config, evaluations: store.evals.read(key) },
      steps: () => store.metrics.pages(key),
    }));
    const path = join(folder, 'metrics');
    await pipeline(Readable.from(metricsText(format, measured)), createWriteStream(path, { flags: 'wx', flush: true }));
    const { size: bytes } = await stat(path);
    return { name: `metrics${singleFileEnding(format)!}`, path, bytes };
  }
}
