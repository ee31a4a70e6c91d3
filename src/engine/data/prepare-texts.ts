/** Preparing tagged sentences, labelled texts and pairs: vocabularies, then ids on disk. */
import { CorpusError } from '../corpus/errors.ts';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { FileSink } from '../files.ts';
import { embeddedTokens, type CodecJson, type ExampleCodec } from './codec.ts';
import { idBytes, IdWriter } from './id-file.ts';
import { LabelIds } from './label-ids.ts';
import { learnCodec } from './learn-codec.ts';
import { splitLabels, yesOrNo } from './labels.ts';
import { parseNumber } from './numbers.ts';
import { PartIndex, type TextData } from './part-index.ts';
import type { Preparation } from './prepare.ts';
import { countEach, emptyPart } from './prepare-numbers.ts';
import type { TextPair } from './read-pairs.ts';
import type { LabelledText } from './read-table.ts';
import type { TaggedSentence } from './read-tagged.ts';
import { Scaler } from './scaler.ts';
import { assignParts, partNames, splitPlan, type PartName } from './splitting.ts';
import { names, writeJson, writeTensors, type PreparedMeta, type DatasetSummary } from './store.ts';
import { readExamples, tagLabels, type DataSource, type Example } from './survey.ts';
import { readWordVectors } from './word-vectors.ts';

/** Part of an example that is left out. */
const leftOut = 255;

export async function prepareTexts(preparation: Preparation): Promise<PreparedMeta> {
  const data = preparation.request.data as TextData;
  const parts = mainParts(preparation, data);
  const codec = await learnCodec(preparation, data, parts);
  const encoding = new Encoding(preparation, data, codec, parts);
  return encoding.run();
}

/** The part of every good example of the main file. */
function mainParts({ request, surveys, lonely }: Preparation, data: TextData): Uint8Array {
  const { labelOf } = surveys.train!;
  const own = { valid: request.valid !== null, test: request.test !== null };
  const plan = splitPlan(request.split, data.folds, own, request.seed);
  const usable = labelOf.map((_, i) => i).filter((i) => !lonely.has(labelOf[i]!));
  const assigned = assignParts(
    usable.map((i) => labelOf[i]!),
    plan,
  );
  const parts = new Uint8Array(labelOf.length).fill(leftOut);
  usable.forEach((example, i) => (parts[example] = assigned[i]!));
  return parts;
}

/** Writes every example's ids, and remembers where. */
class Encoding {
  readonly #preparation: Preparation;
  readonly #data: TextData;
  readonly #codec: ExampleCodec;
  readonly #mainParts: Uint8Array;
  readonly #labels: LabelIds;
  readonly #index: Record<PartName, PartIndex | null>;
  /** Occurrences in the training part of tokens, and of labels of tokens. */
  readonly #tokenCounts: Float64Array;
  readonly #labelCounts: number[];
  #cut = 0;
  #tooLong = 0;
  readonly #unknown = { source: 0, target: 0 };

  constructor(preparation: Preparation, data: TextData, codec: ExampleCodec, mainParts: Uint8Array) {
    const { request } = preparation;
    this.#preparation = preparation;
    this.#data = data;
    this.#codec = codec;
    this.#mainParts = mainParts;
    this.#labels = new LabelIds(codec.labels ?? []);
    this.#tokenCounts = new Float64Array(codec.tokenizer!.vocabularySize);
    this.#labelCounts = new Array<number>(this.#labels.names.length).fill(0);
    const { split } = request;
    const wanted = {
      train: true,
      valid: request.valid !== null || split.valid > 0,
      test: request.test !== null || split.test > 0 || data.folds !== null,
    };
    const index = (part: PartName) => (wanted[part] ? new PartIndex() : null);
    this.#index = { train: index('train'), valid: index('valid'), test: index('test') };
  }

  async run(): Promise<PreparedMeta> {
    const { files, request } = this.#preparation;
    const { targetDir } = request;
    const bytesPerToken = idBytes(this.#codec.tokenizer!.vocabularySize);
    // Sets of labels are not counted yet; there may be as many as examples or tokens.
    const several = this.#codec.json.multilabel;
    const bytesPerTarget = several
      ? 4
      : idBytes(this.#codec.targetTokenizer?.vocabularySize ?? this.#labels.names.length);
    const sinks: FileSink[] = [];
    const open = async () => {
      const sink = await files.create(targetDir);
      sinks.push(sink);
      return sink;
    };
    try {
      const tokens = new IdWriter(await open(), bytesPerToken);
      const targets = new IdWriter(await open(), bytesPerTarget);
      const texts = { valid: await open(), test: await open() };
      await this.#encode(request.train, null, tokens, targets, texts);
      if (request.valid) await this.#encode(request.valid, 'valid', tokens, targets, texts);
      if (request.test) await this.#encode(request.test, 'test', tokens, targets, texts);
      this.#refuse();
      await tokens.commit(files.join(targetDir, names.tokens));
      await targets.commit(files.join(targetDir, names.targets));
      if (this.#data.kind === 'pairs') {
        await texts.valid.commit(files.join(targetDir, names.texts.valid));
        await texts.test.commit(files.join(targetDir, names.texts.test));
      }
    } finally {
      for (const sink of sinks) await sink.abort();
    }
    await this.#writeIndex();
    const vectors = await this.#writeVectors();
    const sets = several || (this.#data.kind === 'table' && this.#data.label.is === 'labels');
    return {
      bytesPerToken,
      bytesPerTarget,
      labelSets: sets ? this.#labels.sets : null,
      summary: this.#summary(vectors),
    };
  }

  async #encode(
    source: DataSource,
    own: 'valid' | 'test' | null,
    tokens: IdWriter,
    targets: IdWriter,
    texts: Readonly<Record<'valid' | 'test', FileSink>>,
  ): Promise<void> {
    const utf8 = new TextEncoder();
    let index = 0;
    for await (const rows of readExamples(
      this.#preparation.files,
      source,
      this.#data,
      this.#preparation.reading('Encoding'),
    )) {
      const held = { valid: '', test: '' };
      for (const { line, example } of rows) {
        if (!example) continue;
        const number = own === null ? this.#mainParts[index++]! : -1;
        if (number === leftOut) continue;
        const part = own ?? partNames[number]!;
        const into = this.#index[part];
        if (!into || !(await this.#write(example, line, into, part, tokens, targets)) || part === 'train') continue;
        if ('source' in example) held[part] += `${JSON.stringify([example.source, example.target])}\n`;
      }
      for (const part of ['valid', 'test'] as const) if (held[part]) await texts[part].write(utf8.encode(held[part]));
    }
  }

  /** Whether the example is in. */
  async #write(
    example: Example,
    line: number,
    into: PartIndex,
    part: PartName,
    tokens: IdWriter,
    targets: IdWriter,
  ): Promise<boolean> {
    const { maxLength } = this.#data;
    let ids = this.#sourceIds(example);
    const answer = 'source' in example ? this.#codec.targetTokenizer!.encode(example.target) : null;
    if (maxLength !== null && Math.max(ids.length, answer?.length ?? 0) > maxLength) {
      if (this.#data.kind !== 'table') {
        this.#tooLong++;
        return false;
      }
      ids = ids.subarray(0, maxLength);
      this.#cut++;
    }
    into.start.push(tokens.written);
    into.length.push(ids.length);
    into.line.push(line);
    await tokens.write(ids);
    this.#count(ids, part);
    if (answer) {
      into.targetStart.push(targets.written);
      into.targetLength.push(answer.length);
      await targets.write(answer);
      this.#unknown.target += unknownOf(answer, this.#codec.targetTokenizer!);
    } else if ('tokens' in example) await targets.write(this.#tagIds(example, part));
    else into.label.push(this.#labelOf(example as LabelledText, part));
    return true;
  }

  #sourceIds(example: Example): Int32Array {
    if ('tokens' in example) return this.#codec.encodeForms(example.tokens);
    return this.#codec.tokenizer!.encode(
      'source' in example ? (example as TextPair).source : (example as LabelledText).text,
    );
  }

  #count(ids: Int32Array, part: PartName): void {
    if (part === 'train') for (const id of ids) this.#tokenCounts[id]!++;
    this.#unknown.source += unknownOf(ids, this.#codec.tokenizer!);
  }

  #tagIds({ tags }: TaggedSentence, part: PartName): number[] {
    const { tagSeparator } = this.#data as TextData & { kind: 'tagged' };
    return tags.map((tag) => {
      const labels = tagLabels(tag, tagSeparator);
      this.#countLabels(labels, part);
      return tagSeparator === null ? this.#labels.id(tag) : this.#labels.setId(labels);
    });
  }

  #labelOf({ label }: LabelledText, part: PartName): number {
    const config = (this.#data as TextData & { kind: 'table' }).label;
    switch (config.is) {
      case 'class':
        this.#countLabels([label], part);
        return this.#labels.id(label);
      case 'binary':
        return yesOrNo(label, config.positive)!;
      case 'number':
        return parseNumber(label);
      case 'labels': {
        const labels = splitLabels(label, config.separator);
        this.#countLabels(labels, part);
        return this.#labels.setId(labels);
      }
    }
  }

  #countLabels(labels: readonly string[], part: PartName): void {
    if (part === 'train') for (const label of labels) this.#labelCounts[this.#labels.id(label)]!++;
  }

  #refuse(): void {
    for (const part of partNames) if (this.#index[part]?.length.length === 0) throw emptyPart(part, this.#tooLong);
  }

  async #writeIndex(): Promise<void> {
    const { files, request } = this.#preparation;
    const tensors = new Map(partNames.flatMap((part) => this.#index[part]?.tensors(part, this.#data) ?? []));
    await writeTensors(files, request.targetDir, names.index, tensors);
    const json: CodecJson = { ...this.#codec.json, targetScaler: this.#targetScaler()?.toJSON() ?? null };
    await writeJson(files, request.targetDir, names.codec, json);
  }

  #targetScaler(): Scaler | null {
    const data = this.#data;
    if (data.kind !== 'table' || data.label.is !== 'number') return null;
    return Scaler.learn(this.#index.train!.label, 1, data.label.scaling);
  }

  async #writeVectors(): Promise<DatasetSummary['vectors']> {
    const { files, request, reading } = this.#preparation;
    if (request.vectorsPath === null) return null;
    const tokens = embeddedTokens(this.#codec);
    const width = request.architecture.embedding;
    if (!tokens)
      throw new CorpusError('Word vectors are for words, and byte pairs are pieces of them: take words as tokens.');
    if (width === 0) throw new CorpusError('Word vectors need an embedding: make it as wide as they are.');
    const { signal, onRead } = reading('Word vectors');
    const { matrix, found, coverage } = await readWordVectors(
      files,
      request.vectorsPath,
      tokens,
      width,
      signal,
      onRead,
    );
    if (coverage === 0) {
      throw new CorpusError(
        'No token of these data has a word vector in this file: is it of another language, or of whole words where tokens are characters?',
      );
    }
    const entries = new Map<string, SafetensorsEntry>([
      ['matrix', { shape: [tokens.length, width], data: matrix }],
      ['found', { shape: [tokens.length], data: Int32Array.from(found) }],
    ]);
    await writeTensors(files, request.targetDir, names.vectors, entries);
    const all = this.#tokenCounts.reduce((sum, count) => sum + count, 0);
    const covered = this.#tokenCounts.reduce(
      (sum, count, id) => sum + (found[id + this.#codec.inputOffset] ? count : 0),
      0,
    );
    return { tokens: coverage, vocabulary: tokens.length, share: covered / all };
  }

  #summary(vectors: DatasetSummary['vectors']): DatasetSummary {
    const { surveys, request } = this.#preparation;
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const indices = partNames.map((part) => this.#index[part]).filter((index) => index !== null);
    const most = (of: (index: PartIndex) => readonly number[]) =>
      indices.reduce((best, index) => of(index).reduce((a, b) => Math.max(a, b), best), 0);
    const of = (part: PartName) => {
      const index = this.#index[part];
      return index && { examples: index.length.length, tokens: sum(index.length) };
    };
    const sourceTokens = sum(indices.map((index) => sum(index.length)));
    const targetTokens = sum(indices.map((index) => sum(index.targetLength)));
    const bad = sum(partNames.map((part) => surveys[part]?.problems.count ?? 0));
    return {
      ...{ train: of('train')!, valid: of('valid'), test: of('test') },
      // What is generated begins with BOS or ends with EOS.
      longest: most((index) => index.length) + (request.architecture.task === 'conditional-generation' ? 1 : 0),
      longestTarget: this.#data.kind === 'pairs' ? most((index) => index.targetLength) + 1 : null,
      labelCounts: this.#trainLabelCounts(),
      unknownRate: this.#codec.tokenizer!.unknownId === null ? 0 : this.#unknown.source / sourceTokens,
      targetUnknownRate: targetTokens > 0 ? this.#unknown.target / targetTokens : null,
      ...{ skippedRows: bad, cut: this.#cut, tooLong: this.#tooLong, vectors },
    };
  }

  #trainLabelCounts(): number[] | null {
    if (this.#labels.names.length > 0) return this.#labelCounts;
    const binary = this.#data.kind === 'table' && this.#data.label.is === 'binary';
    return binary ? countEach(this.#index.train!.label, 2) : null;
  }
}

function unknownOf(ids: Int32Array, { unknownId }: Tokenizer): number {
  return unknownId === null ? 0 : ids.reduce((count, id) => count + (id === unknownId ? 1 : 0), 0);
}
