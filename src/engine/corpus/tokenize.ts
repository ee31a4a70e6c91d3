/** From stored text to token files: learns the tokeniser on the training part, splits, encodes everything to disk. */
import { z } from 'zod';
import type { EngineFiles } from '../files.ts';
import type { TokenFile, TokenData } from '../protocol.ts';
import { decodeCheckpoint } from '../training/checkpoint.ts';
import { splitSchema, tokenizerSchema, type SplitConfig, type TokenizerConfig } from '../training/config.ts';
import { CorpusError } from './errors.ts';
import { lowerCaseBytes } from './lowercase.ts';
import { streamParts, textBlocks, type PartsOptions, type TakeTokens } from './text-stream.ts';
import { looksPrepared, tokenizerLearner, type TokenizerLearner } from './tokenizer-learner.ts';
import { deserializeTokenizer, type Tokenizer } from './tokenizer.ts';
import { TokenWriter } from './token-writer.ts';
import { countCharacters, wholeCharacters } from './utf8.ts';

export interface TokenizeRequest {
  readonly tokenizer: z.input<typeof tokenizerSchema>;
  /** A checkpoint whose tokeniser is taken; null: one is learnt. A folder belongs to one of the two. */
  readonly vocabularyFrom?: string | null;
  /** Stored UTF-8 text; the training part and what is not given separately. */
  readonly textPath: string;
  /** Texts of their own for validation and test; where one is given, its share in `split` is not used. */
  readonly validTextPath: string | null;
  readonly testTextPath: string | null;
  readonly split: SplitConfig;
  /** A folder for this combination alone. */
  readonly targetDir: string;
}

export interface TokenizedCorpus {
  readonly data: TokenData;
  /** Share of tokens, over all parts, that the vocabulary lacks. */
  readonly unknownRate: number;
  /** The most frequent tokens of the training part, as shown to people. */
  readonly frequent: readonly { readonly token: string; readonly count: number }[];
}

/** Called with bytes of text done and to do, and what is being done. */
export type TokenizeProgress = (done: number, total: number, what: string) => void;

const mostFrequent = 50;
/** How much of a text is looked at to see whether it is prepared. */
const headBytes = 1 << 20;
/** The most tokens that 16-bit ids can tell apart. */
const most16Bit = 65_536;

const names = { tokens: 'tokens.bin', tokenizer: 'tokenizer.json', meta: 'meta.json' } as const;

const part = z.strictObject({ start: z.int().min(0), length: z.int().min(0) });
/** `meta.json` is written last: where it is, everything is. */
const metaSchema = z.strictObject({
  format: z.literal('unroll-tokens/1'),
  /** From what the tokens were made. */
  inputs: z.strictObject({
    tokenizer: tokenizerSchema,
    split: splitSchema,
    texts: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0) }).nullable()),
  }),
  vocabularySize: z.int().min(1),
  charactersPerToken: z.number(),
  bytesPerToken: z.union([z.literal(2), z.literal(4)]),
  train: part,
  valid: part.nullable(),
  test: part.nullable(),
  unknownRate: z.number(),
  frequent: z.array(z.strictObject({ token: z.string(), count: z.number() })),
});
type Meta = z.output<typeof metaSchema>;

/**
 * Tokenises a corpus into `targetDir`, or finds it there: a folder that holds the result of the same request is used as it
 * is. Memory does not grow with the text.
 * @throws CorpusError when the text or the settings do not allow it; the signal's reason when it was cancelled
 */
export async function tokenizeCorpus(
  files: EngineFiles,
  request: TokenizeRequest,
  onProgress: TokenizeProgress,
  signal: AbortSignal,
): Promise<TokenizedCorpus> {
  const inputs = await inputsOf(files, request);
  const existing = await readMeta(files, request.targetDir, inputs);
  const meta = existing ?? (await new Tokenizing(files, request, inputs, onProgress, signal).run());
  const { bytesPerToken, vocabularySize, charactersPerToken, unknownRate, frequent } = meta;
  const path = files.join(request.targetDir, names.tokens);
  const file = (of: Meta['train']): TokenFile => ({ path, bytesPerToken, ...of });
  return {
    data: {
      tokenizerPath: files.join(request.targetDir, names.tokenizer),
      vocabularySize,
      charactersPerToken,
      train: file(meta.train),
      valid: meta.valid && file(meta.valid),
      test: meta.test && file(meta.test),
    },
    unknownRate,
    frequent,
  };
}

async function inputsOf(files: EngineFiles, request: TokenizeRequest): Promise<Meta['inputs']> {
  const paths = [request.textPath, request.validTextPath, request.testTextPath];
  const texts = await Promise.all(paths.map(async (path) => path && { path, bytes: await files.size(path) }));
  return {
    tokenizer: tokenizerSchema.parse(request.tokenizer),
    split: splitSchema.parse(request.split),
    texts: texts.map((text) => text || null),
  };
}

/** The meta file of a folder that is complete and made from `inputs`; null otherwise. */
async function readMeta(files: EngineFiles, directory: string, inputs: Meta['inputs']): Promise<Meta | null> {
  const present = await files.list(directory);
  if (!Object.values(names).every((name) => present.includes(name))) return null;
  const text = new TextDecoder().decode(await files.readFile(files.join(directory, names.meta)));
  const parsed = metaSchema.safeParse(parseJson(text));
  if (!parsed.success || JSON.stringify(parsed.data.inputs) !== JSON.stringify(inputs)) return null;
  const { train, valid, test, bytesPerToken } = parsed.data;
  const tokens = train.length + (valid?.length ?? 0) + (test?.length ?? 0);
  const size = await files.size(files.join(directory, names.tokens));
  return size === tokens * bytesPerToken ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** One tokenisation at work. */
class Tokenizing {
  readonly #files: EngineFiles;
  readonly #request: TokenizeRequest;
  readonly #inputs: Meta['inputs'];
  readonly #onProgress: TokenizeProgress;
  readonly #signal: AbortSignal;
  /** Shares of the text itself that are held out. */
  readonly #valid: number;
  readonly #test: number;
  #bytesDone = 0;
  #bytesToDo = 0;

  constructor(
    files: EngineFiles,
    request: TokenizeRequest,
    inputs: Meta['inputs'],
    onProgress: TokenizeProgress,
    signal: AbortSignal,
  ) {
    this.#files = files;
    this.#request = request;
    this.#inputs = inputs;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#valid = request.validTextPath === null ? request.split.valid : 0;
    this.#test = request.testTextPath === null ? request.split.test : 0;
  }

  async run(): Promise<Meta> {
    const { tokenizer: config } = this.#inputs;
    const [text, ...others] = this.#inputs.texts.map((input) => input?.bytes ?? 0);
    const held = this.#valid + this.#test;
    const counting = held > 0 ? text! : 0;
    this.#bytesToDo = counting + text! * (1 - held) + text! + others.reduce((sum, bytes) => sum + bytes, 0);

    const cuts = held > 0 ? await this.#cuts() : [];
    const learner = await this.#learner(config);
    const learn: TakeTokens = (_part, bytes, end, stop, last) => learner.push(bytes, end, stop, last);
    const [trainCharacters] = await streamParts(
      this.#files,
      this.#request.textPath,
      this.#options('Learning tokens', cuts, 1, held > 0),
      learn,
    );
    const tokenizer = await learner.finish(this.#signal);
    return this.#encode(tokenizer, cuts, trainCharacters!);
  }

  /** One that has nothing to learn where the tokeniser is given. */
  async #learner(config: TokenizerConfig): Promise<TokenizerLearner> {
    const { vocabularyFrom = null } = this.#request;
    if (vocabularyFrom === null)
      return tokenizerLearner(config, config.kind === 'word' && looksPrepared(await this.#head()));
    const { state } = decodeCheckpoint(await this.#files.readFile(vocabularyFrom));
    const given = deserializeTokenizer(state.tokenizer);
    return { push: (_bytes, _end, stop) => stop, finish: () => Promise.resolve(given) };
  }

  /** Where the training part ends and where validation ends, in characters. */
  async #cuts(): Promise<number[]> {
    let total = 0;
    for await (const block of textBlocks(
      this.#files,
      this.#request.textPath,
      this.#options('Counting characters', [], 1, false),
    )) {
      total += countCharacters(block, 0, block.length);
    }
    const trainEnd = Math.round(total * (1 - this.#valid - this.#test));
    const validEnd = Math.round(total * (1 - this.#test));
    return [...(this.#valid > 0 ? [trainEnd] : []), ...(this.#test > 0 ? [validEnd] : [])];
  }

  /** The beginning of the text, as the tokeniser sees it. */
  async #head(): Promise<Uint8Array> {
    const head = new Uint8Array(headBytes);
    let length = 0;
    for await (const chunk of this.#files.readChunks(this.#request.textPath, 0, headBytes)) {
      head.set(chunk, length);
      length += chunk.length;
    }
    const whole = head.subarray(0, wholeCharacters(head, length));
    return this.#inputs.tokenizer.lowercase ? lowerCaseBytes(whole) : whole;
  }

  async #encode(tokenizer: Tokenizer, cuts: readonly number[], trainCharacters: number): Promise<Meta> {
    const { textPath, validTextPath, testTextPath, targetDir } = this.#request;
    const bytesPerToken = tokenizer.vocabularySize <= most16Bit ? 2 : 4;
    const parts = ['train', ...(this.#valid > 0 ? ['valid'] : []), ...(this.#test > 0 ? ['test'] : [])];
    const ranges = new Map<string, { start: number; length: number }>();
    const writer = new TokenWriter(tokenizer, await this.#files.create(targetDir), bytesPerToken);
    try {
      const encode = async (path: string, into: readonly string[]): Promise<void> => {
        for (const name of into) ranges.set(name, { start: 0, length: 0 });
        const options = this.#options('Encoding', into.length > 1 ? cuts : [], into.length, path === textPath);
        await streamParts(this.#files, path, options, async (index, bytes, end, stop, last) => {
          const range = ranges.get(into[index]!)!;
          if (range.length === 0) range.start = writer.written;
          const consumed = await writer.write(bytes, end, stop, last, into[index] === 'train');
          range.length = writer.written - range.start;
          return consumed;
        });
      };
      await encode(textPath, parts);
      if (validTextPath !== null) await encode(validTextPath, ['valid']);
      if (testTextPath !== null) await encode(testTextPath, ['test']);

      const train = ranges.get('train')!;
      if (train.length === 0) throw new CorpusError('The training part holds no tokens: make it, or the text, larger.');
      await writer.commit(this.#files.join(targetDir, names.tokens));
      await this.#writeJson(names.tokenizer, tokenizer);
      const meta: Meta = {
        format: 'unroll-tokens/1',
        inputs: this.#inputs,
        vocabularySize: tokenizer.vocabularySize,
        charactersPerToken: trainCharacters / train.length,
        bytesPerToken,
        train,
        valid: ranges.get('valid') ?? null,
        test: ranges.get('test') ?? null,
        unknownRate: writer.unknown / writer.written,
        frequent: frequentTokens(tokenizer, writer.trainCounts),
      };
      await this.#writeJson(names.meta, meta);
      this.#onProgress(this.#bytesToDo, this.#bytesToDo, 'Encoding');
      return meta;
    } finally {
      await writer.close();
    }
  }

  async #writeJson(name: string, value: unknown): Promise<void> {
    const sink = await this.#files.create(this.#request.targetDir);
    try {
      await sink.write(new TextEncoder().encode(JSON.stringify(value)));
      await sink.commit(this.#files.join(this.#request.targetDir, name));
    } finally {
      await sink.abort();
    }
  }

  #options(what: string, cuts: readonly number[], parts: number, checked: boolean): PartsOptions {
    return {
      checked,
      lowercase: this.#inputs.tokenizer.lowercase,
      cuts,
      parts,
      signal: this.#signal,
      onRead: (bytes) => {
        this.#bytesDone = Math.min(this.#bytesDone + bytes, this.#bytesToDo);
        this.#onProgress(this.#bytesDone, this.#bytesToDo, what);
      },
    };
  }
}

function frequentTokens(tokenizer: Tokenizer, counts: Float64Array): { token: string; count: number }[] {
  const ids = Array.from(counts.keys()).filter((id) => counts[id]! > 0);
  ids.sort((a, b) => counts[b]! - counts[a]! || a - b);
  return ids.slice(0, mostFrequent).map((id) => ({ token: tokenizer.tokenText(id), count: counts[id]! }));
}
