/** What made-up runs say of what they can be asked, and what they answer: plausible, and the same every time. */
import type { ModelInput, PredictionRequest, Run } from '../../../src/api/types.ts';
import type { LabelProbability, Prediction, ReadText, Translation } from '../../../src/engine/inference/prediction.ts';
import { random } from './fake-data.ts';

const languages = [
  ...['Arabic', 'Chinese', 'Czech', 'Dutch', 'English', 'French', 'German', 'Greek', 'Irish', 'Italian', 'Japanese'],
  ...['Korean', 'Polish', 'Portuguese', 'Russian', 'Scottish', 'Spanish', 'Vietnamese'],
];
const upos = ['NOUN', 'PUNCT', 'VERB', 'PRON', 'ADP', 'DET', 'PROPN', 'ADJ', 'AUX', 'ADV', 'CCONJ', 'NUM', 'X'];
const topics = ['politics', 'sport', 'weather', 'money', 'a label with a very long name that does not fit anywhere'];
const species = ['setosa', 'versicolor', 'virginica'];
const window = 40;

const wave = (t: number) => [Math.sin(t / 7) + 0.4 * Math.sin(t / 2.3), Math.cos(t / 11)];

/** What the run can be asked. */
export function modelInput({ config }: Run): ModelInput {
  const none = { labels: null, inputColumns: [], targetColumns: [], window: 1, horizon: 1, texts: [], rows: [] };
  switch (config.architecture.task) {
    case 'classification':
      return { ...none, labels: languages, texts: ['Kaminski', 'Satoshi', 'O’Brien', 'Nguyễn', 'Wolfeschlegelstein'] };
    case 'binary':
      return { ...none, texts: ['not a good film, at all', 'a wonderful, wonderful film', 'I slept.'] };
    case 'regression':
      return { ...none, texts: ['three stars at most', 'the best hotel in the city'] };
    case 'multilabel':
      return { ...none, labels: topics, texts: ['the minister opens the match', 'rain, and more rain'] };
    case 'tagging':
      return { ...none, labels: upos, texts: ['The cat sat on the mat.', 'Time flies like an arrow, doesn’t it?'] };
    case 'translation':
      return { ...none, texts: ['a man rides a bicycle', 'two dogs play in the snow'] };
    case 'conditional-generation':
      return { ...none, labels: languages };
    case 'forecasting': {
      const rows = Array.from({ length: 3 * window }, (_, t) => wave(t));
      return { ...none, inputColumns: ['mix', 'noisy'], targetColumns: ['mix', 'noisy'], window, horizon: 20, rows };
    }
    case 'standard': {
      const inputColumns = ['sepal length', 'sepal width', 'petal length', 'petal width'];
      const rows = [
        [5.1, 3.5, 1.4, 0.2],
        [6.4, 3.2, 4.5, 1.5],
      ];
      return { ...none, labels: species, inputColumns, targetColumns: ['species'], rows };
    }
    case 'language-model':
      return none;
  }
}

function hash(text: string): number {
  let h = 7;
  for (const char of text) h = (Math.imul(h, 31) + char.codePointAt(0)!) | 0;
  return h;
}

/** Probabilities of all labels, the most probable first. */
function probabilities(labels: readonly string[], of: string): LabelProbability[] {
  const next = random(hash(of));
  const weights = labels.map(() => Math.exp(6 * next()));
  const sum = weights.reduce((a, b) => a + b);
  return labels
    .map((label, i) => ({ label, probability: weights[i]! / sum }))
    .sort((a, b) => b.probability - a.probability);
}

/** Words with a z are unknown, and only the first 30 tokens are read. */
function read(tokens: readonly string[]): ReadText {
  const kept = tokens.slice(0, 30);
  const unknown = [...new Set(kept.filter((token) => /z/i.test(token)))];
  return {
    tokens: kept.map((token) => (unknown.includes(token) ? '<unk>' : token)),
    unknown,
    truncated: kept.length < tokens.length,
  };
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{M}’']+|\d+|[^\s\p{L}]/gu) ?? [];

function translation(source: readonly string[], at: number, width: number): Translation {
  const next = random(hash(source.join(' ')) + at);
  const words = source.map((token) => (next() < 0.5 ? `${token}en` : token.toUpperCase())).reverse();
  const tokens = [...words, '<eos>'];
  const attention = tokens.map((_, row) => {
    const weights = source.map((_, s) => Math.exp(-Math.abs(s - (source.length - 1 - row)) * 1.6) + 0.05 * next());
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
  const logProbability = -0.4 * tokens.length - 1.3 * at - (width === 1 ? 1 : 0);
  const score = logProbability / tokens.length ** 0.6;
  return { text: words.join(' '), tokens, logProbability, score, finished: at < 3, attention };
}

/** What the run answers; null to an input that its task does not read. */
export function predict({ config }: Run, input: PredictionRequest): Prediction | null {
  const { task } = config.architecture;
  if (input.kind === 'text') {
    const { text, translate } = input;
    const words = read(wordsOf(text));
    switch (task) {
      case 'classification':
        return { kind: 'class', read: read([...text]), classes: probabilities(languages, text) };
      case 'binary': {
        const probability = probabilities(['yes', 'no'], text).find(({ label }) => label === 'yes')!.probability;
        return { kind: 'yes-or-no', read: words, probability, yes: probability > 0.5 };
      }
      case 'regression':
        return { kind: 'value', read: words, value: 1 + 4 * probabilities(['a', 'b'], text)[0]!.probability };
      case 'multilabel': {
        const labels = topics.map((label) => ({ label, probability: random(hash(label + text))() }));
        labels.sort((a, b) => b.probability - a.probability);
        return { kind: 'labels', read: words, labels: labels.map((l) => ({ ...l, chosen: l.probability > 0.5 })) };
      }
      case 'tagging': {
        const tokens = wordsOf(text).map((token, at) => {
          const all = probabilities(upos, token + (at % 3));
          return { token, known: !/z/i.test(token), tags: [all[0]!.label], probabilities: all };
        });
        return { kind: 'tags', tokens };
      }
      case 'translation': {
        const { width = 5, best = 1 } = translate ?? {};
        const translations = Array.from({ length: best }, (_, at) => translation(words.tokens, at, width));
        return { kind: 'translations', read: words, translations };
      }
      default:
        return null;
    }
  }
  if (input.kind === 'label') {
    const { count = 5, seed = 1 } = input.generate ?? {};
    const next = random(hash(input.label) + seed);
    const syllables = ['ka', 'mi', 'ro', 'ven', 'sky', 'al', 'to', 'er'];
    const name = () => Array.from({ length: 2 + Math.floor(next() * 3) }, () => syllables[Math.floor(next() * 8)]);
    const samples = Array.from({ length: count }, (_, at) => ({ text: name().join(''), finished: at % 7 !== 6 }));
    return { kind: 'generated', label: input.label, samples };
  }
  if (task === 'standard') {
    return { kind: 'row-classes', rows: input.rows.map((row) => probabilities(species, row.join())) };
  }
  const steps = Array.from({ length: 20 }, (_, h) => wave(3 * window + h).map((value) => 0.95 * value));
  return { kind: 'forecast', columns: ['mix', 'noisy'], steps };
}
