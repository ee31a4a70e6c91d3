/** A trained network that reads something while its inside is looked at: one sequence at a time, long ones a stretch at a time. */
import { CorpusError } from '../corpus/errors.ts';
import type { Tokenizer } from '../corpus/tokenizer.ts';
import { BOS } from '../data/codec.ts';
import { openDataset, type Dataset } from '../data/dataset.ts';
import { createTaskModel } from '../model/create.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { AnyBatch, TaskModel } from '../model/task-model.ts';
import type { ParameterSet } from '../model/parameters.ts';
import { mostSteps, type LookSource, type ReadSource } from './looks/source.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { examplePieces, textPieces } from './pieces.ts';

/** Running text is read in stretches of this many tokens, fewer where the vocabulary is large; the state is carried. */
const stretchSteps = 256;
/** Most logits of a stretch: 32 MB. */
const mostLogits = 8_000_000;
/** Tokens that are read before a place in running text, so that the state there is about what it is in the whole text. */
const warmUp = 256;

/** What a network has just read. */
export interface Stretch {
  /** First step, from the beginning of `pieces`; below 0 while it warms up. */
  readonly start: number;
  readonly T: number;
  /** After its forward, of one sequence (B = 1). */
  readonly model: TaskModel<AnyBatch>;
}

/** A sequence to read, and how its steps look. */
export interface Sequence {
  readonly source: ReadSource;
  /** What each step reads. Of an encoder–decoder in the encoder. */
  readonly pieces: readonly string[];
  /** The tokens that are predicted where these are not those read: a decoder's. */
  readonly targets: readonly string[] | null;
  /** What is to be answered, step by step; null where that is not known. */
  readonly truth: AnyBatch['targets'];
  /** The answer to step t stands at t + ahead in `truth`: a language model's is the next token. */
  readonly ahead: 0 | 1;
  /** Reads it from its beginning. */
  read(): AsyncGenerator<Stretch, void>;
}

/** @throws CorpusError for what this network cannot read, and for a place that is not there */
export async function openSequence(opened: OpenedCheckpoint, source: LookSource): Promise<Sequence> {
  if (opened.tokenizer) {
    return source.from === 'text' ? ownText(opened, opened.tokenizer, source.text) : stretchOfText(opened, source);
  }
  return source.from === 'text' ? ownExample(opened, source.text) : exampleOfData(opened, source.start);
}

function ownText(opened: OpenedCheckpoint, tokenizer: Tokenizer, text: string): Sequence {
  const all = tokenizer.encode(text);
  if (all.length === 0)
    throw new CorpusError('There is no token in this text: give it at least one word or character.');
  const ids = all.subarray(0, mostSteps);
  return runningText(opened, ids, 0, {
    ...{ from: 'text', start: 0, total: all.length, unit: 'tokens' },
    unknown: tokenizer.unknown(text),
    truncated: ids.length < all.length,
  });
}

async function stretchOfText(
  opened: OpenedCheckpoint,
  { start, length }: Extract<LookSource, { from: 'data' }>,
): Promise<Sequence> {
  const { data, files } = opened;
  if ('directory' in data) throw new CorpusError('The data of this run are no running text.');
  const tokens = await files.openTokens(data.valid ?? data.train);
  try {
    if (start >= tokens.length) {
      throw new CorpusError(
        `There are ${tokens.length.toLocaleString('en')} tokens: none at ${start.toLocaleString('en')}.`,
      );
    }
    const before = Math.min(start, warmUp);
    const ids = new Int32Array(before + Math.min(length, tokens.length - start));
    tokens.read(start - before, ids);
    return runningText(opened, ids, before, {
      ...{ from: data.valid ? 'valid' : 'train', start, total: tokens.length, unit: 'tokens' },
      ...{ unknown: [], truncated: false },
    });
  } finally {
    tokens.close();
  }
}

/** @param before ids that are read first and not shown */
function runningText(opened: OpenedCheckpoint, ids: Int32Array, before: number, source: ReadSource): Sequence {
  const shown = ids.subarray(before);
  return {
    source,
    pieces: textPieces(opened.tokenizer!, shown),
    targets: null,
    truth: shown,
    ahead: 1,
    read: () => readText(opened, ids, -before),
  };
}

/** Running text, stretch after stretch. */
export async function* readText(
  opened: OpenedCheckpoint,
  ids: Int32Array,
  start: number,
  parameters?: ParameterSet,
): AsyncGenerator<Stretch, void> {
  const { architecture, sizes, progress, turn } = opened;
  const V = sizes.inputs;
  const T = Math.max(1, Math.min(stretchSteps, ids.length, Math.floor(mostLogits / V)));
  const kernels = await opened.kernels();
  const trained = parameters ?? (await opened.parameters(false));
  const model = new LanguageModel(kernels, architecture, V, { B: 1, T, training: false }, trained);
  try {
    model.resetState();
    for (let from = 0; from < ids.length; from += T) {
      const steps = Math.min(T, ids.length - from);
      model.setBatch(ids.subarray(from, from + steps), null, steps);
      model.forward(null);
      yield { start: start + from, T: steps, model };
      model.carryState();
      progress(from + steps, ids.length, 'Reading');
      await turn();
    }
  } finally {
    model.dispose();
  }
}

function ownExample(opened: OpenedCheckpoint, text: string): Sequence {
  const codec = opened.codec!;
  const { task } = codec.json;
  if (!codec.tokenizer || task === 'conditional-generation') {
    throw new CorpusError('This network does not read a text of your own: look at an example of its data.');
  }
  const ids = codec.encode(text);
  if (ids.length === 0)
    throw new CorpusError('There is no token in this text: give it at least one word or character.');
  const batch: AnyBatch =
    task === 'translation'
      ? {
          ...{ T: 1, B: 1, lengths: null, inputs: Int32Array.of(BOS), targets: null },
          ...{ Tx: ids.length, source: ids, sourceLengths: null },
        }
      : { T: ids.length, B: 1, lengths: null, inputs: ids, targets: null };
  const all = codec.tokenizer.encode(text).length;
  return ofBatch(opened, batch, {
    ...{ from: 'text', start: 0, total: all, unit: 'tokens' },
    unknown: codec.tokenizer.unknown(text),
    truncated: all > ids.length,
  });
}

async function exampleOfData(opened: OpenedCheckpoint, index: number): Promise<Sequence> {
  const { dataset, part } = await openExamples(opened);
  try {
    const examples = dataset.examples(part);
    if (index >= examples.count) {
      throw new CorpusError(
        `There are ${examples.count.toLocaleString('en')} examples: none at ${index.toLocaleString('en')}.`,
      );
    }
    return ofBatch(opened, examples.fill(Int32Array.of(index)), {
      ...{ from: part, start: index, total: examples.count, unit: 'examples' },
      ...{ unknown: [], truncated: false },
    });
  } finally {
    dataset.close();
  }
}

/** The examples to look at: of the validation part, or where there is none of the training part. Close the data set when done. */
export async function openExamples({
  data,
  files,
}: OpenedCheckpoint): Promise<{ readonly dataset: Dataset; readonly part: 'valid' | 'train' }> {
  if (!('directory' in data)) throw new CorpusError('The data of this run are running text, not examples.');
  const dataset = await openDataset(files, data.directory);
  return { dataset, part: dataset.has('valid') ? 'valid' : 'train' };
}

function ofBatch(opened: OpenedCheckpoint, batch: AnyBatch, source: ReadSource): Sequence {
  return {
    source,
    ...examplePieces(opened.codec!, batch),
    truth: batch.targets,
    ahead: 0,
    async *read() {
      const { architecture, sizes } = opened;
      const { T, Tx } = batch;
      const most = Tx === undefined ? { T } : { T: Tx, Ty: T };
      const parameters = await opened.parameters(false);
      const model = createTaskModel(
        await opened.kernels(),
        architecture,
        sizes,
        { ...most, B: 1, training: false },
        parameters,
      );
      try {
        model.setBatch(batch);
        model.forward(null);
        yield { start: 0, T, model };
      } finally {
        model.dispose();
      }
    },
  };
}
