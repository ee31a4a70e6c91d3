/** What made-up runs of every task measure and make, better from evaluation to evaluation. */
import type { Sample } from '../../../src/api/types.ts';
import type { Task } from '../../../src/engine/model/spec.ts';
import type { ClassReport, TaskResult } from '../../../src/engine/metrics/results.ts';

/** A generator of numbers from 0 to below 1. */
type Random = () => number;

const languages =
  'Arabic Chinese Czech Dutch English French German Greek Irish Italian Japanese Korean Polish Portuguese Russian Scottish Spanish Vietnamese';
const tags = 'ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X';

/** `count` names: languages, then invented ones, the last of them long. */
export function classNames(count: number): string[] {
  const known = languages.split(' ');
  const names = Array.from({ length: count }, (_, i) => known[i] ?? `class ${i + 1}`);
  if (count > known.length) names[count - 1] = 'a class with a name so long that no table has the room for it';
  return names;
}

/** @param quality share of right answers, about */
function confusionOf(count: number, quality: number, random: Random): number[][] {
  return Array.from({ length: count }, (_, target) => {
    const support = Math.round(20 + 400 * random() ** 3);
    const row = new Array<number>(count).fill(0);
    for (let n = 0; n < support; n++) {
      // Wrong answers gather at a few neighbours, as they do.
      const wrong = (target + 1 + Math.floor(random() ** 2 * (count - 1))) % count;
      row[random() < quality || count === 1 ? target : wrong]!++;
    }
    return row;
  });
}

function reportsOf(labels: readonly string[], confusion: readonly (readonly number[])[]): ClassReport[] {
  return labels.map((label, i) => {
    const right = confusion[i]![i]!;
    const support = confusion[i]!.reduce((a, b) => a + b, 0);
    const predicted = confusion.reduce((sum, row) => sum + row[i]!, 0);
    const over = (a: number, b: number) => (b === 0 ? 0 : a / b);
    return {
      ...{ label, support, predicted },
      ...{ precision: over(right, predicted), recall: over(right, support), f1: over(2 * right, predicted + support) },
    };
  });
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

export function classificationResult(labels: readonly string[], quality: number, random: Random): TaskResult {
  const confusion = confusionOf(labels.length, quality, random);
  const classes = reportsOf(labels, confusion);
  const examples = classes.reduce((sum, one) => sum + one.support, 0);
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  return {
    kind: 'classification',
    ...{ examples, accuracy: right / examples, macroF1: mean(classes.map(({ f1 }) => f1)), classes, confusion },
  };
}

function regressionResult(columns: readonly string[], horizon: number, quality: number, random: Random): TaskResult {
  const errors = (size: number) => ({ rmse: size, mae: size * 0.8 });
  const each = columns.map((name, c) => {
    const naive = 0.29 * 40 ** c;
    const size = naive * (1.6 - 1.3 * quality + 0.04 * random());
    return { name, ...errors(size), r2: 1 - (size / naive) ** 2 * 0.4, naive: horizon > 0 ? errors(naive) : null };
  });
  const ahead = Array.from({ length: Math.max(1, horizon) }, (_, h) => {
    const far = (h + 1) / Math.max(1, horizon);
    const size = mean(each.map(({ rmse }) => rmse));
    const naive = mean(each.map(({ naive }) => naive?.rmse ?? 0));
    return { ...errors(size * (0.4 + 0.9 * far)), naive: horizon > 0 ? errors(naive * far ** 0.5 * 1.2) : null };
  });
  return {
    kind: 'regression',
    ...{ examples: 380, ...errors(mean(each.map(({ rmse }) => rmse))), r2: mean(each.map(({ r2 }) => r2)) },
    naive: horizon > 0 ? errors(mean(each.map(({ naive }) => naive?.rmse ?? 0))) : null,
    ...{ columns: each, ahead },
  };
}

/**
 * What a task measures.
 *
 * @param quality from 0, nothing learned, to 1
 * @param count classes of a classification
 * @returns null of a language model
 */
export function resultOf(task: Task, quality: number, random: Random, count = 18): TaskResult | null {
  const right = 0.3 + 0.62 * quality;
  switch (task) {
    case 'language-model':
      return null;
    case 'classification':
    case 'standard':
      return classificationResult(classNames(task === 'standard' ? 2 : count), right, random);
    case 'tagging': {
      const labels = tags.split(' ');
      const reports = reportsOf(labels, confusionOf(labels.length, right, random));
      const tokens = reports.reduce((sum, one) => sum + one.support, 0);
      return {
        kind: 'tagging',
        ...{ sentences: 214, tokens, tokenAccuracy: right, sentenceAccuracy: right ** 6 },
        ...{ macroF1: mean(reports.map(({ f1 }) => f1)), tags: reports },
      };
    }
    case 'multilabel': {
      const names = ['politics', 'sport', 'science', 'culture', 'weather'];
      const labels = reportsOf(names, confusionOf(names.length, right, random));
      const macroF1 = mean(labels.map(({ f1 }) => f1));
      return { kind: 'multilabel', examples: 400, exactMatch: right ** 2, microF1: macroF1 + 0.02, macroF1, labels };
    }
    case 'binary': {
      const truePositive = Math.round(100 * right);
      const falsePositive = Math.round(80 * (1 - right));
      const precision = truePositive / (truePositive + falsePositive);
      const recall = truePositive / 100;
      return {
        kind: 'binary',
        ...{ examples: 180, accuracy: (truePositive + 80 - falsePositive) / 180, precision, recall },
        ...{ f1: (2 * precision * recall) / (precision + recall), logLoss: 0.69 - 0.5 * quality },
        counts: {
          ...{ truePositive, falsePositive },
          ...{ falseNegative: 100 - truePositive, trueNegative: 80 - falsePositive },
        },
      };
    }
    case 'regression':
      return regressionResult(['stars'], 0, quality, random);
    case 'forecasting':
      return regressionResult(['mix', 'noisy'], 20, quality, random);
    case 'translation':
    case 'conditional-generation': {
      const translates = task === 'translation';
      const precisions = [62, 35, 22, 14].map((p) => p * (0.2 + 0.8 * quality));
      const score = Math.exp(mean(precisions.map(Math.log)));
      const total = [11_920, 10_906, 9_892, 8_878];
      const correct = total.map((n, i) => Math.round((n * precisions[i]!) / 100));
      return {
        kind: 'sequences',
        ...{ tokenAccuracy: right * 0.75, tokens: 13_058, texts: translates ? 1_014 : 0 },
        exactMatch: translates ? 0.08 * quality : null,
        bleu: translates
          ? {
              ...{ score: score * 0.96, precisions, correct, total, brevityPenalty: 0.96 },
              ...{ hypothesisLength: 11_920, referenceLength: 12_407 },
              signature: 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.4.3',
            }
          : null,
      };
    }
  }
}

const names = ['Abukara', 'Zheng', 'Novák', 'De Vries', 'Hughes', 'Fournier'];
const answer = (input: string, expected: string | null, answer: string) => ({
  ...{ input, expected, answer },
  right: expected === null ? null : expected === answer,
});

/** What a network of a task makes of a few examples. */
export function sampleOf(task: Task, step: number, random: Random): Sample {
  const answers = (...answers: ReturnType<typeof answer>[]): Sample => ({
    step,
    text: answers.map((one) => `${one.input} → ${one.answer}`).join('\n'),
    detail: { kind: 'answers', answers },
  });
  const sometimes = <A>(right: A, wrong: A) => (random() < 0.7 ? right : wrong);
  switch (task) {
    case 'tagging':
      return answers(
        answer('The old man the boat .', 'DET ADJ VERB DET NOUN PUNCT', 'DET ADJ NOUN DET NOUN PUNCT'),
        answer(
          'What if Google morphed into GoogleOS ?',
          'PRON SCONJ PROPN VERB ADP PROPN PUNCT',
          'PRON SCONJ PROPN VERB ADP PROPN PUNCT',
        ),
      );
    case 'translation':
      return answers(
        answer(
          'two young men are outside near many bushes .',
          'zwei junge männer sind im freien in der nähe vieler büsche .',
          'zwei junge männer sind im freien in der nähe von büschen .',
        ),
        answer(
          'a little girl climbing into a wooden playhouse .',
          'ein kleines mädchen klettert in ein spielhaus aus holz .',
          'ein kleines mädchen klettert in ein spielhaus aus holz .',
        ),
        answer(
          'a man in a blue shirt is standing on a ladder cleaning a window while his colleague below holds the ladder with both hands and looks at the passers-by in the street .',
          'ein mann in einem blauen hemd steht auf einer leiter und putzt ein fenster .',
          'ein mann in einem blauen hemd steht auf einer leiter und putzt ein fenster , während .',
        ),
      );
    case 'conditional-generation':
      return answers(
        ...['Czech', 'Italian', 'Japanese', 'Scottish'].map((label, i) =>
          answer(label, null, ['Havránek', 'Bonfantini', 'Hashimura', 'Mackay'][i]!),
        ),
      );
    case 'regression':
      return answers(
        { ...answer('A waste of two hours', '1', '1.4'), right: null },
        { ...answer('Good, with a weak ending', '4', '3.71'), right: null },
      );
    case 'binary':
      return answers(
        answer('not a good film', 'no', sometimes('no', 'yes')),
        answer('I liked every minute of it', 'yes', 'yes'),
      );
    case 'multilabel':
      return answers(
        answer('The minister opened the stadium', 'politics+sport', sometimes('politics+sport', 'sport')),
        answer('Rain', 'weather', 'none'),
      );
    case 'standard':
      return answers(
        answer('sepal length 5.1, sepal width 3.5', 'Arabic', 'Arabic'),
        answer('sepal length 6.2, sepal width 2.8', 'Chinese', sometimes('Chinese', 'Arabic')),
      );
    case 'classification':
      return answers(
        ...names.map((name, i) => answer(name, classNames(6)[i]!, sometimes(classNames(6)[i]!, 'Scottish'))),
      );
    case 'forecasting': {
      const wave = (t: number) => [Math.sin(t / 4) + 0.4 * Math.sin(t / 1.7), 40 * Math.sin(t / 4) + 12 + random() * 8];
      const rows = (from: number, count: number, off = 0) =>
        Array.from({ length: count }, (_, i) => wave(from + i).map((value) => value * (1 - off * (i / count))));
      return {
        ...{ step, text: 'mix: forecast 0.31; truth 0.29' },
        detail: {
          kind: 'forecast',
          columns: ['mix', 'noisy'],
          history: rows(step, 40),
          truth: rows(step + 40, 20),
          forecast: rows(step + 40, 20, 0.3),
        },
      };
    }
    case 'language-model':
      return { step, text: languageSamples[(step / 100) % languageSamples.length] ?? '', detail: null };
  }
}

const languageSamples = [
  'ROMEO:\nWhat, shall the day be so…\n\nJULIET:\nThe more I give to thee, the more\nI have, for both are infinite.',
  'the sore the whot\nAnd me the mang thes and the seal the ther',
  'KING RICHARD:\nI have been so much the state of the world\nThat I may see the common of the blood.',
];
