/** Corpora read as data: what is in them and what is wrong, before anything is trained on them. */
import type { DataInspection } from '../../api/types.ts';
import type { DataConfig } from '../../engine/data/config.ts';
import type { Corpora } from './corpora.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput } from './errors.ts';

/** Enough for going back and forth between a few ways to read a few files. */
const mostRemembered = 50;

export interface InspectionRequest {
  /** Of the corpus. */
  readonly id: string;
  /** The corpus of the targets, of pairs in two files. */
  readonly target: string | null;
  /** null: as it looks. */
  readonly data: DataConfig | null;
}

export class Inspections {
  readonly #corpora: Corpora;
  readonly #texts: CorpusTexts;
  readonly #engines: EngineProcesses;
  /** By texts and how they are read; the one longest not asked for first. */
  readonly #known = new Map<string, DataInspection>();

  constructor(corpora: Corpora, texts: CorpusTexts, engines: EngineProcesses) {
    this.#corpora = corpora;
    this.#texts = texts;
    this.#engines = engines;
  }

  /** @throws ServiceError NOT_FOUND, CONFLICT for a corpus that is gone, BAD_INPUT when it cannot be read so at all */
  async inspect({ id, target, data }: InspectionRequest, signal?: AbortSignal): Promise<DataInspection> {
    const hash = this.#corpora.whole(id).sha256;
    const targetHash = target === null ? null : this.#corpora.whole(target).sha256;
    const key = JSON.stringify([hash, targetHash, data]);
    const found = this.#known.get(key) ?? (await this.#read(hash, targetHash, data, signal));
    this.#known.delete(key);
    this.#known.set(key, found);
    if (this.#known.size > mostRemembered) this.#known.delete(this.#known.keys().next().value!);
    return found;
  }

  async #read(
    hash: string,
    targetHash: string | null,
    data: DataConfig | null,
    signal: AbortSignal | undefined,
  ): Promise<DataInspection> {
    const source = { path: this.#texts.path(hash), targetPath: targetHash && this.#texts.path(targetHash) };
    try {
      const { inspection } = await this.#engines.runSoon({ type: 'inspect', source, data }, { signal });
      return { ...inspection, labels: [...inspection.labels], notes: [...inspection.notes] };
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? badInput(error.message, error) : error;
    }
  }
}
