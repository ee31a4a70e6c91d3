/** Questions and answers in one line, and answers as plain text for the clipboard. */
import type { PredictionRequest } from '../../../api/types.ts';
import type { Prediction } from '../../../engine/inference/prediction.ts';
import { number, plural, share } from '../../lib/format.ts';
import { tryOut as text } from '../../lib/messages/try.ts';
import { csvOf } from './rows-text.ts';

/** Stands for what the vocabulary lacks. */
export const unknownToken = '<unk>';

/** What was asked. */
export function questionLine(inputs: readonly PredictionRequest[]): string {
  return inputs.map(inputLine).join(' / ').slice(0, 200);
}

function inputLine(input: PredictionRequest): string {
  switch (input.kind) {
    case 'text':
      return input.text.slice(0, 200).replace(/\s+/g, ' ').trim();
    case 'label':
      return input.label;
    case 'rows':
      return input.rows.length === 1 ? input.rows[0]!.join(', ') : plural(input.rows.length, 'row');
  }
}

/** What was answered. */
export function answerLine(predictions: readonly Prediction[]): string {
  return predictions.map(predictionLine).join(' / ').slice(0, 200);
}

function predictionLine(prediction: Prediction): string {
  switch (prediction.kind) {
    case 'class':
      return best(prediction.classes);
    case 'labels':
      return chosenLabels(prediction.labels) || text.tags.none;
    case 'yes-or-no':
      return yesNo(prediction.yes, prediction.probability);
    case 'value':
      return number(prediction.value, 4);
    case 'tags':
      return prediction.tokens.map(({ tags }) => tags.join('+') || '–').join(' ');
    case 'translations':
      return prediction.translations[0]?.text ?? '';
    case 'generated':
      return prediction.samples.map((sample) => sample.text.replace(/\s+/g, ' ').trim()).join(', ');
    case 'forecast':
      return prediction.steps.map((row) => row.map((value) => number(value)).join(' ')).join(', ');
    case 'row-classes':
      return prediction.rows.map(best).join(', ');
    case 'row-values':
      return prediction.rows.map((row) => row.map((value) => number(value, 4)).join(' ')).join(', ');
  }
}

/** Answers as one would paste them elsewhere; tables tab- or comma-separated, numbers with all their digits. */
export function answerText(predictions: readonly Prediction[]): string {
  return predictions.map(predictionText).join('\n');
}

function predictionText(prediction: Prediction): string {
  switch (prediction.kind) {
    case 'class':
      return prediction.classes[0]?.label ?? '';
    case 'labels':
      return chosenLabels(prediction.labels);
    case 'yes-or-no':
      return prediction.yes ? text.probabilities.yes : text.probabilities.no;
    case 'value':
      return String(prediction.value);
    case 'tags':
      return prediction.tokens.map(({ token, tags }) => `${token}\t${tags.join(';') || '_'}`).join('\n');
    case 'translations':
      return prediction.translations[0]?.text ?? '';
    case 'generated':
      return prediction.samples.map((sample) => sample.text).join('\n');
    case 'forecast':
      return csvOf(prediction.columns, prediction.steps);
    case 'row-classes':
      return prediction.rows.map((row) => row[0]?.label ?? '').join('\n');
    case 'row-values':
      return csvOf(prediction.columns, prediction.rows);
  }
}

function best(classes: readonly { readonly label: string; readonly probability: number }[]): string {
  const [first] = classes;
  return first ? text.probabilities.is(first.label, share(first.probability)) : '';
}

function chosenLabels(labels: readonly { readonly label: string; readonly chosen: boolean }[]): string {
  return labels.flatMap(({ label, chosen }) => (chosen ? label : [])).join(', ');
}

function yesNo(yes: boolean, probability: number): string {
  const { yes: y, no } = text.probabilities;
  return text.probabilities.is(yes ? y : no, share(yes ? probability : 1 - probability));
}
