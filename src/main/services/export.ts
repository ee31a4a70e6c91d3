/** Trained models as files that other programs open: saved to a path, or made ready for one download. */
import { readFile } from 'node:fs/promises';
import type { Exported } from '../../api/types.ts';
import { exportSafetensors } from '../../engine/export/model.ts';
import { SafetensorsError } from '../../engine/export/safetensors.ts';
import { CheckpointError } from '../../engine/training/checkpoint.ts';
import type { RunRecord } from '../store/runs.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { Downloads } from './downloads.ts';
import { conflict } from './errors.ts';
import { noModel } from './generate.ts';
import type { Runs } from './runs.ts';
import type { Uploads } from './uploads.ts';
import { fileNameOf, requireFullPath, writeFile } from './written-files.ts';

export class Export {
  readonly #runs: Runs;
  readonly #checkpoints: RunCheckpoints;
  readonly #uploads: Uploads;
  readonly #downloads: Downloads;

  constructor(runs: Runs, checkpoints: RunCheckpoints, uploads: Uploads, downloads: Downloads) {
    this.#runs = runs;
    this.#checkpoints = checkpoints;
    this.#uploads = uploads;
    this.#downloads = downloads;
  }

  /** Something that a screen made, such as a picture. @param path absolute */
  async file(path: string, content: Blob): Promise<void> {
    requireFullPath(path);
    await writeFile(path, new Uint8Array(await content.arrayBuffer()));
  }

  /** The parameters of the run's best checkpoint, else its last, as safetensors. @param path absolute; null: for download */
  async safetensors(runId: string, path: string | null): Promise<Exported> {
    const run = this.#runs.record(runId);
    const checkpoint = this.#checkpoints.model(run);
    if (checkpoint === null) throw conflict(noModel(run.name));
    if (path !== null) requireFullPath(path);
    const bytes = exported(await readFile(checkpoint), run);
    const fileName = `${fileNameOf(run.name)}.safetensors`;
    if (path !== null) {
      await writeFile(path, bytes);
      return { path, ticket: null, fileName, bytes: bytes.length };
    }
    const { path: waiting } = this.#uploads.create();
    await writeFile(waiting, bytes);
    const ticket = this.#downloads.offer({ path: waiting, fileName });
    return { path: null, ticket, fileName, bytes: bytes.length };
  }
}

function exported(checkpoint: Uint8Array, run: RunRecord): Uint8Array {
  try {
    return exportSafetensors(checkpoint, metadataOf(run));
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    throw conflict(`The checkpoint of "${run.name}" is damaged. ${error.message} Train the run further, or again.`);
  }
}

/** What a person who finds the file in a year wants to know. The engine adds what a program needs to use it. */
function metadataOf(run: RunRecord): Record<string, string> {
  return {
    name: run.name,
    corpus: run.corpusName,
    corpus_sha256: run.corpusHash,
    configuration: JSON.stringify(run.config),
    created_by: `Unroll ${run.appVersion}`,
  };
}
