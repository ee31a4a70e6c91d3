/** What a trained run can be asked, and something of its own data to ask it first. */
import type { ModelInput } from '../../api/types.ts';
import type { ExampleData } from '../../engine/data/config.ts';
import { ExampleCodec, type CodecJson } from '../../engine/data/codec.ts';
import { openDataset } from '../../engine/data/dataset.ts';
import { readExamples, type DataSource, type Example } from '../../engine/data/survey.ts';
import { nodeFiles } from '../files.ts';
import type { RunRecord } from '../store/runs.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import { checkpointRecordAt } from './checkpoint-record.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import { readCodec, type DatasetCache } from './dataset-cache.ts';
import { conflict } from './errors.ts';
import { noModel } from './generate.ts';
import type { Runs } from './runs.ts';

const mostExamples = 5;
/** Characters of a text that a form begins with. */
const longestText = 1000;

const nothing: ModelInput = {
  ...{ labels: null, inputColumns: [], targetColumns: [], window: 0, horizon: 0, texts: [], rows: [] },
};

export class ModelInputs {
  readonly #runs: Runs;
  readonly #datasets: DatasetCache;
  readonly #checkpoints: RunCheckpoints;
  readonly #texts: CorpusTexts;

  constructor(runs: Runs, datasets: DatasetCache, checkpoints: RunCheckpoints, texts: CorpusTexts) {
    this.#runs = runs;
    this.#datasets = datasets;
    this.#checkpoints = checkpoints;
    this.#texts = texts;
  }

  /** @throws ServiceError NOT_FOUND, CONFLICT while neither its data nor a checkpoint are there */
  async of(runId: string): Promise<ModelInput> {
    const run = this.#runs.record(runId);
    const { data } = run.config;
    if (data.kind === 'text') return nothing;
    const directory = this.#datasets.path(run.tokensKey);
    const codec = (await readCodec(directory)) ?? (await this.#codecOfCheckpoint(run));
    if (!codec) throw conflict(noModel(run.name));
    const { labels, inputColumns, targetColumns, kind, window, horizon } = codec.json;
    const isSeries = kind === 'series';
    const source = this.#unseen(run);
    const examples = source ? await this.#examples(source, data, codec.json, directory) : [];
    const readsText = run.config.architecture.task !== 'conditional-generation'; // which reads labels
    return {
      ...{ labels, inputColumns, targetColumns },
      ...(isSeries ? { window, horizon } : { window: 0, horizon: 0 }),
      texts: readsText ? examples.flatMap((example) => textOf(example)) : [],
      rows: examples.flatMap((example) =>
        'values' in example ? [Array.from(example.values.subarray(0, inputColumns.length))] : [],
      ),
    };
  }

  async #codecOfCheckpoint(run: RunRecord): Promise<ExampleCodec | null> {
    const path = this.#checkpoints.model(run);
    const codec = path && (await checkpointRecordAt(path)).state.codec;
    return codec ? new ExampleCodec(codec) : null;
  }

  /** The file that is least known to the network and still there. */
  #unseen(run: RunRecord): DataSource | null {
    const hash = run.testHash ?? run.validHash ?? run.corpusHash;
    const targetHash = run.testHash ? run.testTargetHash : run.validHash ? run.validTargetHash : run.targetHash;
    if (![hash, targetHash].every((one) => one === null || this.#texts.exists(one))) return null;
    return { path: this.#texts.path(hash), targetPath: targetHash && this.#texts.path(targetHash) };
  }

  /** Of a series the last rows that a forecast is made from; else a few examples that it was not trained on. */
  async #examples(
    source: DataSource,
    data: ExampleData,
    { kind, window }: CodecJson,
    directory: string,
  ): Promise<Example[]> {
    const reading = { signal: new AbortController().signal };
    const heldOut = kind === 'series' ? null : await heldOutLines(directory);
    let found: Example[] = [];
    for await (const rows of readExamples(nodeFiles(), source, data, reading)) {
      const good = rows.filter(({ line, example }) => example && (heldOut?.has(line) ?? true));
      found.push(...good.map(({ example }) => example!));
      if (kind === 'series') found = found.slice(-window);
      else if (found.length >= mostExamples) break;
    }
    return kind === 'series' ? found : apart(found, mostExamples);
  }
}

/** Some of many, evenly apart: a file may be sorted by class. */
function apart<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}

/** Lines of the examples that were kept from training; null where that is not known. */
async function heldOutLines(directory: string): Promise<ReadonlySet<number> | null> {
  const dataset = await openDataset(nodeFiles(), directory).catch(() => null);
  if (!dataset) return null;
  try {
    const part = (['test', 'valid'] as const).find((name) => dataset.has(name));
    return part ? new Set(Array.from(dataset.examples(part).lines)) : null;
  } finally {
    dataset.close();
  }
}

function textOf(example: Example): string[] {
  if ('tokens' in example) return [example.tokens.join(' ')];
  if ('source' in example) return [example.source];
  return 'text' in example ? [example.text.slice(0, longestText).toWellFormed()] : [];
}
