/** A prepared data set: its examples in batches, and what it takes to read and answer. */
import { CorpusError } from '../corpus/errors.ts';
import type { TokenSource } from '../corpus/token-source.ts';
import type { EngineFiles } from '../files.ts';
import { ExampleCodec } from './codec.ts';
import { EvaluationExamples, TrainingExamples, type Examples } from './example-batches.ts';
import { RowExamples, SeriesExamples } from './number-examples.ts';
import { partNames, type PartName } from './splitting.ts';
import { names, readJson, readTensors, requireMeta, type DatasetMeta, type DatasetSummary } from './store.ts';
import { TextExamples, type Entry } from './text-examples.ts';
import type { WordVectors } from './word-vectors.ts';

export class Dataset {
  readonly codec: ExampleCodec;
  readonly summary: DatasetSummary;
  readonly #files: EngineFiles;
  readonly #directory: string;
  readonly #parts: Readonly<Record<PartName, Examples | null>>;
  readonly #close: () => void;

  constructor(
    files: EngineFiles,
    directory: string,
    codec: ExampleCodec,
    summary: DatasetSummary,
    parts: Readonly<Record<PartName, Examples | null>>,
    close: () => void,
  ) {
    this.#files = files;
    this.#directory = directory;
    this.codec = codec;
    this.summary = summary;
    this.#parts = parts;
    this.#close = close;
  }

  /** Sizes to plan a model for, besides the batch's: most steps of an example, and of a pair's target. */
  get longest(): { readonly T: number; readonly Ty?: number } {
    const { longest, longestTarget } = this.summary;
    return longestTarget === null ? { T: longest } : { T: longest, Ty: longestTarget };
  }

  has(part: PartName): boolean {
    return this.#parts[part] !== null;
  }

  /** @throws CorpusError for a part that was not asked for */
  examples(part: PartName): Examples {
    const examples = this.#parts[part];
    if (!examples) throw new CorpusError(`This data set has no ${part} part.`);
    return examples;
  }

  /** Every example of the training part once an epoch, in an order that is a function of (seed, epoch). */
  trainingBatches({ batch, seed }: { readonly batch: number; readonly seed: number }): TrainingExamples {
    return new TrainingExamples(this.examples('train'), batch, seed);
  }

  /** Every example of a part once, in the order of the file. */
  evaluationBatches(part: PartName, batch: number): EvaluationExamples {
    return new EvaluationExamples(this.examples(part), batch);
  }

  /** Forecasting: the naive last-value forecast of the same windows, laid out and scaled as their targets in a batch. */
  naiveForecast(part: PartName, indices: Int32Array): Float64Array {
    const examples = this.examples(part);
    if (!(examples instanceof SeriesExamples)) throw new Error('Only a time series has a last value.');
    return examples.naive(indices);
  }

  /** Pairs held out, as texts: what a translation is compared with. In the order of the examples. */
  async pairTexts(part: 'valid' | 'test'): Promise<{ readonly source: string; readonly target: string }[]> {
    const bytes = await this.#files.readFile(this.#files.join(this.#directory, names.texts[part]));
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n').slice(0, -1);
    return lines.map((line) => {
      const [source, target] = JSON.parse(line) as [string, string];
      return { source, target };
    });
  }

  /** Word vectors for the input embedding; null where none were asked for. */
  async vectors(): Promise<WordVectors | null> {
    if (this.summary.vectors === null) return null;
    const tensors = await readTensors(this.#files, this.#directory, names.vectors);
    const matrix = tensors.get('matrix')!;
    const found = Uint8Array.from(tensors.get('found')!.data);
    return {
      width: matrix.shape[1]!,
      matrix: Float32Array.from(matrix.data),
      found,
      coverage: this.summary.vectors.tokens,
    };
  }

  /** Closes its files. */
  close(): void {
    this.#close();
  }
}

/**
 * Opens what prepareDataset left in a folder. Close it when done.
 * @throws CorpusError when the folder holds no complete data set
 */
export async function openDataset(files: EngineFiles, directory: string): Promise<Dataset> {
  const meta = await requireMeta(files, directory);
  const codec = ExampleCodec.parse(await readJson(files, directory, names.codec));
  const tensors = await readTensors(files, directory, names.index);
  const entryOf =
    (part: PartName): Entry =>
    (name) => {
      const entry = tensors.get(`${part}.${name}`);
      if (!entry)
        throw new CorpusError(`The prepared data set in ${directory} lacks ${part}.${name}. Prepare it again.`);
      return entry.data;
    };
  const stores = codec.tokenizer ? await openStores(files, directory, meta) : null;
  const examples = (part: PartName): Examples | null => {
    if (!meta.summary[part]) return null;
    if (codec.json.kind === 'series') return new SeriesExamples(codec, entryOf(part));
    if (codec.json.kind === 'rows') return new RowExamples(codec, entryOf(part));
    return new TextExamples({ codec, labelSets: meta.labelSets, ...stores! }, entryOf(part));
  };
  const [train, valid, test] = partNames.map(examples);
  const close = () => {
    stores?.tokens.close();
    stores?.targets.close();
  };
  return new Dataset(files, directory, codec, meta.summary, { train: train!, valid: valid!, test: test! }, close);
}

type OpenTokens = TokenSource & { close(): void };

async function openStores(
  files: EngineFiles,
  directory: string,
  meta: DatasetMeta,
): Promise<{ readonly tokens: OpenTokens; readonly targets: OpenTokens }> {
  const open = async (name: string, bytesPerToken: 2 | 4) => {
    const path = files.join(directory, name);
    return files.openTokens({ path, bytesPerToken, start: 0, length: (await files.size(path)) / bytesPerToken });
  };
  const tokens = await open(names.tokens, meta.bytesPerToken);
  try {
    return { tokens, targets: await open(names.targets, meta.bytesPerTarget) };
  } catch (error) {
    tokens.close();
    throw error;
  }
}
