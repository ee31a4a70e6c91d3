/** Answers to a text: a class, labels, a rating, yes or no; and a tag for each of its tokens. */
import { CorpusError } from '../corpus/errors.ts';
import { unknownId } from '../corpus/vocabulary.ts';
import { isYes, sigmoid } from '../metrics/outputs.ts';
import { batchOf, byProbability, classesOf, outputsOf, readText, requireTask, type Trained } from './predict-model.ts';
import type {
  ClassPrediction,
  LabelsPrediction,
  TaggedToken,
  TagsPrediction,
  ValuePrediction,
  YesNoPrediction,
} from './prediction.ts';

/** Above it a label is chosen, as `isYes` says of its logit. */
const half = 0.5;

/** @throws CorpusError for a text without any token */
export async function classifyText(trained: Trained, text: string): Promise<ClassPrediction> {
  requireTask(trained, 'classification');
  const { ids, read } = readText(trained, text);
  const { outputs } = await outputsOf(trained, batchOf(ids));
  return { kind: 'class', read, classes: classesOf(trained, outputs) };
}

/** @throws CorpusError for a text without any token */
export async function labelText(trained: Trained, text: string): Promise<LabelsPrediction> {
  requireTask(trained, 'multilabel');
  const { ids, read } = readText(trained, text);
  const { outputs } = await outputsOf(trained, batchOf(ids));
  const labels = byProbability(trained.codec.labels!, Float64Array.from(outputs, sigmoid));
  return { kind: 'labels', read, labels: labels.map((label) => ({ ...label, chosen: label.probability > half })) };
}

/** @throws CorpusError for a text without any token */
export async function answerText(trained: Trained, text: string): Promise<YesNoPrediction> {
  requireTask(trained, 'binary');
  const { ids, read } = readText(trained, text);
  const { outputs } = await outputsOf(trained, batchOf(ids));
  return { kind: 'yes-or-no', read, probability: sigmoid(outputs[0]), yes: isYes(outputs[0]) };
}

/** @throws CorpusError for a text without any token */
export async function rateText(trained: Trained, text: string): Promise<ValuePrediction> {
  requireTask(trained, 'regression');
  const { ids, read } = readText(trained, text);
  const { outputs } = await outputsOf(trained, batchOf(ids));
  return { kind: 'value', read, value: trained.codec.targetScaler!.invert(outputs)[0] };
}

/**
 * Cuts a sentence into words and punctuation marks, and tags each.
 * @throws CorpusError for a sentence without any
 */
export async function tagText(trained: Trained, sentence: string): Promise<TagsPrediction> {
  return tagTokens(trained, trained.codec.words(sentence));
}

/**
 * Tags the tokens of a sentence.
 * @throws CorpusError when there are none
 */
export async function tagTokens(trained: Trained, tokens: readonly string[]): Promise<TagsPrediction> {
  requireTask(trained, 'tagging');
  if (tokens.length === 0) throw new CorpusError('There is no token in this sentence: give it at least one word.');
  const ids = trained.codec.encodeForms(tokens);
  const { outputs, K } = await outputsOf(trained, batchOf(ids));
  const tagged = tokens.map((token, t): TaggedToken => {
    const known = ids[t] !== unknownId;
    return { token, known, ...tagsOf(trained, outputs.subarray(t * K, (t + 1) * K)) };
  });
  return { kind: 'tags', tokens: tagged };
}

/** @param logits [K] of one token */
function tagsOf(trained: Trained, logits: ArrayLike<number>): Pick<TaggedToken, 'tags' | 'probabilities'> {
  if (!trained.codec.json.multilabel) {
    const probabilities = classesOf(trained, logits);
    return { tags: [probabilities[0].label], probabilities };
  }
  const probabilities = byProbability(trained.codec.labels!, Float64Array.from(logits, sigmoid));
  return { tags: probabilities.flatMap(({ label, probability }) => (probability > half ? label : [])), probabilities };
}
