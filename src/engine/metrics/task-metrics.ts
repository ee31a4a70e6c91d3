/** The measures of a data set's task, from the outputs that its network gives for batches of it. */
import type { ExampleCodec } from '../data/codec.ts';
import type { SequenceBatch } from '../model/batch.ts';
import { BinaryMetrics } from './binary.ts';
import { ClassificationMetrics } from './classification.ts';
import { MultilabelMetrics } from './multilabel.ts';
import { RegressionMetrics } from './regression.ts';
import type { TaskResult } from './results.ts';
import { SequenceMetrics } from './sequences.ts';
import { TaggingMetrics } from './tagging.ts';

export interface TaskMetrics {
  /**
   * Adds a batch, with its targets.
   * @param outputs [rows,K] of the forward, before `computeLoss` replaces them
   * @param naive of a forecast: Dataset.naiveForecast of the same batch; null: there is nothing to compare with
   */
  add(outputs: ArrayLike<number>, batch: SequenceBatch, naive?: ArrayLike<number> | null): void;
  /** Adds a generated text and what it should be; null where the task generates none that could be compared. */
  readonly addText: ((hypothesis: string, reference: string) => void) | null;
  /** @throws RangeError when nothing was added */
  result(): TaskResult;
}

/** @throws Error for a language model's corpus, whose one measure is its loss */
export function createTaskMetrics(codec: ExampleCodec): TaskMetrics {
  const { task, multilabel } = codec.json;
  switch (task) {
    case 'classification':
      return classes(codec);
    case 'tagging':
      return multilabel ? labelSets(codec) : tags(codec);
    case 'multilabel':
      return labelSets(codec);
    case 'binary':
      return yesOrNo();
    case 'regression':
    case 'forecasting':
      return numbers(codec);
    case 'standard':
      return codec.labels ? classes(codec) : numbers(codec);
    case 'translation':
    case 'conditional-generation':
      return sequences(codec);
    case 'language-model':
      throw new Error('A language model is measured by its loss and perplexity');
  }
}

function targetsOf({ targets }: SequenceBatch): ArrayLike<number> {
  if (!targets) throw new RangeError('What is measured needs targets to compare with, and this batch has none.');
  return targets;
}

function classes(codec: ExampleCodec): TaskMetrics {
  const metrics = new ClassificationMetrics(codec.labels!);
  return {
    add: (outputs, batch) => metrics.add(outputs, targetsOf(batch), batch.B),
    addText: null,
    result: () => metrics.result(),
  };
}

function tags(codec: ExampleCodec): TaskMetrics {
  const metrics = new TaggingMetrics(codec.labels!);
  return {
    add: (outputs, batch) => metrics.add(outputs, targetsOf(batch), batch.T, batch.B),
    addText: null,
    result: () => metrics.result(),
  };
}

function labelSets(codec: ExampleCodec): TaskMetrics {
  const metrics = new MultilabelMetrics(codec.labels!);
  const everyStep = codec.json.task === 'tagging';
  return {
    add: (outputs, batch) => {
      const { T, B, lengths } = everyStep ? batch : { T: 1, B: batch.B, lengths: null };
      metrics.add(outputs, targetsOf(batch), { T, B, lengths });
    },
    addText: null,
    result: () => metrics.result(),
  };
}

function yesOrNo(): TaskMetrics {
  const metrics = new BinaryMetrics();
  return {
    add: (outputs, batch) => metrics.add(outputs, targetsOf(batch), batch.B),
    addText: null,
    result: () => metrics.result(),
  };
}

/** What a rating is called, which is no column of numbers. */
const rating = 'rating';

function numbers(codec: ExampleCodec): TaskMetrics {
  const { targetColumns, horizon } = codec.json;
  const names = targetColumns.length > 0 ? targetColumns : [rating];
  const metrics = new RegressionMetrics(names, horizon);
  const scaler = codec.targetScaler!;
  return {
    add: (outputs, batch, naive = null) => {
      const targets = scaler.invert(targetsOf(batch));
      const rows = targets.length / (horizon * names.length);
      metrics.add(scaler.invert(outputs), targets, rows, naive && scaler.invert(naive));
    },
    addText: null,
    result: () => metrics.result(),
  };
}

function sequences(codec: ExampleCodec): TaskMetrics {
  const { lowercase } = (codec.targetTokenizer ?? codec.tokenizer)!.config;
  const metrics = new SequenceMetrics({ lowercase });
  const K = codec.sizes.outputs;
  return {
    add: (outputs, batch) => metrics.addTokens(outputs, targetsOf(batch), batch.T * batch.B, K),
    // What is generated for a label has no reference.
    addText:
      codec.json.task === 'translation' ? (hypothesis, reference) => metrics.addText(hypothesis, reference) : null,
    result: () => metrics.result(),
  };
}
