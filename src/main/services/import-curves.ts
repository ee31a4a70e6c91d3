/** Curves that other programs recorded, taken in as finished runs without a model, so that they stand in the same comparisons. */
import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { CurvesImport, FoundCurves } from '../../api/import-curves.ts';
import type { SharedSource } from '../../api/share.ts';
import type { Run } from '../../api/types.ts';
import { CorpusError } from '../../engine/corpus/errors.ts';
import { recordedCurves } from '../../engine/import-curves/recorded.ts';
import { proposeMapping, type CurveMapping, type LossKind } from '../../engine/import-curves/roles.ts';
import type { ReadCurves, Series, SeriesOfRun } from '../../engine/import-curves/series.ts';
import type { Task } from '../../engine/model/spec.ts';
import { runConfigSchema } from '../../engine/training/config.ts';
import { usualConfig } from '../../engine/training/task-presets.ts';
import type { Store } from '../store/store.ts';
import { noOtherTexts } from '../store/text-hashes.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, requireWriter } from './errors.ts';
import type { Runs } from './runs.ts';
import { standing } from './standing.ts';
import type { Uploads } from './uploads.ts';

export interface ImportCurvesDependencies {
  readonly store: Store;
  readonly runs: Runs;
  readonly engines: EngineProcesses;
  readonly uploads: Uploads;
  readonly appVersion: string;
}

/** A task whose loss is of the kind: it says what the loss is called, and whether its exponential is a perplexity. */
const taskOf: Record<LossKind, Task> = { tokens: 'language-model', classes: 'classification', squares: 'regression' };

export class ImportCurves {
  readonly #in: ImportCurvesDependencies;

  constructor(dependencies: ImportCurvesDependencies) {
    this.#in = dependencies;
  }

  /** What curves a file holds. @throws ServiceError BAD_INPUT saying why there are none */
  async look(source: SharedSource, signal?: AbortSignal): Promise<FoundCurves> {
    const { format, runs, notes } = await this.#read(source, signal);
    const series = joined(runs);
    return {
      ...{ name: nameOf(source), format, runs: runs.map(({ run }) => run), notes: [...notes] },
      series: series.map(summaryOf),
      mapping: proposeMapping(series.map(({ name }) => name)),
    };
  }

  /**
   * Takes the curves in, each run of the file as one. The same curves again are the same runs.
   * @throws ServiceError BAD_INPUT saying what is wrong with the file, or with what its series are said to be; nothing is kept then
   */
  async take({ source, mapping, name }: CurvesImport, signal?: AbortSignal): Promise<Run[]> {
    const { store, runs, uploads } = this.#in;
    requireWriter(store);
    const read = await this.#read(source, signal);
    const file = nameOf(source);
    const agreed = mapping ?? proposeMapping(joined(read.runs).map((one) => one.name));
    const made = read.runs.map((one) => ({ of: one, curves: refusing(() => recordedCurves(one, agreed)) }));
    const ids = store.write(() =>
      made.map(({ of, curves }) => this.#insert(curves, agreed, read, { file, name: runName(of, read, name, file) })),
    );
    if (source.type === 'upload') await uploads.discard(source.upload);
    return ids.map((id) => runs.announce(id));
  }

  #insert(
    { steps, evals, recorded }: ReturnType<typeof recordedCurves>,
    { loss }: CurveMapping,
    { format, notes }: ReadCurves,
    { file, name }: { file: string; name: string },
  ): string {
    const { store, appVersion } = this.#in;
    const digest = createHash('sha256')
      .update(JSON.stringify([name, loss, steps, evals]))
      .digest('hex');
    const known = store.runs.importedFrom(digest);
    if (known) return known.id;
    const id = randomUUID();
    const now = Date.now();
    const config = runConfigSchema.parse({ ...usualConfig(taskOf[loss]), corpus: '-' });
    store.runs.insert({
      ...{ id, name, config, corpusName: file, tokensKey: digest, appVersion, createdAt: now },
      ...{ ...noOtherTexts, corpusHash: digest },
    });
    const { key } = store.runs.get(id)!;
    store.metrics.putRecorded(key, steps);
    for (const evaluation of evals) store.evals.put(key, evaluation);
    for (const message of notes) store.log.add(key, { at: now, level: 'info', message });
    const valid = evals.filter(({ split }) => split === 'valid');
    const best = valid.reduce<(typeof valid)[number] | null>(
      (least, one) => (least && least.loss <= one.loss ? least : one),
      null,
    );
    const last = [...steps, ...evals].reduce((latest, one) => (one.step >= latest.step ? one : latest));
    const clock = steps.map(({ at }) => at).filter((at) => at !== null);
    store.runs.update(key, {
      ...{ status: 'finished', imported: { at: now, digest, file, curves: { format, recorded: [...recorded] } } },
      ...{ step: last.step, epoch: last.epoch, elapsed: last.elapsed, trainLoss: steps.at(-1)?.loss ?? null },
      ...standing(evals, best),
      testLoss: evals.find(({ split }) => split === 'test')?.loss ?? null,
      startedAt: clock[0] ?? null,
      finishedAt: clock.at(-1) ?? null,
    });
    return id;
  }

  async #read(source: SharedSource, signal: AbortSignal | undefined): Promise<ReadCurves> {
    const { engines, uploads } = this.#in;
    const sourcePath = source.type === 'path' ? source.path : uploads.path(source.upload);
    const command = { type: 'read-curves', sourcePath, sourceName: nameOf(source) } as const;
    try {
      return (await engines.runSoon(command, { signal })).curves;
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? badInput(error.message, error) : error;
    }
  }
}

/** The series of all runs under their names. */
function joined(runs: readonly SeriesOfRun[]): Series[] {
  const byName = new Map<string, Series>();
  for (const one of runs.flatMap(({ series }) => series)) {
    const before = byName.get(one.name);
    byName.set(
      one.name,
      before ? { ...one, steps: [...before.steps, ...one.steps], values: [...before.values, ...one.values] } : one,
    );
  }
  return [...byName.values()];
}

function summaryOf({ name, steps, values }: Series): FoundCurves['series'][number] {
  const least = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
  return {
    ...{ name, points: steps.length, firstStep: least(steps), lowest: least(values), last: values.at(-1)! },
    lastStep: steps.reduce((a, b) => Math.max(a, b), 0),
  };
}

function nameOf(source: SharedSource): string {
  return basename((source.type === 'path' ? source.path : source.name).replaceAll('\\', '/'));
}

/** Of several runs of a file each keeps its own name. */
function runName({ run }: SeriesOfRun, { runs }: ReadCurves, name: string | null, file: string): string {
  const given = name ?? (run === null || runs.length > 1 ? null : run);
  const base = given ?? stemOf(file);
  if (runs.length === 1 || run === null) return base;
  return name === null ? run : `${base} ${run}`;
}

/** "events.out.tfevents.1700000000.host.12.0" says nothing after its first word. */
function stemOf(file: string): string {
  return file.includes('.tfevents.') ? file : file.replace(/(?<=.)(\.(csv|tsv|txt|gz))+$/i, '');
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CorpusError ? badInput(error.message, error) : error;
  }
}
