/**
 * A run's checkpoint files: `step-<number>.safetensors` in a folder that holds nothing else. The best and the last are kept;
 * older ones, and what a killed process left half written, are removed.
 */
import type { EngineFiles } from '../files.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type CheckpointState } from './checkpoint.ts';

const pattern = /^step-(\d{9,})\.safetensors$/;

/** Step of a checkpoint's file name, or null if it is no checkpoint's. */
export function checkpointStep(fileName: string): number | null {
  const match = pattern.exec(fileName);
  return match ? Number(match[1]) : null;
}

export function checkpointFileName(step: number): string {
  return `step-${String(step).padStart(9, '0')}.safetensors`;
}

export class CheckpointFiles {
  readonly #files: EngineFiles;
  readonly #directory: string;
  #lastStep: number | null;
  #bestStep: number | null;

  /** @param resumedFrom state of the checkpoint that the run goes on from */
  constructor(files: EngineFiles, directory: string, resumedFrom: CheckpointState | null) {
    this.#files = files;
    this.#directory = directory;
    this.#lastStep = resumedFrom?.step ?? null;
    this.#bestStep = resumedFrom?.progress.best?.step ?? null;
  }

  get lastStep(): number | null {
    return this.#lastStep;
  }

  /** One of the checkpoints that are kept. */
  async read(step: number): Promise<Checkpoint> {
    return decodeCheckpoint(await this.#files.readFile(this.#files.join(this.#directory, checkpointFileName(step))));
  }

  /** Writes a checkpoint durably, then removes those that are neither the best nor the last. Returns its path. */
  async save(checkpoint: Checkpoint, best: boolean): Promise<string> {
    const { step } = checkpoint.state;
    const path = this.#files.join(this.#directory, checkpointFileName(step));
    const sink = await this.#files.create(this.#directory);
    try {
      await sink.write(encodeCheckpoint(checkpoint));
      await sink.commit(path);
    } finally {
      await sink.abort();
    }
    this.#lastStep = step;
    if (best) this.#bestStep = step;
    await this.#removeOthers();
    return path;
  }

  async #removeOthers(): Promise<void> {
    for (const name of await this.#files.list(this.#directory)) {
      const step = checkpointStep(name);
      const kept = step !== null && (step === this.#lastStep || step === this.#bestStep);
      if (!kept) await this.#files.remove(this.#files.join(this.#directory, name));
    }
  }
}
