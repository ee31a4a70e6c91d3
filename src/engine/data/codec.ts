/**
 * From texts and numbers to what a network reads, and from what it answers to texts, labels and numbers: everything that using a
 * trained network needs of its data. Immutable; travels as JSON, in a checkpoint too.
 */
import { z } from 'zod';
import { CorpusError } from '../corpus/errors.ts';
import { textBytes } from '../corpus/lowercase.ts';
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import { unknownToken, Vocabulary } from '../corpus/vocabulary.ts';
import { tasks } from '../model/spec-fields.ts';
import type { DataSizes } from '../model/task-model.ts';
import { Scaler, scalerSchema } from './scaler.ts';
import { cutWords } from './words.ts';

/** Ids of generated tokens: these three, then the tokeniser's, so that its <unk> is 3. */
export const PAD = 0;
export const BOS = 1;
export const EOS = 2;
export const SPECIALS = 3;

const specialNames = ['<pad>', '<bos>', '<eos>'];

export const codecSchema = z.strictObject({
  format: z.literal('unroll-codec/1'),
  task: z.enum(tasks),
  kind: z.enum(['tagged', 'table', 'pairs', 'series', 'rows']),
  /** Of the text that is read, or generated; null for numbers. */
  tokenizer: z.unknown(),
  /** Of a translation's target. */
  targetTokenizer: z.unknown(),
  /** Names of classes or tags by id; null where targets are tokens or numbers. */
  labels: z.array(z.string()).nullable(),
  /** Tagging: several labels at a step. */
  multilabel: z.boolean(),
  /** Names of the numeric columns. */
  inputColumns: z.array(z.string()),
  targetColumns: z.array(z.string()),
  inputScaler: scalerSchema.nullable(),
  /** Of a rating, a forecast or predicted numbers: outputs are in its units. */
  targetScaler: scalerSchema.nullable(),
  /** Series: steps that a forecast is made from, and how many it is of. */
  window: z.int().min(1),
  horizon: z.int().min(1),
  forecastAt: z.enum(['end', 'every-step']),
  /** Most tokens that are read of a text. */
  maxLength: z.int().min(1).nullable(),
});
export type CodecJson = z.output<typeof codecSchema>;

export class ExampleCodec {
  readonly json: CodecJson;
  readonly tokenizer: Tokenizer | null;
  readonly targetTokenizer: Tokenizer | null;
  readonly inputScaler: Scaler | null;
  readonly targetScaler: Scaler | null;
  /** Forms of tagged data, which are looked up whole. */
  readonly #forms: Vocabulary | null;

  constructor(json: CodecJson) {
    this.json = json;
    this.tokenizer = json.tokenizer === null ? null : deserializeTokenizer(json.tokenizer);
    this.targetTokenizer = json.targetTokenizer === null ? null : deserializeTokenizer(json.targetTokenizer);
    this.inputScaler = json.inputScaler && new Scaler(json.inputScaler);
    this.targetScaler = json.targetScaler && new Scaler(json.targetScaler);
    this.#forms = json.kind === 'tagged' && this.tokenizer ? new Vocabulary(knownTokens(this.tokenizer)!) : null;
  }

  /** @throws CorpusError when it is not what `json` gave */
  static parse(value: unknown): ExampleCodec {
    const parsed = codecSchema.safeParse(value);
    if (parsed.success) return new ExampleCodec(parsed.data);
    const { path, message } = parsed.error.issues[0]!;
    throw new CorpusError(
      `This is not a description of data by this program: ${path.join('.') || 'the whole'}: ${message}.`,
    );
  }

  get labels(): readonly string[] | null {
    return this.json.labels;
  }

  /** How wide the data make a network's ends. */
  get sizes(): DataSizes {
    const { task, labels, inputColumns, targetColumns } = this.json;
    if (this.json.kind === 'series') return { inputs: inputColumns.length, outputs: targetColumns.length };
    if (this.json.kind === 'rows')
      return { inputs: inputColumns.length, outputs: labels?.length ?? targetColumns.length };
    const inputs = this.tokenizer!.vocabularySize;
    if (task === 'translation') return { inputs, outputs: SPECIALS + this.targetTokenizer!.vocabularySize };
    if (task === 'conditional-generation') {
      return { inputs: SPECIALS + inputs, outputs: SPECIALS + inputs, labels: labels!.length };
    }
    return { inputs, outputs: task === 'regression' || task === 'binary' ? 1 : labels!.length };
  }

  /** What a vocabulary of generated tokens adds to a tokeniser's ids. */
  get inputOffset(): number {
    return this.json.task === 'conditional-generation' ? SPECIALS : 0;
  }

  /** The tokeniser's ids of a text that is read. Empty where it holds no token. */
  encode(text: string): Int32Array {
    const ids = this.#forms ? this.encodeForms(cutWords(text)) : this.tokenizer!.encode(text);
    return this.json.maxLength === null ? ids : ids.subarray(0, this.json.maxLength);
  }

  /** Ids of the given tokens of a sentence to tag. */
  encodeForms(tokens: readonly string[]): Int32Array {
    const { lowercase } = this.tokenizer!.config;
    return Int32Array.from(tokens, (token) => {
      const bytes = textBytes(token, lowercase);
      return this.#forms!.find(bytes, 0, bytes.length);
    });
  }

  /** The tokens that a typed sentence is tagged by: words, numbers, punctuation marks. */
  words(text: string): string[] {
    return cutWords(text);
  }

  /** Ids that no generated text has: what begins and fills sequences, and what stands for unknown tokens, which is no token. */
  get neverGenerated(): readonly number[] {
    const { unknownId } = this.#generated;
    return unknownId === null ? [PAD, BOS] : [PAD, BOS, SPECIALS + unknownId];
  }

  /** The tokeniser of what is generated. */
  get #generated(): Tokenizer {
    return (this.targetTokenizer ?? this.tokenizer)!;
  }

  /** Ids of a text as generated: without BOS and EOS. */
  encodeTarget(text: string): Int32Array {
    return this.#generated.encode(text).map((id) => id + SPECIALS);
  }

  /** The text of generated ids up to the first EOS. */
  decodeTarget(ids: ArrayLike<number>): string {
    const all = Array.from(ids);
    const end = all.indexOf(EOS);
    const real = (end < 0 ? all : all.slice(0, end)).filter((id) => id >= SPECIALS);
    return this.#generated.decode(real.map((id) => id - SPECIALS));
  }

  /** A generated token as people read it. */
  targetTokenText(id: number): string {
    return specialNames[id] ?? this.#generated.tokenText(id - SPECIALS);
  }

  /** A read token as people read it. */
  tokenText(id: number): string {
    return this.tokenizer!.tokenText(id);
  }
}

/** Known tokens of ids 1, 2, 3 … of a tokeniser that has a list of them. */
export function knownTokens(tokenizer: Tokenizer): readonly string[] | null {
  const json = tokenizer.toJSON();
  return json.kind === 'bpe' ? null : json.tokens;
}

/** What the rows of an input embedding stand for, by id; null where tokens are pieces of words. */
export function embeddedTokens(codec: ExampleCodec): readonly string[] | null {
  const known = codec.tokenizer && knownTokens(codec.tokenizer);
  if (!known) return null;
  return [...specialNames.slice(0, codec.inputOffset), unknownToken, ...known];
}
